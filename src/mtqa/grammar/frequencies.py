"""A table of word frequencies that is searched where it lies in its file, for few runs ask for more than a few words.

The 300,000 words are one string of bytes in order of the alphabet; reading it takes seven milliseconds, where a
dictionary of as many strings takes a hundred. The common ones are asked for all together, and are a dictionary.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

COMMON = 3.0
"""The Zipf value above which a word is common: once per million words."""


class _Stored(msgspec.Struct, array_like=True, frozen=True):
    """Words in order of their bytes, where each starts, hundredths of Zipf values; and the common ones, as a table."""

    words: bytes
    starts: bytes
    values: bytes
    common: dict[str, float]


class Frequencies(Mapping[str, float]):
    """Zipf values by word; read-only. Iterates over the words in order of their bytes."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        self._starts = memoryview(stored.starts).cast("I")
        self._values = memoryview(stored.values).cast("H")
        if len(self._starts) != len(self._values) + 1 or (self._starts and self._starts[-1] != len(stored.words)):
            raise ValueError("parts of different tables")

    @classmethod
    def of(cls, table: Mapping[str, float]) -> Frequencies:
        """A table with at most two decimals."""
        encoded = sorted((word.encode(), value) for word, value in table.items())
        starts = array("I", [0])
        for word, _ in encoded:
            starts.append(starts[-1] + len(word))
        values = array("H", [round(value * 100) for _, value in encoded])
        common = sorted((-value, word) for word, value in table.items() if value > COMMON)
        ranked = {word: -value for value, word in common}
        return cls(_Stored(b"".join(word for word, _ in encoded), starts.tobytes(), values.tobytes(), ranked))

    @classmethod
    def read(cls, data: bytes) -> Frequencies:
        """What :meth:`written` gave; raises MsgspecError or ValueError where it is damaged."""
        return cls(msgspec.msgpack.decode(data, type=_Stored))

    def written(self) -> bytes:
        """The table for a file of this machine."""
        return msgspec.msgpack.encode(self._stored)

    @property
    def common(self) -> dict[str, float]:
        """The common words, most common first."""
        return self._stored.common

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return (self._word(index).decode() for index in range(len(self)))

    def __getitem__(self, word: str) -> float:
        index = self._place(word)
        if index is None:
            raise KeyError(word)
        return self._values[index] / 100

    def __contains__(self, word: Any) -> bool:
        return self._place(word) is not None

    def _place(self, word: str) -> int | None:
        encoded = word.encode(errors="surrogatepass")  # half a pair is in no table
        index = bisect_left(range(len(self)), encoded, key=self._word)
        return index if index < len(self) and self._word(index) == encoded else None

    def _word(self, index: int) -> bytes:
        return self._stored.words[self._starts[index] : self._starts[index + 1]]
