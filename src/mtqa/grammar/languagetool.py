"""LanguageTool (https://languagetool.org) over HTTP, through language-tool-python.

Paragraphs are sent several at a time, since a request costs far more than a sentence; what comes back is mapped to
each paragraph and remembered by its text. LanguageTool counts in UTF-16: every character beyond the Basic
Multilingual Plane is sent as one stand-in of its kind, so that its offsets are ours and need no other conversion
(lengths that language-tool-python gives after such a character are wrong). Only rules that look at one sentence are
let through (``data/languagetool.yaml``), so that an answer does not depend on what was sent along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from mtqa.document import Span
from mtqa.errors import Place
from mtqa.finding import Edit, Finding, Fix
from mtqa.grammar import EngineError, server
from mtqa.grammar.table import load_table
from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mtqa.document import Document
    from mtqa.grammar import LanguageToolOptions
    from mtqa.grammar.cache import Cache

_BATCH = 8_000  # code points; the limit of the public server is 20,000
_GAP = "\n\n"
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


class LanguageToolChecker:
    """LanguageTool's findings, by the rules and categories that ``data/languagetool.yaml`` lets through."""

    name = "languagetool"

    def __init__(self, options: LanguageToolOptions, cache: Path | None = None) -> None:
        try:
            client = version("language-tool-python")
        except PackageNotFoundError as error:
            raise EngineError(
                "grammar: LanguageTool's client is not installed",
                remedy='python -m pip install "mtqa[languagetool]", or use --grammar off',
            ) from error
        self._options = options
        self._table = load_table("languagetool")
        where = options.url or f"local {server.VERSION}"
        settings = f"{options.language} {sorted(options.disabled)} {options.picky}"
        self.version = f"{client} {where} {settings} {self._table.digest}"
        self._cache_file = cache
        self._cache: Cache | None = None
        self._tool: Any = None
        self._failures = 0

    def check(self, document: Document) -> Iterator[Finding]:
        """Raises :class:`EngineError` when the server cannot be reached or does not answer as it should."""
        pieces = list(_pieces(document))
        answers = self._remembered([document.slice(piece) for piece in pieces])
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

    def _remembered(self, texts: Sequence[str]) -> dict[str, list[_Match]]:
        """The matches of each text, from the cache where it has them."""
        if self._cache_file and self._cache is None:
            from mtqa.grammar.cache import Cache

            self._cache = Cache(self._cache_file, self.version)
        found: dict[str, list[_Match]] = {}
        new: list[str] = []
        for text in dict.fromkeys(texts):
            kept = self._cache.get(text) if self._cache else None
            if kept is None:
                new.append(text)
            else:
                found[text] = [_of_row(row) for row in kept]
        for batch in _batches(new):
            asked = self._ask(batch)
            if self._cache:
                self._cache.put((text, [_row(m) for m in asked[text]]) for text in batch)
            found |= asked
        return found

    def _ask(self, texts: Sequence[str]) -> dict[str, list[_Match]]:
        """Ask the server about several texts at once; a local server that died is started once more."""
        if self._failures >= _PATIENCE:
            raise EngineError(
                f"not checked: LanguageTool failed {self._failures} times and is not asked any more",
                remedy="see the first error",
            )
        try:
            matches = self._request(_GAP.join(texts))
        except EngineError:
            self._failures += 1
            raise
        self._failures = 0
        return _shared_out(texts, matches)

    def _request(self, text: str) -> list[_Match]:
        sent = _ASTRAL.sub(lambda m: "一" if m[0].isalpha() else "☃", text)
        for again in (False, True):
            try:
                if self._tool is None:
                    self._tool = self._connect()
                if not self._options.url:
                    server.touch()
                return [_read(match, text) for match in self._tool.check(sent)]
            except EngineError:
                raise
            except Exception as error:  # the library lets any error of the reply's shape through
                self._tool = None
                if again or self._options.url or _timed_out(error):
                    raise self._failed(error) from error
        raise AssertionError  # the second round returns or raises

    def _failed(self, error: Exception) -> EngineError:
        where = self._options.url or "the local LanguageTool server"
        said = " ".join(str(error).split())[:200] or "nothing"
        if _timed_out(error):
            return EngineError(
                f"not checked: {where} did not answer within {self._options.timeout:g} seconds",
                remedy="raise timeout under [grammar.languagetool], or use --grammar off",
            )
        return EngineError(
            f"not checked: {where} answered with an error: {type(error).__name__}: {said}",
            remedy="see mtqa languagetool status, or use --grammar off",
        )

    def _connect(self) -> Any:
        import language_tool_python

        options = self._options
        base: Any = language_tool_python.LanguageTool

        class Client(base):  # type: ignore[misc]  # a base that only the extra has
            """Waits as long as configured, and asks once: what is tried again is decided here."""

            _TIMEOUT = options.timeout

            def _query_server(self, url: str, params: Any = None, num_tries: int = 1, method: Any = "get") -> Any:
                return super()._query_server(url, params, min(num_tries, 1), method)

        tool = Client(options.language, remote_server=options.url or server.ensure(options))
        tool.disabled_rules = {*_TEXT_LEVEL, *options.disabled}
        tool.picky = options.picky
        return tool


def _pieces(document: Document) -> Iterator[Span]:
    """Paragraphs with something in them; what is over the size of a request is cut between sentences."""
    for line in document.lines:
        text = document.slice(line.span)
        if not text.strip():
            continue
        if len(text) <= _BATCH:
            yield line.span
            continue
        start = end = 0
        for _, stop in [*sentences_of(text), (len(text), len(text))]:
            if stop - start > _BATCH and end > start:
                yield Span(line.start + start, line.start + end)
                start = end
            end = stop
            if end - start > _BATCH:
                raise EngineError(
                    f"not checked: a sentence of {end - start:,} characters; the limit is {_BATCH:,}",
                    place=Place(document.path, line.number),
                    remedy="leave the article out, or use --grammar off for it",
                )
        if end > start:
            yield Span(line.start + start, line.start + end)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH:
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


def _timed_out(error: BaseException | None) -> bool:
    """True when a time-out is at the root of the library's error."""
    while error is not None:
        if "Timeout" in type(error).__name__ and "Connect" not in type(error).__name__:
            return True
        error = error.__cause__
    return False
