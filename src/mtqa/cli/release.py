"""``mtqa release``: build a corpus from originals and decisions, check one, compare two."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtqa.config import Config
    from mtqa.release.stage import ExecutorName

_CONFIG = click.option("--config", "file", type=click.Path(path_type=Path), help="Use this configuration file.")
_JOBS = click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def release() -> None:
    """Build a corpus from originals and corrections, check one, compare two."""


def _config(file: Path | None) -> Config:
    from mtqa.config import load_config

    return load_config(file=file)


@release.command()
@click.option("--version", "number", required=True, help="The version of the release, such as 1.0.0.")
@click.option("--to", required=True, type=_FOLDER, help="The folder to make; it must not be there yet.")
@click.option("--formats", default="", metavar="LIST", help="Beside Parquet: jsonl.zst, txt, or both joined by ','.")
@click.option("--previous", type=_FOLDER, help="The release that the changelog compares with.")
@click.option("--allow-open", is_flag=True, help="Build although findings, stale edits or conflicts are open.")
@click.option("--drop-duplicates", is_flag=True, help="Of near duplicates keep one; the rule is in docs/release.md.")
@click.option(
    "--executor",
    type=click.Choice(["processes", "local", "ray", "slurm"]),
    default="processes",
    show_default=True,
    help="Who does the work: processes of mtqa's own, or an executor of datatrove (mtqa[cluster]).",
)
@click.option("--shard-size", type=click.IntRange(min=1), default=100_000, show_default=True, help="Rows of a file.")
@_JOBS
@_CONFIG
def build(  # noqa: PLR0917 - one parameter for each option
    number: str,
    to: Path,
    formats: str,
    previous: Path | None,
    allow_open: bool,
    drop_duplicates: bool,
    executor: ExecutorName,
    shard_size: int,
    jobs: int | None,
    file: Path | None,
) -> int:
    """Build a release from the configured originals and their corrections.

    Exits with 1, and builds nothing, while critical or major findings, stale edits, conflicts or unfinished passages
    are open; with 2 when something cannot be read or written.
    """
    from mtqa.release.build import Request, release_date
    from mtqa.release.build import build as build_release
    from mtqa.sources import find_sources

    config = _config(file)
    request = Request(
        version=number,
        to=to,
        formats=_formats(formats),
        previous=previous,
        allow_open=allow_open,
        drop_duplicates=drop_duplicates,
        jobs=config.settings.jobs if jobs is None else jobs,
        shard_size=shard_size,
        date=release_date(),
        executor=executor,
    )
    built = build_release(config, find_sources((), config), request)
    for error in built.errors:
        click.echo(f"error: {visible(str(error))}", err=True)
    if built.errors:
        return 2
    if not built.release_id:
        _print(built.blockers)
        if further := built.open_points - len(built.blockers):
            click.echo(f"and {further:,} more", err=True)
        click.echo(f"not built: {built.open_points:,} points are open (--allow-open builds all the same)", err=True)
        return 1
    counts = built.counts
    click.echo(f"{to}: {counts['articles']:,} articles, {counts['words']:,} words, {counts['edits']:,} edits")
    if counts["left_out"]:
        click.echo(f"left out: {counts['left_out']:,} articles, see DROPPED.jsonl")
    if built.blockers:
        click.echo(f"open: {built.open_points:,} points, recorded in README.md and in the rows")
    click.echo(f"release id {built.release_id}")
    return 0


def _formats(listed: str) -> tuple[str, ...]:
    from mtqa.release.table import FORMATS

    found = tuple(part.strip() for part in listed.split(",") if part.strip())
    for name in found:
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}", param_hint="--formats")
    return found


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(visible(line))


@release.command()
@click.argument("folder", type=_FOLDER)
@click.option("--previous", type=_FOLDER, help="The release that its changelog compares with.")
@click.option("--files-only", is_flag=True, help="Check the release by itself: no originals are needed.")
@_JOBS
@_CONFIG
def verify(folder: Path, previous: Path | None, files_only: bool, jobs: int | None, file: Path | None) -> int:
    """Check a release: every file, row and patch, then its originals and ledgers, then by building it again.

    Exits with 0 when it holds, with 1 when it does not, naming the files.
    """
    from mtqa.release.verify import verify as verify_release

    config = None if files_only else _config(file)
    if config is not None and not config.settings.originals:
        raise click.UsageError("no originals are configured here; --files-only checks the release by itself")
    done = verify_release(folder, config, previous, jobs if jobs is not None else 1)
    _print(str(problem) for problem in done.problems)
    for note in done.notes:
        click.echo(f"note: {visible(note)}", err=True)
    if done.problems or done.manifest is None:
        click.echo(f"does not hold: {len(done.problems):,} problems", err=True)
        return 1
    how = "its files" if files_only else "its files and sources; built again, it is the same"
    click.echo(f"holds: {how}. {done.manifest.counts['articles']:,} articles, release id {done.manifest.release_id}")
    return 0


@release.command()
@click.argument("before", type=_FOLDER)
@click.argument("after", type=_FOLDER)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--summary", is_flag=True, help="Only which articles, not which words.")
def diff(before: Path, after: Path, form: str, summary: bool) -> int:
    """What changed between two releases, by article and word. Exits with 1 when something did."""
    from mtqa.release.difference import changed_articles, compare
    from mtqa.release.manifest import read_manifest

    manifests = read_manifest(before), read_manifest(after)
    found = compare(before, after)
    words = () if summary else changed_articles(before, after, found)
    if form == "json":
        import msgspec

        record = {
            "before": {"version": manifests[0].version, "release_id": manifests[0].release_id},
            "after": {"version": manifests[1].version, "release_id": manifests[1].release_id},
            "came": found.came,
            "left": found.left,
            "changed": found.changed,
            "same": found.same,
            "edits_by_rule": {rule: list(numbers) for rule, numbers in found.rules.items()},
            "words": dict(words),
        }
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
        return 0 if found.is_empty else 1
    click.echo(f"{manifests[0].version} → {manifests[1].version}: {len(found.came):,} came, {len(found.left):,} left, "
               f"{len(found.changed):,} changed, {found.same:,} the same")  # fmt: skip
    _print(f"+ {name}" for name in found.came)
    _print(f"- {name}" for name in found.left)
    if summary:
        _print(f"~ {name}" for name in found.changed)
    for name, changes in words:
        click.echo(f"~ {visible(name)}")
        _print(f"  {each.line}: {_shown(each.old)} → {_shown(each.new)}" for each in changes)
    return 0 if found.is_empty else 1


def _shown(words: str) -> str:
    return f"“{words}”" if words else "nothing"


@release.command()
@click.argument("path")
@click.argument("verdict", type=click.Choice(["publish", "retranslate", "drop"]))
@click.option("--why", required=True, help="The reason to record.")
@click.option("--by", default="", help="Who decides; default: MTQA_EDITOR, else git's user.name and user.email.")
@_CONFIG
def decide(path: str, verdict: str, why: str, by: str, file: Path | None) -> int:
    """Give an article its verdict, whatever its score; the decision goes into its ledger.

    PATH is the article's, relative to the project. `mtqa patch revert` takes the decision back.
    """
    from mtqa.corrections.editor import editor_name
    from mtqa.project import corrections_of
    from mtqa.release.article import decide as decide_article

    config = _config(file)
    article = corrections_of(config).read(path)
    decision = decide_article(article, verdict, editor_name(by, config.root), why)
    click.echo(f"{visible(path)}: {verdict} by {visible(decision.by)} ({decision.id})")
    return 0
