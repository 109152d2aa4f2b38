"""Boilerplate as blocks: contiguous lines that rules marked become one finding with one deletion.

``kind: block`` rules extend what line rules marked: short lines without a full stop that stand between two marked lines
or after the last marked line up to the end of the document. What is left of a footer ("Workers' Daily", alone on the
last line) is recognisable only by where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Layer, Safety
from mtqa.rules.schema import CONFIDENCE
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.document import Document, Line
    from mtqa.rules.load import Rule, RuleSet

_PARAGRAPH_WORDS = 12
_SENTENCE_END = (".", "!", "?", "。", "”", '"', ";", ":", ",")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that some rule takes for boilerplate."""

    line: Line
    finding: Finding


def group_blocks(document: Document, findings: Iterable[Finding], rules: RuleSet) -> list[Finding]:
    """``findings`` with the boilerplate lines among them extended by the block rules and joined into blocks."""
    marks: dict[int, Finding] = {}
    others: list[Finding] = []
    for finding in findings:
        if finding.layer is not Layer.BLOCK:
            others.append(finding)
            continue
        number = document.line_at(finding.span.start).number
        if number not in marks or (finding.rule, finding.message) < (marks[number].rule, marks[number].message):
            marks[number] = finding
    if not marks:
        return others
    filled = [line for line in document.lines if line.number in marks or document.slice(line.span).strip()]
    for rule in rules.of_kind("block"):
        _extend(document, filled, marks, rule)
    return others + [_block(document, filled, run) for run in _runs(filled, marks)]


def _extend(document: Document, filled: Sequence[Line], marks: dict[int, Finding], rule: Rule) -> None:
    """Claim short lines that stand ``between`` two marked lines, or ``after`` the last one up to the end.

    Only below the first paragraph of the article: above it, a short line between two labels is the title.
    """
    options = rule.spec.options
    most_words, most_lines = int(options["max_words"]), int(options["max_lines"])
    gap: list[Line] = []
    open_gap = below = False
    for line in filled:
        if line.number in marks:
            if open_gap and below and options["position"] == "between":
                _claim(gap, marks, rule)
            gap, open_gap = [], True
            continue
        below = below or count_words(document.slice(line.span)) >= _PARAGRAPH_WORDS
        if open_gap and len(gap) < most_lines and _is_label(document.slice(line.span), most_words):
            gap.append(line)
        else:
            open_gap = False
    if open_gap and below and options["position"] == "after":
        _claim(gap, marks, rule)


def _claim(gap: Sequence[Line], marks: dict[int, Finding], rule: Rule) -> None:
    for line in gap:
        marks[line.number] = Finding(
            rule=rule.id,
            span=line.span,
            message=rule.spec.message,
            severity=rule.severity,
            mqm=rule.spec.mqm,
            layer=Layer.BLOCK,
            confidence=CONFIDENCE[rule.spec.confidence],
            fixes=(Fix((Edit(line.full, ""),), Safety.SAFE),),
            explanation=rule.spec.note,
        )


def _is_label(text: str, most_words: int) -> bool:
    text = text.strip()
    return count_words(text) <= most_words and not text.endswith(_SENTENCE_END)


def _runs(filled: Sequence[Line], marks: dict[int, Finding]) -> list[list[_Mark]]:
    runs: list[list[_Mark]] = []
    open_run = False
    for line in filled:
        if line.number not in marks:
            open_run = False
            continue
        if not open_run:
            runs.append([])
            open_run = True
        runs[-1].append(_Mark(line, marks[line.number]))
    return runs


def _block(document: Document, filled: Sequence[Line], run: Sequence[_Mark]) -> Finding:
    first = run[0].finding
    span = Span(run[0].line.start, run[-1].line.end)
    related = tuple(sorted({mark.finding.rule for mark in run} - {first.rule}))
    deletable = all(mark.finding.fixes for mark in run)
    safe = deletable and all(mark.finding.fixes[0].safety is Safety.SAFE for mark in run)
    fix = Fix((Edit(_deletion(document, filled, run), ""),), Safety.SAFE if safe else Safety.REVIEW)
    message = first.message if len(run) == 1 else f"{len(run)} lines of page furniture around the article."
    return Finding(
        rule=first.rule,
        span=span,
        message=message,
        severity=max(mark.finding.severity for mark in run),
        mqm=first.mqm,
        confidence=min(mark.finding.confidence for mark in run),
        fixes=(fix,) if deletable else (),
        layer=Layer.BLOCK,
        source_wording=first.source_wording,
        explanation=first.explanation,
        related=related,
    )


def _deletion(document: Document, filled: Sequence[Line], run: Sequence[_Mark]) -> Span:
    """What to delete with a block: its lines and the empty lines after it, or, at the end of the text, before it.

    The lines that stay keep their own endings, but where the text has no final line ending, what becomes its last line
    gets none either.
    """
    first, last = run[0].line, run[-1].line
    following = next((line for line in filled if line.number > last.number), None)
    if following is not None:
        return Span(first.start, following.start)
    previous = next((line for line in reversed(filled) if line.number < first.number), None)
    if previous is None:
        return Span(0, len(document.text))
    start = previous.full.end if document.lines[-1].ending else previous.end
    return Span(start, len(document.text))
