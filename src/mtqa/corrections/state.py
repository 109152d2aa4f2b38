"""Replay: what a set of decisions amounts to.

The result is a function of the set, not of the order of its lines, so ledgers merged by git replay the same for
everybody. A decision replaces those that its editor had before them (``supersedes``); decisions that did not know of
each other and say different things are a conflict, and nothing of it enters the patch until somebody decides.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mtqa.corrections.decision import Change, Decision, Verdict
from mtqa.document import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Anchored:
    """A decision that changes text, with its changes as they are anchored in one version of the original."""

    decision: Decision
    changes: tuple[Change, ...]

    @property
    def start(self) -> int:
        return self.changes[0].span.start


@dataclass(frozen=True, slots=True)
class Conflict:
    """Decisions that cannot all stand; ``kind`` is "contradiction" (on one finding) or "overlap" (of two edits)."""

    kind: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits for one version of an original.

    ``standing`` are apart from each other and in document order; ``stale`` have no anchor in this version (they await
    a rebase); ``overlaps`` pair an edit that was left out with the earlier one that stands.
    """

    standing: tuple[Anchored, ...]
    stale: tuple[Decision, ...]
    overlaps: tuple[Conflict, ...]


class State:
    """What a set of decisions amounts to."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        ordered = sorted({decision.id: decision for decision in decisions}.values(), key=lambda d: d.order)
        self.decisions: Mapping[str, Decision] = {decision.id: decision for decision in ordered}

    def plus(self, decisions: Iterable[Decision]) -> State:
        """The state after further decisions."""
        return State([*self.decisions.values(), *decisions])

    # -- who refers to whom

    @cached_property
    def undone(self) -> frozenset[str]:
        """Ids of decisions taken back. An undo that is itself undone takes nothing back."""
        waiting: dict[str, int] = {}
        for decision in self.decisions.values():
            if decision.verdict is Verdict.UNDO:
                waiting[decision.of] = waiting.get(decision.of, 0) + 1
        found: set[str] = set()
        ready = [name for name in self.decisions if name not in waiting]
        while ready:  # from the last undo of a chain back to what it was all about
            decision = self.decisions[ready.pop()]
            target = decision.of
            if decision.verdict is not Verdict.UNDO or target not in self.decisions:
                continue
            if decision.id not in found:
                found.add(target)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
        return frozenset(found)

    @cached_property
    def superseded(self) -> frozenset[str]:
        """Ids of decisions that a later one, itself not taken back, replaces."""
        return frozenset(
            name
            for decision in self.decisions.values()
            if decision.id not in self.undone
            for name in decision.supersedes
        )

    def subject(self, decision: Decision) -> str:
        """What a decision is about: its finding's fingerprint, or for free edits the id of the first decision."""
        seen = {decision.id}
        while not decision.fingerprint:
            name = decision.of or (decision.supersedes[0] if decision.supersedes else "")
            if name not in self.decisions or name in seen:
                break
            seen.add(name)
            decision = self.decisions[name]
        return decision.fingerprint or decision.id

    @cached_property
    def subjects(self) -> Mapping[str, tuple[Decision, ...]]:
        """All decisions by subject, rebases left out."""
        grouped: dict[str, list[Decision]] = {}
        for decision in self.decisions.values():
            if decision.verdict is not Verdict.REBASE:
                grouped.setdefault(self.subject(decision), []).append(decision)
        return {subject: tuple(group) for subject, group in grouped.items()}

    @cached_property
    def standing(self) -> Mapping[str, tuple[Decision, ...]]:
        """By subject, the decisions neither taken back nor replaced; subjects without one are left out."""
        found = {}
        for subject, group in self.subjects.items():
            kept = tuple(
                decision
                for decision in group
                if decision.verdict is not Verdict.UNDO
                and decision.id not in self.undone
                and decision.id not in self.superseded
            )
            if kept:
                found[subject] = kept
        return found

    @cached_property
    def contradictions(self) -> Mapping[str, Conflict]:
        """By subject, decisions that did not know of each other and say different things."""
        found = {}
        for subject, kept in self.standing.items():
            against = self._undos_unknown_to(subject, kept)
            if len({decision.effect for decision in kept}) > 1 or against:
                found[subject] = Conflict("contradiction", (*kept, *against))
        return found

    def _undos_unknown_to(self, subject: str, kept: Sequence[Decision]) -> tuple[Decision, ...]:
        """Undos of something that a standing decision replaced without knowing that it had been taken back."""
        known = {decision.id: self._known_to(decision) for decision in kept}
        return tuple(
            undo
            for undo in self.subjects[subject]
            if undo.verdict is Verdict.UNDO
            and undo.id not in self.undone
            and any(undo.of in before and undo.id not in before for before in known.values())
        )

    def _known_to(self, decision: Decision) -> set[str]:
        known: set[str] = set()
        waiting = list(decision.supersedes)
        while waiting:
            name = waiting.pop()
            if name not in known and name in self.decisions:
                known.add(name)
                waiting.extend(self.decisions[name].supersedes)
        return known

    @cached_property
    def settled(self) -> Mapping[str, Decision]:
        """By subject, the decision that counts (the first of several that agree); contradictions are left out."""
        return {subject: kept[0] for subject, kept in self.standing.items() if subject not in self.contradictions}

    def heads(self, subject: str) -> tuple[str, ...]:
        """What a new decision on ``subject`` supersedes: all earlier ones not superseded yet, undos included."""
        return tuple(
            decision.id for decision in self.subjects.get(subject, ()) if decision.id not in self._named_as_superseded
        )

    @cached_property
    def _named_as_superseded(self) -> frozenset[str]:
        return frozenset(name for decision in self.decisions.values() for name in decision.supersedes)

    @cached_property
    def last(self) -> tuple[str, ...]:
        """Ids that no decision names as a parent: the ledger's ends, several after a merge."""
        parents = {name for decision in self.decisions.values() for name in decision.parents}
        return tuple(sorted(name for name in self.decisions if name not in parents))

    @cached_property
    def missing(self) -> Mapping[str, Decision]:
        """Ids that decisions refer to and that are not there: a line was removed. With a decision that names each."""
        return {
            name: decision
            for decision in self.decisions.values()
            for name in (*decision.parents, *decision.supersedes, *((decision.of,) if decision.of else ()))
            if name not in self.decisions
        }

    # -- edits

    def edits(self, source_sha256: str) -> Edits:
        """The edits anchored in the version of the original with this hash.

        Of two that overlap the earlier decision stands.
        """
        anchored, stale = [], []
        for decision in sorted(self.settled.values(), key=lambda d: d.order):
            if decision.verdict.changes_text:
                changes = self.anchor(decision, source_sha256)
                if changes is None:
                    stale.append(decision)
                else:
                    anchored.append(Anchored(decision, changes))
        standing, overlaps = _apart(anchored)
        return Edits(standing, tuple(stale), overlaps)

    def anchor(self, decision: Decision, source_sha256: str) -> tuple[Change, ...] | None:
        """A decision's changes in one version of the original; None when it has not been rebased to it."""
        if decision.source_sha256 == source_sha256:
            return decision.changes
        return next(
            (
                rebase.changes
                for rebase in self._rebases.get(decision.id, ())
                if rebase.source_sha256 == source_sha256 and rebase.id not in self.undone
            ),
            None,
        )

    def anchors(self, decision: Decision) -> Iterator[tuple[Change, ...]]:
        """All anchors of a decision, the newest first, its own last."""
        for rebase in reversed(self._rebases.get(decision.id, ())):
            if rebase.id not in self.undone:
                yield rebase.changes
        yield decision.changes

    @cached_property
    def _rebases(self) -> Mapping[str, tuple[Decision, ...]]:
        grouped: dict[str, list[Decision]] = {}
        for decision in self.decisions.values():
            if decision.verdict is Verdict.REBASE:
                grouped.setdefault(decision.of, []).append(decision)
        return {name: tuple(group) for name, group in grouped.items()}


