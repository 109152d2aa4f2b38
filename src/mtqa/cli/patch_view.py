"""How corrections look on a terminal: edits word by word, conflicts with both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.visible import visible
from mtqa.corrections.wording import steps, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from mtqa.corrections.choice import Choice
    from mtqa.corrections.decision import Change, Decision
    from mtqa.corrections.rebase import Rebase, Stuck
    from mtqa.corrections.status import Status
    from mtqa.corrections.store import Article

_AROUND = 50
_HEADS = ("article", "open", "accepted", "rejected", "deferred", "marked", "stale", "conflicts", "original")


def article_view(article: Article) -> Iterator[Text]:
    """All that was decided on an article, in the order of the text; then what needs attention."""
    from rich.text import Text

    state, document = article.state, article.document
    edits = state.edits(document.sha256)
    for standing in edits.standing:
        line = document.line_column(standing.start)[0]
        yield _head(f"{document.path}:{line}", standing.decision)
        for change in standing.changes:
            yield _change(change)
        yield Text()
    for decision in state.settled.values():
        if decision.verdict.holds_back:
            yield _head(document.path, decision)
            yield Text(f"  {visible(decision.changes[0].old)}\n" if decision.changes else "", style="dim")
    for decision in edits.stale:
        yield _head(f"{document.path}: stale, awaits `mtqa patch rebase`", decision)
        yield from map(_change, decision.changes)
    for conflict in (*state.contradictions.values(), *edits.overlaps):
        yield Text(f"conflict ({conflict.kind}): `mtqa patch resolve ID` lets one stand", style="bold red")
        for decision in conflict.decisions:
            yield _head("  ", decision)
            yield from map(_change, decision.changes)
    for problem in article.reading.problems:
        yield Text(visible(str(problem)), style="red")


def _head(place: str, decision: Decision) -> Text:
    from rich.text import Text

    text = Text(visible(place), style="bold")
    text.append(f"  {decision.id}  {decision.verdict.value}", style="cyan")
    parts = [decision.rule or "free edit", decision.by, decision.at[:10], decision.why]
    text.append("\n  " + visible(" · ".join(part for part in parts if part)), style="not bold dim")
    return text


def _change(change: Change) -> Text:
    """The change with some text around it: what goes struck out, what comes underlined."""
    from rich.text import Text

    text = Text("  ")
    text.append(visible(change.before[-_AROUND:].rpartition("\n")[2]), style="dim")
    new = change.old if change.new is None else change.new
    olds, news = tokens(change.old), tokens(new)
    at = 0
    for step in steps(olds, news):
        text.append(visible("".join(olds[at : step.start])))
        _append(text, olds[step.start : step.end], "red strike")
        _append(text, news[step.new_start : step.new_end], "green underline")
        at = step.end
    text.append(visible("".join(olds[at:])))
    text.append(visible(change.after[:_AROUND].partition("\n")[0]), style="dim")
    return text


def _append(text: Text, pieces: Sequence[str], style: str) -> None:
    """On terminals without colour the brackets still tell what goes and what comes."""
    if pieces:
        marks = ("[-", "-]") if "red" in style else ("{+", "+}")
        text.append(marks[0] + visible("".join(pieces)) + marks[1], style=style)


def status_view(rows: Sequence[Status]) -> Iterator[str]:
    """A table, with totals when there is something to add up."""
    table: list[tuple[str, ...]] = [_HEADS]
    totals = [0] * 7
    for row in rows:
        opened = "-" if row.open is None else str(row.open)
        figures = (row.accepted, row.rejected, row.deferred, row.marked, row.stale, row.conflicting)
        totals = [total + figure for total, figure in zip(totals, (row.open or 0, *figures), strict=True)]
        table.append((visible(row.path), opened, *map(str, figures), row.original))
    if len(rows) > 1:
        opened = "-" if all(row.open is None for row in rows) else str(totals[0])
        table.append((f"{len(rows)} articles", opened, *map(str, totals[1:]), ""))
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADS))]
    for line in table:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        yield "  ".join([line[0].ljust(widths[0]), *cells]).rstrip()


def rebase_view(path: str, done: Rebase) -> Iterator[str]:
    """What a rebase did to one article; nothing when there was nothing to do."""
    if done.carried or done.conflicts:
        ways = ", ".join(sorted({one.how for one in done.carried}))
        carried = f"{len(done.carried)} carried over" + (f" ({ways})" if ways else "")
        yield f"{visible(path)}: {carried}, {len(done.conflicts)} conflicts"
    for stuck in done.conflicts:
        yield conflict_view(path, stuck)


def conflict_view(path: str, stuck: Stuck) -> str:
    """A conflict of a rebase with both sides."""
    change = stuck.change
    place = f"{path}:{stuck.line}" if stuck.line else path
    lines = [
        f"{visible(place)}: {stuck.reason} ({stuck.decision.id}, {visible(stuck.decision.by)})",
        f"  it was:   …{visible(change.before[-_AROUND:])}[{visible(change.old)}]{visible(change.after[:_AROUND])}…",
        f"  the edit: {visible(change.new or '')!r}",
        f"  it is:    {visible(stuck.theirs) or '(nothing like it)'}",
    ]
    return "\n".join(lines)


def choice_view(article: Article, choice: Choice) -> str:
    """One line for each change that a choice asks for."""
    if choice.of:
        return f"{visible(article.path)}: take back {choice.of}"
    return "\n".join(
        f"{visible(article.path)}:{article.document.line_column(change.span.start)[0]}: "
        f"{visible(change.old)!r} → {visible(change.new or '')!r}"
        for change in choice.changes
    )
