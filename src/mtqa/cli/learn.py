"""``mtqa learn``: rules proposed from a corpus, for a person to judge."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mtqa.errors import MtqaError, Place, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.config import Config
    from mtqa.document import Document
    from mtqa.learn import Proposal
    from mtqa.linter import Source
    from mtqa.rules.load import RuleSet


@click.group()
def learn() -> None:
    """Propose rules from what a corpus repeats."""


@learn.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--min-articles",
    type=click.IntRange(min=2),
    default=3,
    show_default=True,
    metavar="N",
    help="Propose only what stands in as many articles of a site.",
)
@click.option("--to", type=click.Path(path_type=Path), help="Write the proposals into this folder of rules.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
def boilerplate(paths: tuple[str, ...], min_articles: int, to: Path | None, jobs: int | None) -> None:
    """Propose rules for lines that recur in PATHS (default: the configured originals) and that no rule finds yet.

    Each proposal is a rule file with the number of articles, real examples, and masks for dates, years, numbers and
    names. Nothing is put in force: proposals are printed, or written with --to, and never over a file that is there.
    """
    from mtqa.config import load_config
    from mtqa.report.escape import visible
    from mtqa.rules.load import load_rules

    config = load_config()
    rules = load_rules(*config.rule_folders())
    proposals = _propose(config, rules, paths, min_articles, config.settings.jobs if jobs is None else jobs)
    _refuse_broken(config, proposals)
    if not proposals:
        click.echo("nothing recurs that no rule finds", err=True)
    for number, proposal in enumerate(proposals):
        if to is None:
            shown = "\n".join(visible(line) for line in proposal.text.split("\n"))
            click.echo(f"{'---' + chr(10) if number else ''}# {_path(proposal)}\n{shown}", nl=False)
            continue
        file = to / _path(proposal)
        _write_new(file, proposal.text)
        click.echo(f"wrote {file}: {proposal.patterns} patterns; read it, then run: mtqa rule test {proposal.id}")


def _path(proposal: Proposal) -> str:
    return proposal.id.replace(".", "/") + ".yaml"


def _propose(config: Config, rules: RuleSet, paths: Sequence[str], least: int, jobs: int) -> list[Proposal]:
    from mtqa.learn import Learner
    from mtqa.linter import Linter
    from mtqa.selection import Selection
    from mtqa.sources import find_sources
    from mtqa.workers import gather_knowledge

    recurrence = rules.of_kind("recurrence")
    if not recurrence:
        raise MtqaError("no rule of kind recurrence says what recurs", remedy="restore boilerplate.recurring")
    selection = Selection(select=("boilerplate", "metadata"))
    linter = Linter(rules, selection, max_line=config.settings.max_line_length)
    sources = find_sources(paths, config)
    linter = linter.knowing(gather_knowledge(linter, sources, jobs))
    return Learner(linter, recurrence[-1], least).propose(lambda: _documents(sources), rules.ids)


def _documents(sources: Iterable[Source]) -> Iterator[Document]:
    """The articles; one that cannot be read ends the work, for what it repeats would be missing."""
    for source in sources:
        yield source.read()


def _refuse_broken(config: Config, proposals: Sequence[Proposal]) -> None:
    """Proposals are rules that load and whose examples behave, or there are none."""
    from mtqa.linter import example_check
    from mtqa.rules.examples import failures
    from mtqa.rules.load import load_rules
    from mtqa.rules.memo import memo_file

    if not proposals:
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for proposal in proposals:
            _write_new(folder / _path(proposal), proposal.text)
        folders = (*config.rule_folders(), folder)
        rules = load_rules(*folders)
        memo_file(folders).unlink(missing_ok=True)  # that folder never comes back
        for proposal in proposals:
            rule = rules.find(proposal.id)
            assert rule is not None
            for problem in failures(rule, example_check(rule, rules)):
                raise RuleError(f"a proposal does not behave: {problem}", remedy="please report this")


def _write_new(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise RuleError(
            "is there already", place=Place(str(file)), remedy="move it away, or name another folder"
        ) from error
    except OSError as error:
        raise RuleError(f"cannot write: {error.strerror}", place=Place(str(file))) from error
