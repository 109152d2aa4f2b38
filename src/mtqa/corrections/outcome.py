"""Findings in the light of what was decided: open, held back, resolved. For the linter and the review queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored, State
    from mtqa.document import Document
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

    A finding counts as resolved when an edit was accepted for it, or when an edit of the same rule, or one that
    covers it, is anchored where it stands (after a rebase the sentence, and with it the fingerprint, may be another).
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
    for edit in edits:
        for change in edit.changes:
            same_rule = edit.decision.rule == finding.rule and change.span.overlaps(finding.span)
            if same_rule or (len(finding.span) and change.span.contains(finding.span)):
                return edit
    return None
