"""Both tiers together: the encoder reads what the fast model is not sure of, and a regression weighs what both say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.passages import LEAST_WORDS, article_means, doubt, relative_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mtqa.garble.encoder import Encoder, Reading, Settings

LOWEST = -12.0  # a sentence of unknown words has no lower logit


@dataclass(frozen=True)
class Second:
    """For each sentence of an article: the probability that it is garbled, whether it is worth a look, its reading."""

    chance: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    readings: dict[int, Reading]


def second_tier(
    encoder: Encoder, sentences: Sequence[str], fast: NDArray[np.float32], sizes: NDArray[np.int64]
) -> Second:
    """``fast``: logits of the fast model; ``sizes``: numbers of words; both (sentences,)."""
    settings = encoder.settings
    asked: list[int] = np.flatnonzero(doubt(fast, sizes) >= settings.sure).tolist()
    readings = dict(zip(asked, encoder.readings([sentences[i] for i in asked]), strict=True))
    logits = np.full(len(sentences), settings.unread)
    logits[asked] = [reading.logit for reading in readings.values()]
    odds = log_odds(settings, logits, fast, sizes)
    counted = sizes >= LEAST_WORDS
    chance = np.where(counted, 1 / (1 + np.exp(-odds)), 0.0)
    return Second(chance, chance >= settings.doubt, readings)


def log_odds(
    settings: Settings, logits: NDArray[np.float64], fast: NDArray[np.float32], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The log-odds of each sentence of one article; ``logits`` are the encoder's."""
    counted = sizes >= LEAST_WORDS
    first = np.maximum(fast.astype(np.float64), LOWEST)
    odds: NDArray[np.float64] = (
        settings.own * logits
        + settings.others * article_means(logits, counted, settings.usual, settings.strength)
        + settings.fast * first
        + settings.fast_others * article_means(first, counted, settings.fast_usual, settings.strength)
        + settings.length * relative_length(sizes)
        + settings.bias
    )
    return odds
