"""``mtqa lint``: find the faults of articles and say how to mend them."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from mtqa.errors import MtqaError, Place, RuleError
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.config import Config, GrammarName
    from mtqa.linter import Linter, Result, Source
    from mtqa.rules.load import RuleSet

_T = TypeVar("_T")
_WORTH_A_BAR = 20


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How the report is written.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the report to a file, all or nothing.")
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these ids, families or globs; repeat, or join by ','."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these ids, families or globs.")
@click.option(
    "--min-severity",
    type=click.Choice(["neutral", "minor", "major", "critical"]),
    help="Leave out what is less severe.",
)
@click.option(
    "--grammar",
    type=click.Choice(["harper", "languagetool", "both", "off"]),
    help="Grammar engines to run besides the rules (default: off, or as configured).",
)
@click.option("--statistics", is_flag=True, help="Print a table of rules instead of the findings.")
@click.option("--diff", is_flag=True, help="Print all safe fixes as a patch instead; nothing is written.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="Use this configuration file.")
def lint(  # noqa: PLR0917 - one parameter for each option
    paths: tuple[str, ...],
    form: str,
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: str | None,
    grammar: GrammarName | None,
    statistics: bool,
    diff: bool,
    exit_zero: bool,
    jobs: int | None,
    file: Path | None,
) -> int:
    """Find the faults of articles and say how to mend them.

    PATHS are files, folders, globs, or - for standard input; without any, the configured originals are read. Exits
    with 0 when nothing was found, 1 when something was, 2 when something could not be read or checked.
    """
    from mtqa.config import load_config

    config = load_config(file=file)
    config = config.replaced(
        "command line",
        select=_listed(select) or None,
        ignore=[*config.settings.ignore, *_listed(ignore)] if ignore else None,
        min_severity=min_severity,
        jobs=jobs,
    )
    run = _prepare(config.with_grammar(grammar), paths)
    with _opened(output) as stream:
        outcome = _report(run, "diff" if diff else form, stream, statistics=statistics)
    if outcome.errors:
        return 2
    return 1 if outcome.faults and not exit_zero else 0


@dataclass
class _Run:
    """Everything a run needs, checked before anything is written."""

    linter: Linter
    sources: list[Source]
    jobs: int


@dataclass
class _Outcome:
    """What decides the exit code: findings that are faults (not neutral ones), and errors."""

    faults: int = 0
    errors: int = 0


def _prepare(config: Config, paths: Sequence[str]) -> _Run:
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules
    from mtqa.sources import find_sources

    rules = load_rules(*config.rule_folders())
    _refuse_unknown_names(config, rules)
    _refuse_broken_examples(rules)
    linter = Linter(
        rules,
        config.selection,
        config.overrides,
        max_line=config.settings.max_line_length,
        engines=config.engines(),
    )
    return _Run(linter, find_sources(paths, config), config.settings.jobs)


def _report(run: _Run, form: str, stream: BinaryIO, *, statistics: bool) -> _Outcome:
    from mtqa.finding import Severity
    from mtqa.linter import gather_knowledge, lint_sources
    from mtqa.report import Options, Summary, Terminal, open_report

    outcome = _Outcome()
    with _progress(len(run.sources)) as step:
        knowledge = gather_knowledge(run.linter, step("comparing", run.sources), run.jobs)
        linter = run.linter.knowing(knowledge)
        terminal = Terminal.of(sys.stdout) if stream is sys.stdout.buffer else Terminal()
        summary = Summary(checkers=[checker.name for checker in linter.checkers])
        report = open_report(form, stream, Options(rules=linter.rules, statistics=statistics, terminal=terminal))
        for result in lint_sources(linter, step("checking", run.sources), run.jobs):
            summary.add(result)
            report.add(result)
            outcome.faults += sum(finding.severity > Severity.NEUTRAL for finding in result.findings)
            outcome.errors += _complain(result)
        report.finish(summary)
    return outcome


def _complain(result: Result) -> int:
    for error in result.errors:
        click.echo(f"error: {visible(str(error))}", err=True)
    return len(result.errors)


def _listed(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _refuse_unknown_names(config: Config, rules: RuleSet) -> None:
    """A misspelt rule name must not look like a clean article."""
    from mtqa.grammar import known_ids
    from mtqa.linter import names

    known = rules.ids | {alias for rule in rules.rules for alias in rule.spec.aliases} | known_ids()
    for key in ("select", "ignore"):
        for pattern in getattr(config.settings, key):
            if not pattern.startswith("languagetool.") and not any(names(pattern, rule_id) for rule_id in known):
                near = get_close_matches(pattern, sorted(known | {i.partition(".")[0] for i in known}), 1)
                raise MtqaError(
                    f"{key}: no rule is called {pattern!r}",
                    remedy=f"did you mean {near[0]!r}?" if near else "see mtqa rule list",
                )


def _refuse_broken_examples(rules: RuleSet) -> None:
    """A project's own rules prove themselves at every start; the shipped ones did when they were released."""
    from mtqa.linter import Linter
    from mtqa.rules.examples import failures, isolated
    from mtqa.rules.load import shipped_rules

    shipped = shipped_rules()
    for rule in rules.rules:
        if not Path(rule.path).is_relative_to(shipped):
            for problem in failures(rule, Linter(isolated(rule, rules)).check):
                raise RuleError(problem, place=Place(rule.path), remedy=f"see mtqa rule test {rule.id}")


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears only when it is complete."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        if output.exists() and not output.is_file():  # /dev/null and the like cannot be replaced
            with output.open("wb") as device:
                yield device
            return
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
            written.chmod(0o666 & ~_umask())
            written.replace(output)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise MtqaError(f"cannot write: {error.strerror or error}", place=Place(str(output))) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str, Iterable[_T]], Iterable[_T]]]:
    """A progress bar on standard error for long runs; ``step(name, items)`` passes items through and counts them."""
    if total < _WORTH_A_BAR or not sys.stderr.isatty():
        yield lambda _, items: items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield lambda name, items: progress.track(items, total=total, description=name)
