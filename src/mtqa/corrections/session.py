"""Turn choices into decisions: each is checked against everything decided before it, in the ledger and in its batch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError, Decision, Verdict
from mtqa.corrections.patch import refuse_wide
from mtqa.corrections.state import State, Taken
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.corrections.choice import Choice
    from mtqa.document import Document


class Session:
    """The choices of one editor about one document; ``new`` are the decisions to be written."""

    def __init__(self, document: Document, state: State, by: str, clock: Callable[[], datetime]) -> None:
        self.document = document
        self.by = by
        self.clock = clock
        self.new: list[Decision] = []
        self._base = state
        self._load(state)

    def _load(self, state: State) -> None:
        self._state = state
        self._last = state.last
        self._touched: set[str] = set()
        self._taken: Taken | None = None

    def decide(self, choice: Choice) -> Decision:
        """The decision for a choice: a new one, or the standing one that says the same.

        Raises :class:`CorrectionsError` when the choice cannot stand.
        """
        checked_text(choice.why, self.by, place=Place(self.document.path))
        subject = self._subject(choice)
        if choice.of or subject in self._touched:
            self._load(self._base.plus(self.new))
        if choice.verdict is Verdict.UNDO:
            self._check_undo(choice)
        elif (standing := self._state.settled.get(subject)) and self._says_the_same(standing, choice):
            return standing
        if choice.verdict.changes_text:
            self._check_changes(choice, subject)
        decision = self._decision(choice, subject)
        self.new.append(decision)
        self._last = (decision.id,)
        self._touched.add(subject or decision.id)
        if choice.of or subject in self._state.settled:  # something else has made room
            self._load(self._base.plus(self.new))
        elif choice.verdict.changes_text and self._taken:
            self._taken.add(choice.changes, decision)
        return decision

    def _decision(self, choice: Choice, subject: str) -> Decision:
        target = self._state.decisions.get(choice.of)
        refers = choice.verdict in (Verdict.UNDO, Verdict.REBASE)
        return Decision(
            at=stamp_of(self.clock()),
            by=self.by,
            verdict=choice.verdict,
            rule=target.rule if target else choice.rule,
            fingerprint=target.fingerprint if target else choice.fingerprint,
            source_sha256=self.document.sha256 if choice.changes else "",
            changes=choice.changes,
            why=choice.why,
            of=choice.of,
            supersedes=() if refers else self._state.heads(subject),
            parents=self._last,
        ).signed()

    def _subject(self, choice: Choice) -> str:
        if choice.fingerprint:
            return choice.fingerprint
        name = choice.of or choice.replaces
        if not name:
            return ""
        target = self._state.decisions.get(name) or next((one for one in self.new if one.id == name), None)
        if target is None:
            raise CorrectionsError(f"no decision {name} in this ledger", place=Place(self.document.path))
        return self._state.subject(target)

    def _says_the_same(self, standing: Decision, choice: Choice) -> bool:
        if not choice.verdict.changes_text or not standing.verdict.changes_text:
            return standing.verdict is choice.verdict
        anchored = self._state.anchor(standing, self.document.sha256)
        wanted = [(change.span, change.new) for change in choice.changes]
        return anchored is not None and [(change.span, change.new) for change in anchored] == wanted

    def _check_undo(self, choice: Choice) -> None:
        if choice.of in self._state.undone:
            raise CorrectionsError(f"decision {choice.of} is already taken back", place=Place(self.document.path))

    def _check_changes(self, choice: Choice, subject: str) -> None:
        refuse_wide(self.document)
        for change in choice.changes:
            place = Place(self.document.path, *self.document.line_column(change.span.start))
            if self.document.slice(change.span) != change.old:
                raise CorrectionsError("the edit does not quote this version of the original", place=place)
            checked_text(change.new or "", place=place)
            try:
                (change.new or "").encode(self.document.encoding)
            except UnicodeEncodeError as error:
                raise CorrectionsError(
                    f"{self.document.encoding} has no {error.object[error.start]!r}",
                    place=place,
                    remedy="choose another wording, or convert the original to UTF-8",
                ) from error
        if all(change.old == change.new for change in choice.changes):
            raise CorrectionsError("the edit changes nothing", place=Place(self.document.path))
        self._check_apart(choice, subject)

    def _check_apart(self, choice: Choice, subject: str) -> None:
        holder = self._standing(subject).holder(choice.changes)
        if holder is None:
            own = Taken()
            for change in choice.changes:
                if own.holder([change]):
                    raise CorrectionsError("two parts of this edit overlap", place=Place(self.document.path))
                own.add([change], Decision("", self.by, choice.verdict))
            return
        first = holder.changes[0]
        raise CorrectionsError(
            f"this overlaps the accepted edit {holder.id} by {holder.by} "
            f"({first.old[:40]!r} → {(first.new or '')[:40]!r})",
            place=Place(self.document.path, *self.document.line_column(choice.changes[0].span.start)),
            remedy="revert that edit first, or make one edit of both",
        )

    def _standing(self, subject: str) -> Taken:
        """What standing edits hold, those of ``subject`` itself left out."""
        if subject and subject in self._state.settled:  # it makes room for its own successor
            return self._holding(self._state, subject)
        if self._taken is None:
            self._taken = self._holding(self._state, "")
        return self._taken

    def _holding(self, state: State, without: str) -> Taken:
        taken = Taken()
        for edit in state.edits(self.document.sha256).standing:
            if state.subject(edit.decision) != without:
                taken.add(edit.changes, edit.decision)
        for decision in self.new:
            if decision.verdict.changes_text and decision.id not in state.decisions:
                taken.add(decision.changes, decision)
        return taken


def checked_text(*values: str, place: Place) -> None:
    """Raise :class:`CorrectionsError` for text that no file can hold: NUL, lone surrogates."""
    for value in values:
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise CorrectionsError("a NUL or half a surrogate pair is no text", place=place)


def stamp_of(moment: datetime) -> str:
    """UTC in RFC 3339 with microseconds and "Z"."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
