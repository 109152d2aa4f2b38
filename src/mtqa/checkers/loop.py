"""Decoder loops and stutter: from a doubled word to a phrase that comes dozens of times, and nouns in a pile.

Each ``kind: loop`` rule takes one ``options.mode``:

``word``     a word that comes twice at once: function words (``options.words``), and other words from ``min_letters``
             letters on, unless people do double them (``options.doubled``: "very very", "knock knock").
``phrase``   a phrase of at least ``min_words`` words that comes twice at once, one of ``min_words_with_gap`` that comes
             again after at most ``max_gap`` words, a list item or a whole sentence that comes twice in a row.
``runaway``  three copies or more, one after the other; ``list_copies`` where commas stand between them, since three
             are rhetoric.
``dense``    a content word that comes ``times`` times within ``window`` words, more than half of them in one
             spelling, punctuation included; not the head of a list.

The first three are read off the same runs (:mod:`mtqa.checkers.runs`), and one muddle gives one finding.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

from mtqa.checkers.runs import Run, runs
from mtqa.checkers.wordlist import listed
from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix
from mtqa.grammar.lexicon import zipf
from mtqa.rules.schema import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

_PUNCTUATION = ".,;:!?()[]\"'“”‘’"
_ENDING = ".,;:!?…\"”’')"  # what may follow a word and belongs to the sentence
_TOKEN = re.compile(r"\S+")
_BREAK = re.compile(r"[.,;:!?…()\[\]“”\"/|–—=\-&{}]$|^[(\[{“\"]|[^\W\d_][,;!?][^\W\d_]")
_ENDS = re.compile(r"\W$")
_STOP = re.compile(r"[.!?…][”\"’')]*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COLUMNS = re.compile(r"\t|\s{2}")
_LETTERS = 4  # of a word that says something
_LINKS = frozenset(("and", "or", "by", "to", "after", "upon", "for", "in", "on", "with", "but"))
_ITEMS = frozenset(("and", "or"))
_ITEM = re.compile(r"[,;]")
_COMMON = 4.0  # Zipf
# A list item that comes twice has none of these; what is said twice for effect has.
_DIGIT = re.compile(r"\d")
_RHETORIC = frozenset(
    (
        "a",
        "an",
        "no",
        "not",
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "my",
        "your",
        "his",
        "her",
        "our",
        "their",
        "me",
    )
)
_LEAST_SENTENCE = 6  # words; shorter sentences are doubled for effect
_SHOWN = 60
_NEAR = 8  # words between two runs of one muddle


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> LoopChecker:  # noqa: ARG001 - one shape for all
    return LoopChecker(rules)


@dataclass(frozen=True, slots=True)
class _Hit:
    """Tokens ``[first, last)`` are the passage; ``[cut, last)`` is what a fix would drop (empty: no fix).

    ``[said, said + period)`` is the phrase, and ``copies`` how often it comes.
    """

    first: int
    cut: int
    last: int
    copies: int = 2
    period: int = 1
    said: int = 0


@dataclass(frozen=True)
class _Line:
    """One line, its offset in the document, its tokens in small letters, and these without the marks at their ends."""

    text: str
    offset: int
    words: Sequence[str]
    bare: Sequence[str]

    @cached_property
    def tokens(self) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(self.text)]

    def columns(self, hit: _Hit) -> bool:
        """True where a tab or several spaces part the tokens: cells of a table."""
        return _COLUMNS.search(self.text, self.tokens[hit.first][0], self.tokens[hit.last - 1][1]) is not None

    def end(self, hit: _Hit) -> int:
        """Where the passage ends: marks after it are left out, unless the copy before it has them, too."""
        end = self.tokens[hit.last - 1][1]
        if hit.cut < hit.last and self.words[hit.cut - 1] != self.bare[hit.cut - 1]:
            return end
        return end - len(self.words[hit.last - 1]) + len(self.bare[hit.last - 1])

    def token(self, index: int) -> str:
        return self.text[slice(*self.tokens[index])] if 0 <= index < len(self.words) else ""


class LoopChecker:
    """The ``kind: loop`` rules."""

    name = "loop"

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.digest
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules.of_kind("loop"):
            self._rules.setdefault(rule.spec.options["mode"], []).append(rule)
        piles = [rule.spec.options for rule in self._rules.get("dense", ())]
        self._long = min([int(options["min_letters"]) for options in piles], default=1)
        self._dense_again = min([int(options["times"]) // 2 for options in piles], default=1 << 30)
        self._runs = [(mode, rule) for mode in _READERS for rule in self._rules.get(mode, ())]

    def check(self, document: Document) -> Iterator[Finding]:
        for place in document.lines:
            text = document.text[place.start : place.end]
            words = text.lower().split()
            bare = list(map(str.rstrip, words, repeat(_ENDING)))
            if "" in bare:
                bare = [one or word for one, word in zip(bare, words, strict=True)]
            again = len(bare) - len(set(bare))
            long = [word for word in words if len(word) >= self._long] if again >= self._dense_again else ()
            found = runs(bare, again) if again and self._runs else ()
            dense = len(long) - len(set(long)) >= self._dense_again
            if found or dense:
                yield from self._line(_Line(text, place.start, words, bare), found, dense=dense)

    def _line(self, line: _Line, found: Sequence[Run], *, dense: bool) -> Iterator[Finding]:
        lost = False
        for mode, rule in self._runs if found else ():
            hits = [hit for run in found if (hit := _READERS[mode](line, run, rule)) and not line.columns(hit)]
            if mode == "runaway":
                hits = _joined(hits)
                lost = lost or bool(hits)
            yield from _findings(rule, line, hits)
        for rule in self._rules.get("dense", ()) if dense and not lost else ():
            yield from _findings(rule, line, _dense(line.words, rule))


def _runaway(line: _Line, run: Run, rule: Rule) -> _Hit | None:
    unit = line.words[run.first : run.first + run.period]
    letters = [word for token in unit for word in _WORD.findall(token) if len(word) > 1]
    if 2 * len(letters) < len(unit) or (
        run.period == 1 and (len(letters[0]) == 1 or letters[0] in listed(rule, "doubled"))
    ):
        return None
    broken = any(map(_broken, line.words[run.first : run.last - 1]))
    rhetoric = run.period < 4 and (broken or (run.period == 2 and not _LINKS.isdisjoint(unit)))
    if run.copies < (int(rule.spec.options["list_copies"]) if rhetoric else 3):
        return None
    return _Hit(run.first, run.first + run.period, run.last, run.copies, run.period, run.first)


def _phrase(line: _Line, run: Run, rule: Rule) -> _Hit | None:
    unit = line.words[run.first : run.first + run.period]
    if run.period < 2 or run.copies > 2 or not _speaks(line, run):
        return None
    if run.copies == 2:
        again = run.first + run.period
        hit = _Hit(run.first, again, again + run.period, 2, run.period, run.first)
        broken = [index for index, token in enumerate(unit) if _broken(token)]
        if not broken:
            named = all(line.token(index)[:1].isupper() for index in range(run.first, again))
            return None if named or (run.period == 2 and _LINKS.intersection(unit)) else hit
        if broken != [run.period - 1]:
            return None
        if _STOP.search(unit[-1]):
            return hit if run.period >= _LEAST_SENTENCE else None
        said = sum(len(token.strip(_PUNCTUATION)) >= _LETTERS for token in unit)
        goes_on = line.words[hit.last - 1].endswith(",") or line.words[hit.last : hit.last + 1] in (["and"], ["or"])
        plain = _RHETORIC.isdisjoint(unit) and not any(map(_DIGIT.search, unit))
        return hit if unit[-1].endswith(",") and goes_on and said >= 2 and plain else None
    return _with_gap(line, run, rule)


def _with_gap(line: _Line, run: Run, rule: Rule) -> _Hit | None:
    """The phrase comes again after a word or so, as in "the safety of the workers and the safety of the workers".

    Two words between them make a parallel that says something: "the right to vote in the city and the right to …".
    """
    words, last = line.words, run.last
    again, gap = last - run.period, run.first + 2 * run.period - last
    if not 1 <= gap <= int(rule.spec.options["max_gap"]) or again - run.first < int(
        rule.spec.options["min_words_with_gap"]
    ):
        return None
    if any(map(_broken, words[run.first : again])) or any(map(_ENDS.search, words[again : again + gap])):
        return None
    return _Hit(run.first, last, last, 2, again - run.first, run.first)


def _speaks(line: _Line, run: Run) -> bool:
    """Real words repeat, no figures: at most one token of the second copy is no plain word."""
    again = line.words[run.first + run.period : run.last]
    plain = [word for word in again if _WORD.fullmatch(word.strip(_PUNCTUATION))]
    return len(plain) >= max(2, len(again) - 1)


def _word(line: _Line, run: Run, rule: Rule) -> _Hit | None:
    if run.period != 1 or run.copies != 2:
        return None
    word = line.bare[run.first]
    hit = _Hit(run.first, run.first + 1, run.last, 2, 1, run.first)
    one, two = line.token(run.first), line.token(run.first + 1).rstrip(_ENDING)
    if one != one.rstrip(_ENDING):
        return None  # "He ran, ran and ran."
    if word in listed(rule, "words"):
        return hit if two.islower() or one == two else None
    if not word.isalpha() or len(word) < int(rule.spec.options["min_letters"]) or word in listed(rule, "doubled"):
        return None
    if one.islower() and two.islower():
        return hit
    if one == two:  # "the Mekong River River", but not "Wagga Wagga"
        return hit if line.token(run.first - 1)[:1].isalpha() and word in listed(rule, "names") else None
    return hit if one.istitle() and two.islower() and zipf(word) >= _COMMON else None  # not "Rupicapra rupicapra"


_READERS = {"runaway": _runaway, "phrase": _phrase, "word": _word}


def _broken(token: str) -> bool:
    return _BREAK.search(token) is not None


def _joined(hits: Sequence[_Hit]) -> list[_Hit]:
    """Hits with few words between them as one, without a fix: the passage is lost."""
    joined: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.first, -hit.last)):
        if joined and hit.first - joined[-1].last <= _NEAR:
            before = joined.pop()
            last = max(before.last, hit.last)
            most = max(before, hit, key=lambda hit: (hit.copies, hit.period))
            hit = _Hit(before.first, last, last, most.copies, most.period, most.said)  # noqa: PLW2901
        joined.append(hit)
    return joined


def _dense(words: Sequence[str], rule: Rule) -> Iterator[_Hit]:
    times, window = int(rule.spec.options["times"]), int(rule.spec.options["window"])
    letters = int(rule.spec.options["min_letters"])
    often = Counter(word for word in words if len(word) >= letters)
    cores = {word.strip(_PUNCTUATION) for word, count in often.items() if count > times // 2}
    if not cores:
        return
    forms = {word: core for word in often if (core := word.strip(_PUNCTUATION)) in cores}
    places: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        if (core := forms.get(word, "")) and len(core) >= letters and core.isalpha():
            places.setdefault(core, []).append(index)
    for found in places.values():
        for hit in _windows(found, times, window):
            items = sum(word in _ITEMS or _ITEM.search(word) is not None for word in words[hit.first : hit.last - 1])
            if items < hit.copies - 2:  # else a list of like things
                yield hit


def _windows(found: Sequence[int], times: int, window: int) -> Iterator[_Hit]:
    start = 0
    while start + times <= len(found):
        if found[start + times - 1] - found[start] < window:
            stop = start + times
            while stop < len(found) and found[stop] - found[stop - times + 1] < window:
                stop += 1
            first, last = found[start], found[stop - 1] + 1
            yield _Hit(first, last, last, stop - start, 1, first)
            start = stop
        else:
            start += 1


def _findings(rule: Rule, line: _Line, hits: Iterable[_Hit]) -> Iterator[Finding]:
    for hit in hits:
        start, end = line.tokens[hit.first][0], line.end(hit)
        fixes: tuple[Fix, ...] = ()
        if hit.cut < hit.last:
            fixes = (Fix((Edit(Span(line.offset + line.tokens[hit.cut - 1][1], line.offset + end), ""),)),)
        said = line.text[line.tokens[hit.said][0] : line.tokens[hit.said + hit.period - 1][1]]
        yield _finding(rule, Span(line.offset + start, line.offset + end), said, hit.copies, fixes)


def _finding(rule: Rule, span: Span, said: str, copies: int, fixes: tuple[Fix, ...] = ()) -> Finding:
    said = said.strip(_PUNCTUATION)
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return Finding(
        rule=rule.id,
        span=span,
        message=rule.spec.message.replace("{match}", shown).replace("{copies}", str(copies)),
        severity=rule.severity,
        mqm=rule.spec.mqm,
        confidence=CONFIDENCE[rule.spec.confidence],
        fixes=fixes,
        explanation=rule.spec.note,
    )
