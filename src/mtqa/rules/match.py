"""The matching engine: one RE2 scan of each line for all rules at once, then ``re`` for the few that may match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Layer
from mtqa.rules.pattern import fit_case, recase
from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mtqa.document import Document, Line
    from mtqa.rules.load import Entry, RuleSet
    from mtqa.rules.schema import ContextSpec

_MEMORY = 256 << 20
_OPENERS = "\"'“‘([•-–— \t"


def compile_set(guards: Sequence[str]) -> Any:
    """An RE2 set over ``guards``; its ``Match(text)`` gives the indices of those that may match, or None."""
    import re2

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    scanner = re2.Set.SearchSet(options)
    for guard in guards:
        scanner.Add(guard)
    if guards:
        scanner.Compile()
    return scanner


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> re.Pattern[str]:
    """``re.compile``, remembered; entries are compiled when they first may match."""
    return re.compile(pattern)


class Contexts:
    """Which named contexts a document shows; each is looked for at most once."""

    def __init__(self, document: Document, specs: Mapping[str, ContextSpec]) -> None:
        self._document = document
        self._specs = specs
        self._known: dict[str, bool] = {}

    def any(self, names: Sequence[str]) -> bool:
        """True when no context is asked for or the document shows one of ``names``."""
        return not names or any(self._holds(name) for name in names)

    def _holds(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = self._search(self._specs[name])
        return self._known[name]

    def _search(self, spec: ContextSpec) -> bool:
        found: set[str] = set()
        for match in compiled(spec.pattern if spec.case else f"(?i:{spec.pattern})").finditer(self._document.text):
            found.add(match[0].casefold())
            if len(found) >= spec.at_least:
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Unit:
    """The stretch of text an entry is matched against, and where it starts in the document."""

    text: str
    start: int


class PatternChecker:
    """All pattern entries of a rule set as one checker."""

    name = "rules"

    def __init__(self, rules: RuleSet, entries: tuple[Entry, ...] | None = None) -> None:
        chosen = tuple(entry for entry in rules.entries if entry.kind != "consistency") if entries is None else entries
        self.version = rules.digest
        self._contexts = rules.contexts
        self._by_line = tuple(entry for entry in chosen if entry.scope != "text")
        self._by_text = tuple(entry for entry in chosen if entry.scope == "text")
        self._line_set = compile_set([entry.guard for entry in self._by_line])
        self._text_set = compile_set([entry.guard for entry in self._by_text])

    def check(self, document: Document) -> Iterator[Finding]:
        contexts = Contexts(document, self._contexts)
        if self._by_line:
            scan, entries = self._line_set.Match, self._by_line
            for line in document.lines:
                if line.start < line.end:
                    text = document.text[line.start : line.end]
                    for index in scan(text) or ():
                        yield from self._confirm(document, entries[index], line, text, contexts)
        if self._by_text and document.text:
            for index in self._text_set.Match(document.text) or ():
                unit = _Unit(document.text, 0)
                yield from self._match(document, self._by_text[index], unit, contexts)

    def _confirm(
        self, document: Document, entry: Entry, line: Line, text: str, contexts: Contexts
    ) -> Iterator[Finding]:
        if entry.scope == "sentence":
            for start, end in sentences_of(text):
                yield from self._match(document, entry, _Unit(text[start:end], line.start + start), contexts)
        else:
            yield from self._match(document, entry, _Unit(text, line.start), contexts)

    def _match(self, document: Document, entry: Entry, unit: _Unit, contexts: Contexts) -> Iterator[Finding]:
        for match in compiled(entry.pattern).finditer(unit.text):
            if match.end() == match.start() or not contexts.any(entry.context):
                continue
            sentence = _sentence(unit.text, match.start()) if entry.unless or entry.when else ""
            if entry.unless and compiled(entry.unless).search(sentence):
                continue
            if entry.when and not compiled(entry.when).search(sentence):
                continue
            yield _finding(document, entry, match, unit)


def _sentence(text: str, offset: int) -> str:
    return next((text[start:end] for start, end in sentences_of(text) if start <= offset < end), text)


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
    starts = starts_sentence(unit.text, start)
    candidates = [match.expand(good) if entry.template else good for good in entry.good]
    found = []
    for candidate in candidates or [matched] * bool(entry.letters):
        if entry.letters:
            text = recase(candidate, entry.letters)
        else:
            text = fit_case(candidate, matched, starts_sentence=starts, exact=entry.exact_case)
        if text != matched and text not in found:
            found.append(text)
    return found


def starts_sentence(text: str, offset: int) -> bool:
    """True when only opening quotes, brackets or bullets stand between ``offset`` and its sentence's start."""
    start = next((s for s, e in sentences_of(text) if s <= offset < e), 0)
    return not text[start:offset].strip(_OPENERS)


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
    first = replacements[0] if replacements else ""
    return entry.message.replace("{match}", matched).replace("{good}", first).replace("{zh}", entry.zh)
