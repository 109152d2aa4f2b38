"""``mtqa patch``: look at, check, carry over and exchange corrections."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mtqa.cli.patch_project import (
    article_path,
    articles_at,
    articles_of,
    decided_at,
    files_of,
    find_project,
    finder,
    name_of,
    originals_of,
)
from mtqa.corrections.decision import CorrectionsError, Verdict
from mtqa.corrections.store import Article, Corrections
from mtqa.corrections.visible import visible
from mtqa.errors import MtqaError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.corrections.choice import Choice
    from mtqa.corrections.decision import Decision
    from mtqa.corrections.rebase import Stuck
    from mtqa.corrections.store import Outcome

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
BY = click.option("--by", default="", help="Who decides; default: MTQA_EDITOR, else git's user.name and user.email.")
WHY = click.option("--why", default="", help="The reason to record.")


class _Group(click.Group):
    """Prints errors a user can act on without a traceback, and exits with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MtqaError as error:
            click.echo(f"mtqa: {visible(str(error))}", err=True)
            ctx.exit(2)


@click.group(cls=_Group)
@click.option("--root", type=click.Path(file_okay=False, exists=True, path_type=Path), help="The project's folder.")
@click.pass_context
def patch(ctx: click.Context, root: Path | None) -> None:
    """Corrections: what was decided, as patches against untouched originals."""
    if not isinstance(ctx.obj, Corrections):
        ctx.obj = find_project(root)


# -- looking


@patch.command()
@PATHS
@click.option("--no-lint", is_flag=True, help="Do not look for open findings; faster.")
@click.pass_obj
def status(corrections: Corrections, paths: tuple[Path, ...], no_lint: bool) -> None:
    """Figures per article: open, accepted, rejected, stale, conflicting; and whether its original changed."""
    from mtqa.cli.patch_view import status_view
    from mtqa.corrections.status import status as status_of

    chosen = decided_at(corrections, paths) if paths else [*files_of(corrections), *corrections.paths()]
    find = None if no_lint else finder(corrections)
    rows = [status_of(corrections, path, find) for path in sorted(set(chosen))]
    for line in status_view(rows):
        click.echo(line)
    for row in rows:
        if row.error:
            click.echo(f"mtqa: {visible(row.error)}", err=True)
    sys.exit(2 if any(row.error for row in rows) else 0)


@patch.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def show(corrections: Corrections, path: Path) -> None:
    """Every edit of one article, word by word, with its rule, editor and reason."""
    from rich.console import Console

    from mtqa.cli.patch_view import article_view

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for text in article_view(corrections.read(article_path(corrections, path))):
        console.print(text)


@patch.command()
@PATHS
@click.pass_obj
def verify(corrections: Corrections, paths: tuple[Path, ...]) -> None:
    """Check that ledgers, patches and originals still fit, byte for byte; exit 1 where they do not."""
    from mtqa.corrections.verify import verify as problems_of

    chosen = decided_at(corrections, paths) if paths else corrections.paths()
    problems = [problem for path in chosen for problem in problems_of(corrections, path)]
    for problem in problems:
        click.echo(visible(str(problem)))
    click.echo(f"{len(chosen)} articles verified, {len(problems)} problems", err=True)
    sys.exit(1 if problems else 0)


# -- changing


@patch.command()
@PATHS
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="Where the copies go.")
@click.option("--all", "everything", is_flag=True, help="Copy originals without corrections as well.")
@click.pass_obj
def apply(corrections: Corrections, paths: tuple[Path, ...], folder: Path, everything: bool) -> None:
    """Write cleaned copies into another folder; originals are never written."""
    from mtqa.corrections.copies import apply_to

    chosen = articles_at(corrections, paths) or corrections.paths()
    if everything:
        chosen = sorted({*chosen, *originals_of(corrections)})

    def write(article: Article) -> None:
        click.echo(visible(str(apply_to(article, folder))))

    for_each(corrections, chosen, write)


@patch.command()
@click.argument("edit_id")
@BY
@WHY
@click.pass_obj
def revert(corrections: Corrections, edit_id: str, by: str, why: str) -> None:
    """Take one decision back; its neighbours stay as they are."""
    from mtqa.corrections.choice import undo

    article, decision = find_decision(corrections, edit_id)
    same = article.state.standing.get(article.state.subject(decision), ())
    agreeing = [one for one in same if one.effect == decision.effect] or [decision]
    decide(article, [undo(one, why) for one in agreeing], name_of(corrections, by))
    click.echo(f"{visible(article.path)}: took back {decision.id} ({decision.verdict.value} by {visible(decision.by)})")


@patch.command()
@click.argument("edit_id")
@BY
@WHY
@click.pass_obj
def resolve(corrections: Corrections, edit_id: str, by: str, why: str) -> None:
    """Of decisions that contradict each other, let this one stand."""
    from mtqa.corrections.choice import again, undo

    article, decision = find_decision(corrections, edit_id)
    by = name_of(corrections, by)
    if decision.verdict is Verdict.UNDO:
        standing = article.state.standing.get(article.state.subject(decision), ())
        decide(article, [undo(one, why) for one in standing], by)
    else:
        changes = article.state.anchor(decision, article.document.sha256) or decision.changes
        decide(article, [again(decision, changes, why)], by)
    click.echo(f"{visible(article.path)}: {decision.verdict.value} by {visible(decision.by)} stands")


