"""Text for people: findings under their article, each with its passage and its proposed fix, and a closing summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from mtqa.finding import Layer, Safety
from mtqa.report.layout import Page, columns
from mtqa.report.passage import ELLIPSIS, elided, fix_pieces, passage
from mtqa.report.summary import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtqa.document import Document
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding, Fix
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.passage import Piece
    from mtqa.report.summary import RuleTally, Summary

_LABEL = 8
_MOST_CANDIDATES = 4
_MOST_ERRORS = 100
_UNSURE = 0.75
_LONGEST = 1_000
_WIDE_TABLE = 70


class TextReport:
    """Writes each article as it comes; what could not be checked is told before the summary."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self._page = Page(stream, options.terminal)
        self._statistics = options.statistics
        self._budget = max(2 * (self._page.width - _LABEL - 15), 60)  # about two lines of text
        self._errors: list[tuple[str, MtqaError]] = []
        self._explained: set[str] = set()

    def add(self, result: Result) -> None:
        room = _MOST_ERRORS - len(self._errors)
        self._errors += [(result.source.name, error) for error in result.errors[:room]]
        if self._statistics or result.document is None or not result.findings:
            return
        points = f"{result.penalty_per_1000_words:,.1f} points per 1,000 words"
        self._page.heading([(result.document.path, "path")], points)
        self._page.line()
        for finding in result.findings:
            self._finding(result.document, finding)

    # -- one finding

    def _finding(self, document: Document, finding: Finding) -> None:
        line, column = document.line_column(finding.span.start)
        severity = finding.severity.label
        head: list[Piece] = [(finding.rule, "rule")]
        if finding.confidence < _UNSURE:
            head.append((f"  confidence {finding.confidence:.0%}", "dim"))
        place = f"{line}:{column}"
        first: list[Piece] = [(f"{place:>7}  ", "bold"), (severity, severity), (" " * (10 - len(severity)), "plain")]
        indent = " " * 19
        if columns(finding.rule) > self._page.width - len(indent):
            self._page.line(first)
            indent = " " * 9
            first = [(indent, "plain")]
        self._page.paragraph(head, first, [(indent, "plain")])
        self._row("", elided(finding.message, _LONGEST, "plain"))
        if finding.explanation and finding.rule not in self._explained:
            self._explained.add(finding.rule)
            self._row("note", [(finding.explanation, "dim")])
        if finding.layer is Layer.BLOCK:
            self._block(document, finding)
        else:
            self._words(document, finding)
        if finding.source_wording:
            self._row("source", [(finding.source_wording, "plain")])
        self._page.line()

    def _words(self, document: Document, finding: Finding) -> None:
        self._row("text", passage(document, finding.span, self._budget))
        for name, value in sorted(finding.fields.items()):
            self._row("field", [(f"{name}: ", "dim"), *elided(value, _LONGEST, "plain")])
        if finding.fixes:
            self._fix(document, finding.fixes[0])
        if len(finding.fixes) > 1:
            self._row("or", self._candidates(document, finding))

    def _fix(self, document: Document, fix: Fix) -> None:
        pieces = fix_pieces(document, fix, self._budget)
        if fix.safety is Safety.SAFE:
            pieces.append(("  (safe)", "good"))
        self._row("fix", pieces)

    def _candidates(self, document: Document, finding: Finding) -> list[Piece]:
        pieces: list[Piece] = []
        for fix in finding.fixes[1 : 1 + _MOST_CANDIDATES]:
            if pieces:
                pieces.append(("  |  ", "dim"))
            if len(fix.edits) == 1 and fix.edits[0].span == finding.span and fix.edits[0].replacement.strip():
                pieces += elided(fix.edits[0].replacement, self._budget // 2, "plain")
            else:
                pieces += fix_pieces(document, fix, self._budget // 2)
        if (more := len(finding.fixes) - 1 - _MOST_CANDIDATES) > 0:
            pieces.append((f"  and {more} more", "dim"))
        return pieces

    def _block(self, document: Document, finding: Finding) -> None:
        first, last = document.line_at(finding.span.start), document.line_at(finding.span.end)
        lines = last.number - first.number + 1
        half = self._budget // 2
        pieces = elided(document.slice(first.span), half, "fault")
        if lines > 1:
            pieces += [(f" {ELLIPSIS} ", "dim"), *elided(document.slice(last.span), half, "fault")]
            pieces.append((f"  lines {first.number}–{last.number}", "dim"))
        self._row("text", pieces)
        if finding.related:
            self._row("also", [(", ".join(finding.related), "dim")])
        if finding.fixes:
            self._fix(document, finding.fixes[0])

    def _row(self, label: str, pieces: Iterable[Piece]) -> None:
        gutter = ("      │ ", "dim")
        first = [gutter, (f"{label:<{_LABEL - 1}} " if label else "", "dim")]
        rest = [gutter, (" " * _LABEL if label else "", "plain")]
        self._page.paragraph(pieces, first, rest)

    # -- the end

    def finish(self, summary: Summary) -> None:
        if self._statistics and summary.by_rule:
            self._table("rule", summary.by_rule)
        if summary.errors:
            self._not_checked(summary)
        self._page.heading([("Summary", "bold")])
        self._page.line()
        self._counts(summary)
        if summary.by_family:
            self._table("family", summary.by_family)
        if summary.worst:
            self._scores(summary)
        self._facts(summary)

    def _not_checked(self, summary: Summary) -> None:
        self._page.heading([("Not checked", "critical")], count(summary.errors, "error"))
        self._page.line()
        for name, error in self._errors:
            place = str(error.place) if error.place else name
            self._page.paragraph([(place, "path")], [("  ", "plain")], [("    ", "plain")])
            self._row("error", [(error.problem, "major")])
            if error.remedy:
                self._row("remedy", [(error.remedy, "plain")])
            self._page.line()
        if (more := summary.errors - len(self._errors)) > 0:
            self._page.line([(f"  and {count(more, 'more error')}, all of them on standard error", "plain")])
            self._page.line()

    def _counts(self, summary: Summary) -> None:
        read = f"{count(summary.articles, 'article')}, {count(summary.words, 'word')} read"
        self._say([(read, "plain")])
        if not summary.findings:
            clean = summary.complete and summary.articles
            self._say([("no findings", "good") if clean else ("no findings in what could be checked", "plain")])
            return
        where = f" in {count(summary.articles_with_findings, 'article')}"
        pieces: list[Piece] = [(count(summary.findings, "finding"), "bold"), (where, "plain")]
        separator = ": "
        for severity, number in sorted(summary.by_severity.items(), reverse=True):
            pieces += [(separator, "plain"), (f"{number:,} {severity.label}", severity.label)]
            separator = ", "
        self._say(pieces)
        if summary.safe:
            self._say([(f"{summary.safe:,} with a safe fix; --diff shows them as a patch", "plain")])

    def _table(self, noun: str, tallies: dict[str, RuleTally]) -> None:
        """One line per rule or family, most findings first; narrow terminals get fewer figures."""
        if noun == "rule":
            self._page.heading([("Rules", "bold")])
        self._page.line()
        wide = self._page.width >= _WIDE_TABLE
        heads = ["findings", *(["articles", "  points", "   fixes"] if wide else [])]
        self._page.line([("".join(f"  {head}" for head in heads) + f"  {'worst':<8}  ", "dim"), (noun, "dim")])
        for name, tally in sorted(tallies.items(), key=lambda item: (-item[1].findings, item[0])):
            figures = [tally.findings, *([tally.articles, tally.points, tally.fixable] if wide else [])]
            first: list[Piece] = [("".join(f"  {figure:>8,}" for figure in figures) + "  ", "plain")]
            first += [(f"{tally.severity.label:<8}", tally.severity.label), ("  ", "plain")]
            indent = " " * sum(columns(text) for text, _ in first)
            self._page.paragraph([(name, "plain")], first, [(indent, "plain")])
        self._page.line()

    def _scores(self, summary: Summary) -> None:
        worst = summary.worst
        all_shown = len(worst) == summary.articles_with_findings
        title = "points per 1,000 words" + ("" if all_shown else f", the {len(worst)} worst articles")
        self._say([(title, "dim")])
        figures = [f"{points:,.1f}" for _, points in worst] + [f"{summary.points_per_1000_words:,.1f}"]
        size = max(map(columns, figures))
        for (path, _), figure in zip(worst, figures, strict=False):
            self._page.paragraph([(path, "plain")], [(f"  {figure:>{size}}  ", "plain")], [(" " * (size + 4), "plain")])
        self._page.line([(f"  {figures[-1]:>{size}}  all articles", "bold")])
        self._page.line()

    def _facts(self, summary: Summary) -> None:
        if summary.checkers:
            self._say([("checkers: ", "dim"), (", ".join(summary.checkers), "plain")])
        for reason, number in sorted(summary.held_back.items()):
            self._say([("held back: ", "dim"), (f"{count(number, 'finding')} {reason}", "plain")])
        for told in summary.not_checked:
            self._say([(told, "critical")])
        if summary.errors:
            told = f"{count(summary.errors, 'error')}: not everything was checked"
            self._say([(told, "critical")])

    def _say(self, pieces: Iterable[Piece]) -> None:
        self._page.paragraph(pieces, [("  ", "plain")], [("    ", "plain")])
