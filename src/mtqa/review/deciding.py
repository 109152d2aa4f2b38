"""Verbs of the screen that decide: each asks what must be asked and hands the answer to the session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import work

from mtqa.corrections.decision import Verdict
from mtqa.document import Span
from mtqa.errors import MtqaError
from mtqa.review.batch import Batch, Scope, carry_out, collect, describe, draw_up, settle
from mtqa.review.editor import edit_text
from mtqa.review.keymap import SELECT
from mtqa.review.selecting import Selecting
from mtqa.review.session import ReviewError
from mtqa.review.worddiff import edits_between

if TYPE_CHECKING:
    from collections.abc import Callable


REASONS = (
    "Right as it stands",
    "A name, title or quotation",
    "Right in this context",
    "The candidates are no better",
    "In my own words …",
)
_BATCHES = (
    (Scope.RULE_HERE, Verdict.ACCEPT),
    (Scope.TEXT_EVERYWHERE, Verdict.ACCEPT),
    (Scope.SAFE_HERE, Verdict.ACCEPT),
    (Scope.SAFE_EVERYWHERE, Verdict.ACCEPT),
    (Scope.RULE_HERE, Verdict.REJECT),
    (Scope.TEXT_EVERYWHERE, Verdict.REJECT),
)


class Deciding(Selecting, inherit_bindings=False):
    """For :class:`mtqa.review.screen.ReviewScreen`."""

    def do_accept(self) -> str:
        return self.session.accept()

    def do_edit(self) -> None:
        item, work = self.session.current, self.session.work
        if item is None or work is None:
            raise ReviewError("no finding is selected", remedy=f"press {self.keymap.key('select')} to select words")
        text = work.overlay.text[item.here.start : item.here.end]
        self.ask_words("Correct", text, self.session.edit)

    def do_editor(self) -> str:
        passage = self._passage()
        work = self.session.work
        assert work is not None
        before = work.overlay.text[passage.start : passage.end]
        with self.app.suspend():
            after = edit_text(before)
        self.app.refresh()
        said = self.session.replace(edits_between(before, after, passage.start))
        self.leave_words()
        return said

    def _passage(self) -> Span:
        """The paragraph around what is selected, or around the finding."""
        item, work = self.session.current, self.session.work
        if work is None or (self.mode != SELECT and item is None):
            raise ReviewError("no finding is selected")
        around = self.chosen if self.mode == SELECT or item is None else item.here
        text = work.overlay.text
        start = text.rfind("\n", 0, around.start) + 1
        end = text.find("\n", around.end)
        end = len(text) if end < 0 else end
        return Span(start, max(start, end - text.endswith("\r", start, end)))

    def do_reject(self) -> None:
        from mtqa.review.widgets.dialogs import Choose

        if self.session.current is None:
            raise ReviewError("no finding is selected")
        self.app.push_screen(Choose("Reject: why?", REASONS), partial(self._rejected, self._reject))

    def _rejected(self, verb: Callable[[str], None], index: int | None) -> None:
        if index is None:
            return
        from mtqa.review.widgets.dialogs import Ask

        if index == len(REASONS) - 1:
            self.app.push_screen(Ask("Reject: why?"), lambda why: verb(why) if why else None)
        else:
            verb(REASONS[index])

    def _reject(self, why: str) -> None:
        self.attempt(lambda: self.session.hold(Verdict.REJECT, why))

    def do_defer(self) -> str:
        return self.session.hold(Verdict.DEFER)

    def do_delete(self) -> str:
        if self.mode == SELECT:
            said = self.session.take_out(self.chosen)
            self.leave_words()
            return said
        return self.session.delete()

    def do_retranslate(self) -> str:
        return self._set_aside(Verdict.RETRANSLATE)

    def do_drop(self) -> str:
        return self._set_aside(Verdict.DROP)

    def _set_aside(self, verdict: Verdict) -> str:
        if self.mode == SELECT:
            said = self.session.mark(self.chosen, verdict, "cannot be repaired")
            self.leave_words()
            return said
        return self.session.give_up(verdict, "cannot be repaired")

    def do_word(self) -> str:
        item = self.session.current
        if self.mode != SELECT and item is None:
            raise ReviewError("no finding is selected", remedy=f"press {self.keymap.key('select')} to select words")
        said = self.session.add_word(self.chosen if self.mode == SELECT or item is None else item.here)
        self.leave_words()
        return said

    def do_undo(self) -> str:
        return self.session.undo()

    def do_redo(self) -> str:
        return self.session.redo()

    # -- many at once

    def do_batch(self) -> None:
        from mtqa.review.widgets.dialogs import Choose

        texts = [f"{verdict.value.capitalize()} {describe(self.session, scope)}" for scope, verdict in _BATCHES]
        self.app.push_screen(Choose("Decide on many", texts), self._batch_chosen)

    def _batch_chosen(self, index: int | None) -> None:
        if index is None:
            return
        from mtqa.review.widgets.dialogs import Choose

        scope, verdict = _BATCHES[index]
        if verdict is Verdict.REJECT:
            reject = partial(self._draw_up, scope, verdict)
            self.app.push_screen(Choose("Reject: why?", REASONS), partial(self._rejected, reject))
        else:
            self._draw_up(scope, verdict, "")

    def _draw_up(self, scope: Scope, verdict: Verdict, why: str, number: int = 1) -> None:
        try:
            batch = draw_up(self.session, scope, verdict, why, number)
        except MtqaError as error:
            self.say(str(error), error=True)
            return
        self._collect(batch)

    @work(exclusive=True, group="batch")
    async def _collect(self, batch: Batch) -> None:
        """Find the places piece by piece, so that keys are answered meanwhile, then show them."""
        from mtqa.review.widgets.dialogs import Preview

        for found in collect(self.session, batch):
            self.say(f"{batch.label}: {found:,} places …")
            await self.breathe()
        self.say("")
        if batch.spots:
            answer = partial(self._previewed, batch)
            self.app.push_screen(Preview(batch, brackets=self.reviewing.is_mono), answer)
        else:
            self.say("There is nothing of the kind", error=True)

    def _previewed(self, batch: Batch, answer: frozenset[tuple[int, str]] | int | None) -> None:
        if isinstance(answer, int):
            self._draw_up(batch.scope, batch.verdict, batch.why, answer)
        elif answer is not None:
            self._carry_out(batch, answer)

    @work(exclusive=True, group="batch")
    async def _carry_out(self, batch: Batch, without: frozenset[tuple[int, str]]) -> None:
        try:
            for said in carry_out(self.session, batch, without):
                self.say(said)
                await self.breathe()
        except MtqaError as error:
            self.say(str(error), error=True)
        settle(self.session)
        self.show_all()
