"""The review as a full-screen program: themes, the first lint and the one of the whole corpus, the command palette."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.message import Message

from mtqa.errors import MtqaError
from mtqa.knowledge import Knowledge
from mtqa.review.background import Checked, Coming, Known
from mtqa.review.keymap import ACTIONS, BROWSE, show_key
from mtqa.review.screen import ReviewScreen
from mtqa.review.shapes import THEME_NAMES
from mtqa.review.themes import THEMES, VARIABLES
from mtqa.review.work import Lint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.linter import Linter
    from mtqa.review.background import Background
    from mtqa.review.keymap import Keymap
    from mtqa.review.session import Session
    from mtqa.review.work import Checks, Work
    from mtqa.settings import Review

_REPORT_EVERY = 0.25
_NEEDED_SOON = ("mtqa.review.widgets.dialogs",)  # not needed for the first screen


class Commands(Provider):
    """The key map's actions and the themes, by name."""

    def _all(self) -> list[tuple[str, Callable[[], None], str]]:
        app = self.app
        assert isinstance(app, ReviewApp)
        found: list[tuple[str, Callable[[], None], str]] = []
        for action in ACTIONS:
            if BROWSE in action.modes and action.id not in ("palette", "theme"):
                keys = " ".join(show_key(key) for key in app.keymap.keys[action.id])
                found.append((action.text, partial(app.review.perform, action.id), f"{action.group}  {keys}"))
        found += [(f"Theme: {name}", partial(setattr, app, "theme", name), "Show") for name in THEME_NAMES]
        return found

    async def discover(self) -> Hits:
        for name, command, note in self._all():
            yield DiscoveryHit(name, command, help=note)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, command, note in self._all():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), command, help=note)


class ReviewApp(App[None], inherit_bindings=False):
    """One editor's review; made by :func:`mtqa.review.start.start`.

    ``background`` is at work already; ``make_linter`` reads the rules and is called off the screen's thread.
    """

    TITLE = "mtqa review"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (108, "-wide")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False)]

    class Equipped(Message):
        """Rules, engines or what the corpus tells are ready; ``known`` is what is found in the article of ``work``."""

        def __init__(self, linter: Checks, work: Work | None, known: Lint | None) -> None:
            super().__init__()
            self.linter = linter
            self.work = work
            self.known = known

    class Progress(Message):
        """Articles that the background has looked at."""

        def __init__(self, results: Sequence[Checked]) -> None:
            super().__init__()
            self.results = results

    class Failed(Message):
        """The background could not go on."""

        def __init__(self, problem: str) -> None:
            super().__init__()
            self.problem = problem

    def __init__(
        self,
        session: Session,
        background: Background,
        make_linter: Callable[[Knowledge | None], Linter],
        keymap: Keymap,
        review: Review,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = review.theme
        self.session = session
        self.keymap = keymap
        self.glyphs = review.glyphs
        self._make_linter = make_linter
        self._background = background
        self.ready = asyncio.Event()
        self.finished = asyncio.Event()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLES

    def get_default_screen(self) -> ReviewScreen:
        return ReviewScreen(self.session, self.keymap, self.glyphs)

    @property
    def review(self) -> ReviewScreen:
        """The main screen."""
        screen = self.screen_stack[0]
        assert isinstance(screen, ReviewScreen)
        return screen

    @property
    def is_mono(self) -> bool:
        """True when struck and inserted words need brackets."""
        return self.theme == "mono" or self.no_color

    def on_mount(self) -> None:
        self.call_after_refresh(self._learn)

    @work(thread=True, exit_on_error=False)
    def _learn(self) -> None:
        """Take the first article's findings, then build a linter here, then have the whole corpus checked."""
        coming = Coming()
        try:
            self._take_first(coming)
            linter = self._make_linter(None)
            for module in _NEEDED_SOON:
                import_module(module)
            self._equip(linter, coming)
            linter = self._make_linter(Knowledge())
            if linter.engines.families:
                linter.load_engines()
                self._equip(linter)
            if len(self.session.corpus) > 1:
                self._check_all(linter)
        except MtqaError as error:
            coming.fail(error)
            self.post_message(self.Failed(str(error)))
        except Exception as error:  # whatever happens there must be said here
            coming.fail(MtqaError(f"the rules could not be read: {type(error).__name__}: {error}"))
            if not self._background.closed:
                self.post_message(self.Failed(f"checking in the background failed: {type(error).__name__}: {error}"))
        finally:
            self.post_message(self.Progress(()))
            self.call_later(self.finished.set)

    def _take_first(self, coming: Coming) -> None:
        """Show what the other process has found in the first article; what it cannot find out is found out here."""
        work = self.session.work
        if work is None:
            return
        try:
            known = self._background.first()
        except (MtqaError, BrokenProcessPool):
            return
        self.post_message(self.Equipped(coming, work, known))

    def _equip(self, linter: Linter, coming: Coming | None = None) -> None:
        """Let the screen go on with ``linter``, after it has checked what is open, off the screen's thread."""
        work = self.session.work
        known = Lint.of(linter, work.document) if work else None
        if coming:
            coming.arrive(linter)
        self.post_message(self.Equipped(linter, work, known))

    def _check_all(self, linter: Linter) -> None:
        waiting: list[Checked] = []
        said = time.monotonic()
        for result in self._background.run(compares=linter.compares):
            if isinstance(result, Known):
                self._equip(linter.knowing(result.knowledge))
                continue
            waiting.append(result)
            if time.monotonic() - said > _REPORT_EVERY:
                self.post_message(self.Progress(waiting))
                waiting, said = [], time.monotonic()
        self.post_message(self.Progress(waiting))
        self._background.close()

    def on_review_app_equipped(self, message: Equipped) -> None:
        known = message.known if self.session.work is message.work else None  # another may have been opened meanwhile
        self.review.attempt(lambda: self.session.equip(message.linter, known))
        self.ready.set()

    def on_review_app_progress(self, message: Progress) -> None:
        for result in message.results:
            if result.index in self.session.corpus.briefs:
                continue  # opened meanwhile: what we know is newer
            if result.problem:
                self.session.corpus.fail(result.index, result.problem)
            else:
                self.session.corpus.note(result.index, result.briefs, whole=result.whole)
        self.review.show_progress()

    def on_review_app_failed(self, message: Failed) -> None:
        self.review.say(message.problem, error=True)
        self.ready.set()

    def on_unmount(self) -> None:
        self._background.close()

    def open_palette(self) -> None:
        """Show all commands by name."""
        self.push_screen(CommandPalette(providers=[Commands], placeholder="What to do?"))
