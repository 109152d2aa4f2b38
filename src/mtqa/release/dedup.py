"""Near duplicates: MinHash finds pairs that may be alike, their shingles decide.

A text's shingles are its runs of five words, case folded. Articles whose sets of shingles have a Jaccard similarity of
at least the threshold belong together, and so do those that others join; a cluster is named after its smallest id.
MinHash (Broder 1997) with 128 permutations in 32 bands of 4 only proposes pairs: at a similarity of 0.8 it misses one
in ten million, and what it proposes wrongly is discarded. Nothing depends on the order of the articles.

Bands lie on the disk, 256 bytes an article, and are looked at one at a time: 16 bytes an article are in memory, and
less where there are more than ``MOST`` articles, for then a band is read in several parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mtqa.release.libraries import library
from mtqa.segment import WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.release.record import Record

PERMUTATIONS = 128
BANDS = 32
SHINGLE = 5
MOST = 16_000_000
_SEED = 20261121
_ORDER = ("publish", "repair", "retranslate", "drop")
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_REMEMBERED = 1_000_000


def shingles(text: str) -> set[str]:
    """Runs of five words, case folded; one run of all words when there are fewer. Empty without words."""
    words = WORD.findall(text.casefold())
    if not words:
        return set()
    if len(words) < SHINGLE:
        return {" ".join(words)}
    return set(map(" ".join, zip(*(words[start:] for start in range(SHINGLE)), strict=False)))


def signature_of(text: str) -> list[int]:
    """128 32-bit minima of the text's shingles; empty without words."""
    runs = shingles(text)
    if not runs:
        return []
    sketch = library("rensa").RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update(list(runs))
    return list(sketch.digest())


def bands_of(signatures: Sequence[Sequence[int]]) -> Any:
    """The bands of some articles, one row of hashes a band: an array of 64-bit integers, ``BANDS`` by articles.

    Articles alike in a band have the same hash there; unlike ones may, once in 10^19 pairs.
    """
    numpy = library("numpy")
    values = numpy.asarray(signatures, dtype=numpy.uint64).reshape(len(signatures), BANDS, -1)
    hashes = numpy.zeros(values.shape[:2], dtype=numpy.uint64)
    with numpy.errstate(over="ignore"):
        for place in range(values.shape[2]):
            hashes = (hashes ^ values[:, :, place]) * numpy.uint64(_MIX[place % len(_MIX)])
            hashes ^= hashes >> numpy.uint64(29)
    return numpy.ascontiguousarray(hashes.T)


def clusters(
    bands: Callable[[int], Iterable[tuple[Any, Any]]],
    runs_of: Callable[[int], set[str]],
    threshold: float,
    articles: int,
) -> dict[int, int]:
    """For the number of each article that has near duplicates, that of its cluster's representative.

    ``bands(n)`` gives band ``n`` in parts, ``(numbers of articles, their hashes)``; ``runs_of`` the shingles of one.
    """
    join = _Union()
    remembered = lru_cache(maxsize=512)(runs_of)
    refused: set[tuple[int, int]] = set()
    for group in _candidates(bands, articles):
        for index, one in enumerate(group):
            for other in group[index + 1 :]:
                if (one, other) in refused or join.root(one) == join.root(other):
                    continue
                if _jaccard(remembered(one), remembered(other)) >= threshold:
                    join.join(one, other)
                elif len(refused) < _REMEMBERED:
                    refused.add((one, other))
    return join.groups()


def _candidates(bands: Callable[[int], Iterable[tuple[Any, Any]]], articles: int) -> Iterator[list[int]]:
    """Groups of articles that share a band, sorted; the same group may come several times."""
    numpy = library("numpy")
    parts = -(-articles // MOST)
    for band in range(BANDS):
        for part in range(parts):
            numbers, hashes = [], []
            for some, values in bands(band):
                chosen = values % numpy.uint64(parts) == part if parts > 1 else slice(None)
                numbers.append(some[chosen])
                hashes.append(values[chosen])
            if numbers:
                yield from _groups(numpy.concatenate(numbers), numpy.concatenate(hashes))


def _groups(numbers: Any, hashes: Any) -> Iterator[list[int]]:
    numpy = library("numpy")
    order = numpy.argsort(hashes, kind="stable")
    ordered = hashes[order]
    same = ordered[1:] == ordered[:-1]
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], same, [False])).astype(numpy.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        yield sorted(numbers[order[start : end + 1]].tolist())


class _Union:
    """Disjoint sets of numbers, each known by its smallest."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def root(self, one: int) -> int:
        parent = self._parent
        while (above := parent.get(one, one)) != one:
            parent[one] = one = parent.get(above, above)
        return one

    def join(self, one: int, other: int) -> None:
        first, second = self.root(one), self.root(other)
        self._parent[max(first, second)] = min(first, second)
        self._parent.setdefault(min(first, second), min(first, second))

    def groups(self) -> dict[int, int]:
        return {one: self.root(one) for one in sorted(self._parent)}


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def keep_first(record: Record) -> tuple[object, ...]:
    """Sort key of the written rule by which one article of a cluster stays: the smallest.

    The better verdict; then the lower MQM score; then the more words; then the smaller id.
    """
    return (_ORDER.index(record.verdict), record.score.value, -record.words, record.id)
