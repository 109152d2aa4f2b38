"""Exact counts of very many keys in bounded memory: what does not fit goes onto the disk, sorted, and is added up last.

This is counting by external merge sort (Knuth, The Art of Computer Programming 3, section 5.4). Unlike a sketch it
neither over- nor under-counts, and unlike Misra-Gries and its kin the result does not depend on the order of what was
added.
"""

from __future__ import annotations

from array import array
from collections import Counter
from heapq import merge
from itertools import groupby
from operator import itemgetter
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 300_000  # keys in memory, some 40 MB
MOST_RUNS = 64
_BLOCK = 8_192  # keys read at once from each run


class Tally:
    """Counts 64-bit keys; holds at most ``most`` of them in memory, and as many in its result."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._counts: Counter[int] = Counter()
        self._runs: list[BinaryIO] = []

    def add(self, keys: Iterable[int] | dict[int, int]) -> None:
        """Count each key once, or as often as a mapping says."""
        self._counts.update(keys)
        if len(self._counts) > self._most:
            self._spill()

    def recurring(self, least: int = 2) -> dict[int, int]:
        """Keys counted at least ``least`` times, in order of key; the tally is empty afterwards.

        Where more than ``most`` keys are, those counted most often stay: all down to some count, and none below it.
        """
        kept: dict[int, int] = {}
        for key, count in self._merged():
            if count >= least:
                kept[key] = count
                while len(kept) > self._most:
                    least += 1
                    kept = {key: count for key, count in kept.items() if count >= least}
        self._counts.clear()
        self._close()
        return kept

    def _merged(self) -> Iterator[tuple[int, int]]:
        runs = [*map(_read, self._runs), self._sorted()]
        for key, group in groupby(merge(*runs), itemgetter(0)):
            yield key, sum(count for _, count in group)

    def _sorted(self) -> Iterator[tuple[int, int]]:
        return ((key, self._counts[key]) for key in sorted(self._counts))

    def _spill(self) -> None:
        run = _write(self._sorted())
        self._counts.clear()
        self._runs.append(run)
        if len(self._runs) >= MOST_RUNS:  # not more open files than a process may have
            together = _write(self._merged())
            self._close()
            self._runs.append(together)

    def _close(self) -> None:
        for run in self._runs:
            run.close()
        self._runs = []


def _write(pairs: Iterable[tuple[int, int]]) -> BinaryIO:
    stream = TemporaryFile()  # noqa: SIM115 - lives as long as the tally
    block = array("Q")
    for pair in pairs:
        block.extend(pair)
        if len(block) >= 2 * _BLOCK:
            stream.write(block.tobytes())
            del block[:]
    stream.write(block.tobytes())
    return stream


def _read(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    stream.seek(0)
    while data := stream.read(16 * _BLOCK):
        block = array("Q", data)
        yield from zip(block[0::2], block[1::2], strict=True)
