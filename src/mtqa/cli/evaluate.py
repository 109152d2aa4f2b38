"""``mtqa evaluate``: how good the rules are, measured against gold annotations and clean text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.config import load_config
from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from mtqa.config import Config
    from mtqa.linter import Linter

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("gold_dir", type=_PATH)
@click.option("--originals", type=_PATH, help="Folder of the originals that the gold names; else the configured ones.")
@click.option("--clean", type=_PATH, multiple=True, help="Clean human text: a .txt or .jsonl file, or a folder.")
@click.option("--rules", type=_PATH, multiple=True, help="A folder of rules besides the configured ones.")
@click.option("--select", multiple=True, metavar="RULE", help="Only these ids, families or globs.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these ids, families or globs.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--details", is_flag=True, help="List what was unmarked, missed or wrongly fixed.")
def evaluate(
    *,
    gold_dir: Path,
    originals: Path | None,
    clean: tuple[Path, ...],
    rules: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    details: bool,
) -> None:
    """Score the checkers against the annotations in GOLD_DIR.

    Prints precision, recall and exactness of fixes per family of rules and per MQM type, boilerplate and metadata lines
    found, and false alarms on clean text, each with a 95 % interval over documents. Exits with 2 when the gold or the
    rules cannot be used.
    """
    from mtqa.evaluate import evaluate as measure
    from mtqa.evaluate import load_clean, load_gold
    from mtqa.evaluate.table import as_json, show

    config = load_config()
    gold = load_gold(gold_dir, [originals] if originals else _originals(config))
    texts = load_clean(clean)
    result = measure(_linter(config, rules, select, ignore), gold, texts)
    if form == "json":
        click.echo(as_json(result))
        return
    from rich.console import Console

    show(result, Console(width=None if sys.stdout.isatty() else 120), details=details)


def _originals(config: Config) -> list[Path]:
    folders = [config.root / name for name in config.settings.originals]
    found = [folder for folder in folders if folder.is_dir()]
    if not found:
        raise MtqaError("no folder of originals is configured", remedy="name it with --originals")
    return found


def _linter(config: Config, rules: tuple[Path, ...], select: tuple[str, ...], ignore: tuple[str, ...]) -> Linter:
    """All configured rules, whatever the project leaves out: the rules are measured, not the project's choices."""
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules
    from mtqa.selection import Selection

    loaded = load_rules(*config.rule_folders(), *rules)
    return Linter(loaded, Selection(select, ignore), max_line=config.settings.max_line_length)
