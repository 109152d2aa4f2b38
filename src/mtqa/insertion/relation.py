"""How the content words of one article are related: for each the nearest others, and how isolated it is.

The relation of two words is their cosine, measured in spreads above what each has with running text, so that a word
that is near everything counts for as little as one that is near nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mtqa.insertion.space import Space
    from mtqa.insertion.words import Words

SAME = 8.0  # the relation of a word with itself, and the most that two words have
NOTHING = -9.0  # stands for a neighbour that must not count
_NEIGHBOURS = 16
_APART = 4  # nearer content words belong to the same passage and say nothing about the article


@dataclass(frozen=True)
class Relation:
    """``distinct`` lemmas and, for each word, its number among them (``which``); where each comes ``first`` and
    ``last``; its nearest ``neighbours`` with their ``strength``, strongest first; ``unit`` vectors of the words.

    ``near``: mean relation of each word with its three nearest outside its own passage; ``surplus``: how much less
    that is than the word has in clean articles, against the article's ``median``; ``spread`` is the median deviation.
    """

    distinct: NDArray[np.int32]
    which: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    neighbours: NDArray[np.intp]
    strength: NDArray[np.float32]
    unit: NDArray[np.float32]
    near: NDArray[np.float32]
    surplus: NDArray[np.float32]
    median: float
    spread: float


def relate(words: Words, space: Space) -> Relation:
    """Relations of ``words``, of which there is at least one."""
    distinct, which = np.unique(words.lemma, return_inverse=True)
    places = np.arange(len(words))
    first = np.full(len(distinct), len(words))
    last = np.zeros(len(distinct), np.intp)
    np.minimum.at(first, which, places)
    np.maximum.at(last, which, places)
    unit = space.unit(distinct)
    neighbours, strength = _nearest(unit, space.mean[distinct], space.spread[distinct])
    outside = (first[neighbours][which] < (places - _APART)[:, None]) | (
        last[neighbours][which] > (places + _APART)[:, None]
    )
    near = strongest(np.where(outside, strength[which], NOTHING), 3).mean(1)
    median = float(np.median(near))
    return Relation(
        distinct=distinct,
        which=which,
        first=first,
        last=last,
        neighbours=neighbours,
        strength=strength,
        unit=unit[which],
        near=near,
        surplus=space.expected[words.lemma] - (near - np.float32(median)),
        median=median,
        spread=float(np.median(np.abs(near - median))),
    )


def _nearest(
    unit: NDArray[np.float32], mean: NDArray[np.float32], spread: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    half = np.float32(0.5) / spread
    matrix = unit @ unit.T
    matrix = matrix * (half[:, None] + half[None, :]) - ((mean * half)[:, None] + (mean * half)[None, :])
    np.minimum(matrix, np.float32(SAME), out=matrix)
    np.fill_diagonal(matrix, SAME)
    count = min(_NEIGHBOURS, len(unit))
    chosen = np.argpartition(-matrix, count - 1, axis=1)[:, :count]
    strength = np.take_along_axis(matrix, chosen, 1)
    order = np.argsort(-strength, axis=1, kind="stable")
    return np.take_along_axis(chosen, order, 1), np.take_along_axis(strength, order, 1)


def strongest(strength: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The ``count`` largest along the last axis, largest first; what there is too few of stays :data:`NOTHING`."""
    ordered: NDArray[np.float32] = -np.sort(-strength, axis=-1)[..., :count]
    return ordered


def masked(relation: Relation, start: NDArray[np.intp], size: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Neighbours of each word of the runs ``[start, start + size)`` and their strength outside the run.

    Both have shape (runs, size, neighbours).
    """
    which = relation.which[start[:, None] + np.arange(size)]
    neighbours = relation.neighbours[which]
    inside = (relation.first[neighbours] >= start[:, None, None]) & (
        relation.last[neighbours] < (start + size)[:, None, None]
    )
    return neighbours, np.where(inside, np.float32(NOTHING), relation.strength[which])
