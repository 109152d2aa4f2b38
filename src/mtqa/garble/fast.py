"""The fast model: a small convolutional network over word vectors, in numpy (cf. Collobert et al. 2011; Kim 2014).

Each word becomes a vector (what word it is, how it is written, what stands after it, how well it goes with the word
before it); two convolutions of width three look at it with two words on each side; mean and maximum over the sentence,
together with the counted features, give one logit: 0 is the border between clean and garbled in training.

The whole text is computed at once. Between sentences stands a row of zeros, so that none sees another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.features import FEATURES, UNATTESTED, measure
from mtqa.garble.words import COLON, COMMA, FIGURE, HYPHEN, QUOTE, STOP, UPPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mtqa.garble.features import Measured
    from mtqa.garble.ngrams import Ngrams
    from mtqa.garble.words import Words

USED = tuple(i for i, name in enumerate(FEATURES) if name != "log_words")  # length must not decide
_AFTER = (COMMA, STOP, HYPHEN, QUOTE, COLON)
TRAITS = 6 + len(_AFTER)
_ROWS = 16_384  # rows computed at once: bounds memory


@dataclass(frozen=True)
class FastModel:
    """Weights. ``vocabulary`` (words,) sorted hashes; ``vectors`` (words + 3, size): then figure, name, other word.

    ``first`` (3, size + TRAITS, hidden) and ``second`` (3, hidden, hidden) are the convolutions with their biases;
    ``output`` (2 * hidden + len(USED),) and ``bias`` the last layer; ``mean`` and ``deviation`` scale the features.
    """

    vocabulary: NDArray[np.uint64]
    vectors: NDArray[np.float32]
    first: NDArray[np.float32]
    first_bias: NDArray[np.float32]
    second: NDArray[np.float32]
    second_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    bias: NDArray[np.float32]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def scores(self, text: str, sentences: Sequence[tuple[int, int]], ngrams: Ngrams) -> Scores:
        """Logits of the sentences at these offsets of ``text``, and what each of their words adds."""
        measured = measure(text, sentences, ngrams)
        logits = np.full(len(measured.first), -np.inf, np.float32)
        per_word = np.zeros(len(measured.words), np.float32)
        full = np.flatnonzero(measured.last > measured.first)
        ids, traits = word_ids(measured.words, self.vocabulary), word_traits(measured)
        for some in _portions(full, measured):
            logits[some] = self._portion(measured, some, ids, traits, per_word)
        return Scores(measured, logits, per_word)

    def _portion(
        self,
        measured: Measured,
        some: NDArray[np.int64],
        ids: NDArray[np.int64],
        traits: NDArray[np.float32],
        per_word: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Logits of some sentences; fills ``per_word`` for their words."""
        sizes = measured.last[some] - measured.first[some]
        starts = np.cumsum(sizes + 1) - sizes  # one empty row before each sentence, and one at the end
        rows = np.repeat(starts, sizes) + _ranges(sizes)
        places = np.repeat(measured.first[some], sizes) + _ranges(sizes)
        height = int(sizes.sum()) + len(some) + 1
        inputs = np.zeros((height, self.first.shape[1]), np.float32)
        inputs[rows, : self.vectors.shape[1]] = self.vectors[ids[places]]
        inputs[rows, self.vectors.shape[1] :] = traits[places]
        mask = np.zeros((height, 1), np.float32)
        mask[rows] = 1
        hidden = (
            _convolved(_convolved(inputs, self.first, self.first_bias) * mask, self.second, self.second_bias) * mask
        )
        width = hidden.shape[1]
        mean = np.add.reduceat(hidden, starts, axis=0) / sizes[:, None]
        most = np.maximum.reduceat(hidden, starts, axis=0)
        scaled = (measured.matrix[some][:, USED] - self.mean) / self.deviation
        w_mean, w_most, w_features = np.split(self.output, (width, 2 * width))
        share = np.repeat(1 / sizes, sizes)[:, None].astype(np.float32)
        peaks = hidden[rows] >= np.repeat(most, sizes, axis=0)
        per_word[places] = (hidden[rows] * share) @ w_mean + (hidden[rows] * peaks) @ w_most
        return np.asarray(mean @ w_mean + most @ w_most + scaled @ w_features + self.bias, np.float32)


@dataclass(frozen=True)
class Scores:
    """``logits`` (sentences,), -inf for one without words; ``per_word`` (words,) what each word adds to its logit."""

    measured: Measured
    logits: NDArray[np.float32]
    per_word: NDArray[np.float32]


def _portions(full: NDArray[np.int64], measured: Measured) -> list[NDArray[np.int64]]:
    """Sentences in portions of about ``_ROWS`` words."""
    if not len(full):
        return []
    filled = np.cumsum(measured.last[full] - measured.first[full])
    cuts = np.flatnonzero(np.diff(filled // _ROWS)) + 1
    return np.split(full, cuts)


def _ranges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... for each size, one after the other."""
    ends = np.cumsum(sizes)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - sizes, sizes)


def _convolved(
    rows: NDArray[np.float32], weights: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Width three, zeros beyond both ends, rectified."""
    result: NDArray[np.float32] = rows @ weights[1]
    result[1:] += rows[:-1] @ weights[0]
    result[:-1] += rows[1:] @ weights[2]
    result += bias
    np.maximum(result, 0, out=result)
    return result


def word_ids(words: Words, vocabulary: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Index of each word in the vocabulary; behind it one index each for figures, names and other unknown words."""
    size = len(vocabulary)
    place = np.minimum(np.searchsorted(vocabulary, words.hash), size - 1)
    unknown = np.where((words.flags & FIGURE) != 0, size, np.where((words.flags & UPPER) != 0, size + 1, size + 2))
    return np.where(vocabulary[place] == words.hash, place, unknown)


def word_traits(measured: Measured) -> NDArray[np.float32]:
    """How each word is written and what is around it, (words, TRAITS)."""
    words = measured.words
    result = np.empty((len(words), TRAITS), np.float32)
    result[:, 0] = (words.flags & UPPER) != 0
    result[:, 1] = words.shout
    result[:, 2] = (words.flags & FIGURE) != 0
    result[:, 3] = words.end - words.start > 12
    for column, mark in enumerate(_AFTER, 4):
        result[:, column] = words.after == mark
    result[:, -2] = measured.strength
    result[:, -1] = measured.strength == np.float32(UNATTESTED)
    return result
