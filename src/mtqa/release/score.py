"""How bad a text is: MQM penalty points per 1,000 words with an interval, and the verdict that follows.

Faults come in clusters: a sentence that went wrong has several. So the sentence is the event, its penalty the mark,
and the text a compound Poisson process. For such weighted sums of Poisson counts Fay and Feuer (1997, Statistics in
Medicine 16, 791-801) give an interval from the gamma distribution that holds for few events and for none, which a
bootstrap does not. Its quantiles are taken by the Wilson-Hilferty approximation (1931), exact enough from one event on.

A short text has a wide interval. The harsh verdicts ask for evidence, so they look at the lower end.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from mtqa.finding import Severity
from mtqa.release.record import Score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.config import Release

_Z = NormalDist().inv_cdf(0.975)
_UNSEEN = Severity.MAJOR.penalty  # the least that a sentence nobody has seen go wrong is reckoned with


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
    unseen = max(_UNSEEN, total / len(penalties) if penalties else 0)
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
