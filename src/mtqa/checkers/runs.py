"""Runs of repeated words in one line: where every word equals the one ``period`` words before it.

The common case, nothing repeats at once, must cost almost nothing: neighbours are compared in C, longer periods are
looked for only where some three words come twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from operator import eq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 60  # words of a phrase
_MOST_GAP = 2  # words that a phrase may lack when it comes again


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Words ``[first, last)`` of which each from ``first + period`` on equals the one ``period`` words before it."""

    first: int
    last: int
    period: int

    @property
    def repeated(self) -> int:
        """How many words say again what was said."""
        return self.last - self.first - self.period

    @property
    def copies(self) -> int:
        """Complete copies of the phrase; 1 where it comes again only in part."""
        return (self.last - self.first) // self.period


def runs(words: Sequence[str], again: int | None = None) -> list[Run]:
    """The maximal runs of a line in order, those inside longer ones left out; ``words`` in one letter case.

    ``again`` is how many words say again what the line has said, if the caller knows.

    A run repeats its whole phrase, or all but two words of it and at least three: "the safety of the workers and the
    safety of the workers" has a period of six and repeats five.
    """
    every = {run for start, period in _candidates(words, again) for run in [_extended(words, start, period)]}
    found = [run for run in every if run.repeated >= run.period - _MOST_GAP]
    kept: list[Run] = []
    for run in sorted(found, key=lambda run: (run.first - run.last, run.period, run.first)):
        if not any(other.first <= run.first and run.last <= other.last for other in kept):
            kept.append(run)
    return sorted(kept)


def _candidates(words: Sequence[str], again: int | None) -> Iterator[tuple[int, int]]:
    """``(start, period)``: the words at ``start`` and at ``start + period`` begin alike; no run is left out."""
    again = len(words) - len(set(words)) if again is None else again
    for period, least in ((1, b"\1"), (2, b"\1\1"))[:again]:
        if True not in map(eq, words, islice(words, period, None)):
            continue
        same = bytes(map(eq, words, words[period:]))
        place = same.find(least)
        while place >= 0:
            yield place, period
            stop = same.find(b"\0", place)
            place = same.find(least, stop) if stop >= 0 else -1
    if again < 3:
        return
    threes = list(zip(words, words[1:], words[2:], strict=False))
    if len(set(threes)) == len(threes):
        return
    seen: dict[tuple[str, str, str], int] = {}
    for place, three in enumerate(threes):
        earlier = seen.get(three)
        seen[three] = place
        if earlier is not None and 3 <= place - earlier <= _LONGEST:
            yield earlier, place - earlier


def _extended(words: Sequence[str], start: int, period: int) -> Run:
    first, last = start, start + period
    while first > 0 and words[first - 1] == words[first - 1 + period]:
        first -= 1
    while last < len(words) and words[last] == words[last - period]:
        last += 1
    return Run(first, last, period)
