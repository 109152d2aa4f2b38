"""GitHub workflow commands: findings as annotations of a pull request.

A column belongs to an annotation only when it begins and ends on one line; the runner drops columns otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from mtqa.finding import Severity
from mtqa.report.escape import workflow_message, workflow_property
from mtqa.report.passage import brief, elided
from mtqa.report.summary import count

if TYPE_CHECKING:
    from mtqa.document import Document
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

LEVELS = {Severity.CRITICAL: "error", Severity.MAJOR: "error", Severity.MINOR: "warning", Severity.NEUTRAL: "notice"}
_LONGEST = 300


class GithubReport:
    """Writes one line per finding or error, and a last line that counts them."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream

    def add(self, result: Result) -> None:
        for error in result.errors:
            self._error(error, result.source.name)
        if result.document is not None:
            for finding in result.findings:
                self._finding(result.document, finding)

    def finish(self, summary: Summary) -> None:
        self._line(f"mtqa: {count(summary.findings, 'finding')} in {count(summary.articles, 'article')}")

    def _finding(self, document: Document, finding: Finding) -> None:
        line, column = document.line_column(finding.span.start)
        end_line, end_column = document.line_column(finding.span.end)
        properties: dict[str, object] = {"file": document.path, "line": line, "endLine": end_line}
        if line == end_line:
            properties |= {"col": column, "endColumn": end_column}
        properties["title"] = f"{finding.severity.label}: {finding.rule}"
        self._command(LEVELS[finding.severity], properties, _message(document, finding))

    def _error(self, error: MtqaError, name: str) -> None:
        place = error.place
        properties: dict[str, object] = {"file": place.path if place else name}
        if place and place.line is not None:
            properties["line"] = place.line
        properties["title"] = "mtqa could not check this"
        self._command("error", properties, [error.problem, *([error.remedy] if error.remedy else [])])

    def _command(self, level: str, properties: dict[str, object], message: list[str]) -> None:
        listed = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties.items())
        self._line(f"::{level} {listed}::{workflow_message(message)}")

    def _line(self, line: str) -> None:
        self._stream.write(line.encode() + b"\n")


def _message(document: Document, finding: Finding) -> list[str]:
    lines = ["".join(text for text, _ in elided(finding.message, 4 * _LONGEST, "plain"))]
    if finding.fixes:
        lines.append(f"Fix: {brief(document, finding.fixes[0], _LONGEST)}")
    if finding.source_wording:
        lines.append(f"Likely source wording: {finding.source_wording}")
    return lines
