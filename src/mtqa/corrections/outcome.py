"""Findings in the light of what was decided: open, held back, resolved. For linter, review queue and releases."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mtqa.corrections.patch import plain_edits
from mtqa.document import Span
from mtqa.finding import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored, State
    from mtqa.document import Document
    from mtqa.finding import Edit, Finding, Fix


_SAID = "judge"  # the family of what an endpoint says


@dataclass(frozen=True, slots=True)
class Decided:
    """A finding and the decision that counts for it."""

    finding: Finding
    decision: Decision


@dataclass(frozen=True, slots=True)
class Split:
    """Findings of one document, each in exactly one list, in document order.

    ``open``: nothing decided, or decisions contradict each other (those are in ``contradicted`` too); ``held``:
    rejected, deferred, or inside a passage to be translated again or dropped; ``resolved``: an accepted edit mends it.
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
    aside = set_aside(state, document.sha256)
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
        elif there := _around(finding, aside):
            held.append(Decided(finding, there))
        else:
            opened.append(finding)
    return Split(tuple(opened), tuple(held), tuple(resolved), tuple(contradicted))


def settled(
    document: Document, findings: Iterable[Finding], state: State, check: Callable[[], Sequence[Finding]]
) -> Split:
    """As :func:`split`; where only the corrected text can tell, ``check`` is asked for the findings of that."""
    sorted_out = split(document, findings, state)
    edits = state.edits(document.sha256).standing
    in_doubt = _doubtful(sorted_out, edits)
    if not in_doubt:
        return sorted_out
    return _rechecked(sorted_out, in_doubt, edits, split_corrected(check(), state, document.sha256).open)


def set_aside(state: State, source_sha256: str, *, whole: bool = False) -> list[tuple[Decision, Span]]:
    """The passages of an original that are to be translated again or dropped, and who said so.

    A verdict on the article as a whole (only with ``whole``) says what becomes of it, not that its faults are mended.
    """
    return [
        (decision, change.span)
        for decision in state.settled.values()
        if decision.verdict.gives_up
        for change in state.anchor(decision, source_sha256) or ()
        if whole or change.before.strip() or change.after.strip()
    ]


def lies_in(span: Span, fixes: Iterable[Fix], passage: Span) -> bool:
    """Whether a fault is inside a passage, with all that would mend it (quotation marks may stand all over a text)."""
    return passage.contains(span) and all(passage.contains(edit.span) for fix in fixes for edit in fix.edits)


def _doubtful(split_: Split, edits: Sequence[Anchored]) -> list[tuple[Finding, Anchored]]:
    """Open findings of a text with edits, each with the nearest: only the corrected text tells whether they hold.

    A rule may look at words far from what it flags; mended, they take its finding along. What an endpoint said is not
    found again by checking, and so in doubt only where an edit reaches into it.
    """
    found = []
    for finding in split_.open if edits else ():
        nearest = min(edits, key=lambda edit: _distance(finding.span, edit))
        reaches_in = finding.family != _SAID or any(
            change.span.overlaps(finding.span) for edit in edits for change in edit.changes
        )
        if reaches_in and finding not in split_.contradicted:
            found.append((finding, nearest))
    return found


def _distance(span: Span, edit: Anchored) -> int:
    return min(max(one.span.start - span.end, span.start - one.span.end, 0) for one in edit.changes)


def _rechecked(
    split_: Split, in_doubt: Iterable[tuple[Finding, Anchored]], edits: Sequence[Anchored], now: Sequence[Finding]
) -> Split:
    """With those in doubt resolved of which ``now``, what is open in the corrected text, has nothing more.

    The same fault is a finding of the same rule that begins inside the old one. So is what another rule of its layer
    says of its words: of two rules for one place one speaks, and an edit elsewhere may make it the other.
    """
    offsets = Offsets(plain_edits(edits))
    places = [(one, offsets.original(one.span.start), offsets.original(one.span.end)) for one in now]

    def is_there(old: Finding) -> bool:
        return any(
            (one.rule == old.rule and old.span.start <= start <= old.span.end)
            or (one.layer is old.layer and start < old.span.end and old.span.start < end)
            for one, start, end in places
        )

    gone = [Decided(finding, edit.decision) for finding, edit in in_doubt if not is_there(finding)]
    left = tuple(finding for finding in split_.open if all(finding is not decided.finding for decided in gone))
    resolved = tuple(sorted((*split_.resolved, *gone), key=lambda decided: decided.finding.sort_key))
    return replace(split_, open=left, resolved=resolved)


def split_corrected(findings: Iterable[Finding], state: State, source_sha256: str) -> Split:
    """Sort the findings of a corrected text by what was decided about its original, the one of that hash. Pure.

    An edit is in the text already and resolves nothing any more. What was held back is known by its fingerprint, or by
    rule and place: an edit beside a rejected finding changes its sentence, and with it the fingerprint. What is inside
    a passage set aside is held by that.
    """
    offsets = Offsets(plain_edits(state.edits(source_sha256).standing))
    places = _held_places(state, source_sha256, offsets)
    aside = [(decision, offsets.around(passage)) for decision, passage in set_aside(state, source_sha256)]
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
        elif there := _of_place(finding, places) or _around(finding, aside):
            held.append(Decided(finding, there))
        else:
            opened.append(finding)
    return Split(tuple(opened), tuple(held), (), tuple(contradicted))


def _of_place(finding: Finding, places: Iterable[tuple[Decision, Span]]) -> Decision | None:
    of_rule = ((one, place) for one, place in places if one.rule == finding.rule)
    return next((one for one, place in of_rule if place.overlaps(finding.span) or place == finding.span), None)


def _around(finding: Finding, aside: Iterable[tuple[Decision, Span]]) -> Decision | None:
    return next((one for one, passage in aside if lies_in(finding.span, finding.fixes, passage)), None)


def _held_places(state: State, source_sha256: str, offsets: Offsets) -> list[tuple[Decision, Span]]:
    """Where the passages that decisions left as they are stand in the corrected text."""
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
        shift = _growth(before)
        return Span(span.start + shift, span.end + shift)

    def around(self, span: Span) -> Span:
        """Where a passage of the original stands in the cleaned text, with all new words of edits that touch it."""
        before = [one for one in self.edits if one.span.end < span.start or (one.span.end == span.start and one.span)]
        rest = self.edits[len(before) :]
        inside = [one for one in rest if one.span.start < span.end or (one.span.start == span.end and not one.span)]
        start = min([span.start, *(one.span.start for one in inside)])
        end = max([span.end, *(one.span.end for one in inside)])
        shift, growth = _growth(before), _growth(inside)
        return Span(start + shift, end + shift + growth)

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


def _growth(edits: Iterable[Edit]) -> int:
    return sum(len(edit.replacement) - len(edit.span) for edit in edits)


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
