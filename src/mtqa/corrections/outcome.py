"""Findings in the light of what was decided: open, held back, resolved. For linter, review queue and releases."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mtqa.corrections.patch import plain_edits
from mtqa.document import Span
from mtqa.finding import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored, State
    from mtqa.document import Document
    from mtqa.finding import Edit, Finding


@dataclass(frozen=True, slots=True)
class Decided:
    """A finding and the decision that counts for it."""

    finding: Finding
    decision: Decision


@dataclass(frozen=True, slots=True)
class Split:
    """Findings of one document, each in exactly one list, in document order.

    ``open``: nothing decided, or decisions contradict each other (those are in ``contradicted`` too); ``held``:
    rejected, deferred, or its passage given to retranslation or to be dropped; ``resolved``: an accepted edit mends it.
    """

    open: tuple[Finding, ...] = ()
    held: tuple[Decided, ...] = ()
    resolved: tuple[Decided, ...] = ()
    contradicted: tuple[Finding, ...] = ()


def split(document: Document, findings: Iterable[Finding], state: State) -> Split:
    """Sort the findings of an original by what was decided about them. Pure.

    A finding counts as resolved when an edit was accepted for it, or when an accepted edit changes what it stands on
    (see :func:`_mends`; after a rebase the sentence, and with it the fingerprint, may be another).
    """
    edits = state.edits(document.sha256).standing
    sorted_out: tuple[list[Finding], list[Decided], list[Decided], list[Finding]] = ([], [], [], [])
    opened, held, resolved, contradicted = sorted_out
    for finding in findings:
        decision = state.settled.get(finding.fingerprint)
        if finding.fingerprint in state.contradictions:
            contradicted.append(finding)
            opened.append(finding)
        elif decision and decision.verdict.holds_back:
            held.append(Decided(finding, decision))
        elif decision:
            resolved.append(Decided(finding, decision))
        elif covering := _covering(finding, edits):
            resolved.append(Decided(finding, covering.decision))
        else:
            opened.append(finding)
    return Split(tuple(opened), tuple(held), tuple(resolved), tuple(contradicted))


def split_corrected(findings: Iterable[Finding], state: State, source_sha256: str) -> Split:
    """Sort the findings of a corrected text by what was decided about its original, the one of that hash. Pure.

    An edit is in the text already and resolves nothing any more. What was held back is known by its fingerprint, or by
    rule and place: an edit beside a rejected finding changes its sentence, and with it the fingerprint.
    """
    places = held_places(state, source_sha256)
    opened: list[Finding] = []
    held: list[Decided] = []
    contradicted: list[Finding] = []
    for finding in findings:
        decision = state.settled.get(finding.fingerprint)
        if finding.fingerprint in state.contradictions:
            contradicted.append(finding)
            opened.append(finding)
        elif decision and decision.verdict.holds_back:
            held.append(Decided(finding, decision))
        elif there := next((one for one, span in places if _is_of(one, span, finding)), None):
            held.append(Decided(finding, there))
        else:
            opened.append(finding)
    return Split(tuple(opened), tuple(held), (), tuple(contradicted))


def _is_of(decision: Decision, place: Span, finding: Finding) -> bool:
    return decision.rule == finding.rule and (place.overlaps(finding.span) or place == finding.span)


def held_places(state: State, source_sha256: str) -> list[tuple[Decision, Span]]:
    """Where the passages that decisions left as they are stand in the corrected text."""
    offsets = Offsets(plain_edits(state.edits(source_sha256).standing))
    found = []
    for decision in state.settled.values():
        if decision.verdict.holds_back:
            changes = state.anchor(decision, source_sha256) or ()
            places = (offsets.unchanged(change.span) for change in changes)
            found += [(decision, span) for span in places if span is not None]
    return found


@dataclass
class Offsets:
    """Converts between offsets of an original and of its cleaned text; ``edits`` are sorted and apart."""

    edits: Sequence[Edit]
    _old: list[int] = field(default_factory=list, init=False)
    _new: list[int] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        shift = 0
        for edit in self.edits:
            self._old.append(edit.span.end)
            self._new.append(edit.span.start + shift)
            shift += len(edit.replacement) - len(edit.span)

    def unchanged(self, span: Span) -> Span | None:
        """Where a passage of the original stands in the cleaned text; None when an edit touches it."""
        if any(edit.span.overlaps(span) for edit in self.edits):
            return None
        before = self.edits[: bisect_right(self._old, span.start)]
        shift = sum(len(edit.replacement) - len(edit.span) for edit in before)
        return Span(span.start + shift, span.end + shift)

    def original(self, offset: int) -> int:
        """The place of the original that an offset of the cleaned text comes from; inside new words, their start."""
        number = bisect_right(self._new, offset)
        if not number:
            return offset
        edit, start = self.edits[number - 1], self._new[number - 1]
        inside = offset - start
        if inside < len(edit.replacement):
            return edit.span.start
        return edit.span.end + inside - len(edit.replacement)


def _covering(finding: Finding, edits: Sequence[Anchored]) -> Anchored | None:
    return next((edit for edit in edits if any(_mends(change.span, finding) for change in edit.changes)), None)


def _mends(change: Span, finding: Finding) -> bool:
    """Whether a change at this place speaks for the finding.

    Words are mended by any change to them or right beside them (a stop put after the last one): if the fault is still
    there, linting the cleaned text tells. A line, a block or a whole passage must be covered.
    """
    if finding.layer is not Layer.WORDS:
        return len(finding.span) > 0 and change.contains(finding.span)
    if not len(change):
        return finding.span.start <= change.start <= finding.span.end
    return change.overlaps(finding.span) or change.contains(finding.span)
