"""The matching engine: one RE2 filter over each line for all rules at once, then ``re`` for the few that may match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Layer
from mtqa.rules.guard import widen
from mtqa.rules.pattern import fit_case, recase
from mtqa.rules.programs import compiled
from mtqa.rules.scan import Scanner, re2_options
from mtqa.segment import is_longer, most_characters, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mtqa.document import Document
    from mtqa.rules.load import Entry, RuleSet
    from mtqa.rules.schema import ContextSpec

_BLANK = re.compile(r"\{(?:match|good|zh)\}")
_OPENERS = "\"'“‘([•-–— \t"
_REFERENCE = re.compile(r"\\g<([A-Za-z_]\w*)>|\\([1-9])(?!\d)")
_LONG = 200
_TRIES = 3
_SHORT = 30  # words; on longer lines, patterns for lines of so many words or fewer are not even looked for


@lru_cache(maxsize=8192)
def _finder(guard: str) -> Any:
    """``search(data, position)`` of one guard over UTF-8."""
    import re2

    return re2.compile(guard, re2_options()).search


@lru_cache(maxsize=256)
def _widened(pattern: str) -> str:
    return widen(pattern)


def matches(pattern: str, guard: str, text: str, data: bytes) -> Iterator[re.Match[str]]:
    """What ``finditer`` of ``pattern`` gives on ``text``, empty matches aside; ``data`` is the text in UTF-8.

    On long texts RE2 first says where a match may start, many times faster than ``re`` finds out: every match starts
    where its guard matches. A guard that says so in too many places gives way to ``re``.
    """
    start = position = tries = 0  # ``position`` is ``start`` in bytes
    if len(text) >= _LONG:
        search = _finder(guard)
        while tries < _TRIES:
            found = search(data, position)
            if found is None:
                return
            start += len(data[position : found.start()].decode())
            match = compiled(pattern).match(text, start)
            if match and match.end() == start:
                break
            if match:
                yield match
                end = match.end()
            else:
                tries += 1
                end = start + 1
            position = found.start() + len(text[start:end].encode())
            start = end
    yield from (match for match in compiled(pattern).finditer(text, start) if match.end() > match.start())


class Contexts:
    """Which named contexts a document shows; each is looked for at most once."""

    def __init__(self, document: Document, specs: Mapping[str, ContextSpec]) -> None:
        self._document = document
        self._data = document.text.encode()
        self._specs = specs
        self._known: dict[str, bool] = {}
        self._any: dict[tuple[str, ...], bool] = {(): True}

    def any(self, names: tuple[str, ...]) -> bool:
        """True when no context is asked for or the document shows one of ``names``."""
        if (found := self._any.get(names)) is None:
            found = self._any[names] = any(self._holds(name) for name in names)
        return found

    def _holds(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = self._search(self._specs[name])
        return self._known[name]

    def _search(self, spec: ContextSpec) -> bool:
        found: set[str] = set()
        for match in matches(spec.full, _widened(spec.full), self._document.text, self._data):
            found.add(match[0].casefold())
            if len(found) >= spec.at_least:
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Unit:
    """The stretch of text an entry is matched against, the same in UTF-8, and where it starts in the document."""

    text: str
    data: bytes
    start: int


class _Scanned:
    """Entries that are matched against lines or texts, with what says which of them may match."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        guards, literals = [entry.guard for entry in self.entries], [entry.literals for entry in self.entries]
        self._scanner = Scanner(guards, literals) if self.entries else None

    def candidates(self, unit: _Unit) -> Iterator[Entry]:
        """The entries, in order, that may match, and some that do not."""
        if self._scanner is not None:
            for index in self._scanner.candidates(unit.text, unit.data):
                yield self.entries[index]


class PatternChecker:
    """All pattern entries of a rule set as one checker."""

    name = "rules"

    def __init__(self, rules: RuleSet, entries: tuple[Entry, ...] | None = None) -> None:
        chosen = tuple(entry for entry in rules.entries if entry.kind != "consistency") if entries is None else entries
        self.version = rules.digest
        self._contexts = rules.contexts
        by_line = [entry for entry in chosen if entry.scope != "text"]
        self._by_text = _Scanned(entry for entry in chosen if entry.scope == "text")
        self._short_line = _Scanned(by_line)
        self._long_line = _Scanned(entry for entry in by_line if not entry.max_words or entry.max_words > _SHORT)

    def check(self, document: Document) -> Iterator[Finding]:
        contexts = Contexts(document, self._contexts)
        for line in document.lines:
            if line.start < line.end:
                text = document.text[line.start : line.end]
                unit = _Unit(text, text.encode(), line.start)
                scanned = self._short_line if len(text) <= most_characters(_SHORT) else self._long_line
                for entry in scanned.candidates(unit):
                    if contexts.any(entry.context) and not (entry.max_words and is_longer(text, entry.max_words)):
                        yield from self._confirm(document, entry, unit)
        if self._by_text.entries and document.text:
            unit = _Unit(document.text, document.text.encode(), 0)
            for entry in self._by_text.candidates(unit):
                if contexts.any(entry.context):
                    yield from _match(document, entry, unit)

    @staticmethod
    def _confirm(document: Document, entry: Entry, unit: _Unit) -> Iterator[Finding]:
        if entry.scope != "sentence":
            return _match(document, entry, unit)
        parts = [(unit.text[start:end], unit.start + start) for start, end in sentences_of(unit.text)]
        return chain.from_iterable(_match(document, entry, _Unit(text, text.encode(), start)) for text, start in parts)


