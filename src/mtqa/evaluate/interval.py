"""Figures with 95 % intervals over few documents.

Findings of one document are not independent: an article repeats its terms and its faults. So the spread is taken
between documents, and a Wilson score interval is given the sample size that is left after that (as Korn and Graubard
1998, *Survey Methodology* 24, do for Clopper-Pearson), with Student's t for the number of documents. A bootstrap over
five documents is too narrow; docs/evaluation.md has the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Z = NormalDist().inv_cdf(0.975)
# Student's t, two-sided 95 %, for 1, 2, … 10 degrees of freedom; beyond, an expansion in 1/n is exact to four digits.
_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281)


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` = ``per`` × ``hits`` / ``total`` with its 95 % interval, over ``documents`` that have a total.

    All three are None where the total is 0: nothing was there to be measured.
    """

    hits: int
    total: int
    documents: int
    per: int = 1
    value: float | None = None
    low: float | None = None
    high: float | None = None


def share(pairs: Iterable[tuple[int, int]]) -> Figure:
    """A proportion: ``pairs`` holds (hits, total) of each document, hits not above total."""
    kept, hits, total = _sums(pairs)
    if not total:
        return Figure(hits, total, 0)
    p = hits / total
    quantile, n = _effective(kept, p, p * (1 - p) / total)
    # Wilson 1927, J. Am. Stat. Assoc. 22.
    middle = (p + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile * sqrt(p * (1 - p) / n + quantile**2 / (4 * n**2)) / (1 + quantile**2 / n)
    return Figure(hits, total, len(kept), 1, p, _low(hits, middle - half), 1.0 if hits == total else middle + half)


def rate(pairs: Iterable[tuple[int, int]], per: int = 1000) -> Figure:
    """Events per ``per`` words: ``pairs`` holds (events, words) of each document; the score interval of a Poisson."""
    kept, hits, total = _sums(pairs)
    if not total:
        return Figure(hits, total, 0, per)
    p = hits / total
    quantile, n = _effective(kept, p, p / total)
    middle = p + quantile**2 / (2 * n)
    half = quantile * sqrt(p / n + quantile**2 / (4 * n**2))
    return Figure(hits, total, len(kept), per, per * p, per * _low(hits, middle - half), per * (middle + half))


def _low(hits: int, low: float) -> float:
    return low if hits else 0.0  # without rounding errors at the end of the scale


def _sums(pairs: Iterable[tuple[int, int]]) -> tuple[list[tuple[int, int]], int, int]:
    kept = [(hits, total) for hits, total in pairs if total]
    return kept, sum(hits for hits, _ in kept), sum(total for _, total in kept)


def _effective(pairs: Sequence[tuple[int, int]], p: float, simple: float) -> tuple[float, float]:
    """The quantile to use, and the size of an independent sample of the same variance; never above the real size.

    Where all is 0 or all is 1 (``simple``, the variance of independent trials, is 0), or there is one document, nothing
    is known of the spread between documents and the plain interval is left.
    """
    total = sum(n for _, n in pairs)
    if len(pairs) < 2 or not simple:
        return _Z, total
    between = len(pairs) / (len(pairs) - 1) * sum((hits - p * n) ** 2 for hits, n in pairs) / total**2
    return _student(len(pairs) - 1), total / max(1.0, between / simple)


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    first = (_Z**3 + _Z) / 4
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96
    third = (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384
    return _Z + first / freedom + second / freedom**2 + third / freedom**3
