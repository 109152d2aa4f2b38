"""JUnit XML, which most CI servers show as a table: a test case per article, failed by its findings."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from mtqa.finding import Severity
from mtqa.report.escape import visible
from mtqa.report.passage import brief
from mtqa.report.summary import count

if TYPE_CHECKING:
    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

_LONGEST = 300
_IN_MEMORY = 8_000_000


class JunitReport:
    """Test cases wait in a temporary file, for their numbers stand before them."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._cases = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by finish
        self._tests = self._failures = self._errors = 0

    def add(self, result: Result) -> None:
        self._tests += 1
        case = f"    <testcase classname={_attribute('mtqa')} name={_attribute(result.source.name)}"
        faults = [finding for finding in result.findings if finding.severity > Severity.NEUTRAL]
        parts = []
        if result.errors:
            self._errors += 1
            told = "\n".join(_text(str(error)) for error in result.errors)
            parts.append(f"<error message={_attribute(result.errors[0].problem)}>{told}</error>")
        elif faults and result.document is not None:
            self._failures += 1
            told = "\n".join(_text(_line(result.document, finding)) for finding in faults)
            parts.append(f"<failure message={_attribute(count(len(faults), 'finding'))}>{told}</failure>")
        self._cases.write(f"{case}>{''.join(parts)}</testcase>\n".encode() if parts else f"{case}/>\n".encode())

    def finish(self, summary: Summary) -> None:  # noqa: ARG002 - all formats finish alike
        numbers = f'tests="{self._tests}" failures="{self._failures}" errors="{self._errors}"'
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {numbers}>\n  <testsuite name="mtqa" {numbers}>\n'
        self._stream.write(head.encode())
        self._cases.seek(0)
        while part := self._cases.read(1 << 20):
            self._stream.write(part)
        self._cases.close()
        self._stream.write(b"  </testsuite>\n</testsuites>\n")


def _line(document: Document, finding: Finding) -> str:
    line, column = document.line_column(finding.span.start)
    fix = f" Fix: {brief(document, finding.fixes[0], _LONGEST)}" if finding.fixes else ""
    return f"{line}:{column} {finding.severity.label} {finding.rule}: {finding.message}{fix}"


def _text(text: str) -> str:
    return escape(_allowed(text))


def _attribute(text: str) -> str:
    return quoteattr(_allowed(text))


def _allowed(text: str) -> str:
    """XML 1.0 has no way to write control characters, so they are spelled out; nor U+FFFE and U+FFFF."""
    return visible(text).replace("\ufffe", "<U+FFFE>").replace("\uffff", "<U+FFFF>")
