"""The review as a full-screen program: themes, the first lint and the one of the whole corpus, the command palette."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.message import Message

from mtqa.errors import ConfigError, MtqaError
from mtqa.knowledge import Knowledge
from mtqa.review.background import Background, Checked, Known, prepare
from mtqa.review.keymap import ACTIONS, BROWSE, load_keymap, show_key
from mtqa.review.screen import ReviewScreen
from mtqa.review.session import Session
from mtqa.review.themes import THEME_NAMES, THEMES, VARIABLES
from mtqa.review.widgets.dialogs import CSS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.config import Review
    from mtqa.corrections.store import Corrections
    from mtqa.errors import Place
    from mtqa.linter import Linter, Source
    from mtqa.review.keymap import Keymap

_REPORT_EVERY = 0.25


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
    """One editor's review. ``make_linter`` reads the rules; it is called off the screen's thread."""

    TITLE = "mtqa review"
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (108, "-wide")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False)]

    class Equipped(Message):
        """Rules, or what the corpus tells, are ready."""

        def __init__(self, linter: Linter) -> None:
            super().__init__()
            self.linter = linter

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

    def __init__(  # noqa: PLR0917
        self,
        sources: Sequence[Source],
        corrections: Corrections,
        by: str,
        make_linter: Callable[[Knowledge | None], Linter],
        review: Review,
        place: Place | None = None,
    ) -> None:
        super().__init__()
        if review.theme not in THEME_NAMES:
            raise ConfigError(
                f"review: no theme {review.theme!r}", place=place, remedy=f"themes: {', '.join(THEME_NAMES)}"
            )
        self.keymap: Keymap = load_keymap(review.keys, place)
        self.glyphs = review.glyphs
        self._chosen_theme = review.theme
        self._sources = sources
        self._corrections = corrections
        self._make_linter = make_linter
        self._background: Background | None = None
        if len(sources) > 1:
            prepare()
        self.session = Session(sources, corrections, by)
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
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._chosen_theme
        self.call_after_refresh(self._learn)

    @work(thread=True, exit_on_error=False)
    def _learn(self) -> None:
        """Read the rules, then check the corpus in another process."""
        try:
            linter = self._make_linter(None)
            self.post_message(self.Equipped(linter))
            linter = self._make_linter(Knowledge())
            if linter.engines.families:
                linter.load_engines()
                self.post_message(self.Equipped(linter))
            if len(self._sources) > 1:
                self._check_all(linter)
        except MtqaError as error:
            self.post_message(self.Failed(str(error)))
        except Exception as error:  # whatever happens there must be said here
            if self._background is None or not self._background.closed:
                self.post_message(self.Failed(f"checking in the background failed: {type(error).__name__}: {error}"))
        finally:
            self.post_message(self.Progress(()))
            self.call_later(self.finished.set)

    def _check_all(self, linter: Linter) -> None:
        self._background = Background(linter, self._corrections, self._sources)
        waiting: list[Checked] = []
        said = time.monotonic()
        for result in self._background.run():
            if isinstance(result, Known):
                self.post_message(self.Equipped(self._make_linter(result.knowledge)))
                continue
            waiting.append(result)
            if time.monotonic() - said > _REPORT_EVERY:
                self.post_message(self.Progress(waiting))
                waiting, said = [], time.monotonic()
        self.post_message(self.Progress(waiting))
        self._background.close()

    def on_review_app_equipped(self, message: Equipped) -> None:
        self.review.attempt(lambda: self.session.equip(message.linter))
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
        if self._background:
            self._background.close()

    def open_palette(self) -> None:
        """Show all commands by name."""
        self.push_screen(CommandPalette(providers=[Commands], placeholder="What to do?"))
