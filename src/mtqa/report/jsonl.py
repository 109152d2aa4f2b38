"""JSON lines: one record a line, for streams and shell pipes; ``schema/lint-lines-v1.json`` describes a line.

A ``document`` line comes before its ``finding`` lines; an ``error`` line stands where its source would; the ``summary``
line is the last, and its absence means that the run was cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.report.record import TOOL, VERSION, document_record, encode, error_record, finding_record

if TYPE_CHECKING:
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary


class JsonLinesReport:
    """Writes each result at once."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream

    def add(self, result: Result) -> None:
        lines = [_line("error", error_record(result, error)) for error in result.errors]
        document = result.document
        if document is not None:
            lines.append(_line("document", document_record(result, document)))
            lines += [_line("finding", {"path": document.path, **finding_record(document, f)}) for f in result.findings]
        self._stream.write(b"".join(lines))

    def finish(self, summary: Summary) -> None:
        self._stream.write(_line("summary", {"tool": TOOL, **summary.record()}))


def _line(kind: str, record: dict[str, Any]) -> bytes:
    return encode({"type": kind, "version": VERSION, **record}).encode() + b"\n"
