"""``mtqa lint``: find the faults of articles and say how to mend them."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from mtqa.errors import MtqaError, Place, RuleError
from mtqa.finding import Severity
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.config import Config
    from mtqa.linter import Result, Source
    from mtqa.rules.load import RuleSet

_MANY = 20
_SEVERITIES = click.Choice([severity.label for severity in Severity])


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--format", "form", default="text", show_default=True, help="text, json, jsonl, sarif or github.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the report to a file, all or nothing.")
@click.option("--select", multiple=True, metavar="RULE", help="Only these ids, families or globs (repeat or use ',').")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these ids, families or globs.")
@click.option("--min-severity", type=_SEVERITIES, help="Leave out what is less severe.")
@click.option("--statistics", is_flag=True, help="Add a table of findings per rule.")
@click.option("--diff", is_flag=True, help="Print all safe fixes as a patch instead; nothing is written.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Use this configuration file.")
def lint(
    paths: tuple[str, ...],
    form: str,
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: str | None,
    statistics: bool,
    diff: bool,
    exit_zero: bool,
    jobs: int | None,
    config_file: Path | None,
) -> int:
    """Find the faults of articles and say how to mend them.

    PATHS are files, folders, globs, or - for standard input; without any, the configured originals are read.
    Exits with 0 when nothing was found, 1 when something was, 2 when something could not be read or checked.
    """
    from mtqa.config import load_config

    config = load_config(file=config_file).replaced(
        "command line",
        select=_listed(select) or None,
        ignore=[*load_config(file=config_file).settings.ignore, *_listed(ignore)] if ignore else None,
        min_severity=min_severity,
        jobs=jobs,
    )
    with _opened(output) as stream:
        return _run(config, paths, "diff" if diff else form, stream, statistics=statistics, exit_zero=exit_zero)
