"""``mtqa metadata``: what articles say of themselves, as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtqa.config import Config
    from mtqa.release.record import Fields

_LISTED = "; "


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="How the fields are written.",
)
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
def metadata(paths: tuple[str, ...], form: str, jobs: int | None) -> int:
    """Show title, kicker, source, date of publication, authors, editors, photographers and original title.

    PATHS are files, folders, globs, or - for standard input; without any, the configured originals are read. These are
    the fields of a release: what an editor rejected says nothing, and dates are ISO 8601. The words that a field comes
    from are given beside it. Exits with 2 when an article could not be read.
    """
    from mtqa.config import load_config
    from mtqa.report.escape import visible
    from mtqa.report.record import encode

    config = load_config()
    failed = False
    written = 0
    for path, found in _read(config, paths, config.settings.jobs if jobs is None else jobs):
        if isinstance(found, MtqaError):
            click.echo(f"error: {visible(str(found))}", err=True)
            failed = True
            continue
        if form == "text":
            click.echo("\n".join(_lines(path, found)))
        elif form == "jsonl":
            click.echo(encode(record(path, found)))
        else:
            click.echo(("," if written else "[") + "\n" + encode(record(path, found)), nl=False)
        written += 1
    if form == "json":
        click.echo("\n]" if written else "[]")
    return 2 if failed else 0


def _read(config: Config, paths: tuple[str, ...], jobs: int) -> Iterator[tuple[str, Fields | MtqaError]]:
    from mtqa.linter import Linter
    from mtqa.project import corrections_of
    from mtqa.release.metadata import fields_of, standing
    from mtqa.rules.load import load_rules
    from mtqa.selection import Selection
    from mtqa.sources import find_sources
    from mtqa.workers import gather_knowledge, lint_sources

    rules = load_rules(*config.rule_folders())
    linter = Linter(rules, Selection(select=("metadata", "boilerplate")), max_line=config.settings.max_line_length)
    sources = find_sources(paths, config)
    linter = linter.knowing(gather_knowledge(linter, sources, jobs))
    corrections = corrections_of(config)
    for result in lint_sources(linter, sources, jobs):
        document = result.document
        if document is None:
            yield from ((result.source.name, error) for error in result.errors)
            continue
        try:
            if not corrections.ledger(document.path).file.exists():
                yield document.path, fields_of(document, result.findings, document, result.findings)
                continue
            article = corrections.article(document)
            cleaned = article.corrected()
            left = linter.check(cleaned)
            yield document.path, fields_of(document, standing(article.state, result.findings), cleaned, left)
        except MtqaError as error:
            yield document.path, error


def record(path: str, fields: Fields) -> dict[str, Any]:
    """The fields as JSON has them; null or an empty list where the article says nothing."""
    import msgspec

    known = msgspec.to_builtins(fields)
    return {"path": path, **{name: None if value == "" else value for name, value in known.items()}}


def _lines(path: str, fields: Fields) -> Iterable[str]:
    from mtqa.report.escape import visible

    yield visible(path)
    for name, value in record(path, fields).items():
        if value and name not in ("path", "passages"):
            shown = _LISTED.join(value) if isinstance(value, (list, tuple)) else value
            yield f"  {name.replace('_', ' '):<16}{visible(shown)}"
    for passage in fields.passages:
        yield f"  {f'line {passage.line}':<16}{visible(passage.text)}"
    yield ""
