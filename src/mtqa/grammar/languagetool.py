"""LanguageTool (https://languagetool.org) over HTTP, through language-tool-python.

Paragraphs are sent several at a time, since a request costs far more than a sentence; what comes back is mapped to
each paragraph and remembered by its text. LanguageTool counts in UTF-16: every character beyond the Basic
Multilingual Plane is sent as one stand-in of its kind, so that its offsets are ours and need no other conversion
(lengths that language-tool-python gives after such a character are wrong). Only rules that look at one sentence are
let through (``data/languagetool.yaml``), so that an answer does not depend on what was sent along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from mtqa.document import Span
from mtqa.errors import Place
from mtqa.finding import Edit, Finding, Fix
from mtqa.grammar import EngineError, server
from mtqa.grammar.cache import Cache
from mtqa.grammar.client import about, connect, failure, timed_out
from mtqa.grammar.table import load_table
from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mtqa.document import Document
    from mtqa.grammar import LanguageToolOptions

_BATCH = 8_000  # code points; the limit of the public server is 20,000
_GAP = "\n\n"
CLIENT = 'python -m pip install "mtqa[languagetool]"'
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_MOST_FIXES = 3
_PATIENCE = 3  # documents that may fail one after the other before the engine is given up
_TEXT_LEVEL = ["ENGLISH_WORD_REPEAT_BEGINNING_RULE", "EN_WORD_COHERENCY", "TOO_LONG_PARAGRAPH", "MORFOLOGIK_RULE_EN_US"]


@dataclass(frozen=True, slots=True)
class _Match:
    """One match in a piece of text: code points, the rule's id, what it says and proposes."""

    start: int
    end: int
    rule: str
    category: str
    message: str
    fixes: tuple[str, ...]


class _OverLimitError(EngineError):
    """A sentence that is longer than the server takes; says nothing against the server."""


def installed() -> str | None:
    """The version of language-tool-python, None when it is missing."""
    try:
        return version("language-tool-python")
    except PackageNotFoundError:
        return None


class LanguageToolChecker:
    """LanguageTool's findings, by the rules and categories that ``data/languagetool.yaml`` lets through."""

    name = "languagetool"

    def __init__(self, options: LanguageToolOptions, cache: Path | None = None) -> None:
        if (client := installed()) is None:
            raise EngineError("LanguageTool's client is not installed", remedy=f"{CLIENT}, or use --grammar off")
        self._options = replace(options, disabled=tuple(sorted({*options.disabled, *_TEXT_LEVEL})))
        self._table = load_table("languagetool")
        self.version = f"{client} {self._options.language} {self._options.disabled} {self._options.picky}"
        self._cache_file = cache
        self._cache: Cache | None = None
        self._limit = _BATCH
        self._tool: Any = None
        self._failures = 0

    def check(self, document: Document) -> Iterator[Finding]:
        """Raises :class:`EngineError` when the server cannot be reached or does not answer as it should."""
        if self._failures >= _PATIENCE:
            raise EngineError(
                f"not checked: LanguageTool failed {self._failures} times and is not asked any more",
                remedy="see the first error",
            )
        try:
            if self._cache is None:
                self._cache = self._prepared()
            pieces = list(_pieces(document, self._limit))
            answers = self._remembered(self._cache, [document.slice(piece) for piece in pieces])
        except _OverLimitError:
            raise
        except EngineError:
            self._failures += 1
            raise
        self._failures = 0
        for piece in pieces:
            for match in answers[document.slice(piece)]:
                if found := self._finding(piece, match):
                    yield found

    def _finding(self, piece: Span, match: _Match) -> Finding | None:
        meaning = self._table.meaning(match.rule, match.category)
        if meaning is None:
            return None
        span = Span(piece.start + match.start, piece.start + match.end)
        return Finding(
            rule=f"languagetool.{match.rule}",
            span=span,
            message=" ".join(match.message.split()),
            severity=meaning.severity,
            mqm=meaning.mqm,
            confidence=meaning.confidence,
            fixes=tuple(Fix((Edit(span, fix),)) for fix in match.fixes),
            explanation=f"LanguageTool, rule {match.rule}",
        )

    # -- answers

    def _prepared(self) -> Cache:
        """The cache for this very server, rules and settings; a remote server is asked who it is."""
        options, version = self._options, f"local {server.VERSION}"
        if options.url:
            server_is = about(options)
            version = f"{options.url} {server_is.version}"
            self._limit = min(_BATCH, server_is.limit)
        return Cache(self._cache_file, f"languagetool {version} {self.version}")

    def _remembered(self, cache: Cache, texts: Sequence[str]) -> dict[str, list[_Match]]:
        """The matches of each text, from the cache where it has them."""
        known = {text: [_of_row(row) for row in rows] for text, rows in cache.get(texts).items()}
        for batch in _batches([text for text in dict.fromkeys(texts) if text not in known], self._limit):
            asked = _shared_out(batch, self._request(_GAP.join(batch)))
            cache.put({text: [_row(match) for match in asked[text]] for text in batch})
            known |= asked
        return known

    def _request(self, text: str) -> list[_Match]:
        """Ask the server; a local one that died is started once more."""
        sent = _ASTRAL.sub(lambda m: "一" if m[0].isalpha() else "☃", text)
        for again in (False, True):
            try:
                if self._tool is None:
                    self._tool = connect(self._options, self._options.url or server.ensure(self._options))
                if not self._options.url:
                    server.touch()
                return [_read(match, text) for match in self._tool.check(sent)]
            except EngineError:
                raise
            except Exception as error:  # the library lets any error of the reply's shape through
                self._tool = None
                if again or self._options.url or timed_out(error):
                    raise failure(self._options, error) from error
        raise AssertionError  # the second round returns or raises