def _match(document: Document, entry: Entry, unit: _Unit) -> Iterator[Finding]:
    for match in matches(entry.pattern, entry.guard, unit.text, unit.data):
        sentence = _sentence(unit.text, match.start()) if entry.unless or entry.when else ""
        if entry.unless and compiled(entry.unless).search(sentence):
            continue
        if entry.when and not compiled(entry.when).search(sentence):
            continue
        yield _finding(document, entry, match, unit)


def _sentence(text: str, offset: int) -> str:
    """The sentence around ``offset``, or its line where it stands in none; a sentence never crosses a line's end."""
    left = text.rfind("\n", 0, offset) + 1
    line = text[left:].partition("\n")[0]
    return next((line[start:end] for start, end in sentences_of(line) if start <= offset - left < end), line)


def _finding(document: Document, entry: Entry, match: re.Match[str], unit: _Unit) -> Finding:
    start, end = match.span("flag") if "flag" in match.re.groupindex and match["flag"] is not None else match.span()
    span = Span(unit.start + start, unit.start + end)
    if entry.delete == "line" and entry.layer is Layer.BLOCK:
        span = document.line_at(span.start).span
    replacements = _replacements(entry, match, unit, start, end)
    return Finding(
        rule=entry.id,
        span=span,
        message=_message(entry, unit.text[start:end], replacements),
        severity=entry.severity,
        mqm=entry.mqm,
        confidence=entry.confidence,
        fixes=_fixes(document, entry, span, replacements),
        layer=entry.layer,
        source_wording=entry.zh,
        explanation=entry.note,
        fields=_fields(match) if entry.layer is Layer.METADATA else {},
    )


def _fields(match: re.Match[str]) -> dict[str, str]:
    """Captured fields; ``authors2`` of a second alternative is ``authors``, since group names must differ."""
    found = match.groupdict().items()
    return {name.rstrip("0123456789"): value.strip() for name, value in found if value and value.strip()}


def _replacements(entry: Entry, match: re.Match[str], unit: _Unit, start: int, end: int) -> list[str]:
    matched = unit.text[start:end]
    starts = not matched.islower() and starts_sentence(unit.text, start)  # only capitals depend on it
    candidates = [_expanded(match, good) if entry.template and "\\" in good else good for good in entry.good]
    found = []
    for candidate in candidates or [matched] * bool(entry.letters):
        if entry.letters:
            text = recase(candidate, entry.letters)
        else:
            text = fit_case(candidate, matched, starts_sentence=starts, exact=entry.exact_case)
        if text != matched and text not in found:
            found.append(text)
    return found


def _expanded(match: re.Match[str], template: str) -> str:
    """``match.expand``, which reads the template anew each time, six times as fast where it has only references."""
    if "\\" in _REFERENCE.sub("", template):
        return match.expand(template)
    return _REFERENCE.sub(lambda group: match[group[1] or int(group[2])] or "", template)


def starts_sentence(text: str, offset: int) -> bool:
    """True when only opening quotes, brackets or bullets stand between ``offset`` and its sentence's start."""
    left = text.rfind("\n", 0, offset) + 1
    line = text[left:].partition("\n")[0]
    start = next((s for s, e in sentences_of(line) if s <= offset - left < e), 0)
    return not line[start : offset - left].strip(_OPENERS)


def _fixes(document: Document, entry: Entry, span: Span, replacements: list[str]) -> tuple[Fix, ...]:
    if entry.delete == "line":
        return (Fix((Edit(document.line_at(span.start).full, ""),), entry.safety),)
    if entry.delete == "match":
        return (Fix((Edit(_with_space(document.text, span), ""),), entry.safety),)
    return tuple(Fix((Edit(span, text),), entry.safety) for text in replacements)


def _with_space(text: str, span: Span) -> Span:
    """The span and one space beside it, where deleting the span alone would leave two, or one before a stop."""
    before = text[span.start - 1 : span.start] == " "
    after = text[span.end : span.end + 1]
    if before and (not after or after in " \n\r.,;:!?)"):
        return Span(span.start - 1, span.end)
    if after == " " and (span.start == 0 or text[span.start - 1] == "\n"):
        return Span(span.start, span.end + 1)
    return span


def _message(entry: Entry, matched: str, replacements: list[str]) -> str:
    filled = {"{match}": matched, "{good}": replacements[0] if replacements else "", "{zh}": entry.zh}
    return _BLANK.sub(lambda blank: filled[blank[0]], entry.message)
