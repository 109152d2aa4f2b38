"""``mtqa rule``: list, explain, test and start rules."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from mtqa.config import load_config
from mtqa.errors import MtqaError, Place, RuleError
from mtqa.report.escape import visible
from mtqa.report.passage import marked, passage
from mtqa.rules.load import DEFINITIONS, load_rules
from mtqa.selection import names

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.rules.load import Rule, RuleSet
    from mtqa.rules.schema import Row


@click.group()
def rule() -> None:
    """List, explain, test and start rules."""


def _rules(*, examine_all: bool = False) -> RuleSet:
    return load_rules(*load_config().rule_folders(), examine_all=examine_all)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@rule.command("list")
@click.argument("patterns", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_rules(patterns: tuple[str, ...], form: str) -> None:
    """List the rules whose id, family or glob is one of PATTERNS (default: all)."""
    rules = [r for r in _rules().rules if not patterns or any(names(p, r.id) for p in patterns)]
    if not rules:
        raise MtqaError(f"no rule matches {', '.join(patterns)}")
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode([r.spec for r in rules]), indent=2).decode())
        return
    if not sys.stdout.isatty():
        for found in rules:
            click.echo(
                f"{found.id}\t{found.spec.severity}\t{found.spec.kind}\t{len(found.entries)}\t{found.spec.message}"
            )
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule", no_wrap=True, min_width=max(len(found.id) for found in rules))
    for column in ("severity", "kind", "rows"):
        table.add_column(column, no_wrap=True, justify="right" if column == "rows" else "left")
    table.add_column("message", no_wrap=True, overflow="ellipsis")
    for found in rules:
        rows = str(len(found.spec.rows) or "")
        table.add_row(found.id, found.spec.severity, found.spec.kind, rows, found.spec.message)
    _console().print(table)


@rule.command()
@click.argument("rule_id")
def explain(rule_id: str) -> None:
    """Show a rule, or one row of it, as an editor needs it: what, why, how it is mended, examples."""
    rules = _rules()
    found = rules.find(rule_id)
    if found is None:
        near = get_close_matches(rule_id, rules.ids, 3)
        raise MtqaError(f"no rule {rule_id!r}", remedy=f"did you mean {', '.join(near)}?" if near else "")
    console = _console()
    spec = found.spec
    console.print(f"[bold]{spec.id}[/]  {spec.severity}, {spec.mqm}, kind {spec.kind}")
    console.print(spec.message, markup=False)
    if spec.zh:
        console.print(f"Likely source wording: {spec.zh}", markup=False)
    if spec.note:
        console.print(spec.note, markup=False)
    if spec.context:
        console.print(f"Only in documents about: {', '.join(spec.context)}", markup=False)
    if spec.optional:
        name = f"runs only when selected by name, as in --select {found.family}"
        console.print(f"Off by default: {name}; with all others: --select '*' --select {found.family}", markup=False)
    console.print(f"File: {found.path}", markup=False)
    for row in spec.rows:
        if rule_id in (found.id, f"{found.id}.{row.key}"):
            _explain_row(console, found.id, row)
    _explain_examples(console, found, rule_id)


def _explain_row(console: Console, rule_id: str, row: Row) -> None:
    console.print()
    console.print(f"[bold]{rule_id}.{row.key}[/]" + (f"  {row.zh}" if row.zh else ""))
    console.print(f"  wrong: {', '.join(row.bad) or row.pattern}", markup=False)
    console.print(f"  right: {', '.join(row.good) or '(an editor must decide)'}", markup=False)
    if row.note:
        console.print(f"  {row.note}", markup=False)


def _explain_examples(console: Console, found: Rule, rule_id: str) -> None:
    for entry, bad, good in found.examples:
        if rule_id not in (found.id, entry):
            continue
        console.print()
        console.print(f"[bold]Examples[/] of {entry}")
        for example in bad:
            console.print(f"  found:  {example.text}", markup=False)
            if example.fixed is not None:
                console.print(f"  fixed:  {example.fixed}", markup=False)
        for text in good:
            console.print(f"  silent: {text}", markup=False)


@rule.command()
@click.argument("patterns", nargs=-1)
def test(patterns: tuple[str, ...]) -> None:
    """Run the examples inside the rules that PATTERNS name (default: all)."""
    from mtqa.linter import example_check
    from mtqa.rules.examples import failures

    rules = _rules(examine_all=not patterns)
    chosen = [r for r in rules.rules if not patterns or any(names(p, r.id) for p in patterns)]
    if not chosen:
        raise MtqaError(f"no rule matches {', '.join(patterns)}")
    failed = 0
    for found in chosen:
        for problem in failures(found, example_check(found, rules)):
            failed += 1
            click.echo(f"{found.path}: {problem}")
    texts = sum(len(bad) + len(good) for found in chosen for _, bad, good in found.examples)
    click.echo(f"{len(chosen)} rules, {texts} examples: {f'{failed} failed' if failed else 'all behave'}")
    sys.exit(1 if failed else 0)


_SKELETON = """\
id: {id}
message: 'What is wrong with “{{match}}”, for an editor.'
severity: minor
mqm: fluency/unidiomatic
kind: replace
pattern: '\\bplease put the wrong words here\\b'
fix: {{replace: [the right words]}}
bad:
  - {{text: A sentence with please put the wrong words here., fixed: A sentence with the right words.}}
  - A second sentence in which please put the wrong words here must be found.