def _pieces(document: Document, limit: int) -> Iterator[Span]:
    """Paragraphs with something in them; what is over ``limit`` characters is cut between sentences."""
    for line in document.lines:
        text = document.slice(line.span)
        if not text.strip():
            continue
        if len(text) <= limit:
            yield line.span
            continue
        start = end = 0
        for _, stop in [*sentences_of(text), (len(text), len(text))]:
            if stop - start > limit and end > start:
                yield Span(line.start + start, line.start + end)
                start = end
            end = stop
            if end - start > limit:
                raise _OverLimitError(
                    f"not checked: a sentence of {end - start:,} characters; the limit is {limit:,}",
                    place=Place(document.path, line.number),
                    remedy="leave the article out, or use --grammar off for it",
                )
        if end > start:
            yield Span(line.start + start, line.start + end)


def _batches(texts: Sequence[str], limit: int) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > limit:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text) + len(_GAP)
    if batch:
        yield batch


def _shared_out(texts: Sequence[str], matches: Sequence[_Match]) -> dict[str, list[_Match]]:
    """Matches in the joined text, as matches in each of the texts; one that reaches over a gap belongs to none."""
    found: dict[str, list[_Match]] = {}
    start = 0
    for text in texts:
        end = start + len(text)
        found[text] = [
            _Match(m.start - start, m.end - start, m.rule, m.category, m.message, m.fixes)
            for m in matches
            if start <= m.start and m.end <= end
        ]
        start = end + len(_GAP)
    return found


def _read(match: Any, text: str) -> _Match:
    """A match of the library's; raises ValueError for one outside the text."""
    start, end = match.offset, match.offset + match.error_length
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"a match at {start} to {end} of {len(text)} characters")
    fixes = tuple(match.replacements[:_MOST_FIXES])
    return _Match(start, end, match.rule_id, match.category, match.message, fixes)


def _row(match: _Match) -> list[Any]:
    return [match.start, match.end, match.rule, match.category, match.message, list(match.fixes)]


def _of_row(row: Sequence[Any]) -> _Match:
    start, end, rule, category, message, fixes = row
    return _Match(start, end, rule, category, message, tuple(fixes))
