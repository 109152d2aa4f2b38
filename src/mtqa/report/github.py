"""GitHub workflow commands: findings as annotations of a pull request.

A column belongs to an annotation only when it begins and ends on one line; the runner drops columns otherwise.
"""

from __future__ import annotations

import heapq
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
_MOST = 10  # annotations of one level that GitHub shows of one step
_FIRST = len(Severity)  # ranks before every severity


class GithubReport:
    """Keeps the ten most severe annotations of each level, which is what GitHub shows, and writes them at the end.

    What could not be checked comes first, then the more severe, then what was found first.
    """

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._kept: dict[str, list[tuple[tuple[int, int], str]]] = {
            level: [] for level in ("error", "warning", "notice")
        }
        self._number = 0

    def add(self, result: Result) -> None:
        for error in result.errors:
            self._error(error, result.source.name)
        if result.document is not None:
            for finding in result.findings:
                if self._wanted(LEVELS[finding.severity], finding.severity):
                    self._finding(result.document, finding)
                self._number += 1

    def finish(self, summary: Summary) -> None:
        shown = [line for kept in self._kept.values() for _, line in sorted(kept, reverse=True)]
        for line in shown:
            self._line(line)
        told = f"mtqa: {count(summary.findings, 'finding')} in {count(summary.articles, 'article')}"
        more = self._number - len(shown)
        self._line(f"{told}; the {len(shown)} most severe are shown, and {more:,} more" if more else told)

    def _wanted(self, level: str, rank: int) -> bool:
        kept = self._kept[level]
        return len(kept) < _MOST or kept[0][0] < (rank, -self._number)

    def _finding(self, document: Document, finding: Finding) -> None:
        line, column = document.line_column(finding.span.start)
        end_line, end_column = document.line_column(finding.span.end)
        properties: dict[str, object] = {"file": document.path, "line": line, "endLine": end_line}
        if line == end_line:
            properties |= {"col": column, "endColumn": end_column}
        properties["title"] = f"{finding.severity.label}: {finding.rule}"
        self._command(LEVELS[finding.severity], finding.severity, properties, _message(document, finding))

    def _error(self, error: MtqaError, name: str) -> None:
        place = error.place
        properties: dict[str, object] = {"file": place.path if place else name}
        if place and place.line is not None:
            properties["line"] = place.line
        properties["title"] = "mtqa could not check this"
        message = [error.problem, *([error.remedy] if error.remedy else [])]
        if self._wanted("error", _FIRST):
            self._command("error", _FIRST, properties, message)
        self._number += 1

    def _command(self, level: str, rank: int, properties: dict[str, object], message: list[str]) -> None:
        listed = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties.items())
        entry = ((rank, -self._number), f"::{level} {listed}::{workflow_message(message)}")
        if len(self._kept[level]) < _MOST:
            heapq.heappush(self._kept[level], entry)
        else:
            heapq.heappushpop(self._kept[level], entry)

    def _line(self, line: str) -> None:
        self._stream.write(line.encode() + b"\n")


def _message(document: Document, finding: Finding) -> list[str]:
    lines = ["".join(text for text, _ in elided(finding.message, 4 * _LONGEST, "plain"))]
    if finding.fixes:
        lines.append(f"Fix: {brief(document, finding.fixes[0], _LONGEST)}")
    if finding.source_wording:
        lines.append(f"Likely source wording: {finding.source_wording}")
    return lines
