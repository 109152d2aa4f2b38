"""One HTML page that needs nothing else: articles with marked passages, filters, keyboard, fit for print.

It asks for nothing from any network, and says so: its content security policy allows its own script and style by their
hashes, and nothing else. Without JavaScript everything but filters and keys is there.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from mtqa import __version__
from mtqa.finding import Safety
from mtqa.report.escape import html_text
from mtqa.report.passage import elided, fix_pieces
from mtqa.report.summary import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.passage import Piece
    from mtqa.report.summary import Summary

_LONGEST = 300
_MOST_FIXES = 5
_MOST_ERRORS = 200
_TAGS = {"old": "del", "new": "ins", "fault": "b"}


class HtmlReport:
    """Writes each article with findings as it comes; the summary follows, and is shown first."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:  # noqa: ARG002 - all formats open alike
        self._stream = stream
        self._number = 0
        self._errors: list[str] = []
        self._style, self._script = (_asset(name) for name in ("report.css", "report.js"))
        policy = (
            f"default-src 'none'; style-src '{_digest(self._style)}'; script-src '{_digest(self._script)}'; "
            "base-uri 'none'; form-action 'none'"
        )
        self._write(
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>mtqa: findings</title>\n<style>{self._style}</style>\n</head>\n<body>\n<main>\n"
        )

    def add(self, result: Result) -> None:
        for error in result.errors[: _MOST_ERRORS - len(self._errors)]:
            self._errors.append(html_text(str(error) if error.place else f"{result.source.name}: {error}"))
        if result.document is None or not result.findings:
            return
        points = f"{result.penalty_per_1000_words:,.1f} points per 1,000 words"
        self._write(f"<article>\n<h2>{html_text(result.document.path)} <span>{points}</span></h2>\n")
        for row in _rows(result.document, result.findings, self._number):
            self._write(row)
        self._write("</article>\n")
        self._number += len(result.findings)

    def finish(self, summary: Summary) -> None:
        told = f"{count(summary.articles, 'article')}, {count(summary.words, 'word')} read: "
        told += count(summary.findings, "finding") if summary.findings else "no findings"
        parts = [f"<p>{told}, {summary.points_per_1000_words:,.1f} points per 1,000 words</p>"]
        for reason, number in sorted(summary.held_back.items()):
            parts.append(f"<p>held back: {count(number, 'finding')} {html_text(reason)}</p>")
        if summary.errors:
            parts.append(f'<p class="errors">{count(summary.errors, "error")}: not everything was checked</p>')
            parts += [f'<p class="errors">{html_text(told)}</p>' for told in summary.not_checked]
            parts += [f'<p class="errors">{error}</p>' for error in self._errors]
        self._write(
            f'</main>\n<header id="bar" hidden><strong>mtqa {__version__}</strong>'
            '<span id="shown" role="status"></span></header>\n'
            f'<section id="summary">{"".join(parts)}</section>\n'
            f"<script>{self._script}</script>\n</body>\n</html>\n"
        )

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _rows(document: Document, findings: Sequence[Finding], first: int) -> Iterator[str]:
    """A row for each line with text: its number, its text with marks, and the cards of findings that begin there."""
    cards: dict[int, list[str]] = {}
    for number, finding in enumerate(findings, first):
        home = document.line_at(finding.span.start).number
        cards.setdefault(home, []).append(_card(document, finding, number))
    numbered = sorted(enumerate(findings, first), key=lambda item: item[1].span.start)
    place = 0
    active: list[tuple[int, Finding]] = []
    for line in document.lines:
        while place < len(numbered) and numbered[place][1].span.start <= line.full.end:
            active.append(numbered[place])
            place += 1
        active = [item for item in active if item[1].span.end >= line.start]
        text = "".join(_marked(document, line.start, line.end, active))
        if not text.strip() and line.number not in cards:
            continue
        kind = "row" if active else "row clean"
        beside = f"<div>{''.join(cards[line.number])}</div>" if line.number in cards else ""
        yield f'<div class="{kind}"><i>{line.number}</i><p>{text}</p>{beside}</div>\n'


def _marked(document: Document, start: int, end: int, active: Sequence[tuple[int, Finding]]) -> Iterator[str]:
    """The text of a line in pieces that the same findings cover; findings may overlap."""
    spans = [(max(f.span.start, start), min(f.span.end, end), number, f) for number, f in active]
    edges = sorted({start, end, *(a for a, b, _, _ in spans if a <= b), *(b for a, b, _, _ in spans if a <= b)})
    for left, right in pairwise(edges):
        text = html_text(document.text[left:right])
        over = [(number, finding) for a, b, number, finding in spans if a <= left and right <= b]
        if not over:
            yield text
            continue
        worst = max(finding.severity for _, finding in over)
        yield f'<mark class="{worst.label}" data-f="{" ".join(str(number) for number, _ in over)}">{text}</mark>'


def _card(document: Document, finding: Finding, number: int) -> str:
    line, column = document.line_column(finding.span.start)
    severity = finding.severity.label
    rule = html_text(finding.rule)
    parts = [
        f"<p><b>{severity}</b> <code>{line}:{column} {rule}</code></p>",
        f"<p>{_pieces(elided(finding.message, 2 * _LONGEST, 'plain'))}</p>",
    ]
    for fix in finding.fixes[:_MOST_FIXES]:
        safe = " (safe)" if fix.safety is Safety.SAFE else ""
        parts.append(f"<p>fix: {_pieces(fix_pieces(document, fix, _LONGEST))}{safe}</p>")
    if finding.source_wording:
        parts.append(f"<p>source: {html_text(finding.source_wording)}</p>")
    if finding.explanation:
        parts.append(f"<p>{_pieces(elided(finding.explanation, 2 * _LONGEST, 'plain'))}</p>")
    told = "".join(parts)
    data = f'data-f="{number}" data-severity="{severity}" data-rule="{rule}"'
    return f'<div class="card {severity}" tabindex="0" {data}>{told}</div>'


def _pieces(pieces: Iterable[Piece]) -> str:
    return "".join(
        f"<{_TAGS[style]}>{html_text(text)}</{_TAGS[style]}>" if style in _TAGS else html_text(text)
        for text, style in pieces
    )


def _asset(name: str) -> str:
    return (files("mtqa.report") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
