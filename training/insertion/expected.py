"""How isolated each word is in clean articles: some words, like those of metaphors, are at home nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mtqa.insertion.passages import LEAST_WORDS
from mtqa.insertion.relation import relate
from mtqa.insertion.space import Space
from mtqa.insertion.words import Reader

_SHRINKAGE = 8.0  # a word met this often counts half by itself, half by the regression
_RIDGE = 5.0
_MOST = 20


def expected_isolation(clean: Sequence[str], space: Space) -> NDArray[np.float64]:
    """Per lemma, its mean nearness above its article's median: what was met, drawn towards a ridge regression on its
    vector and senses.
    """
    count = len(space.mean)
    total, times = np.zeros(count), np.zeros(count)
    reader = Reader(space)
    for text in clean:
        words = reader.read(text)
        if len(words) >= LEAST_WORDS:
            relation = relate(words, space)
            np.add.at(total, words.lemma, relation.near - relation.median)
            np.add.at(times, words.lemma, 1)
    zipf = np.zeros(count)
    np.maximum.at(zipf, space.lemma, space.zipf)
    unit = space.unit(np.arange(count, dtype=np.int32)).astype(np.float64)
    known = [space.noun, space.concrete, space.abstract, space.senses, zipf / 5, (zipf / 5) ** 2, np.ones(count)]
    design = np.concatenate([unit, 3 * unit**2, np.stack(known, 1)], 1)
    met = times > 0
    weight = np.minimum(times[met], _MOST)[:, None]
    gram = design[met].T @ (design[met] * weight) + _RIDGE * np.eye(design.shape[1])
    guess = design @ np.linalg.solve(gram, design[met].T @ (weight[:, 0] * total[met] / times[met]))
    return (total + _SHRINKAGE * guess) / (times + _SHRINKAGE)
