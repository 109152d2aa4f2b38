"""Reports: what a run found, one module per output format.

A run makes one report and one :class:`~mtqa.report.summary.Summary`, feeds both result by result, and finishes::

    summary = Summary(checkers=[checker.name for checker in linter.checkers])
    report = open_report("text", sys.stdout.buffer, Options(terminal=Terminal.of(sys.stdout)))
    for result in lint_sources(linter, sources):
        summary.add(result)
        report.add(result)
    report.finish(summary)

Nothing of earlier documents is kept, so memory does not grow with the corpus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from mtqa.errors import ConfigError
from mtqa.report.summary import Summary
from mtqa.report.terminal import Terminal
from mtqa.settings import Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.linter import Result
    from mtqa.rules.load import RuleSet

__all__ = ["FORMATS", "Options", "Report", "Summary", "Terminal", "open_report"]

# format -> module and class, imported when asked for
_HOMES = {
    "text": ("mtqa.report.text", "TextReport"),
    "json": ("mtqa.report.json", "JsonReport"),
    "jsonl": ("mtqa.report.jsonl", "JsonLinesReport"),
    "sarif": ("mtqa.report.sarif", "SarifReport"),
    "github": ("mtqa.report.github", "GithubReport"),
    "rdjson": ("mtqa.report.rdjson", "RdjsonReport"),
    "gitlab": ("mtqa.report.gitlab", "GitlabReport"),
    "junit": ("mtqa.report.junit", "JunitReport"),
    "markdown": ("mtqa.report.markdown", "MarkdownReport"),
    "html": ("mtqa.report.html", "HtmlReport"),
    "verdicts": ("mtqa.report.verdicts", "VerdictsReport"),
    "diff": ("mtqa.report.diff", "DiffReport"),
}
FORMATS = tuple(_HOMES)


class Report(Protocol):
    """Writes one output format to a binary stream as results come in."""

    def add(self, result: Result) -> None:
        """Report the findings or the errors of one source."""
        ...

    def finish(self, summary: Summary) -> None:
        """Close what is open and say what the whole run gave; nothing may be added afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What formats need to know beside the results.

    ``rules`` describes the rules (SARIF prints their help); ``statistics`` asks the text format for a table of rules
    instead of the findings; ``terminal`` says what the output can show; ``thresholds`` are those of the verdicts.
    """

    rules: RuleSet | None = None
    statistics: bool = False
    terminal: Terminal = field(default_factory=Terminal)
    thresholds: Release = field(default_factory=Release)


def open_report(format_name: str, stream: BinaryIO, options: Options | None = None) -> Report:
    """The report of this format on ``stream``; raises :class:`ConfigError` for a format there is not.

    The stream stays open: closing and flushing it is up to the caller.
    """
    if format_name not in _HOMES:
        raise ConfigError(f"unknown output format {format_name!r}", remedy=f"one of: {', '.join(FORMATS)}")
    module, name = _HOMES[format_name]
    kind = cast("Callable[[BinaryIO, Options], Report]", getattr(import_module(module), name))
    return kind(stream, options or Options())
