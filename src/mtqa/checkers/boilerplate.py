"""Boilerplate as blocks: contiguous lines that rules marked become one finding with one deletion.

``kind: block`` rules extend what line rules marked: short lines without a full stop that stand between two marked lines
or after the last marked line up to the end of the document. What is left of a footer ("Workers' Daily", alone on the
last line) is recognisable only by where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mtqa.checkers.recurrence import PARAGRAPH_WORDS, SENTENCE_END, Recurrence
from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Layer, Safety
from mtqa.rules.schema import CONFIDENCE
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mtqa.checkers.recurrence import Evidence
    from mtqa.document import Document, Line
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that some rule takes for boilerplate."""

    line: Line
    finding: Finding


def group_blocks(
    document: Document, findings: Iterable[Finding], rules: RuleSet, knowledge: Knowledge | None = None
) -> list[Finding]:
    """``findings`` with the boilerplate lines among them joined into blocks.

    Lines that recur, as ``knowledge`` tells, join them by the recurrence rules; then the block rules extend them.
    """
    marks: dict[int, Finding] = {}
    others: list[Finding] = []
    for finding in findings:
        if finding.layer is not Layer.BLOCK:
            others.append(finding)
            continue
        number = document.line_at(finding.span.start).number
        if number not in marks or (finding.rule, finding.message) < (marks[number].rule, marks[number].message):
            marks[number] = finding
    fields = [finding for finding in others if _deletes_its_line(document, finding)]
    recurrences = []
    if knowledge is not None and knowledge.lines:
        recurrences = [Recurrence(document, rule, knowledge) for rule in rules.of_kind("recurrence")]
    if not marks and not fields and not any(recurrence.evidence for recurrence in recurrences):
        return others
    filled = [line for line in document.lines if line.number in marks or document.slice(line.span).strip()]
    _extend_all(document, filled, marks, rules)
    if recurrences:
        taken = {document.line_at(finding.span.start).number for finding in others if finding.layer is Layer.METADATA}
        before = len(marks)
        for recurrence in recurrences:
            marks |= recurrence.claims(marks.keys(), taken)
        if len(marks) > before:
            _extend_all(document, filled, marks, rules)
    doomed = {*marks, *(document.line_at(finding.span.start).number for finding in fields)}
    whole = _Lines(document, filled, frozenset(doomed))
    others = [whole.refixed(finding) if finding in fields else finding for finding in others]
    evidence = {number: one for recurrence in recurrences for number, one in recurrence.evidence.items()}
    blocks = [_block(whole, run, evidence) for run in _runs(filled, marks)]
    return [_inside(finding, blocks) for finding in others] + blocks


def _inside(finding: Finding, blocks: Sequence[Finding]) -> Finding:
    """A credit inside a block keeps its fields, not its fix: the block's deletion takes it along."""
    if finding.layer is Layer.METADATA and any(block.span.contains(finding.span) for block in blocks):
        return replace(finding, fixes=())
    return finding


def _deletes_its_line(document: Document, finding: Finding) -> bool:
    """True for a finding, such as that of a byline, whose first fix deletes one whole line."""
    if not finding.fixes or len(finding.fixes[0].edits) != 1:
        return False
    edit = finding.fixes[0].edits[0]
    return not edit.replacement and edit.span == document.line_at(finding.span.start).full


def _extend_all(document: Document, filled: Sequence[Line], marks: dict[int, Finding], rules: RuleSet) -> None:
    for rule in rules.of_kind("block"):
        _extend(document, filled, marks, rule)


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
        below = below or count_words(document.slice(line.span)) >= PARAGRAPH_WORDS
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
            fixes=(Fix((Edit(line.full, ""),), Safety(rule.spec.options["safety"])),),
            explanation=rule.spec.note,
        )


def _is_label(text: str, most_words: int) -> bool:
    text = text.strip()
    return count_words(text) <= most_words and not text.endswith(SENTENCE_END)


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


def _block(whole: _Lines, run: Sequence[_Mark], evidence: Mapping[int, Evidence]) -> Finding:
    first = run[0].finding
    span = Span(run[0].line.start, run[-1].line.end)
    related = tuple(sorted({mark.finding.rule for mark in run} - {first.rule}))
    deletable = all(mark.finding.fixes for mark in run)
    safe = deletable and all(mark.finding.fixes[0].safety is Safety.SAFE for mark in run)
    fix = Fix((Edit(whole.deletion(run[0].line, run[-1].line), ""),), Safety.SAFE if safe else Safety.REVIEW)
    message, explanation = first.message, first.explanation
    known = [evidence[mark.line.number] for mark in run if mark.line.number in evidence]
    if len(run) > 1:
        message = f"{len(run)} lines of page furniture around the article{_recurring(known)}."
    elif known and known[0].words() not in message:
        explanation = " ".join(filter(None, (explanation, f"It stands {known[0].words()}.")))
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
        explanation=explanation,
        related=related,
    )


def _recurring(known: Sequence[Evidence]) -> str:
    """What the corpus tells of the lines of a block, as the end of a sentence."""
    if not known:
        return ""
    rarest = min(known, key=lambda one: one.articles)
    if len(known) == 1:
        return f"; one of them also stands in {rarest.articles_of_all()}"
    return f"; {len(known)} of them recur, each in at least {rarest.articles_of_all()}"


@dataclass(frozen=True)
class _Lines:
    """The lines of a document that hold text, and the numbers of those (``doomed``) that some finding would delete."""

    document: Document
    filled: Sequence[Line]
    doomed: frozenset[int]

    def refixed(self, finding: Finding) -> Finding:
        """The finding, with the empty lines that would be left over deleted together with its line."""
        line = self.document.line_at(finding.span.start)
        fix = Fix((Edit(self.deletion(line, line), ""),), finding.fixes[0].safety)
        return replace(finding, fixes=(fix, *finding.fixes[1:]))

    def deletion(self, first: Line, last: Line) -> Span:
        """What to delete with lines ``first`` to ``last``: the empty lines before them, at the top those after them.

        Deletions of neighbouring lines touch and never overlap, so that each can be accepted without the other. Lines
        that stay keep their own endings; where the text has no final line ending, what becomes its last line gets none.
        """
        following = next((line for line in self.filled if line.number > last.number), None)
        before = [line for line in self.filled if line.number < first.number]
        if all(line.number in self.doomed for line in before):
            if following is None:
                return Span(first.start if before else 0, len(self.document.text))
            return Span(first.start, following.start)
        previous = before[-1]
        in_front = not self.document.lines[-1].ending and last.ending in ("", previous.ending)
        start, end = (previous.end, last.end) if in_front else (previous.full.end, last.full.end)
        return Span(start, end if following else len(self.document.text))
