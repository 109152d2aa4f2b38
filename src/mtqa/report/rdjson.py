"""Reviewdog's diagnostic format (rdjson): review comments with suggestions that one click applies.

Columns count bytes of UTF-8 on their line, from 1, as the format wants it. Fixes of one edit become suggestions:
a reviewer decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.finding import Severity
from mtqa.report.escape import scalar_path, visible
from mtqa.report.record import encode

if TYPE_CHECKING:
    from mtqa.document import Document, Span
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

_LEVELS = {
    Severity.CRITICAL: "ERROR",
    Severity.MAJOR: "ERROR",
    Severity.MINOR: "WARNING",
    Severity.NEUTRAL: "INFO",
}


class RdjsonReport:
    """Writes one diagnostic a line inside one JSON object."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._separator = "\n"
        self._write('{"source":{"name":"mtqa"},"diagnostics":[')

    def add(self, result: Result) -> None:
        for error in result.errors:
            self._diagnostic(_error(error, result.source.name))
        if result.document is not None:
            for finding in result.findings:
                self._diagnostic(_finding(result.document, finding))

    def finish(self, summary: Summary) -> None:  # noqa: ARG002 - all formats finish alike
        self._write("\n]}\n")

    def _diagnostic(self, diagnostic: dict[str, Any]) -> None:
        self._write(self._separator + encode(diagnostic))
        self._separator = ",\n"

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _finding(document: Document, finding: Finding) -> dict[str, Any]:
    suggestions = [
        {"range": _range(document, fix.edits[0].span), "text": fix.edits[0].replacement}
        for fix in finding.fixes
        if len(fix.edits) == 1  # a suggestion replaces one range; half a fix would be a new fault
    ]
    diagnostic: dict[str, Any] = {
        "message": visible(finding.message),
        "location": {"path": scalar_path(document.path), "range": _range(document, finding.span)},
        "severity": _LEVELS[finding.severity],
        "code": {"value": finding.rule},
    }
    if suggestions:
        diagnostic["suggestions"] = suggestions
    return diagnostic


def _range(document: Document, span: Span) -> dict[str, Any]:
    return {"start": _position(document, span.start), "end": _position(document, span.end)}


def _position(document: Document, offset: int) -> dict[str, int]:
    line, column = document.line_column(offset)
    before = document.text[offset - column + 1 : offset]
    return {"line": line, "column": len(before.encode()) + 1}


def _error(error: MtqaError, name: str) -> dict[str, Any]:
    location: dict[str, Any] = {"path": scalar_path(error.place.path if error.place else name)}
    if error.place and error.place.line is not None:
        location["range"] = {"start": {"line": error.place.line}}
    text = f"mtqa could not check this: {error.problem}" + (f" ({error.remedy})" if error.remedy else "")
    return {"message": visible(text), "location": location, "severity": "ERROR", "code": {"value": "mtqa.error"}}
