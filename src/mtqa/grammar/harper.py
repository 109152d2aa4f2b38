"""Harper, a grammar checker in Rust, in this process (https://writewithharper.com, through harper-py).

It gives spans in code points. Only the rules of ``data/harper.yaml`` are on: a rule that is off costs nothing. A
linter of Harper's is not safe to share between threads, so each thread has one; building it takes half a second.
"""

from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix
from mtqa.grammar import EngineError
from mtqa.grammar.table import load_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document
    from mtqa.grammar.table import Meaning

INSTALL = 'python -m pip install "mtqa[harper]"'
_MOST_FIXES = 3


def installed() -> str | None:
    """The version of harper-py, None when it is missing."""
    try:
        return version("harper-py")
    except PackageNotFoundError:
        return None


class HarperChecker:
    """Harper's findings, by the rules that ``data/harper.yaml`` turns on."""

    name = "harper"

    def __init__(self) -> None:
        found = installed()
        if found is None:
            raise EngineError("grammar: Harper is not installed", remedy=f"{INSTALL}, or use --grammar off")
        self._table = load_table("harper")
        self.version = f"harper-py {found} {self._table.digest}"
        self._local = threading.local()

    def check(self, document: Document) -> Iterator[Finding]:
        found = self._linter().organized_lints(document.text, language="plaintext", dedup=False)
        for rule, lints in found.items():
            if lints and (meaning := self._table.meaning(rule)):
                for lint in lints:
                    if meaning.when is None or meaning.when.match(document.text, lint.span.start):
                        yield _finding(rule, lint, meaning)

    def _linter(self) -> Any:
        if not hasattr(self._local, "linter"):
            import harper

            linter = harper.Linter()
            known = linter.get_lint_config()
            if missing := self._table.rules.keys() - known.keys():
                raise EngineError(
                    f"this Harper has no rule {', '.join(sorted(missing))}", remedy=f"install the right one: {INSTALL}"
                )
            linter.set_lint_config({rule: rule in self._table.rules for rule in known})
            self._local.linter = linter
        return self._local.linter


def _finding(rule: str, lint: Any, meaning: Meaning) -> Finding:
    span = Span(lint.span.start, lint.span.end)
    return Finding(
        rule=f"harper.{rule}",
        span=span,
        message=" ".join(lint.message.split()),
        severity=meaning.severity,
        mqm=meaning.mqm,
        confidence=meaning.confidence,
        fixes=tuple(Fix((_edit(span, suggestion),)) for suggestion in lint.suggestions[:_MOST_FIXES]),
        explanation=f"Harper, rule {rule}",
    )


def _edit(span: Span, suggestion: Any) -> Edit:
    """Harper replaces (0), removes (1), or inserts after (2) the span."""
    if int(suggestion.kind) == 2:
        return Edit(Span(span.end, span.end), suggestion.replacement_text)
    return Edit(span, suggestion.replacement_text)
