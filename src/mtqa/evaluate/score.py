"""From judged documents to figures: overall, per family of rules, per MQM type, per kind of line, on clean text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mtqa.evaluate.interval import Figure, rate, share
from mtqa.evaluate.judge import Judgement, judge
from mtqa.finding import Severity
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mtqa.document import Document
    from mtqa.evaluate.clean import CleanText
    from mtqa.evaluate.gold import Gold
    from mtqa.evaluate.judge import JudgedError, JudgedFix, JudgedLine
    from mtqa.finding import Finding
    from mtqa.linter import Linter


@dataclass(frozen=True)
class Scores:
    """Findings about words against gold spans.

    ``precision``: findings that overlap a span which either annotator marked. ``recall``: errors both marked that are
    found; ``recall_deterministic``: of the deterministic ones. ``fix_top``, ``fix_any``: deterministic errors with a
    fix proposed for which the first, or any, candidate does what a gold fix does.
    """

    precision: Figure
    recall: Figure
    recall_deterministic: Figure
    fix_top: Figure
    fix_any: Figure


@dataclass(frozen=True)
class LineScores:
    """Lines of one kind; ``content_lines`` names content and title lines wrongly taken for it, as ``path:line``."""

    precision: Figure
    recall: Figure
    content_lines: tuple[str, ...]
    missed_lines: tuple[str, ...]


@dataclass(frozen=True)
class FalseAlarms:
    """Findings per 1,000 words of clean text: of any severity above neutral, and of major or above."""

    dataset: str
    genre: str
    documents: int
    words: int
    any_severity: Figure
    major: Figure
    rules: dict[str, int]


@dataclass(frozen=True)
class Evaluation:
    """Everything that is measured; ``*_outside_boilerplate`` leaves out gold errors on boilerplate lines."""

    overall: Scores
    recall_outside_boilerplate: Figure
    recall_deterministic_outside_boilerplate: Figure
    families: dict[str, Scores]
    types: dict[str, Scores]
    boilerplate: LineScores
    metadata: LineScores
    post_edits: FalseAlarms | None
    clean: FalseAlarms | None
    genres: tuple[FalseAlarms, ...]
    documents: tuple[Judgement, ...]


def evaluate(linter: Linter, gold: Gold, clean: Sequence[CleanText] = ()) -> Evaluation:
    """Measure ``linter`` on gold and on clean text.

    The originals, the post-edits and each dataset of clean text are linted as a corpus of their own: what rules know
    of a corpus is gathered from it anew, whatever the linter knew before.
    """
    checked = _check(linter, [document.document for document in gold.documents])
    judgements = tuple(judge(*pair) for pair in zip(gold.documents, checked, strict=True))
    groups = _by_dataset(linter, clean)
    return Evaluation(
        overall=_scores(judgements),
        recall_outside_boilerplate=_recall(judgements, lambda e: e.mark.agreed and not e.boilerplate),
        recall_deterministic_outside_boilerplate=_recall(judgements, lambda e: e.deterministic and not e.boilerplate),
        families={family: _scores(judgements, family=family) for family in _families(judgements)},
        types={mqm: _scores(judgements, mqm=mqm) for mqm in _types(judgements)},
        boilerplate=_line_scores(judgements, "boilerplate", lambda line: line.boilerplate),
        metadata=_line_scores(judgements, "metadata", lambda line: line.metadata),
        post_edits=_alarms("post-edits", "", _alarm_counts(linter, gold.post_edits)) if gold.post_edits else None,
        clean=_alarms("all", "", [c for counts in groups.values() for c in counts]) if groups else None,
        genres=tuple(_alarms(*name, counts) for name, counts in groups.items()),
        documents=judgements,
    )


def _check(linter: Linter, documents: Sequence[Document]) -> list[list[Finding]]:
    """The findings of each document, linted as one corpus."""
    knowledge = Knowledge.of_corpus(map(Gatherer(linter.rules).read, documents))
    informed = replace(linter, knowledge=knowledge)
    return [informed.check(document) for document in documents]


# -- gold


def _scores(judgements: Iterable[Judgement], *, family: str = "", mqm: str = "") -> Scores:
    """Scores of everything, of the findings of one family, or of findings and gold errors of one MQM type."""
    judgements = tuple(judgements)
    findings = [
        [f for f in judged.findings if (not family or f.family == family) and (not mqm or f.mqm == mqm)]
        for judged in judgements
    ]
    errors = [[e for e in judged.errors if not mqm or e.mark.mqm == mqm] for judged in judgements]
    fixes = [[fix for e in document if e.deterministic and (fix := _fix(e, family))] for document in errors]
    return Scores(
        precision=share((sum(f.marked for f in document), len(document)) for document in findings),
        recall=_found(errors, lambda e: e.mark.agreed, family),
        recall_deterministic=_found(errors, lambda e: e.deterministic, family),
        fix_top=share((sum(fix.top for fix in document), len(document)) for document in fixes),
        fix_any=share((sum(fix.any for fix in document), len(document)) for document in fixes),
    )


def _fix(error: JudgedError, family: str) -> JudgedFix | None:
    return error.fixes.get(family) if family else error.fix


def _recall(judgements: Iterable[Judgement], counts: Callable[[JudgedError], bool]) -> Figure:
    return _found([judged.errors for judged in judgements], counts, "")


def _found(errors: Iterable[Sequence[JudgedError]], counts: Callable[[JudgedError], bool], family: str) -> Figure:
    """The share of the errors that count which some finding, or one of ``family``, found."""
    wanted = [[error for error in document if counts(error)] for document in errors]
    return share(
        (sum(family in error.families if family else bool(error.families) for error in document), len(document))
        for document in wanted
    )


def _families(judgements: Iterable[Judgement]) -> list[str]:
    found: set[str] = set()
    for judged in judgements:
        found.update(finding.family for finding in judged.findings)
        found.update(family for error in judged.errors for family in error.families)
    return sorted(found)


def _types(judgements: Iterable[Judgement]) -> list[str]:
    found: set[str] = set()
    for judged in judgements:
        found.update(finding.mqm for finding in judged.findings)
        found.update(error.mark.mqm for error in judged.errors)
    return sorted(found)


def _line_scores(judgements: Iterable[Judgement], label: str, flagged: Callable[[JudgedLine], bool]) -> LineScores:
    precision, recall = [], []
    content: list[str] = []
    missed: list[str] = []
    for judged in judgements:
        said = [line for line in judged.lines if flagged(line)]
        true = [line for line in judged.lines if line.label == label]
        precision.append((sum(line.label == label for line in said), len(said)))
        recall.append((sum(flagged(line) for line in true), len(true)))
        content.extend(f"{judged.path}:{line.line}" for line in said if line.label in ("content", "title"))
        missed.extend(f"{judged.path}:{line.line}" for line in true if not flagged(line))
    return LineScores(share(precision), share(recall), tuple(content), tuple(missed))


# -- clean text


@dataclass(frozen=True)
class _AlarmCount:
    """What one clean document gave: the rules that fired, with their severities, and its words."""

    fired: tuple[tuple[str, Severity], ...]
    words: int


def _alarm_counts(linter: Linter, documents: Sequence[Document]) -> list[_AlarmCount]:
    checked = _check(linter, documents)
    return [
        _AlarmCount(
            tuple((f.rule, f.severity) for f in findings if f.severity > Severity.NEUTRAL), count_words(document.text)
        )
        for document, findings in zip(documents, checked, strict=True)
    ]


def _by_dataset(linter: Linter, clean: Iterable[CleanText]) -> dict[tuple[str, str], list[_AlarmCount]]:
    """Counts per (dataset, genre); each dataset is one corpus."""
    datasets: dict[str, list[CleanText]] = {}
    for text in clean:
        datasets.setdefault(text.dataset, []).append(text)
    groups: dict[tuple[str, str], list[_AlarmCount]] = {}
    for dataset, texts in datasets.items():
        counts = _alarm_counts(linter, [text.document for text in texts])
        for text, count in zip(texts, counts, strict=True):
            groups.setdefault((dataset, text.genre), []).append(count)
    return dict(sorted(groups.items()))


def _alarms(dataset: str, genre: str, counts: Sequence[_AlarmCount]) -> FalseAlarms:
    fired = Counter(rule for count in counts for rule, _ in count.fired)
    return FalseAlarms(
        dataset=dataset,
        genre=genre,
        documents=len(counts),
        words=sum(count.words for count in counts),
        any_severity=rate((len(count.fired), count.words) for count in counts),
        major=rate((sum(severity >= Severity.MAJOR for _, severity in count.fired), count.words) for count in counts),
        rules=dict(fired.most_common()),
    )
