"""``mtqa review``: go through the open findings and decide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.errors import MtqaError, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.config import Config
    from mtqa.knowledge import Knowledge
    from mtqa.linter import Linter


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--plain", is_flag=True, help="A dialogue line by line instead of a screen.")
@click.option("--by", default="", metavar="NAME", help="Who decides; default: MTQA_EDITOR, then git's user.")
@click.option("--theme", metavar="NAME", help="dark, light, ansi or mono.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
def review(paths: tuple[str, ...], plain: bool, by: str, theme: str | None, config_file: Path | None) -> int:
    """Go through the open findings and decide: accept, edit, reject, defer.

    PATHS are files, folders or globs; without any, the configured originals are reviewed. Every decision is saved as
    it is made; reopening goes on where you stopped. Press ? for the keys.
    """
    from mtqa.config import load_config
    from mtqa.corrections.editor import editor_name
    from mtqa.corrections.store import Corrections
    from mtqa.sources import STDIN, articles, find_sources

    config = load_config(file=config_file)
    if STDIN in paths:
        raise MtqaError("standard input cannot be reviewed", remedy="name files: decisions belong to a path")
    sources = list(articles(find_sources(paths, config), config.columns))
    corrections = Corrections(
        config.root, config.settings.corrections, tuple(config.settings.originals), columns=config.columns
    )
    name = editor_name(by, config.root)
    if plain:
        from mtqa.review.plain import Dialogue
        from mtqa.review.session import Session

        session = Session(sources, corrections, name, linter_maker(config)(None))
        return Dialogue(session, sys.stdin, sys.stdout).run()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise MtqaError("this is not a terminal", remedy="use mtqa review --plain")
    from msgspec.structs import replace

    from mtqa.review.app import ReviewApp

    settings = replace(config.settings.review, theme=theme) if theme else config.settings.review
    app = ReviewApp(sources, corrections, name, linter_maker(config), settings, _place(config))
    app.run()
    return app.return_code or 0


def linter_maker(config: Config) -> Callable[[Knowledge | None], Linter]:
    """Reads the rules when called, once; then gives linters that know what is passed to them."""
    rules = None

    def make(knowledge: Knowledge | None) -> Linter:
        nonlocal rules
        from mtqa.knowledge import Knowledge
        from mtqa.linter import Linter
        from mtqa.rules.load import load_rules

        rules = rules or load_rules(*config.rule_folders())
        return Linter(
            rules, config.selection, config.overrides, knowledge or Knowledge(), config.settings.max_line_length
        )

    return make


def _place(config: Config) -> Place | None:
    return Place(str(config.file)) if config.file else None
