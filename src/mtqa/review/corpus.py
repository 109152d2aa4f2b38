"""The articles of a review: which there are, what is open in each, where the editor left off."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from mtqa.corrections.decision import Verdict
from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.store import Corrections
    from mtqa.finding import Severity
    from mtqa.linter import Source
    from mtqa.review.queue import Filter
    from mtqa.review.work import Brief

_RECENT = 32


class Corpus:
    """All articles in order, with what the background has found in them so far."""

    def __init__(self, sources: Sequence[Source], corrections: Corrections) -> None:
        self.sources = tuple(sources)
        self.corrections = corrections
        self.index = {source.name: index for index, source in enumerate(self.sources)}
        self.briefs: dict[int, tuple[Brief, ...]] = {}
        self.problems: dict[int, str] = {}
        self.deferred = 0  # findings put off, in the articles looked at so far
        self._deferred: dict[int, int] = {}
        self.unchecked: set[int] = set()
        self._open: Counter[tuple[str, Severity]] = Counter()

    def __len__(self) -> int:
        return len(self.sources)

    def note(self, index: int, briefs: tuple[Brief, ...], *, whole: bool = True) -> None:
        """What is open, and deferred, in an article now; not ``whole`` where an engine could not check it."""
        (self.unchecked.discard if whole else self.unchecked.add)(index)
        before, now = self.briefs.get(index, ()), tuple(brief for brief in briefs if not brief.deferred)
        self._open.subtract((brief.rule, brief.severity) for brief in before)
        self._open.update((brief.rule, brief.severity) for brief in now)
        self.deferred += len(briefs) - len(now) - self._deferred.pop(index, 0)
        if len(briefs) > len(now):
            self._deferred[index] = len(briefs) - len(now)
        self.briefs[index] = now
        self.problems.pop(index, None)

    def fail(self, index: int, problem: str) -> None:
        """An article that cannot be read or checked."""
        self.note(index, ())
        self.problems[index] = problem

    @property
    def checked(self) -> int:
        """How many articles have been looked at."""
        return len(self.briefs)

    def left(self, chosen: Filter) -> dict[Severity, int]:
        """Open findings that a filter lets through, by severity, in the articles checked so far."""
        counts: Counter[Severity] = Counter()
        for (rule, severity), number in self._open.items():
            if number and chosen.keeps(rule, severity):
                counts[severity] += number
        return dict(counts)

    def alike(self, wanted: Callable[[Brief], bool]) -> int:
        """How many open findings of the articles looked at so far are of some kind."""
        return sum(map(wanted, chain.from_iterable(self.briefs.values())))

    def rules(self) -> dict[str, int]:
        """Open findings by rule."""
        counts: Counter[str] = Counter()
        for (rule, _), number in self._open.items():
            counts[rule] += number
        return {rule: number for rule, number in sorted(counts.items()) if number}

    def next_open(self, index: int, by: int, chosen: Filter) -> int | None:
        """The next article in direction ``by`` with something open, or not looked at yet; None when there is none."""
        place = index + by
        while 0 <= place < len(self.sources):
            briefs = self.briefs.get(place)
            if briefs is None and place not in self.problems:
                return place
            if any(chosen.keeps(brief.rule, brief.severity) for brief in briefs or ()):
                return place
            place += by
        return None

    def last_touched(self, by: str) -> tuple[int, Decision] | None:
        """The article and decision that an editor worked on last, as the ledgers tell."""
        recent = sorted(self._ledgers(), reverse=True)[:_RECENT]
        found: list[tuple[str, int, Decision]] = []
        for _, index in recent:
            try:
                decisions = self.corrections.ledger(self.sources[index].name).read().decisions
            except MtqaError:
                continue  # opening the article says what is wrong with its ledger
            own = [d for d in decisions if d.by == by and d.verdict is not Verdict.REBASE]
            if own:
                last = max(own, key=lambda d: d.order)
                found.append((last.at, index, last))
        if not found:
            return None
        _, index, decision = max(found, key=lambda entry: entry[:2])
        return index, decision

    def _ledgers(self) -> list[tuple[int, int]]:
        """Time of the last change and article of every ledger."""
        found = []
        for path in self.corrections.paths():
            index = self.index.get(path)
            if index is None:
                continue
            try:
                found.append((self.corrections.ledger(path).file.stat().st_mtime_ns, index))
            except OSError:
                continue  # only a patch is there
        return found
