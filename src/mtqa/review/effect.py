"""What an editor's acts on the text as it is seen mean for the original: choices, and recording them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.anchor import quote
from mtqa.corrections.choice import Choice, edit, undo
from mtqa.corrections.decision import Verdict
from mtqa.document import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.finding import Edit
    from mtqa.review.queue import Item
    from mtqa.review.work import Work


def choices_of(
    work: Work, edits: Sequence[Edit], item: Item | None, *, accepted: bool = False, why: str = ""
) -> list[Choice]:
    """Edits of the corrected text as decisions on the original; ``accepted``: they are a candidate of ``item``.

    Edits inside an earlier one replace it by one that says both; edits that bring the original back undo it.
    """
    document, rewrite = work.document, work.overlay.rewrite(edits)
    changes = tuple(quote(document, e.span, e.replacement) for e in rewrite.edits)
    if not rewrite.takes_in:
        if item and accepted:
            finding = item.finding
            return [Choice(Verdict.ACCEPT, changes, finding.rule, finding.fingerprint, why or finding.message)]
        return [edit(document, rewrite.edits, why, item.finding if item else None)]
    if all(document.slice(e.span) == e.replacement for e in rewrite.edits):
        return [undo(name, why) for decision in rewrite.takes_in for name in _lineage(work, decision)]
    first, *others = rewrite.takes_in
    reason = why or (item.finding.message if item else first.why)
    replaces = "" if first.fingerprint else first.id
    again = Choice(Verdict.EDIT, changes, first.rule, first.fingerprint, reason, replaces=replaces)
    return [*(undo(decision) for decision in others), again]


def deletion(text: str, here: Span) -> Span:
    """``here`` with the blank, or the line ending, that should go with it."""
    start, end = here.start, here.end
    before = text[start - 1 : start]
    after = text[end : end + 1]
    if before in ("", "\n") and text.startswith(("\n", "\r\n"), end):
        return Span(start, text.index("\n", end) + 1)
    if before == " " and (after in ("", " ", "\n", "\r") or not after.isalnum()):
        return Span(start - 1, end)
    if after == " " and before in ("", "\n"):
        return Span(start, end + 1)
    return here


def record(work: Work, choices: Sequence[Choice], by: str) -> tuple[str, ...]:
    """Record choices that belong together; the ids of what is new in the ledger, in order.

    Raises the reason when one of them cannot stand; the others are taken back then.
    """
    before = set(work.article.state.decisions)
    outcome = work.article.decide_all(choices, by)
    ids = tuple(decision.id for decision in outcome.decisions if decision.id not in before)
    if outcome.refusals:
        if ids:
            work.article.decide_all([undo(name) for name in reversed(ids)], by)
        raise outcome.refusals[0].error
    return ids


def _lineage(work: Work, decision: Decision) -> list[str]:
    """A decision and those it stands in place of, the latest first: all must go for the original to come back."""
    state = work.article.state
    ids, waiting = [], [decision.id]
    while waiting:
        name = waiting.pop(0)
        if name not in ids and name not in state.undone and name in state.decisions:
            found = state.decisions[name]
            if found.verdict.changes_text:
                ids.append(name)
            waiting += found.supersedes
    return ids
