"""Why a sentence was flagged, in words that an editor can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.features import UNATTESTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mtqa.garble.fast import Scores

_LONGEST = 7  # words
_MOST_PAIRS = 3


def carrying_words(scores: Scores, sentence: int) -> tuple[int, int]:
    """Offsets of the few words in a row that add most to the sentence's logit."""
    measured = scores.measured
    first, last = int(measured.first[sentence]), int(measured.last[sentence])
    span = strongest(scores.per_word[first:last], 2, _LONGEST)
    return int(measured.words.start[first + span[0]]), int(measured.words.end[first + span[1] - 1])


def strongest(values: NDArray[np.floating], least: int, longest: int) -> tuple[int, int]:
    """``[start, end)`` of the ``least`` to ``longest`` values in a row that lie highest above the mean; else of all."""
    sums = np.concatenate([[0.0], np.cumsum(values - values.mean())])
    best, span = -np.inf, (0, len(values))
    for length in range(least, min(longest, len(values)) + 1):
        totals = sums[length:] - sums[:-length]
        at = int(totals.argmax())
        if totals[at] > best:
            best, span = float(totals[at]), (at, at + length)
    return span


def odd_pairs(scores: Scores, sentence: int) -> tuple[tuple[int, int], ...]:
    """Offsets of pairs of known words that the table of English word pairs does not have, those that add most first."""
    measured = scores.measured
    first, last = int(measured.first[sentence]), int(measured.last[sentence])
    odd = first + 1 + np.flatnonzero(measured.strength[first + 1 : last] == np.float32(UNATTESTED))
    weight = scores.per_word[odd] + scores.per_word[odd - 1]
    chosen = sorted(odd[np.argsort(-weight, kind="stable")[:_MOST_PAIRS]])
    return tuple((int(measured.words.start[i - 1]), int(measured.words.end[i])) for i in chosen)
