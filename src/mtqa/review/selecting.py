"""Verbs of the screen for any words of the text: select, correct, delete, set aside."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from mtqa.document import Document, Span
from mtqa.finding import Edit
from mtqa.review.display import View
from mtqa.review.keymap import BROWSE, SELECT
from mtqa.review.session import ReviewError
from mtqa.review.stage import Stage
from mtqa.review.tokens import words_of
from mtqa.segment import sentence_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.review.widgets.article import ArticleView


class Selecting(Stage, inherit_bindings=False):
    """For :class:`mtqa.review.screen.ReviewScreen`. Offsets are those of the corrected text."""

    def start_selecting(self) -> None:
        """What is remembered between keys."""
        self.words: list[Span] = []
        self.word_anchor = self.word_cursor = 0

    def do_select(self) -> str:
        if self.view is View.ORIGINAL:
            self.view = View.BOTH
        item = self.session.current
        match = self.matches[self.match] if self.at_match and 0 <= self.match < len(self.matches) else None
        self._enter(match.start if match else self._first_place(item.here.start if item else None))
        if match:
            self._take(self._word_at(match.end - 1), self.word_cursor)
        return "Select words, then correct, delete or mark them"

    def _first_place(self, at: int | None) -> int:
        """Where the finding is, unless the editor has scrolled away from it: then where they are reading."""
        top, bottom = self.article.visible_span()
        if at is not None and top <= self.article.cell_of(at)[1] < bottom:
            return at
        rows = (self.article.offset_under(self.article.text_x, row) for row in range(bottom - top))
        first = next((offset for offset in rows if offset is not None), 0)
        text = self.session.work.overlay.text if self.session.work else ""
        return next((word.start for word in words_of(text) if word.start >= first), first)

    def _enter(self, at: int) -> None:
        work = self.session.work
        if work is None:
            raise ReviewError("no article is open")
        self.words = words_of(work.overlay.text)
        if not self.words:
            raise ReviewError("there are no words in this article")
        self.mode = SELECT
        self._take(self._word_at(at))

    def _word_at(self, at: int) -> int:
        return max(0, bisect_right(self.words, at, key=lambda word: word.start) - 1)

    def _take(self, cursor: int, anchor: int | None = None) -> None:
        self.word_cursor = max(0, min(cursor, len(self.words) - 1))
        self.word_anchor = self.word_cursor if anchor is None else anchor
        first, last = sorted((self.word_anchor, self.word_cursor))
        self.chosen = Span(self.words[first].start, self.words[last].end)

    def do_leave(self) -> None:
        self.leave_words()

    def do_left(self) -> None:
        self._take(self.word_cursor - 1)

    def do_right(self) -> None:
        self._take(self.word_cursor + 1)

    def do_extend_left(self) -> None:
        self._take(self.word_cursor - 1, self.word_anchor)

    def do_extend_right(self) -> None:
        self._take(self.word_cursor + 1, self.word_anchor)

    def do_up(self) -> None:
        self._row(-1)

    def do_down(self) -> None:
        self._row(1)

    def _row(self, by: int) -> None:
        """To the word above or below, over empty rows."""
        x, y = self.article.cell_of(self.words[self.word_cursor].start)
        y += by
        while 0 <= y < self.article.sheet.height:
            at = self.article.offset_under(x + self.article.text_x, y - self.article.scroll_offset.y)
            cursor = self._word_at(at) if at is not None else self.word_cursor
            if (cursor - self.word_cursor) * by > 0:
                self._take(cursor)
                return
            y += by

    def do_sentence(self) -> None:
        work = self.session.work
        assert work is not None
        seen = Document.from_text(work.overlay.text)
        sentence = sentence_at(seen, self.chosen.start)
        whole = sentence if not self.chosen.contains(sentence) else seen.line_at(self.chosen.start).span
        first = self._word_at(whole.start)
        self._take(max(first, self._word_at(max(whole.start, whole.end - 1))), first)
        self.chosen = whole

    def ask_words(self, title: str, text: str, verb: Callable[[str], str]) -> None:
        """Ask for other words; nothing happens when they are the same."""
        from mtqa.review.widgets.dialogs import Ask

        def given(after: str | None) -> None:
            if after is not None and after != text:
                self.attempt(lambda: verb(after))

        self.app.push_screen(Ask(title, text), given)

    def do_correct(self) -> None:
        work = self.session.work
        assert work is not None
        here = self.chosen
        self.ask_words("Correct", work.overlay.text[here.start : here.end], lambda text: self._corrected(here, text))

    def _corrected(self, here: Span, text: str) -> str:
        said = self.session.replace((Edit(here, text),))
        self.leave_words()
        return said

    def on_article_view_pointed(self, message: ArticleView.Pointed) -> None:
        """A click on a finding makes it current; a click elsewhere, or dragging, selects words."""
        under = [i for i in self.session.queue.items if i.here.start <= message.at < i.here.end]
        hit = min(under, key=lambda item: len(item.here), default=None)
        if hit and not message.extend and self.mode == BROWSE and self.view is not View.ORIGINAL:
            self.attempt(lambda: self.session.go(hit.key))
        elif self.view is not View.ORIGINAL:
            self.attempt(lambda: self._point(message.at, extend=message.extend))

    def _point(self, at: int, *, extend: bool) -> None:
        if self.mode == SELECT and extend:
            self._take(self._word_at(at), self.word_anchor)
        else:
            self._enter(at)
