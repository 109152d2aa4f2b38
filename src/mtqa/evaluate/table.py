"""Show an evaluation: tables for people, JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console
    from rich.table import Table

    from mtqa.evaluate.interval import Figure
    from mtqa.evaluate.score import Evaluation, FalseAlarms, LineScores, Scores

FORMAT_VERSION = 1
METHOD = "95 % intervals over documents: Wilson and Poisson score intervals, design effect, Student's t"
_SCORES = ("precision", "recall", "recall_deterministic", "fix_top", "fix_any")


def as_json(result: Evaluation) -> str:
    """Every figure as JSON, and the places behind them; keys are those of the dataclasses."""
    data = dataclasses.asdict(dataclasses.replace(result, documents=()))
    data["documents"] = [judged.path for judged in result.documents]
    data["unmarked"] = [place for place, *_ in _unmarked(result)]
    data["missed"] = [place for place, *_ in _missed(result)]
    data["wrong_fixes"] = [place for place, *_ in _wrong_fixes(result)]
    return json.dumps({"version": FORMAT_VERSION, "method": METHOD, **data}, ensure_ascii=False, indent=1)


def show(result: Evaluation, console: Console, *, details: bool = False) -> None:
    """Print the tables; ``details`` lists what was unmarked, missed or wrongly fixed."""
    console.print(f"{len(result.documents)} annotated documents. {METHOD}.\n", highlight=False)
    console.print(_scores_table("Findings about words", {"all": result.overall}))
    console.print(_recall_table(result))
    console.print(_scores_table("By family of rules (recall: the share of all errors that it finds)", result.families))
    console.print(_scores_table("By MQM type", result.types))
    console.print(_lines_table({"boilerplate": result.boilerplate, "metadata": result.metadata}))
    for name, scores in (("boilerplate", result.boilerplate), ("metadata", result.metadata)):
        for what, lines in (("content or title taken for", scores.content_lines), ("missed", scores.missed_lines)):
            if lines:
                console.print(f"{what} {name}: {', '.join(lines)}", highlight=False, markup=False)
    alarms = [group for group in (result.post_edits, result.clean, *result.genres) if group]
    if alarms:
        console.print(_alarms_table(alarms))
    if details:
        for line in _details(result):
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=place == 0)
    return table


def _scores_table(title: str, rows: Mapping[str, Scores]) -> Table:
    table = _table(title, "", "precision", "recall A+B", "deterministic A+B", "first fix exact", "any fix exact")
    for name, scores in rows.items():
        table.add_row(name, *(_cell(getattr(scores, field)) for field in _SCORES))
    return table


def _recall_table(result: Evaluation) -> Table:
    table = _table("Recall", "gold errors", "marked by both", "deterministic among them")
    table.add_row("all", _cell(result.overall.recall), _cell(result.overall.recall_deterministic))
    outside = result.recall_outside_boilerplate, result.recall_deterministic_outside_boilerplate
    table.add_row("outside boilerplate lines", *map(_cell, outside))
    return table


def _lines_table(rows: Mapping[str, LineScores]) -> Table:
    table = _table("Lines", "", "precision", "recall")
    for name, scores in rows.items():
        table.add_row(name, _cell(scores.precision), _cell(scores.recall))
    return table


def _alarms_table(groups: Iterable[FalseAlarms]) -> Table:
    table = _table("False alarms per 1,000 words of clean text", "", "documents", "words", "any", "major and above")
    for group in groups:
        name = f"{group.dataset} {group.genre}".strip()
        table.add_row(name, str(group.documents), f"{group.words:,}", _cell(group.any_severity), _cell(group.major))
    return table


def _cell(figure: Figure) -> str:
    """A figure, its interval and what it was counted from; a dash where there was nothing to measure."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "–"
    if figure.per != 1:
        return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
    return (
        f"{100 * figure.value:.1f} %  {figure.hits}/{figure.total}\n[{100 * figure.low:.0f}, {100 * figure.high:.0f}]"
    )


# -- the places behind the figures


def _unmarked(result: Evaluation) -> Iterator[tuple[dict[str, Any], str]]:
    for judged in result.documents:
        for finding in judged.findings:
            if not finding.marked:
                place = {"path": judged.path, "line": finding.line, "rule": finding.rule, "text": finding.text}
                yield place, f"{judged.path}:{finding.line}:{finding.column}: {finding.rule} {finding.text!r}"


def _missed(result: Evaluation) -> Iterator[tuple[dict[str, Any], str]]:
    for judged in result.documents:
        for error in judged.errors:
            if error.deterministic and not error.families:
                mark = error.mark
                place = {"path": judged.path, "line": mark.line, "mqm": mark.mqm, "text": mark.text}
                good = mark.fixes[0] if mark.fixes else ""
                yield place, f"{judged.path}:{mark.line}:{mark.start + 1}: {mark.mqm} {mark.text!r} → {good!r}"


def _wrong_fixes(result: Evaluation) -> Iterator[tuple[dict[str, Any], str]]:
    for judged in result.documents:
        for error in judged.errors:
            if error.deterministic and error.fix and not error.fix.top:
                mark, said = error.mark, list(error.proposed)
                place = {"path": judged.path, "line": mark.line, "text": mark.text, "gold": mark.fixes, "said": said}
                gold = " or ".join(map(repr, mark.fixes))
                yield place, f"{judged.path}:{mark.line}:{mark.start + 1}: {mark.text!r} → {gold}; {'; '.join(said)}"


def _details(result: Evaluation) -> Iterator[str]:
    for title, places in (
        ("Findings on text that nobody marked", _unmarked(result)),
        ("Deterministic errors that were missed", _missed(result)),
        ("First fixes that no gold fix equals", _wrong_fixes(result)),
    ):
        yield f"\n{title}:"
        yield from (f"  {line}" for _, line in places)
    for group in (result.post_edits, *result.genres):
        if group and group.rules:
            fired = ", ".join(f"{rule} {count}" for rule, count in group.rules.items())
            yield f"\nFalse alarms, {group.dataset} {group.genre}: {fired}"