class Taken:
    """Spans that standing edits hold, kept sorted for look-up by bisection."""

    def __init__(self) -> None:
        self._held: list[tuple[int, int, Decision]] = []

    def holder(self, changes: Iterable[Change]) -> Decision | None:
        """Whose edit shares text with one of ``changes``, or inserts at the same place."""
        for change in changes:
            at = max(0, bisect_left(self._held, change.span.start, key=lambda held: held[0]) - 2)
            while at < len(self._held) and self._held[at][0] <= change.span.end:
                start, end, decision = self._held[at]
                if change.span.overlaps(Span(start, end)) or change.span == Span(start, end):
                    return decision
                at += 1
        return None

    def add(self, changes: Iterable[Change], decision: Decision) -> None:
        for change in changes:
            insort(self._held, (change.span.start, change.span.end, decision), key=lambda held: held[:2])


def _apart(anchored: Sequence[Anchored]) -> tuple[tuple[Anchored, ...], tuple[Conflict, ...]]:
    """Earlier decisions first: each stands if it is apart from all that stand."""
    taken = Taken()
    standing, overlaps = [], []
    for edit in anchored:
        holder = taken.holder(edit.changes)
        if holder is None:
            standing.append(edit)
            taken.add(edit.changes, edit.decision)
        else:
            overlaps.append(Conflict("overlap", (holder, edit.decision)))
    return tuple(sorted(standing, key=lambda edit: edit.start)), tuple(overlaps)