@patch.command()
@PATHS
@BY
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.pass_obj
def rebase(corrections: Corrections, paths: tuple[Path, ...], by: str, dry_run: bool) -> None:
    """Carry edits over to originals that have changed; exit 1 where a person must decide."""
    from mtqa.cli.patch_view import rebase_view
    from mtqa.corrections.rebase import plan
    from mtqa.corrections.rebase import rebase as carry_over

    name = "" if dry_run else name_of(corrections, by)
    stuck_ones: list[Stuck] = []

    def carry(article: Article) -> None:
        done = plan(article.state, article.document) if dry_run else carry_over(article, name)
        stuck_ones.extend(done.conflicts)
        for line in rebase_view(article.path, done):
            click.echo(line)

    for_each(corrections, articles_at(corrections, paths) or corrections.paths(), carry)
    sys.exit(1 if stuck_ones else 0)


@patch.command()
@PATHS
@click.option("--safe", is_flag=True, required=True, help="Accept the fixes that cannot change meaning.")
@BY
@WHY
@click.option("--dry-run", is_flag=True, help="Only say what would be accepted.")
@click.pass_obj
def accept(corrections: Corrections, *, paths: tuple[Path, ...], safe: bool, by: str, why: str, dry_run: bool) -> None:
    """Accept all safe fixes at once, in your name."""
    from mtqa.corrections.batch import accept_safe, safe_choices

    assert safe  # click requires it: nothing else can be accepted unseen
    name = "" if dry_run else name_of(corrections, by)
    find = finder(corrections)

    def take(article: Article) -> None:
        findings = find(article.document)
        if dry_run:
            click.echo(f"{visible(article.path)}: {len(safe_choices(article, findings, why))} safe fixes")
        else:
            report(article.path, accept_safe(article, findings, name, why))

    for_each(corrections, articles_at(corrections, paths) or originals_of(corrections), take)


@patch.command()
@PATHS
@click.pass_obj
def rebuild(corrections: Corrections, paths: tuple[Path, ...]) -> None:
    """Write patches anew from their ledgers: after a crash, a merge, or an edit by hand."""

    def renew(article: Article) -> None:
        if article.rebuild():
            click.echo(f"{visible(article.path)}: patch rebuilt")

    for_each(corrections, articles_at(corrections, paths) or corrections.paths(), renew)


# -- exchanging


@patch.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--of", "original", type=click.Path(path_type=Path), help="The article that the file belongs to.")
@BY
@WHY
@click.option("--dry-run", is_flag=True, help="Only say what would be recorded.")
@click.pass_obj
def import_(corrections: Corrections, *, file: Path, original: Path | None, by: str, why: str, dry_run: bool) -> None:
    """Record what FILE changes: a patch, a cleaned copy (--of), or an exported sheet that comes back."""
    from mtqa.cli.patch_view import choice_view
    from mtqa.corrections.import_ import read_import

    of = article_path(corrections, original) if original else ""
    refused = 0
    for found in read_import(corrections, file.read_bytes(), file.name, of, why):
        path = found.article.path
        for note in found.notes:
            click.echo(f"{visible(path)}: {note}")
        if dry_run:
            for choice in found.choices:
                click.echo(choice_view(found.article, choice))
            continue
        outcome = found.article.decide_all(found.choices, name_of(corrections, by))
        refused += report(path, outcome)
    sys.exit(1 if refused else 0)


@patch.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(["criticmarkup", "html"]), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output.")
@click.pass_obj
def export(corrections: Corrections, path: Path, kind: str, output: Path | None) -> None:
    """Write an article with its edits marked, for an editor without a terminal; `import` reads it back."""
    from mtqa.corrections.criticmarkup import write_sheet
    from mtqa.corrections.exchange import sheet_of
    from mtqa.corrections.page import write_page

    sheet = sheet_of(corrections.read(article_path(corrections, path)))
    data = (write_page(sheet) if kind == "html" else write_sheet(sheet)).encode("utf-8")
    if output is None:
        click.echo(data, nl=False)
        return
    for name in corrections.originals:
        if output.resolve().is_relative_to((corrections.root / name).resolve()):
            raise CorrectionsError("originals are never written", place=Place(str(output)), remedy="name another file")
    output.write_bytes(data)


# -- shared


def for_each(corrections: Corrections, paths: Sequence[str], work: Callable[[Article], None]) -> None:
    """Do something to every article; those that fail are reported, the others still done, and the exit code is 2."""
    failed = False
    for path in paths:
        try:
            for article in articles_of(corrections, path):
                work(article)
        except MtqaError as error:
            failed = True
            click.echo(f"mtqa: {visible(str(error))}", err=True)
    if failed:
        sys.exit(2)


def find_decision(corrections: Corrections, name: str) -> tuple[Article, Decision]:
    """The decision whose id begins with ``name``, and its article."""
    found = [
        (path, one)
        for path in corrections.paths()
        for one in corrections.ledger(path).read().decisions
        if one.id.startswith(name)
    ]
    if len(found) != 1:
        problem = "no decision has" if not found else f"{len(found)} decisions have"
        raise CorrectionsError(f"{problem} an id that begins with {name!r}", remedy="see `mtqa patch show PATH`")
    path, decision = found[0]
    return corrections.read(path), decision


def decide(article: Article, choices: Sequence[Choice], by: str) -> None:
    """Record all of ``choices``; raise what speaks against the first that is refused."""
    for refusal in article.decide_all(choices, by).refusals:
        raise refusal.error


def report(path: str, outcome: Outcome) -> int:
    """Say what came of a batch; the number of refusals."""
    click.echo(f"{visible(path)}: {len(outcome.decisions)} recorded, {len(outcome.refusals)} refused")
    for refusal in outcome.refusals:
        click.echo(f"  refused: {visible(str(refusal.error))}")
    return len(outcome.refusals)


if __name__ == "__main__":
    patch()
