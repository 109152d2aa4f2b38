"""``mtqa baseline``: the findings that are known, so that lint speaks of new ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.errors import MtqaError
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.config import Config
    from mtqa.linter import Result

_DEFAULT = "mtqa-baseline.jsonl"
_SHOWN = 20

_file = click.option(
    "--baseline", "file", type=click.Path(path_type=Path), help="The baseline [default: as configured]."
)
_jobs = click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")


@click.group()
def baseline() -> None:
    """Write, prune and look at the baseline of known findings."""


@baseline.command()
@_file
@_jobs
def write(file: Path | None, jobs: int | None) -> None:
    """Take all findings of the configured originals into the baseline; what was in it goes."""
    from mtqa.baseline import entries_of, write_entries

    config, place = _place(file)
    entries = [entry for result in _results(config, jobs) for entry in entries_of(result)]
    write_entries(place, entries)
    click.echo(f"{visible(str(place))}: {len(entries):,} findings")
    if not config.settings.baseline:
        click.echo(f'lint reads it with --baseline, or with baseline = "{visible(place.name)}" in the configuration')


@baseline.command()
@_file
@_jobs
def prune(file: Path | None, jobs: int | None) -> None:
    """Take out what stands for nothing any more; nothing is added."""
    from mtqa.baseline import write_entries

    config, place = _place(file)
    state = _State(config, place, jobs)
    kept = list(state.known.entries)
    for entry in state.stale:
        kept.remove(entry)
    if state.stale:
        write_entries(place, kept)
    click.echo(f"{visible(str(place))}: {len(state.stale):,} taken out, {len(kept):,} left")


@baseline.command()
@_file
@_jobs
def status(file: Path | None, jobs: int | None) -> int:
    """Compare the baseline with the configured originals: known, new and stale findings.

    Exits with 0 when all findings are known and no entry is stale, otherwise with 1.
    """
    config, place = _place(file)
    state = _State(config, place, jobs)
    click.echo(f"{state.held:,} known, {state.new:,} new, {len(state.stale):,} stale")
    for entry in state.stale[:_SHOWN]:
        click.echo(f"  stale  {visible(entry.path)}: {visible(entry.rule)}: {visible(entry.text)}")
    if (more := len(state.stale) - _SHOWN) > 0:
        click.echo(f"  and {more:,} more; mtqa baseline prune takes them out")
    return 1 if state.new or state.stale else 0


class _State:
    """A baseline held against all configured originals."""

    def __init__(self, config: Config, place: Path, jobs: int | None) -> None:
        from mtqa.baseline import Baseline

        self.known = Baseline.read(place, config.root)
        self.held = self.new = 0
        for result in _results(config, jobs):
            matched = self.known.hold_back(result)
            self.held += matched.held
            self.new += len(matched.result.findings)
        self.stale = self.known.stale(whole=True)


def _place(file: Path | None) -> tuple[Config, Path]:
    from mtqa.config import load_config

    config = load_config()
    return config, file or config.root / (config.settings.baseline or _DEFAULT)


def _results(config: Config, jobs: int | None) -> Iterator[Result]:
    """What lint would say of the configured originals, less what has been decided; unreadable articles are an error."""
    from mtqa.cache import CachedLinter, Store
    from mtqa.project import corrections_of, linter_of, settle
    from mtqa.sources import articles, find_sources

    linter = linter_of(config)
    engine = CachedLinter(linter, Store() if linter.engines.key is None else Store.open())
    workers = config.settings.jobs if jobs is None else jobs
    sources = find_sources((), config)
    corrections = corrections_of(config)
    knowing = linter.knowing(engine.gather(articles(sources, config.columns), workers))
    for linted in engine.lint(knowing, articles(sources, config.columns), workers):
        result = settle(linted, corrections, partial(engine.check, knowing)).result
        if result.errors:
            raise MtqaError(
                f"a baseline needs every article: {result.errors[0]}", remedy="mend it, or leave it out of originals"
            )
        yield result
    engine.close()
