"""Runs of content words, how foreign each is to its article, and which of them to report.

A run is two to six content words of one sentence, close together and none of them a name. Those whose words are less
isolated than such words usually are get dropped at once; the others are described by :data:`FEATURES` and scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtqa.insertion.relation import masked, relate, strongest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mtqa.insertion.relation import Relation
    from mtqa.insertion.space import Model, Space
    from mtqa.insertion.words import Words

SIZES = (2, 3, 4, 5, 6)
LEAST_WORDS = 80  # content words (some 170 words of text); a shorter article is no evidence
_LEAST_SURPLUS = -0.2
_AROUND = 8
FEATURES = (
    "nearest: mean",
    "nearest: largest",
    "nearest: second",
    "nearest: least",
    "three nearest: mean",
    "three nearest: largest",
    "three nearest: second",
    "eight nearest: mean",
    "eight nearest: largest",
    "centre of the article",
    "centre of the article, against other runs",
    "words around",
    "words around, against other runs",
    "cohesion",
    "frequency: mean",
    "frequency: largest",
    "frequency: least",
    "repeated elsewhere",
    "size",
    "breaks inside",
    "unknown words inside",
    "content word next to it",
    "commas inside",
    "article: words",
    "article: distinct",
    "article: median isolation",
    "article: spread of isolation",
    "surplus: mean",
    "surplus: least",
    "surplus: largest",
    "expected: mean",
    "expected: least",
    "noun: mean",
    "noun: least",
    "concrete",
    "abstract",
    "senses",
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Content words ``[start, stop)`` of an article and the log-odds that they are foreign to it."""

    start: int
    stop: int
    score: float


@dataclass(frozen=True)
class Runs:
    """Runs ``[start, stop)`` with one row of features each."""

    start: NDArray[np.intp]
    stop: NDArray[np.intp]
    features: NDArray[np.float32]


def foreign_passages(words: Words, space: Space, model: Model, threshold: float) -> tuple[list[Passage], Relation]:
    """Passages that score ``threshold`` or more, none overlapping a stronger one, in order; and the relations.

    ``words`` must not be empty.
    """
    relation = relate(words, space)
    return choose(describe(words, relation, space), model, threshold), relation


def choose(runs: Runs, model: Model, threshold: float) -> list[Passage]:
    """The strongest of overlapping runs that reach the threshold."""
    scores = model.score(runs.features)
    high = np.flatnonzero(scores >= threshold)
    order = high[np.lexsort((runs.stop[high], runs.start[high], -scores[high]))]
    kept: list[Passage] = []
    for index in order:
        start, stop = int(runs.start[index]), int(runs.stop[index])
        if all(stop <= other.start or start >= other.stop for other in kept):
            kept.append(Passage(start, stop, float(scores[index])))
    return sorted(kept, key=lambda passage: passage.start)


def describe(words: Words, relation: Relation, space: Space) -> Runs:
    """Candidate runs and their features."""
    article = _Article(words, relation, space)
    parts = [article.runs(size) for size in SIZES]
    return Runs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "stop", "features")))


class _Article:
    """What all runs of one article share."""

    def __init__(self, words: Words, relation: Relation, space: Space) -> None:
        self._words, self._relation, self._space = words, relation, space
        width = relation.unit.shape[1]
        self._sums = np.concatenate([np.zeros((1, width), np.float32), np.cumsum(relation.unit, 0)])
        self._names = np.concatenate([[0], np.cumsum(~words.plain)])
        self._surplus = np.concatenate([[0.0], np.cumsum(relation.surplus)])
        self._zipf = space.zipf[words.form]
        self._counts = np.bincount(relation.which)
        usual = np.arange(max(0, len(words) - 2))
        self._centre = _middle(self._to_article(usual, 3))
        self._around = _middle(self._to_neighbourhood(usual, 3))

    def _candidates(self, size: int) -> NDArray[np.intp]:
        words = self._words
        start = np.arange(max(0, len(words) - size + 1))
        stop = start + size
        good = self._surplus[stop] - self._surplus[start] >= _LEAST_SURPLUS * size
        good &= self._names[stop] == self._names[start]
        good &= words.sentence[start] == words.sentence[stop - 1]
        good &= words.place[stop - 1] - words.place[start] <= 2 * size + 1
        chosen: NDArray[np.intp] = start[good]
        return chosen

    def _to_article(self, start: NDArray[np.intp], size: int) -> NDArray[np.float32]:
        run = self._sums[start + size] - self._sums[start]
        return _cosine(run, self._sums[-1] - run)

    def _to_neighbourhood(self, start: NDArray[np.intp], size: int) -> NDArray[np.float32]:
        run = self._sums[start + size] - self._sums[start]
        low, high = np.maximum(start - _AROUND, 0), np.minimum(start + size + _AROUND, len(self._words))
        return _cosine(run, self._sums[high] - self._sums[low] - run)

    def runs(self, size: int) -> Runs:
        start = self._candidates(size)
        words, relation, space = self._words, self._relation, self._space
        inside = start[:, None] + np.arange(size)
        _, strength = masked(relation, start, size)
        eight = strongest(strength, 8)
        one, three, all_eight = eight[..., 0], eight[..., :3].mean(-1), eight.mean(-1)
        sorted_one, sorted_three = np.sort(one, 1), np.sort(three, 1)
        run = self._sums[start + size] - self._sums[start]
        cohesion = ((run * run).sum(1) - size) / (size * (size - 1))
        centre, around = self._to_article(start, size), self._to_neighbourhood(start, size)
        lemma = words.lemma[inside]
        surplus = space.expected[lemma] - (three - np.float32(relation.median))
        zipf, expected, noun = self._zipf[inside], space.expected[lemma], space.noun[lemma]
        same = np.ones(len(start), np.float32)
        last = start + size - 1
        columns = [
            one.mean(1),
            sorted_one[:, -1],
            sorted_one[:, -2],
            sorted_one[:, 0],
            three.mean(1),
            sorted_three[:, -1],
            sorted_three[:, -2],
            all_eight.mean(1),
            all_eight.max(1),
            centre,
            (centre - self._centre[0]) / self._centre[1],
            around,
            (around - self._around[0]) / self._around[1],
            cohesion,
            zipf.mean(1),
            zipf.max(1),
            zipf.min(1),
            (self._counts[relation.which[inside]] > 1).mean(1),
            same * size,
            words.breaks[last] - words.breaks[start],
            words.unknown[last] - words.unknown[start],
            words.before[start].astype(np.float32) + words.after[last],
            words.commas[last] - words.commas[start],
            same * np.log(len(words)),
            same * (len(relation.distinct) / len(words)),
            same * relation.median,
            same * relation.spread,
            surplus.mean(1),
            surplus.min(1),
            surplus.max(1),
            expected.mean(1),
            expected.min(1),
            noun.mean(1),
            noun.min(1),
            space.concrete[lemma].mean(1),
            space.abstract[lemma].mean(1),
            space.senses[lemma].mean(1),
        ]
        return Runs(start, start + size, np.stack(columns, 1).astype(np.float32))


def _cosine(one: NDArray[np.float32], two: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt((one * one).sum(1) * (two * two).sum(1))
    cosine: NDArray[np.float32] = (one * two).sum(1) / np.maximum(lengths, np.float32(1e-6))
    return cosine


def _middle(values: NDArray[np.float32]) -> tuple[float, float]:
    """Median and median deviation (never 0)."""
    if not len(values):
        return 0.0, 1.0
    median = float(np.median(values))
    return median, float(np.median(np.abs(values - median))) + 0.03
