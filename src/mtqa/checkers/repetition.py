"""Degenerate repetition: a decoder that says the same phrase twice, or one noun over and over.

``options.mode: phrase`` finds a phrase of at least ``min_words`` words that comes again at once, or one of at least
``min_words_with_gap`` words that comes again after at most ``max_gap`` words.
``options.mode: dense`` finds a content word that comes at least ``times`` times within ``window`` words, half of them
in one spelling, punctuation included.
Figures, dates and names in capitals do not count; neither does what commas or semicolons separate into a list.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.document import Document
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

_PUNCTUATION = ".,;:!?()[]\"'“”‘’"
_LEAST_REPEATED = 3  # words that a line must say again before there can be a finding
_TOKEN = re.compile(r"\S+")
_BREAK = re.compile(r"[.,;:!?…)”\"]$")
_WORD = re.compile(r"[^\W\d_]{2,}")


def build(rules: RuleSet, knowledge: Knowledge) -> RepetitionChecker:  # noqa: ARG001 - one shape for all checkers
    return RepetitionChecker(rules)


@dataclass(frozen=True, slots=True)
class _Hit:
    """Tokens ``[first, last)`` are the passage; ``[cut, last)`` is what a fix would drop (empty: no fix)."""

    first: int
    cut: int
    last: int


class RepetitionChecker:
    """The ``kind: repetition`` rules."""

    name = "repetition"

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.digest
        self._phrase = [rule for rule in rules.of_kind("repetition") if rule.spec.options["mode"] == "phrase"]
        self._dense = [rule for rule in rules.of_kind("repetition") if rule.spec.options["mode"] == "dense"]

    def check(self, document: Document) -> Iterator[Finding]:
        for line in document.lines:
            text = document.text[line.start : line.end]
            words = text.lower().split()
            often = Counter(words)
            if len(words) - len(often) < _LEAST_REPEATED:
                continue
            for rule in self._phrase:
                yield from _findings(rule, text, line.start, _phrases(words, rule))
            for rule in self._dense:
                yield from _findings(rule, text, line.start, _dense(words, often, rule))


def _phrases(words: Sequence[str], rule: Rule) -> Iterator[_Hit]:
    options = rule.spec.options
    least, most_gap = int(options["min_words"]), int(options["max_gap"])
    least_with_gap = int(options["min_words_with_gap"])
    keys = list(zip(*(words[start:] for start in range(least)), strict=False))
    if len(set(keys)) == len(keys):
        return
    last_seen: dict[tuple[str, ...], int] = {}
    position = 0
    while position < len(keys):
        key = keys[position]
        earlier = last_seen.get(key)
        last_seen[key] = position
        if earlier is None or position - earlier < least:
            position += 1
            continue
        length = _common(words, earlier, position)
        gap = position - earlier - length
        long_enough = gap == 0 or length >= least_with_gap
        if (
            0 <= gap <= most_gap
            and long_enough
            and _degenerate(words[earlier:position], words[position : position + length])
        ):
            yield _Hit(earlier, position if gap == 0 else position + length, position + length)
            position += length
        else:
            position += 1


def _common(words: Sequence[str], one: int, two: int) -> int:
    """How many words from ``one`` and ``two`` on are the same, the first run not reaching into the second."""
    length = 0
    while two + length < len(words) and one + length < two and words[one + length] == words[two + length]:
        length += 1
    return length


def _degenerate(first: Sequence[str], again: Sequence[str]) -> bool:
    """No list, no figure, no refrain: nothing ends at punctuation, and real words repeat."""
    letters = [word for word in again if _WORD.fullmatch(word)]
    return not any(_BREAK.search(word) for word in first) and len(letters) >= len(again) - 1 and len(letters) > 1


def _dense(words: Sequence[str], often: Counter[str], rule: Rule) -> Iterator[_Hit]:
    times, window = int(rule.spec.options["times"]), int(rule.spec.options["window"])
    letters = int(rule.spec.options["min_letters"])
    if len(words) < times:
        return
    cores = {word.strip(_PUNCTUATION) for word, count in often.items() if count >= times // 2 and len(word) >= letters}
    forms = {word: core for word in often if (core := word.strip(_PUNCTUATION)) in cores} if cores else {}
    places: dict[str, list[int]] = {}
    for index, word in enumerate(words if forms else ()):
        if (core := forms.get(word, "")) and len(core) >= letters and core.isalpha():
            places.setdefault(core, []).append(index)
    for found in places.values():
        yield from _windows(found, times, window)


def _windows(found: Sequence[int], times: int, window: int) -> Iterator[_Hit]:
    start = 0
    while start + times <= len(found):
        if found[start + times - 1] - found[start] < window:
            stop = start + times
            while stop < len(found) and found[stop] - found[stop - times + 1] < window:
                stop += 1
            yield _Hit(found[start], found[stop - 1] + 1, found[stop - 1] + 1)
            start = stop
        else:
            start += 1


def _findings(rule: Rule, text: str, offset: int, hits: Iterator[_Hit]) -> Iterator[Finding]:
    tokens: list[tuple[int, int]] = []
    for hit in hits:
        tokens = tokens or [match.span() for match in _TOKEN.finditer(text)]
        start, end = tokens[hit.first][0], tokens[hit.last - 1][1]
        fixes: tuple[Fix, ...] = ()
        if hit.cut < hit.last:
            fixes = (Fix((Edit(Span(offset + tokens[hit.cut - 1][1], offset + end), ""),)),)
        yield Finding(
            rule=rule.id,
            span=Span(offset + start, offset + end),
            message=rule.spec.message,
            severity=rule.severity,
            mqm=rule.spec.mqm,
            confidence=0.9,
            fixes=fixes,
            explanation=rule.spec.note,
        )
