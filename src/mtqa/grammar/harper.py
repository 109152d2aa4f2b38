"""Harper, a grammar checker in Rust, in this process (https://writewithharper.com, through harper-py).

It reads 150 KB of text a second whatever rules are on, and takes 0.6 s to load. So a sentence is sent to it only where
the guard of one of the rules that are on (``data/harper.yaml``) finds what the rule is about, one in two hundred or so;
the answers are remembered between runs. A linter of Harper's is not safe to share between threads: each has its own.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix
from mtqa.grammar import EngineError
from mtqa.grammar.cache import Cache
from mtqa.grammar.table import load_table
from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mtqa.document import Document
    from mtqa.grammar.table import Meaning

INSTALL = 'python -m pip install "harper-py==0.2.0"'
_MOST_FIXES = 3
_REPLACE, _REMOVE, _INSERT_AFTER = 0, 1, 2


class _Lint(NamedTuple):
    """What Harper says: code points of the sentence, its rule and kind, and fixes as (kind, text)."""

    start: int
    end: int
    rule: str
    kind: str
    message: str
    fixes: list[tuple[int, str]]


def installed() -> str | None:
    """The version of harper-py, None when it is missing."""
    try:
        return version("harper-py")
    except PackageNotFoundError:
        return None


def rule_version() -> str:
    """Changes whenever Harper or its table does."""
    return f"harper-py {installed()} {load_table('harper').digest}"


class HarperChecker:
    """Harper's findings, by the rules that ``data/harper.yaml`` turns on; ``cache`` is the file of known answers."""

    name = "harper"

    def __init__(self, cache: Path | None = None) -> None:
        if installed() is None:
            raise EngineError("Harper is not installed", remedy=f"{INSTALL}, or use --grammar off")
        self._table = load_table("harper")
        self._sieve = _pattern("|".join(f"(?:{guard})" for guard in self._table.guards.values()))
        self.version = rule_version()
        self._cache = Cache(cache, self.version)
        self._local = threading.local()

    def load(self) -> None:
        """Read Harper's dictionary into this process; threads share it, and others go on meanwhile."""
        self._linter()

    def check(self, document: Document) -> Iterator[Finding]:
        spans = list(self._suspects(document))
        answers = self._answers([document.slice(span) for span in spans])
        for span in spans:
            sentence = document.slice(span)
            for lint in answers[sentence]:
                meaning = self._table.meaning(lint.rule, lint.kind)
                if meaning and _touches(self._table.guards[lint.rule], sentence, lint):
                    yield _finding(span.start, lint, meaning)

    def _suspects(self, document: Document) -> Iterator[Span]:
        """The sentences in which a rule has something to look at."""
        if not self._suspect(document.text):
            return
        for line in document.lines:
            text = document.text[line.start : line.end]
            if self._suspect(text):
                for start, end in sentences_of(text):
                    if self._suspect(text[start:end]):
                        yield Span(line.start + start, line.start + end)

    def _suspect(self, text: str) -> bool:
        return self._sieve.search(text.encode()) is not None

    def _answers(self, sentences: list[str]) -> dict[str, list[_Lint]]:
        known = {text: [_Lint(*row) for row in rows] for text, rows in self._cache.get(sentences).items()}
        new = {text: self._asked(text) for text in dict.fromkeys(sentences) if text not in known}
        self._cache.put(new)
        return known | new

    def _asked(self, sentence: str) -> list[_Lint]:
        found = self._linter().organized_lints(sentence, language="plaintext", dedup=False)
        return [
            _Lint(
                lint.span.start,
                lint.span.end,
                rule,
                lint.lint_kind,
                " ".join(lint.message.split()),
                _ranked(sentence[lint.span.start : lint.span.end], lint.suggestions),
            )
            for rule, lints in found.items()
            for lint in lints
        ]

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


@lru_cache
def _pattern(guard: str) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    return re2.compile(guard, options)


def _touches(guard: str, sentence: str, lint: _Lint) -> bool:
    return any(m.start() < lint.end and lint.start < m.end() for m in _pattern(guard).finditer(sentence))


def _ranked(wrong: str, suggestions: Iterable[Any]) -> list[tuple[int, str]]:
    """Those that change least come first, for Harper gives some in an order that differs from run to run."""
    from rapidfuzz.distance import DamerauLevenshtein

    fixes = {(int(fix.kind), fix.replacement_text) for fix in suggestions}
    distance = {fix: DamerauLevenshtein.distance(wrong, _result(wrong, *fix)) for fix in fixes}
    return sorted(fixes, key=lambda fix: (distance[fix], fix))[:_MOST_FIXES]


def _result(wrong: str, kind: int, text: str) -> str:
    return wrong + text if kind == _INSERT_AFTER else "" if kind == _REMOVE else text


def _finding(offset: int, lint: _Lint, meaning: Meaning) -> Finding:
    span = Span(offset + lint.start, offset + lint.end)
    return Finding(
        rule=f"harper.{lint.rule}",
        span=span,
        message=lint.message,
        severity=meaning.severity,
        mqm=meaning.mqm,
        confidence=meaning.confidence,
        fixes=tuple(Fix((_edit(span, *fix),)) for fix in lint.fixes),
        explanation=f"Harper, rule {lint.rule}",
    )


def _edit(span: Span, kind: int, text: str) -> Edit:
    """Harper replaces the span, removes it, or inserts after it."""
    if kind == _INSERT_AFTER:
        return Edit(Span(span.end, span.end), text)
    return Edit(span, "" if kind == _REMOVE else text)
