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
        for error in result.errors:
            self._write("error", error_record(result, error))
        document = result.document
        if document is None:
            return
        self._write("document", document_record(result, document))
        for finding in result.findings:
            self._write("finding", finding_record(document, finding), document.path)

    def finish(self, summary: Summary) -> None:
        self._write("summary", {"tool": TOOL, **summary.record()})

    def _write(self, kind: str, record: dict[str, Any], path: str | None = None) -> None:
        head = {"type": kind, "version": VERSION}
        line = encode({**head, **record} if path is None else {**head, "path": path, **record})
        self._stream.write(line.encode() + b"\n")
