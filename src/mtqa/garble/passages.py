"""From logits to what an editor is told: which sentences are garbled, how sure that is, and by which words.

Sentences of one article come from one engine, so the article speaks too: the mean logit of its other sentences is the
prior of each. The weights of both, and the map to probabilities, are in `data/calibration.json`; docs/garble.md says on
what they were fitted and how often they are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from mtqa.errors import MtqaError
from mtqa.garble.store import DATA, load_fast, load_ngrams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mtqa.garble.fast import Scores

SURE = -0.4  # from here on a second look is worth its price; 30 % of the sentences of human English lie above it
_USUAL_WORDS = 20
LEAST_WORDS = 7  # shorter ones are headings, captions, names: there is too little to go by


class Blend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How logits become a probability: logistic regression on a sentence and on its article.

    ``own`` weighs the sentence's logit, ``others`` the mean of the article's other sentences; ``usual`` is the mean
    that ``strength`` imaginary sentences pull towards, so that an article of few sentences has no say.
    """

    own: float
    others: float
    bias: float
    usual: float
    strength: float
    threshold: float


@cache
def load_calibration() -> Blend:
    """The calibration that ships with mtqa. Raises :class:`MtqaError` when it is missing or damaged."""
    file = DATA / "calibration.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Blend)
    except (OSError, msgspec.MsgspecError) as error:
        raise MtqaError(
            f"cannot read {file.name}: {error}", remedy="install mtqa again: a data file is damaged"
        ) from error


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: its offsets, the probability that it is garbled, and why (see :mod:`mtqa.garble.evidence`)."""

    start: int
    end: int
    probability: float
    carrying: tuple[int, int]
    odd_pairs: tuple[tuple[int, int], ...]


def fast_scores(text: str, sentences: Sequence[tuple[int, int]]) -> Scores:
    """What the fast model says of the sentences at these offsets."""
    return load_fast().scores(text, sentences, load_ngrams())


def probabilities(logits: NDArray[np.float32], sizes: NDArray[np.int64], blend: Blend) -> NDArray[np.float64]:
    """The probability of each sentence of one article; ``logits`` (sentences,), ``sizes`` in words.

    A sentence of fewer than LEAST_WORDS words has a probability of 0 and says nothing about the others.
    """
    counted = sizes >= LEAST_WORDS
    others = article_means(logits, counted, blend.usual, blend.strength)
    odds = blend.own * np.where(counted, logits, 0.0) + blend.others * others + blend.bias
    return np.where(counted, 1 / (1 + np.exp(-odds)), 0.0)


def doubt(logits: NDArray[np.float32], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much a sentence is worth a second look: odd ones and long ones; none that is too short to judge.

    Length counts here, since the faults of good engines hide in long sentences, and a needless look harms nobody.
    """
    found: NDArray[np.float64] = logits.astype(np.float64) + relative_length(sizes)
    found[sizes < LEAST_WORDS] = -np.inf
    return found


def relative_length(sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """The logarithm of a sentence's number of words, 0 for a usual one."""
    length: NDArray[np.float64] = np.log(np.maximum(sizes, 1) / _USUAL_WORDS)
    return length


def article_means(
    logits: NDArray[np.floating], counted: NDArray[np.bool_], usual: float, strength: float
) -> NDArray[np.float64]:
    """For each sentence the mean logit of the ``counted`` others of its article, pulled towards ``usual``."""
    own = np.where(counted, logits, 0.0).astype(np.float64)
    number = counted.sum() - counted
    means: NDArray[np.float64] = (own.sum() - own + strength * usual) / (number + strength)
    return means
