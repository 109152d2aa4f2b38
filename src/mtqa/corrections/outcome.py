"""Findings in the light of what was decided: open, held back, resolved. For the linter and the review queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.finding import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored, State
    from mtqa.document import Document, Span
    from mtqa.finding import Finding


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


def split(document: Document, findings: Iterable[Finding], state: State, *, corrected: bool = False) -> Split:
    """Sort the findings of ``document`` by what was decided about them. Pure.

    A finding counts as resolved when an edit was accepted for it, or when an accepted edit changes what it stands on
    (see :func:`_mends`; after a rebase the sentence, and with it the fingerprint, may be another).
    With ``corrected``, ``document`` is the cleaned text: an edit is in it already and resolves nothing any more.
    """
    edits = () if corrected else state.edits(document.sha256).standing
    sorted_out: tuple[list[Finding], list[Decided], list[Decided], list[Finding]] = ([], [], [], [])
    opened, held, resolved, contradicted = sorted_out
    for finding in findings:
        decision = state.settled.get(finding.fingerprint)
        if finding.fingerprint in state.contradictions:
            contradicted.append(finding)
            opened.append(finding)
        elif decision and decision.verdict.holds_back:
            held.append(Decided(finding, decision))
        elif decision and not corrected:
            resolved.append(Decided(finding, decision))
        elif covering := _covering(finding, edits):
            resolved.append(Decided(finding, covering.decision))
        else:
            opened.append(finding)
    return Split(tuple(opened), tuple(held), tuple(resolved), tuple(contradicted))


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
