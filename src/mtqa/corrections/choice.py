"""What an editor chooses to do, before it is written: the input of :meth:`mtqa.corrections.store.Article.decide`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.anchor import quote
from mtqa.corrections.decision import Change, CorrectionsError, Decision, Verdict
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.document import Document, Span
    from mtqa.finding import Edit, Finding


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision to be made. ``replaces`` is the id of a free edit that this one changes or decides anew."""

    verdict: Verdict
    changes: tuple[Change, ...] = ()
    rule: str = ""
    fingerprint: str = ""
    why: str = ""
    of: str = ""
    replaces: str = ""


def accept(document: Document, finding: Finding, fix: int = 0, why: str = "") -> Choice:
    """Take one of the finding's fixes as it is.

    Raises :class:`CorrectionsError` when the finding has no such fix.
    """
    if not 0 <= fix < len(finding.fixes):
        raise CorrectionsError(
            f"{finding.rule} offers no fix number {fix + 1}",
            place=Place(document.path, *document.line_column(finding.span.start)),
            remedy="edit the text instead",
        )
    changes = tuple(quote(document, edit.span, edit.replacement) for edit in finding.fixes[fix].edits)
    return Choice(Verdict.ACCEPT, changes, finding.rule, finding.fingerprint, why or finding.message)


def edit(document: Document, edits: Sequence[Edit], why: str = "", finding: Finding | None = None) -> Choice:
    """Change text in the editor's own words: for a finding, or freely."""
    changes = tuple(quote(document, one.span, one.replacement) for one in sorted(edits, key=lambda one: one.span))
    rule, fingerprint = (finding.rule, finding.fingerprint) if finding else ("", "")
    return Choice(Verdict.EDIT, changes, rule, fingerprint, why or (finding.message if finding else ""))


def hold(document: Document, verdict: Verdict, finding: Finding, why: str = "") -> Choice:
    """Leave the text as it is: ``reject`` or ``defer`` a finding, ``retranslate`` or ``drop`` its passage."""
    return Choice(verdict, (quote(document, finding.span),), finding.rule, finding.fingerprint, why)


def judge(document: Document, verdict: Verdict, span: Span, why: str = "") -> Choice:
    """``retranslate`` or ``drop`` a passage that no finding is about."""
    return Choice(verdict, (quote(document, span),), why=why)


def undo(decision: Decision | str, why: str = "") -> Choice:
    """Take one decision back."""
    return Choice(Verdict.UNDO, of=decision if isinstance(decision, str) else decision.id, why=why)


def again(decision: Decision, changes: tuple[Change, ...], why: str = "") -> Choice:
    """Decide the same once more, knowing of everything else: how a contradiction is resolved."""
    return Choice(
        decision.verdict, changes, decision.rule, decision.fingerprint, why or decision.why, replaces=decision.id
    )
