"""``mtqa review``: go through the open findings and decide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.errors import MtqaError, Place
from mtqa.grammar import ENGINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.config import Config
    from mtqa.corrections.store import Corrections
    from mtqa.knowledge import Knowledge
    from mtqa.linter import Linter, Source
    from mtqa.rules.load import RuleSet
    from mtqa.settings import GrammarName


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--plain", is_flag=True, help="A dialogue line by line instead of a screen.")
@click.option("--grammar", type=click.Choice(ENGINES), help="Grammar engines to run, instead of those configured.")
@click.option(
    "--neural/--no-neural",
    "neural",
    default=None,
    help="Look for garbled sentences with both tiers of models (default: no, or as configured).",
)
@click.option("--by", default="", metavar="NAME", help="Who decides; default: MTQA_EDITOR, then git's user.")
@click.option("--theme", metavar="NAME", help="dark, light, ansi or mono.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
def review(  # noqa: PLR0917 - one parameter for each option
    paths: tuple[str, ...],
    plain: bool,
    grammar: GrammarName | None,
    neural: bool | None,
    by: str,
    theme: str | None,
    config_file: Path | None,
) -> int:
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
    config = config.with_grammar(grammar).with_neural(neural)
    prepare_engines(config)
    if plain:
        return _dialogue(config, sources, corrections, name)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise MtqaError("this is not a terminal", remedy="use mtqa review --plain")
    from msgspec.structs import replace

    from mtqa.corrections.lock import clear_lock
    from mtqa.review.start import start

    settings = replace(config.settings.review, theme=theme) if theme else config.settings.review
    app = start(sources, corrections, name, LinterMaker(config), settings, _place(config), words=config.word_list)
    try:
        app.run()
    finally:
        clear_lock(corrections.home)
    return app.return_code or 0


def _dialogue(config: Config, sources: Sequence[Source], corrections: Corrections, by: str) -> int:
    from mtqa.corrections.lock import clear_lock
    from mtqa.knowledge import Knowledge
    from mtqa.review.bookmark import Bookmark
    from mtqa.review.plain import Dialogue
    from mtqa.review.session import Session

    session = Session(sources, corrections, by, LinterMaker(config)(Knowledge()), Bookmark.of(corrections, by))
    session.words = config.word_list
    try:
        return Dialogue(session, sys.stdin, sys.stdout).run()
    finally:
        clear_lock(corrections.home)


def prepare_engines(config: Config) -> None:
    """Raise what keeps an engine from working, and start its server, while there is no screen yet."""
    from mtqa.grammar import FAMILIES, require

    engines = config.engines()
    require(engines, FAMILIES)
    if "languagetool" in engines.families and not engines.languagetool.url:
        from mtqa.grammar import server

        click.echo("starting LanguageTool, unless it runs ...", err=True)
        server.ensure(engines.languagetool)


class LinterMaker:
    """Makes linters that know what is passed to them; it reads the rules when first called, in each process.

    Passed None, what comes has the rules only: engines take time to load, and the first findings are not to wait.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._rules: RuleSet | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"_config": self._config, "_rules": None}

    def __call__(self, knowledge: Knowledge | None) -> Linter:
        from mtqa.grammar import Engines
        from mtqa.knowledge import Knowledge
        from mtqa.linter import Linter
        from mtqa.rules.load import load_rules

        config = self._config
        self._rules = self._rules or load_rules(*config.rule_folders())
        known = knowledge or Knowledge()
        engines = Engines() if knowledge is None else config.engines()
        return Linter(self._rules, config.selection, config.overrides, known, config.settings.max_line_length, engines)


def _place(config: Config) -> Place | None:
    return Place(str(config.file)) if config.file else None