good:
  - A good sentence that comes close to the wrong words but is right.
  - Another one. Near misses are worth the most.
"""


@rule.command()
@click.argument("rule_id")
def new(rule_id: str) -> None:
    """Write a skeleton for RULE_ID (as in term.my-union) into the project's rules folder."""
    config = load_config()
    folder = config.root / config.settings.rules[0] if config.settings.rules else None
    if folder is None:
        raise MtqaError("no rules folder is configured", remedy='set rules = ["rules"]')
    family, _, rest = rule_id.partition(".")
    if not rest or not all(part and part.replace("-", "").isalnum() and part.islower() for part in rule_id.split(".")):
        raise MtqaError(f"{rule_id!r} is no rule id", remedy="write family.name in lower case, as in term.my-union")
    if load_rules(*config.rule_folders()).find(rule_id):
        raise MtqaError(f"there is a rule {rule_id!r} already", remedy=f"see mtqa rule explain {rule_id}")
    file = folder.joinpath(family, *rest.split(".")).with_suffix(".yaml")
    _write_new(file, _SKELETON.format(id=rule_id))
    click.echo(f"wrote {file}; edit it, then run: mtqa rule test {rule_id}")


def _write_new(file: Path, text: str) -> None:
    if file.name == DEFINITIONS:
        raise RuleError("this name is reserved", place=Place(str(file)))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise RuleError(f"cannot write: {error.strerror}", place=Place(str(file))) from error


@rule.command()
@click.argument("paths", nargs=-1)
@click.option("--against", required=True, metavar="REV", help="The git revision whose rules to compare with.")
@click.option("--examples", type=click.IntRange(min=0), default=20, show_default=True, help="How many to show.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), help="Worker processes; 0: one per core.")
def impact(paths: tuple[str, ...], against: str, examples: int, jobs: int | None) -> int:
    """Say which findings a change of rules adds and removes, over PATHS (default: the configured originals).

    Exits with 1 when there are any.
    """
    from mtqa.impact import Impact, differences, rules_at
    from mtqa.sources import articles, find_sources

    config = load_config()
    sources = list(articles(find_sources(paths, config), config.columns))
    workers = config.settings.jobs if jobs is None else jobs
    told = Impact()
    shown = 0
    new = load_rules(*config.rule_folders())
    for difference in differences(rules_at(against, config), new, sources, config, told, jobs=workers):
        for sign, findings in (("+", difference.added), ("-", difference.removed)):
            for finding in findings[: examples - shown]:
                shown += 1
                _show_difference(sign, difference.document, finding)
    for name in sorted(told.added | told.removed):
        click.echo(f"{told.added[name]:+7,} {-told.removed[name]:+7,}  {visible(name)}")
    added, removed = told.added.total(), told.removed.total()
    click.echo(f"{added:,} added, {removed:,} removed, in {told.changed:,} of {told.articles:,} articles")
    return 1 if added or removed else 0


def _show_difference(sign: str, document: Document, finding: Finding) -> None:
    line, column = document.line_column(finding.span.start)
    text = "".join(marked(part, style) for part, style in passage(document, finding.span, 80))
    click.echo(f"{sign} {visible(document.path)}:{line}:{column} {visible(finding.rule)}: {visible(text)}")
