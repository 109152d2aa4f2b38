"""How usual English word sequences are: a table of word pairs in a few megabytes, looked up for a whole text at once.

The table is a lossy hash of an n-gram language model: buckets of four slots, a 16-bit fingerprint and an 8-bit value
each. What does not fit in its bucket is left out, least telling first; a sequence that is not there is found by
chance with a probability of 4 / 65,536 (the idea of storing fingerprints: Talbot and Osborne 2007, "Smoothed Bloom
filter language models"). Values are *associations*: log10 of how much likelier a word is after the words before it
than by itself, which unlike plain probability does not punish rare words (cf. the SLOR of Pauls and Klein 2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.words import pair_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOTS = 4
SCALE = 32.0  # steps per power of ten
OFFSET = 96  # the value that stands for an association of 0
_FINGERPRINT = np.uint64(48)


@dataclass(frozen=True, slots=True)
class Table:
    """``prints`` (buckets, SLOTS) uint16, 0 for an empty slot; ``values`` (buckets, SLOTS) uint8."""

    prints: NDArray[np.uint16]
    values: NDArray[np.uint8]

    def look_up(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which keys are in the table, and the associations of those that are (0 elsewhere)."""
        bucket = (keys & np.uint64(len(self.prints) - 1)).astype(np.int64)
        same = self.prints[bucket] == fingerprints(keys)[:, None]
        found = same.any(1)
        value = self.values[bucket, same.argmax(1)].astype(np.float32)
        return found, np.where(found, (value - OFFSET) / np.float32(SCALE), np.float32(0))


def fingerprints(keys: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The upper 16 bits, never 0."""
    return np.maximum((keys >> _FINGERPRINT).astype(np.uint16), np.uint16(1))


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Tables of the words the model knows (value: log10 probability + 4) and of pairs of words in a row."""

    vocabulary: Table
    pairs: Table

    def associations(
        self, words: NDArray[np.uint64], known: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float32]]:
        """For every word and the one before it: are both known, is the pair attested, how strong is the association?

        ``words`` are word hashes, ``known`` says which the vocabulary has. The first word has nothing before it.
        """
        judged, attested = np.zeros(len(words), bool), np.zeros(len(words), bool)
        value = np.zeros(len(words), np.float32)
        if len(words) > 1:
            judged[1:] = known[1:] & known[:-1]
            attested[1:], value[1:] = self.pairs.look_up(pair_hash(words[:-1], words[1:]))
        attested &= judged
        return judged, attested, np.where(attested, value, np.float32(0))
