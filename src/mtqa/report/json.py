"""JSON: the whole run as one value, written as it comes; ``schema/lint-v1.json`` describes it.

One finding stands on one line, so that two reports compare well line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.report.record import TOOL, VERSION, document_record, encode, error_record, finding_record

if TYPE_CHECKING:
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary


class JsonReport:
    """Documents are written at once; errors, few as they are, wait for the end."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._errors: list[dict[str, Any]] = []
        self._separator = "\n"
        self._write(f'{{"version":{VERSION},"tool":{encode(TOOL)},"documents":[')

    def add(self, result: Result) -> None:
        self._errors.extend(error_record(result, error) for error in result.errors)
        document = result.document
        if document is None:
            return
        head = encode(document_record(result, document))[:-1]
        findings = ",\n".join(encode(finding_record(document, finding)) for finding in result.findings)
        self._write(f'{self._separator}{head},"findings":[' + (f"\n{findings}\n]}}" if findings else "]}"))
        self._separator = ",\n"

    def finish(self, summary: Summary) -> None:
        self._write(f'\n],\n"errors":{encode(self._errors)},\n"summary":{encode(summary.record())}}}\n')

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())
