"""GitLab's code quality report: one JSON array, shown beside the lines of a merge request."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.finding import Severity
from mtqa.report.escape import path_bytes, scalar_path, visible
from mtqa.report.record import encode

if TYPE_CHECKING:
    from mtqa.document import Document
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

_LEVELS = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "major",
    Severity.MINOR: "minor",
    Severity.NEUTRAL: "info",
}


class GitlabReport:
    """Writes one issue a line. GitLab tells new issues from old ones by their fingerprints."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._separator = "\n"
        self._write("[")

    def add(self, result: Result) -> None:
        for number, error in enumerate(result.errors):
            self._issue(_error(error, result.source.name, number))
        if result.document is not None:
            for finding in result.findings:
                self._issue(_finding(result.document, finding))

    def finish(self, summary: Summary) -> None:  # noqa: ARG002 - all formats finish alike
        self._write("\n]\n")

    def _issue(self, issue: dict[str, Any]) -> None:
        self._write(self._separator + encode(issue))
        self._separator = ",\n"

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _finding(document: Document, finding: Finding) -> dict[str, Any]:
    lines = (document.line_column(offset)[0] for offset in (finding.span.start, finding.span.end))
    return {
        "description": visible(finding.message),
        "check_name": finding.rule,
        "fingerprint": _digest(document.path, finding.fingerprint),
        "severity": _LEVELS[finding.severity],
        "location": {"path": scalar_path(document.path), "lines": dict(zip(("begin", "end"), lines, strict=True))},
    }


def _error(error: MtqaError, name: str, number: int) -> dict[str, Any]:
    path = error.place.path if error.place else name
    line = error.place.line if error.place and error.place.line is not None else 1
    text = f"mtqa could not check this: {error.problem}" + (f" ({error.remedy})" if error.remedy else "")
    return {
        "description": visible(text),
        "check_name": "mtqa.error",
        "fingerprint": _digest(path, f"{number}:{error.problem}"),
        "severity": "blocker",
        "location": {"path": scalar_path(path), "lines": {"begin": line, "end": line}},
    }


def _digest(path: str, name: str) -> str:
    """Unique over articles: the same footer stands in many."""
    return hashlib.sha256(path_bytes(path) + b"\0" + path_bytes(name)).hexdigest()[:40]
