"""``mtqa lint``: find the faults of articles and say how to mend them."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from mtqa.cli.output import opened, progress
from mtqa.errors import MtqaError, Place, RuleError
from mtqa.grammar import ENGINES
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mtqa.baseline import Baseline
    from mtqa.budget import Budget, Spending
    from mtqa.changes import Change
    from mtqa.cli.judging import Judging
    from mtqa.config import Config
    from mtqa.corrections.store import Corrections
    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Linter, Result, Source
    from mtqa.project import Settled
    from mtqa.report import Options, Report, Summary
    from mtqa.rules.load import RuleSet
    from mtqa.settings import GrammarName, Release
    from mtqa.tables import Columns


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(
        ["text", "json", "jsonl", "sarif", "github", "gitlab", "rdjson", "junit", "markdown", "html", "verdicts"]
    ),
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
    type=click.Choice(ENGINES),
    help="Grammar engines to run besides the rules (default: harper, or as configured).",
)
@click.option(
    "--neural/--no-neural",
    "neural",
    default=None,
    help="Look for garbled sentences with both tiers of models (default: no, or as configured).",
)
@click.option(
    "--judge/--no-judge",
    "judge",
    default=None,
    help="Let a language model grade doubtful passages (default: no, or as configured).",
)
@click.option("--statistics", is_flag=True, help="Print a table of rules instead of the findings.")
@click.option("--diff", is_flag=True, help="Print all safe fixes as a patch instead; nothing is written.")
@click.option("--corrected", is_flag=True, help="Lint what would be released: the originals with their patches.")
@click.option("--without-corrections", is_flag=True, help="Lint the originals as they came, whatever was decided.")
@click.option("--show-rejected", is_flag=True, help="Show findings that an editor rejected or put off, too.")
@click.option("--changed-since", metavar="REV", help="Only findings that the change since this git revision brought.")
@click.option("--baseline", type=click.Path(), help="Hold back the findings that this file knows.")
@click.option("--strict", is_flag=True, help="Fail on entries of the baseline that stand for nothing any more.")
@click.option(
    "--fail-on",
    type=click.Choice(["neutral", "minor", "major", "critical"]),
    help="Fail only on findings as severe as this.  [default: minor]",
)
@click.option("--max-findings", type=click.IntRange(min=0), metavar="N", help="Fail only on more findings than this.")
@click.option(
    "--max-score",
    type=click.FloatRange(min=0),
    metavar="POINTS",
    help="Fail on an article with more penalty points per 1,000 words.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
@click.option("--no-cache", is_flag=True, help="Check everything anew, and remember nothing.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="Use this configuration file.")
def lint(  # noqa: PLR0917 - one parameter for each option
    paths: tuple[str, ...],
    form: str,
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: str | None,
    grammar: GrammarName | None,
    neural: bool | None,
    judge: bool | None,
    statistics: bool,
    diff: bool,
    corrected: bool,
    without_corrections: bool,
    show_rejected: bool,
    changed_since: str | None,
    baseline: str | None,
    strict: bool,
    fail_on: str | None,
    max_findings: int | None,
    max_score: float | None,
    exit_zero: bool,
    jobs: int | None,
    no_cache: bool,
    file: Path | None,
) -> int:
    """Find the faults of articles and say how to mend them.

    PATHS are files, folders, globs, or - for standard input; without any, the configured originals are read. Exits
    with 0 when nothing was found, 1 when something was (or more than is allowed), 2 when something could not be read
    or checked.
    """
    from mtqa.budget import Budget
    from mtqa.config import load_config

    gc.set_threshold(50_000, 20, 20)  # next to nothing here is a cycle, and looking for one takes a twentieth of a run
    config = load_config(file=file)
    config = config.replaced(
        "command line",
        select=_listed(select) or None,
        ignore=[*config.settings.ignore, *_listed(ignore)] if ignore else None,
        min_severity=min_severity,
        jobs=jobs,
        baseline=os.path.relpath(baseline, config.root) if baseline else None,
        fail_on=fail_on,
        max_findings=max_findings,
        max_score=max_score,
    )
    if corrected:
        _refuse({"--diff": diff, "--changed-since": changed_since, "--without-corrections": without_corrections})
    narrowed = bool(select or ignore or min_severity)
    if strict and (narrowed or not config.settings.baseline):
        raise MtqaError(
            "--strict judges a whole baseline",
            remedy="leave out --select, --ignore and --min-severity" if narrowed else "name one with --baseline",
        )
    run = _prepare(config.with_grammar(grammar).with_neural(neural), paths, changed_since)
    run.corrected, run.show_rejected, run.decisions_count = corrected, show_rejected, not without_corrections
    run.remember = not no_cache and run.linter.engines.key is not None and not run.has_tables
    if no_cache:
        run.linter = replace(run.linter, engines=replace(run.linter.engines, cache=None))
    if config.settings.judge.enabled if judge is None else judge:
        run.judging = _judging(config, run, asked=judge is True, remember=not no_cache)
    try:
        with opened(output) as stream:
            outcome = _report(run, "diff" if diff else form, stream, statistics=statistics)
    finally:
        if run.judging:
            run.judging.close()
    if outcome.errors:
        return 2
    failures = [*outcome.spending.failures(), *(_stale(run) if strict else ())]
    for failure in failures if strict or config.budget != Budget() else ():
        click.echo(f"fails: {visible(failure)}", err=True)
    return 1 if failures and not exit_zero else 0


@dataclass
class _Run:
    """Everything a run needs, checked before anything is written."""

    linter: Linter
    sources: list[Source]
    jobs: int
    corrections: Corrections | None  # None where the project has none yet
    budget: Budget
    change: Change | None
    baseline: Baseline | None
    whole: bool
    columns: Columns
    thresholds: Release
    corrected: bool = False
    show_rejected: bool = False
    decisions_count: bool = True
    remember: bool = True
    judging: Judging | None = None

    def articles(self) -> Iterable[Source]:
        """The originals, or what would be released; the rows of tables as they are asked for."""
        from mtqa.project import corrected_sources
        from mtqa.sources import articles

        originals = articles(self.sources, self.columns)
        return corrected_sources(originals, self.corrections) if self.corrected and self.corrections else originals

    @property
    def has_tables(self) -> bool:
        from mtqa.tables import is_table

        return any(is_table(source.name) for source in self.sources)

    @property
    def total(self) -> int | None:
        """The number of articles; None where tables do not tell without being read."""
        return None if self.has_tables else len(self.sources)

    def checked(self) -> Iterable[Source]:
        """Those of them that are to be checked: all, or what has changed."""
        return self.articles() if self.change is None else self.change.sources(self.sources)

    def settled(self, result: Result, check: Callable[[Document], Sequence[Finding]]) -> Settled:
        """A result without what has been decided, unless decisions are to be left out of account."""
        from mtqa.project import Settled, settle

        return (
            settle(result, self.corrections, check, corrected=self.corrected)
            if self.decisions_count and self.corrections
            else Settled(result)
        )


@dataclass
class _Outcome:
    """What decides the exit code."""

    spending: Spending
    errors: int = 0


def _prepare(config: Config, paths: Sequence[str], revision: str | None) -> _Run:
    from mtqa.grammar import require
    from mtqa.linter import Linter
    from mtqa.project import corrections_of
    from mtqa.rules.load import load_rules
    from mtqa.sources import find_sources
    from mtqa.tables import is_table

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
    require(linter.engines, linter.families)
    sources = find_sources(paths, config)
    if revision is not None and (table := next((one.name for one in sources if is_table(one.name)), "")):
        raise MtqaError("--changed-since compares articles that are files", place=Place(table))
    return _Run(
        linter,
        sources,
        config.settings.jobs,
        corrections_of(config) if (config.root / config.settings.corrections).exists() else None,
        config.budget,
        _change(config, sources, revision),
        _baseline(config),
        whole=not paths and revision is None,
        columns=config.columns,
        thresholds=config.settings.release,
    )


def _change(config: Config, sources: Sequence[Source], revision: str | None) -> Change | None:
    if revision is None:
        return None
    from mtqa.changes import changed_since

    return changed_since(revision, sources, config)


def _baseline(config: Config) -> Baseline | None:
    if not config.settings.baseline:
        return None
    from mtqa.baseline import Baseline

    return Baseline.read(config.root / config.settings.baseline, config.root)


def _report(run: _Run, form: str, stream: BinaryIO, *, statistics: bool) -> _Outcome:
    from mtqa.budget import Spending
    from mtqa.cache import CachedLinter, Store
    from mtqa.report import Options, Summary, Terminal

    outcome = _Outcome(Spending(run.budget))
    with progress(run.total) as step:
        engine = CachedLinter(run.linter, Store.open() if run.remember else Store())
        knowledge = engine.gather(step("comparing", run.articles()), run.jobs)
        linter = run.linter.knowing(knowledge)
        terminal = Terminal.of(sys.stdout) if stream is sys.stdout.buffer else Terminal()
        summary = Summary(checkers=engine.checkers(linter))
        options = Options(rules=linter.rules, statistics=statistics, terminal=terminal, thresholds=run.thresholds)
        report = _with_job_summary(form, stream, options)
        linted = engine.lint(linter, step("checking", run.checked()), run.jobs)
        changed = _of_change(run, linter, linted, summary)
        for result in run.judging.results(changed, linter) if run.judging else changed:
            open_result, shown = _held_back(run, run.settled(result, partial(engine.check, linter)), summary)
            outcome.spending.add(open_result)
            outcome.errors += _complain(open_result)
            summary.add(shown)
            report.add(shown)
        report.finish(summary)
        for told in summary.not_checked:
            click.echo(f"error: {told}", err=True)
        engine.close()
    return outcome


def _judging(config: Config, run: _Run, *, asked: bool, remember: bool) -> Judging | None:
    """The judge; None where it is only configured and the selection leaves out all that it could say."""
    if not run.linter.wants("judge"):
        if asked:
            raise MtqaError("--judge: what is selected leaves out all that it could say", remedy="add --select judge")
        return None
    from mtqa.cli.judging import Judging

    judging = Judging(config, run.linter, run.sources, run.change)
    judging.open(remember=remember)
    return judging


def _with_job_summary(form: str, stream: BinaryIO, options: Options) -> Report:
    """The report asked for; annotations of GitHub go with a summary of the job where the runner takes one."""
    from mtqa.report import open_report

    report = open_report(form, stream, options)
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if form != "github" or not file:
        return report
    from mtqa.report.markdown import JobSummary

    return JobSummary(report, Path(file), options)


def _of_change(run: _Run, linter: Linter, results: Iterable[Result], summary: Summary) -> Iterator[Result]:
    """Results with what the change brought, where a change was asked for."""
    if run.change is None:
        yield from results
        return
    from mtqa.changes import introduced

    for new in introduced(linter, results, run.change, run.jobs):
        if new.unreadable is not None:
            told = f"its old version cannot be read, so all its findings count as new: {new.unreadable.problem}"
            click.echo(f"note: {visible(new.result.source.name)}: {visible(told)}", err=True)
        if new.known:
            summary.held_back["not brought by the change"] += new.known
        yield new.result


def _held_back(run: _Run, settled: Settled, summary: Summary) -> tuple[Result, Result]:
    """The result without what was decided or is in the baseline, and the same as it is to be shown."""
    result = settled.result
    if settled.held_back:
        summary.held_back.update(settled.held_back)
    if run.baseline is not None:
        matched = run.baseline.hold_back(result)
        result = matched.result
        if matched.held:
            summary.held_back["in the baseline"] += matched.held
    if not (run.show_rejected and settled.shown):
        return result, result
    together = sorted((*result.findings, *settled.shown), key=lambda finding: finding.sort_key)
    return result, replace(result, findings=tuple(together))


def _stale(run: _Run) -> Iterator[str]:
    for entry in run.baseline.stale(whole=run.whole) if run.baseline else ():
        yield f"stale in the baseline: {entry.path}: {entry.rule}: {entry.text} (mtqa baseline prune takes it out)"


def _complain(result: Result) -> int:
    for error in result.errors:
        click.echo(f"error: {visible(str(error))}", err=True)
    return len(result.errors)


def _listed(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _refuse(about_originals: Mapping[str, object]) -> None:
    """Options about originals make no sense of corrected text."""
    for option, given in about_originals.items():
        if given:
            raise MtqaError(f"{option} is about originals", remedy="leave out --corrected, or that")


def _refuse_unknown_names(config: Config, rules: RuleSet) -> None:
    """A misspelt rule name must not look like a clean article."""
    if not config.settings.select and not config.settings.ignore:
        return  # to know all names takes a while
    from difflib import get_close_matches

    from mtqa import grammar, judge
    from mtqa.selection import names

    known = rules.ids | set(rules.aliases) | grammar.known_ids() | judge.known_ids()
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
    from mtqa.linter import example_check
    from mtqa.rules.examples import failures
    from mtqa.rules.load import shipped_rules

    shipped = shipped_rules()
    for rule in rules.rules:
        if not Path(rule.path).is_relative_to(shipped):
            for problem in failures(rule, example_check(rule, rules)):
                raise RuleError(problem, place=Place(rule.path), remedy=f"see mtqa rule test {rule.id}")
