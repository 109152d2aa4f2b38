"""What the parts of the main screen share: the session, the mode, and how to say what happened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from mtqa.document import Span
from mtqa.errors import MtqaError
from mtqa.finding import Layer
from mtqa.review.display import View
from mtqa.review.keymap import BROWSE, show_key
from mtqa.review.queue import Queue
from mtqa.review.shapes import shapes
from mtqa.review.widgets.article import ArticleView

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.review.app import ReviewApp
    from mtqa.review.keymap import Keymap
    from mtqa.review.queue import Item
    from mtqa.review.session import Session


_KEEP_MATCH = ("select", "next-match", "previous-match", "view", "page-up", "page-down", "help")


class Stage(Screen[None], inherit_bindings=False):
    """The ground of :class:`mtqa.review.screen.ReviewScreen`.

    ``mode`` is one of the key map's; ``chosen`` are the words selected, ``matches`` those found, both as offsets of the
    corrected text; ``shown_place`` and ``shown_finding`` say what was on the screen last, so that it moves only when
    that changes.
    """

    def __init__(self, session: Session, keymap: Keymap, glyphs: str) -> None:
        super().__init__()
        self.session = session
        self.keymap = keymap
        self.shapes = shapes(glyphs)
        self.mode = BROWSE
        self.view = View.BOTH
        self.chosen = Span(0, 0)
        self.matches: list[Span] = []
        self.match = -1
        self.at_match = False
        self.shown_place: tuple[int, str, View, int] = (-1, "", View.BOTH, 0)
        self.shown_finding = ""
        self.shown_queue: tuple[int, Queue] = (-1, Queue())
        self._put: dict[str, Content] = {}

    @property
    def reviewing(self) -> ReviewApp:
        """The app."""
        app: Any = self.app
        return app  # type: ignore[no-any-return]  # Screen.app is any App

    @property
    def article(self) -> ArticleView:
        """The article's widget."""
        return self.query_one("#article", ArticleView)

    def perform(self, action: str) -> None:
        """Do what an action says: verbs are methods named ``do_<action id>``. A search that goes on is ended by it."""
        self.workers.cancel_group(self, "search")
        self.at_match = self.at_match and action in _KEEP_MATCH
        self.attempt(getattr(self, f"do_{action.replace('-', '_')}"))

    def attempt(self, verb: Callable[[], str | None]) -> None:
        """Do something, show what came of it, and the reason when it cannot be done."""
        try:
            said = verb()
        except MtqaError as error:
            self.say(str(error), error=True)
        else:
            self.say(said or "")
        self.session.remember()
        self.show_all()

    def say(self, text: str, *, error: bool = False) -> None:
        """Show one line of what happened."""
        if self.is_mounted:
            line = self.query_one("#message", Static)
            line.set_class(error, "-error")
            self.put("message", Content(f"{'✗ ' if error else ''}{text}"))

    def no_candidate(self, item: Item) -> str:
        """What to press where a finding offers nothing to accept."""
        words = {"edit": "correct it", "editor": "in $EDITOR", "reject": "it is right"}
        if item.finding.layer is Layer.PASSAGE:
            words |= {"retranslate": "translate again", "drop": "drop"}
        else:
            words |= {"delete": "delete"}
        return "  ".join(f"{show_key(key)}: {text}" for name, text in words.items() if (key := self.keymap.key(name)))

    def put(self, name: str, content: Content, *, layout: bool = False) -> None:
        """Show a text in the widget of that id, if it is another; ``layout`` where its height may change."""
        before = self._put.get(name)
        if before is None or not before.is_same(content):
            self._put[name] = content
            self.query_one(f"#{name}", Static).update(content, layout=layout)

    def show_all(self) -> None:
        """Bring the screen up to the session."""
        raise NotImplementedError  # the screen that mixes this in defines it

    def find_matches(self) -> None:
        """Bring what was searched for up to the text that is shown."""
        raise NotImplementedError  # likewise

    def leave_words(self) -> None:
        """Back from selected words to the findings."""
        self.mode = BROWSE

    async def breathe(self) -> None:
        """Let keys and the screen have their turn in a long piece of work."""
        await asyncio.sleep(0)
