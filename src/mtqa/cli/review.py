"""``mtqa review``: go through the open findings and decide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.errors import MtqaError, Place
from mtqa.grammar import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.config import Config, GrammarName
    from mtqa.knowledge import Knowledge
    from mtqa.linter import Linter


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--plain", is_flag=True, help="A dialogue line by line instead of a screen.")
@click.option("--grammar", type=click.Choice(ENGINES), help="Grammar engines to run, instead of those configured.")
@click.option("--by", default="", metavar="NAME", help="Who decides; default: MTQA_EDITOR, then git's user.")
@click.option("--theme", metavar="NAME", help="dark, light, ansi or mono.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
def review(  # noqa: PLR0917 - one parameter for each option
    paths: tuple[str, ...],
    plain: bool,
    grammar: GrammarName | None,
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
    from mtqa.sources import STDIN, find_sources

    config = load_config(file=config_file)
    if STDIN in paths:
        raise MtqaError("standard input cannot be reviewed", remedy="name files: decisions belong to a path")
    sources = find_sources(paths, config)
    corrections = Corrections(config.root, config.settings.corrections, tuple(config.settings.originals))
    name = editor_name(by, config.root)
    config = config.with_grammar(grammar)
    prepare_engines(config)
    if plain:
        from mtqa.knowledge import Knowledge
        from mtqa.review.plain import Dialogue
        from mtqa.review.session import Session

        session = Session(sources, corrections, name, linter_maker(config)(Knowledge()))
        session.words = config.word_list
        return Dialogue(session, sys.stdin, sys.stdout).run()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise MtqaError("this is not a terminal", remedy="use mtqa review --plain")
    from msgspec.structs import replace

    from mtqa.review.app import ReviewApp

    settings = replace(config.settings.review, theme=theme) if theme else config.settings.review
    app = ReviewApp(sources, corrections, name, linter_maker(config), settings, _place(config))
    app.session.words = config.word_list
    app.run()
    return app.return_code or 0


def prepare_engines(config: Config) -> None:
    """Raise what keeps an engine from working, and start its server, while there is no screen yet."""
    from mtqa.grammar import FAMILIES, require

    engines = config.engines()
    require(engines, FAMILIES)
    if "languagetool" in engines.families and not engines.languagetool.url:
        from mtqa.grammar import server

        click.echo("starting LanguageTool, unless it runs ...", err=True)
        server.ensure(engines.languagetool)


def linter_maker(config: Config) -> Callable[[Knowledge | None], Linter]:
    """Reads the rules when called, once; then gives linters that know what is passed to them.

    Passed None, what comes has the rules only: engines take time to load, and the first findings are not to wait.
    """
    rules = None

    def make(knowledge: Knowledge | None) -> Linter:
        nonlocal rules
        from mtqa.grammar import Engines
        from mtqa.knowledge import Knowledge
        from mtqa.linter import Linter
        from mtqa.rules.load import load_rules

        rules = rules or load_rules(*config.rule_folders())
        known = knowledge or Knowledge()
        engines = Engines() if knowledge is None else config.engines()
        return Linter(rules, config.selection, config.overrides, known, config.settings.max_line_length, engines)

    return make


def _place(config: Config) -> Place | None:
    return Place(str(config.file)) if config.file else None
