"""A summary in Markdown, as GitHub shows it of a job: counts, articles, rules, and the most severe findings.

Everything foreign stands as character references, so that no text becomes a link, a mention or HTML.
"""

from __future__ import annotations

import heapq
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mtqa.errors import MtqaError, Place
from mtqa.report.escape import markdown
from mtqa.report.passage import brief, elided, passage
from mtqa.report.summary import count

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options, Report
    from mtqa.report.summary import Summary

_MOST_FINDINGS = 100
_MOST_ERRORS = 20
_MOST_RULES = 30
_LONGEST = 160
_MOST_BYTES = 1_000_000  # GitHub takes 1 MiB of a step


class MarkdownReport:
    """Keeps the hundred most severe findings and the first errors; written at the end."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._rows: list[tuple[tuple[int, int], str]] = []
        self._errors: list[str] = []
        self._number = 0

    def add(self, result: Result) -> None:
        for error in result.errors[: _MOST_ERRORS - len(self._errors)]:
            place = str(error.place) if error.place else result.source.name
            self._errors.append(f"- {_code(place)}: {_short(error.problem)}")
        if result.document is not None:
            for finding in result.findings:
                self._keep(result.document, finding)

    def _keep(self, document: Document, finding: Finding) -> None:
        rank = (int(finding.severity), -self._number)
        self._number += 1
        if len(self._rows) < _MOST_FINDINGS:
            heapq.heappush(self._rows, (rank, _row(document, finding)))
        elif self._rows[0][0] < rank:
            heapq.heapreplace(self._rows, (rank, _row(document, finding)))

    def finish(self, summary: Summary) -> None:
        size = 0
        for line in self._lines(summary):
            data = line.encode() + b"\n"
            size += len(data)
            if size > _MOST_BYTES:
                break
            self._stream.write(data)

    def _lines(self, summary: Summary) -> list[str]:
        read = f"{count(summary.articles, 'article')}, {count(summary.words, 'word')} read"
        clean = "nothing found" if summary.complete else "nothing found in what could be checked"
        lines = ["## mtqa", "", f"{read}: {count(summary.findings, 'finding') if summary.findings else clean}."]
        for reason, number in sorted(summary.held_back.items()):
            lines.append(f"Held back: {count(number, 'finding')} {markdown(reason)}.")
        if self._errors:
            lines += ["", "### Not checked", "", *(f"- {told}" for told in summary.not_checked), *self._errors]
            if (more := summary.errors - len(self._errors)) > 0:
                lines.append(f"- and {more:,} more")
        if self._rows:
            lines += ["", "| severity | where | rule | finding | text | fix |", "|---|---|---|---|---|---|"]
            lines += [row for _, row in sorted(self._rows, reverse=True)]
            if (more := self._number - len(self._rows)) > 0:
                lines += ["", f"and {more:,} more"]
            lines += self._tables(summary)
        return lines

    @staticmethod
    def _tables(summary: Summary) -> list[str]:
        rules = sorted(summary.by_rule.items(), key=lambda item: (-item[1].findings, item[0]))
        lines = ["", "<details><summary>Rules and articles</summary>", ""]
        lines += ["| rule | findings | articles | points |", "|---|--:|--:|--:|"]
        lines += [
            f"| {_code(name)} | {t.findings:,} | {t.articles:,} | {t.points:,} |" for name, t in rules[:_MOST_RULES]
        ]
        lines += ["", "| article | points per 1,000 words |", "|---|--:|"]
        lines += [f"| {_code(path)} | {points:,.1f} |" for path, points in summary.worst]
        return [*lines, "", "</details>"]


@dataclass
class JobSummary:
    """A report, and a summary appended to a file when it is done."""

    report: Report
    file: Path
    options: Options

    def __post_init__(self) -> None:
        self._text = io.BytesIO()
        self._summary = MarkdownReport(self._text, self.options)

    def add(self, result: Result) -> None:
        self.report.add(result)
        self._summary.add(result)

    def finish(self, summary: Summary) -> None:
        self.report.finish(summary)
        self._summary.finish(summary)
        try:
            with self.file.open("ab") as stream:
                stream.write(self._text.getvalue())
        except OSError as error:
            raise MtqaError(
                f"cannot write the job summary: {error.strerror or error}",
                place=Place(str(self.file)),
                remedy="GITHUB_STEP_SUMMARY names it",
            ) from error


def _row(document: Document, finding: Finding) -> str:
    line, column = document.line_column(finding.span.start)
    shown = "".join(
        f"<b>{markdown(text)}</b>" if style == "fault" else markdown(text)
        for text, style in passage(document, finding.span, _LONGEST)
    )
    fix = _short(brief(document, finding.fixes[0], _LONGEST)) if finding.fixes else ""
    where = _code(f"{document.path}:{line}:{column}")
    return (
        f"| {finding.severity.label} | {where} | {_code(finding.rule)} | {_short(finding.message)} | {shown} | {fix} |"
    )


def _short(text: str) -> str:
    return markdown("".join(part for part, _ in elided(text, 2 * _LONGEST, "plain")))


def _code(text: str) -> str:
    return f"<code>{markdown(text)}</code>"
