"""How bad a text is: MQM penalty points per 1,000 words with an interval, and the verdict that follows.

Faults come in clusters: a sentence that went wrong has several. So the sentence is the event, its penalty the mark,
and the text a compound Poisson process. For such weighted sums of Poisson counts Fay and Feuer (1997, Statistics in
Medicine 16, 791-801) give an interval from the gamma distribution that holds for few events and for none, which a
bootstrap does not. Its quantiles are taken by the Wilson-Hilferty approximation (1931), exact enough from one event on.

In simulations with sentences that weigh 1 to 25 the lower end was above the truth in at most 2 % of texts, and the
upper end below it in at most 10 %: a text of a dozen faulty sentences that happens to have no critical one does not
tell how often there is one. docs/release.md has the figures.

A short text has a wide interval. The harsh verdicts ask for evidence, so they look at the lower end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import msgspec

from mtqa.finding import Severity
from mtqa.segment import sentence_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.settings import Release

_Z = NormalDist().inv_cdf(0.975)
_MOST_NAMED = 3
_TOLD = 0.8  # of all points: what reasons have to explain
_UNSEEN = Severity.MAJOR.penalty  # the least that a sentence nobody has seen go wrong is reckoned with


class Score(msgspec.Struct, frozen=True):
    """MQM penalty points, and per 1,000 words with a 95 % interval."""

    penalty: int = 0
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0


def sentence_penalties(document: Document, findings: Iterable[Finding]) -> list[int]:
    """The penalty points of each faulty sentence; a finding counts where it starts."""
    points: Counter[int] = Counter()
    for finding in findings:
        points[sentence_at(document, finding.span.start).start] += finding.severity.penalty
    return [penalty for penalty in points.values() if penalty]


def score(penalties: Sequence[int], words: int) -> Score:
    """The score of a text of ``words`` words; ``penalties`` holds the points of each faulty sentence."""
    total = sum(penalties)
    if not words:
        return Score(total)
    low, high = interval(penalties)
    per = 1000 / words
    return Score(total, round(total * per, 2), round(low * per, 2), round(high * per, 2))


def interval(penalties: Sequence[int]) -> tuple[float, float]:
    """95 % interval of the expected sum, from the points of each faulty sentence."""
    total, variance = sum(penalties), sum(points**2 for points in penalties)
    low = variance / (2 * total) * _chi_square(2 * total**2 / variance, -_Z) if total else 0.0
    unseen = max((_UNSEEN, *penalties))
    total_up, variance_up = total + unseen, variance + unseen**2
    high = variance_up / (2 * total_up) * _chi_square(2 * total_up**2 / variance_up, _Z)
    return low, high


def _chi_square(freedom: float, z: float) -> float:
    """Quantile of the chi-square distribution at the normal deviate ``z``."""
    spread = 2 / (9 * freedom)
    base = max(0.0, 1 - spread + z * sqrt(spread))
    return freedom * base * base * base


def verdict(score_: Score, settings: Release) -> str:
    """The verdict by the settings' thresholds: drop and retranslate by the interval's lower end."""
    if score_.low > settings.drop:
        return "drop"
    if score_.low > settings.retranslate:
        return "retranslate"
    return "publish" if score_.value <= settings.publish else "repair"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to become of an article: score, verdict, and the reasons in words, weightiest first."""

    score: Score
    verdict: str
    reasons: tuple[str, ...]


def judge(document: Document, findings: Sequence[Finding], words: int, settings: Release) -> Judged:
    """Score and verdict of an article with these findings, and what carries them."""
    points = score(sentence_penalties(document, findings), words)
    said = verdict(points, settings)
    return Judged(points, said, tuple(_reasons(document, findings, said)))


def _reasons(document: Document, findings: Sequence[Finding], said: str) -> Iterator[str]:
    """Critical findings by place, then the families that make up most of the points, until little is left to tell."""
    if said == "publish":
        return
    total = sum(finding.severity.penalty for finding in findings)
    critical = [finding for finding in findings if finding.severity is Severity.CRITICAL]
    if critical:
        places = ", ".join(f"{f.rule} in line {document.line_at(f.span.start).number}" for f in critical[:_MOST_NAMED])
        more = f" and {len(critical) - _MOST_NAMED} more" if len(critical) > _MOST_NAMED else ""
        yield f"critical: {places}{more}"
    points: Counter[str] = Counter()
    for finding in findings:
        points[finding.family] += finding.severity.penalty
    told = 0
    for family, sum_ in sorted(points.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMED]:
        if told >= _TOLD * total or not sum_:
            return
        told += sum_
        count = sum(finding.family == family for finding in findings)
        yield f"{family}: {count} finding{'s' if count > 1 else ''}, {sum_} of {total} points"
