"""Hold the findings of one document against its gold; the definitions are in docs/evaluation.md."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING

from mtqa.finding import Edit, Finding, Layer, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document, Span
    from mtqa.evaluate.gold import ErrorMark, GoldDocument

_MOST_COMBINATIONS = 1000


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding about words: does it overlap something that an annotator marked?"""

    line: int
    column: int
    rule: str
    mqm: str
    text: str
    marked: bool

    @property
    def family(self) -> str:
        return self.rule.partition(".")[0]


@dataclass(frozen=True, slots=True)
class JudgedFix:
    """Whether the first fixes (``top``) or any candidate fixes (``any``) for an error do what a gold fix does."""

    top: bool
    any: bool


@dataclass(frozen=True)
class JudgedError:
    """A gold error: which families found it, and what the fixes proposed for it are worth.

    ``fix`` is None where none was proposed, or where fixes are not judged; ``fixes`` holds it for each family alone.
    """

    mark: ErrorMark
    boilerplate: bool
    families: frozenset[str]
    fix: JudgedFix | None
    fixes: dict[str, JudgedFix]
    proposed: tuple[str, ...]

    @property
    def deterministic(self) -> bool:
        """One that both annotators marked and that a rule could propose a fix for."""
        return self.mark.agreed and self.mark.deterministic


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line with its gold label, and whether findings call it boilerplate or metadata."""

    line: int
    label: str
    boilerplate: bool
    metadata: bool


@dataclass(frozen=True)
class Judgement:
    """All that is judged in one document."""

    path: str
    findings: tuple[JudgedFinding, ...]
    errors: tuple[JudgedError, ...]
    lines: tuple[JudgedLine, ...]


def judge(gold: GoldDocument, findings: Sequence[Finding]) -> Judgement:
    """Judge ``findings``, which must be those of the gold's own document."""
    document = gold.document
    boilerplate = _lines_under(document, findings, Layer.BLOCK)
    metadata = _lines_under(document, findings, Layer.METADATA)
    labels = {label.line: label.label for label in gold.marks.lines}
    spans = [gold.span(mark) for mark in gold.marks.errors]
    about_words = [finding for finding in findings if finding.layer in (Layer.WORDS, Layer.PASSAGE)]
    return Judgement(
        document.path,
        tuple(_judged_finding(document, finding, spans) for finding in about_words),
        tuple(
            _judged_error(document, findings, mark, gold.span(mark), boilerplate=labels[mark.line] == "boilerplate")
            for mark in gold.marks.errors
        ),
        tuple(JudgedLine(n, label, n in boilerplate, n in metadata) for n, label in sorted(labels.items())),
    )


def _lines_under(document: Document, findings: Iterable[Finding], layer: Layer) -> set[int]:
    """Numbers of the lines that findings of one layer touch."""
    found: set[int] = set()
    for finding in findings:
        if finding.layer is layer:
            first = document.line_at(finding.span.start).number
            last = document.line_at(max(finding.span.start, finding.span.end - 1)).number
            found.update(range(first, last + 1))
    return found


def _judged_finding(document: Document, finding: Finding, marks: Iterable[Span]) -> JudgedFinding:
    line, column = document.line_column(finding.span.start)
    marked = any(_meet(finding.span, span) for span in marks)
    return JudgedFinding(line, column, finding.rule, finding.mqm, document.slice(finding.span), marked)


def _meet(span: Span, mark: Span) -> bool:
    return span.overlaps(mark) or span == mark


def _judged_error(
    document: Document, findings: Iterable[Finding], mark: ErrorMark, span: Span, *, boilerplate: bool
) -> JudgedError:
    near = [f for f in findings if f.layer in (Layer.BLOCK, Layer.WORDS) and _meet(f.span, span)]
    families = frozenset(finding.family for finding in near)
    fixable = [finding for finding in near if finding.layer is Layer.WORDS and finding.fixes]
    if boilerplate or not fixable:
        return JudgedError(mark, boilerplate, families, None, {}, ())
    gold = {apply_edits(document.text, [Edit(span, fix)]) for fix in mark.fixes}
    by_family: dict[str, list[Finding]] = {}
    for finding in fixable:
        by_family.setdefault(finding.family, []).append(finding)
    return JudgedError(
        mark,
        boilerplate,
        families,
        _judged_fix(document.text, fixable, gold),
        {family: _judged_fix(document.text, own, gold) for family, own in sorted(by_family.items())},
        tuple(_said(document, finding) for finding in fixable),
    )


def _judged_fix(text: str, findings: Sequence[Finding], gold: set[str]) -> JudgedFix:
    """By effect: the text after the fix of one of the findings, or of all of them together, is one that gold gives."""
    firsts = [[finding.fixes[0].edits] for finding in findings]
    everything = [[fix.edits for fix in finding.fixes] for finding in findings]
    top = any(result in gold for result in _results(text, firsts))
    return JudgedFix(top, top or any(result in gold for result in _results(text, everything)))


def _results(text: str, choices: Sequence[Sequence[tuple[Edit, ...]]]) -> Iterator[str]:
    for candidates in choices:
        for edits in candidates:
            yield apply_edits(text, edits)
    if len(choices) > 1:
        for combination in islice(product(*choices), _MOST_COMBINATIONS):
            together = sorted((edit for edits in combination for edit in edits), key=lambda edit: edit.span)
            if all(a.span.end <= b.span.start for a, b in pairwise(together)):
                yield apply_edits(text, together)


def _said(document: Document, finding: Finding) -> str:
    """A finding in a few words, for the list of fixes that miss."""
    edits = ", ".join(f"{document.slice(edit.span)!r} → {edit.replacement!r}" for edit in finding.fixes[0].edits)
    return f"{finding.rule}: {edits}"
