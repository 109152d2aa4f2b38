"""What is to become of each article, a line or two each: publish, repair, retranslate or drop, and why.

The verdict follows from the MQM penalty points per 1,000 words and their interval (see :mod:`mtqa.score`); the
thresholds are those of the configuration's ``[release]``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, BinaryIO

from mtqa.report.escape import visible
from mtqa.report.layout import Page
from mtqa.score import judge

if TYPE_CHECKING:
    from mtqa.errors import MtqaError
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

_STYLES = {"publish": "neutral", "repair": "minor", "retranslate": "major", "drop": "critical"}
_WIDTH = max(map(len, _STYLES))


class VerdictsReport:
    """Writes each article's verdict as it comes, and how many have which at the end."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self._page = Page(stream, options.terminal)
        self._thresholds = options.thresholds
        self._counts: Counter[str] = Counter()
        self._errors: list[tuple[str, MtqaError]] = []

    def add(self, result: Result) -> None:
        self._errors += [(result.source.name, error) for error in result.errors]
        if result.document is None:
            return
        judged = judge(result.document, result.findings, result.words, self._thresholds)
        self._counts[judged.verdict] += 1
        score = judged.score
        figures = f"{score.value:7,.1f}  [{score.low:,.0f}, {score.high:,.0f}]"
        self._page.line(
            [
                (f"{judged.verdict:{_WIDTH}}", _STYLES[judged.verdict]),
                (f"  {figures:24}  ", "plain"),
                (visible(result.document.path), "path"),
            ]
        )
        for reason in judged.reasons:
            self._page.line([(" " * (_WIDTH + 2) + visible(reason), "dim")])

    def finish(self, summary: Summary) -> None:  # noqa: ARG002 - one shape for all reports
        for name, error in self._errors:
            self._page.line([(f"not checked  {visible(name)}: {visible(str(error))}", "critical")])
        told = ", ".join(f"{self._counts[verdict]} {verdict}" for verdict in _STYLES)
        self._page.line()
        articles = sum(self._counts.values())
        self._page.line([(f"{articles} article{'' if articles == 1 else 's'}: {told}", "bold")])
        self._page.line([("points per 1,000 words, with a 95 % interval", "dim")])
