"""Start the screen quickly: the first article is being checked in another process before Textual is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.errors import ConfigError
from mtqa.review.background import Background
from mtqa.review.bookmark import Bookmark
from mtqa.review.keymap import load_keymap
from mtqa.review.session import Session
from mtqa.review.shapes import THEME_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from mtqa.corrections.store import Corrections
    from mtqa.errors import Place
    from mtqa.knowledge import Knowledge
    from mtqa.linter import Linter, Source
    from mtqa.review.app import ReviewApp
    from mtqa.settings import Review


def start(  # noqa: PLR0917
    sources: Sequence[Source],
    corrections: Corrections,
    by: str,
    make_linter: Callable[[Knowledge | None], Linter],
    review: Review,
    place: Place | None = None,
    *,
    words: Path | None = None,
    pool: Executor | None = None,
) -> ReviewApp:
    """The review of ``sources``, ready to run. ``place`` is where its settings, ``review``, were read.

    ``words`` is the project's word list; ``pool`` does the checking in place of a process of its own.

    Raises :class:`ConfigError` for an unknown theme and for keys that cannot be.
    """
    keymap = load_keymap(review.keys, place)
    if review.theme not in THEME_NAMES:
        raise ConfigError(f"review: no theme {review.theme!r}", place=place, remedy=f"themes: {', '.join(THEME_NAMES)}")
    session = Session(sources, corrections, by, bookmark=Bookmark.of(corrections, by))
    session.words = words
    background = Background(make_linter, corrections, sources, session.index, pool)
    from mtqa.review.app import ReviewApp

    return ReviewApp(session, background, make_linter, keymap, review)
