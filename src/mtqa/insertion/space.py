"""The space of words: for each common English content word a vector and what is known of it beforehand.

Made by ``training/insertion/space.py`` (see the card beside it) and read from ``space.npz``. Inflected forms share the
row of their lemma.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

DATA = Path(__file__).with_name("space.npz")
MODEL = Path(__file__).with_name("model.json")
# After 20 trees 1 of 519 runs that reached a score of 1 in training articles lay so low, and 88 of 100 others.
_FIRST_TREES, _HOPELESS = 20, -1.5
_UNIT = 127.0  # what a vector's largest possible part is stored as


@dataclass(frozen=True)
class Space:
    """Words and vectors.

    ``forms`` gives the number of a form in small letters; ``common`` holds words too common to tell what a text is
    about; ``lemma`` (per form) the row of its lemma and ``zipf`` its
    frequency on the Zipf scale. Per lemma: ``vectors`` (int8; 127 is 1), ``mean`` and ``spread`` of its cosine with the
    words of running text, ``expected`` isolation in clean articles, above or below its article's median, and
    ``noun``, ``concrete``, ``abstract`` (shares of its senses, 0 to 1) and ``senses`` (log of their number).
    """

    forms: Mapping[str, int]
    common: frozenset[str]
    lemma: NDArray[np.int32]
    zipf: NDArray[np.float32]
    vectors: NDArray[np.int8]
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    expected: NDArray[np.float32]
    noun: NDArray[np.float32]
    concrete: NDArray[np.float32]
    abstract: NDArray[np.float32]
    senses: NDArray[np.float32]

    def unit(self, lemmas: NDArray[np.int32]) -> NDArray[np.float32]:
        """Vectors of about length 1, one row for each of ``lemmas``."""
        return self.vectors[lemmas].astype(np.float32) / np.float32(_UNIT)


@dataclass(frozen=True)
class Model:
    """Gradient-boosted trees over :data:`mtqa.insertion.passages.FEATURES`, one row of nodes for each tree.

    A node asks whether ``feature`` is at most ``threshold`` and goes to ``low`` or ``high``; a leaf leads to itself and
    adds its ``value``. ``depth`` steps reach a leaf from any root, which is node 0.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    value: NDArray[np.float32]
    depth: int

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds, one for each row of ``features``; rows that the first trees think hopeless keep their verdict."""
        scores = self._sum(features, 0, _FIRST_TREES)
        hopeful = np.flatnonzero(scores > _HOPELESS)
        scores[hopeful] += self._sum(features[hopeful], _FIRST_TREES, len(self.feature))
        return scores

    def _sum(self, features: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
        """What trees ``[start, stop)`` add up to."""
        width = self.feature.shape[1]
        root = (np.arange(start, min(stop, len(self.feature))) * width)[None, :]
        row = (np.arange(len(features)) * features.shape[1])[:, None]
        values = np.ascontiguousarray(features).ravel()
        node = np.repeat(root, len(features), 0)
        for _ in range(self.depth):
            at_most = values.take(row + self.feature.take(node)) <= self.threshold.take(node)
            node = root + np.where(at_most, self.low.take(node), self.high.take(node))
        total: NDArray[np.float32] = self.value.take(node).sum(1, dtype=np.float32)
        return total


@lru_cache(maxsize=1)
def shipped_space() -> Space:
    """The space that comes with mtqa."""
    with np.load(DATA, allow_pickle=False) as stored:
        return space_from(dict(stored))


def space_from(stored: Mapping[str, NDArray[Any]]) -> Space:
    """A space from its stored arrays."""
    names = stored["forms"].tobytes().decode("utf-8").split("\n")
    floats = ("zipf", "mean", "spread", "expected", "noun", "concrete", "abstract", "senses")
    return Space(
        forms={form: number for number, form in enumerate(names)},
        common=frozenset(stored["common"].tobytes().decode("utf-8").split("\n")),
        lemma=stored["lemma"].astype(np.int32),
        vectors=stored["vectors"],
        **{name: stored[name].astype(np.float32) for name in floats},
    )


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The weights that come with mtqa."""
    return model_from(json.loads(MODEL.read_text(encoding="utf-8")))


def model_from(stored: Mapping[str, Any]) -> Model:
    """A model from ``trees``, each a list of nodes ``[feature, threshold, low, high]`` or ``[value]``."""
    trees: list[list[list[float]]] = stored["trees"]
    shape = (len(trees), max(map(len, trees)))
    feature, low, high = (np.zeros(shape, np.int32) for _ in range(3))
    threshold, value = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for row, nodes in enumerate(trees):
        for column, node in enumerate(nodes):
            if len(node) == 1:
                value[row, column], low[row, column], high[row, column] = node[0], column, column
            else:
                feature[row, column], threshold[row, column], low[row, column], high[row, column] = node
    return Model(feature, threshold, low, high, value, int(stored["depth"]))


@lru_cache(maxsize=1)
def digest() -> str:
    """Changes when the shipped space or model does."""
    return hashlib.sha256(BytesIO(DATA.read_bytes() + MODEL.read_bytes()).getbuffer()).hexdigest()
