"""Near duplicates: MinHash finds pairs that may be alike, their shingles decide.

A text's shingles are its runs of five words, case folded. Articles whose sets of shingles have a Jaccard similarity of
at least the threshold belong together, and so do those that others join; a cluster is named after its smallest id.
MinHash (Broder 1997) with 128 permutations in 32 bands of 4 only proposes pairs: at a similarity of 0.8 it misses one
in ten million, and what it proposes wrongly is discarded. Nothing depends on the order of the articles.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from typing import TYPE_CHECKING

from mtqa.release.libraries import library
from mtqa.segment import WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mtqa.release.record import Record

PERMUTATIONS = 128
SHINGLE = 5
_BAND = 16  # bytes: 4 values of 4 bytes
_SEED = 20261121
_ORDER = ("publish", "repair", "retranslate", "drop")


def shingles(text: str) -> set[str]:
    """Runs of five words, case folded; one run of all words when there are fewer. Empty without words."""
    words = [word.casefold() for word in WORD.findall(text)]
    if not words:
        return set()
    return {" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}


def signature_of(text: str) -> bytes:
    """128 little-endian 32-bit minima of the text's shingles; empty without words."""
    runs = shingles(text)
    if not runs:
        return b""
    sketch = library("rensa").RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update(sorted(runs))
    return struct.pack(f"<{PERMUTATIONS}I", *sketch.digest())


def clusters(
    signatures: Iterable[tuple[str, bytes]], texts: Callable[[Sequence[str]], Mapping[str, str]], threshold: float
) -> dict[str, str]:
    """For each id that has near duplicates, the smallest id of its cluster.

    ``signatures`` are ``(id, signature)``; ``texts`` gives the texts of the ids asked for.
    """
    groups = _candidates(signatures)
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = name = parent[parent[name]]
        return name

    for group in groups:
        runs = {name: shingles(text) for name, text in texts(group).items()}
        for index, one in enumerate(group):
            for other in group[index + 1 :]:
                first, second = root(one), root(other)
                if first != second and _jaccard(runs[one], runs[other]) >= threshold:
                    parent[max(first, second)] = min(first, second)
    sizes: dict[str, int] = defaultdict(int)
    for name in parent:
        sizes[root(name)] += 1
    return {name: root(name) for name in sorted(parent) if sizes[root(name)] > 1}


def _candidates(signatures: Iterable[tuple[str, bytes]]) -> list[list[str]]:
    """Groups of ids that share a band, each group once, in a stable order."""
    buckets: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for name, signed in signatures:
        for start in range(0, len(signed), _BAND):
            buckets[start, signed[start : start + _BAND]].append(name)
    return [list(group) for group in sorted({tuple(sorted(names)) for names in buckets.values() if len(names) > 1})]


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def keep_first(record: Record) -> tuple[object, ...]:
    """Sort key of the written rule by which one article of a cluster stays: the smallest.

    The better verdict; then the lower MQM score; then the more words; then the smaller id.
    """
    return (_ORDER.index(record.verdict), record.score.value, -record.words, record.id)
