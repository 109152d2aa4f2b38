"""Words of a whole text at once, as numpy arrays: where they are, what they are, how they are written.

A word is a run of letters and figures; apostrophes and full stops inside it belong to it. It is known by a
64-bit hash of its lower-case letters, so that nothing has to be cut out of the text to be looked up. The hash is
polynomial: with prefix sums every word costs two look-ups, however many there are (Karp and Rabin 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BASE = 0x9E3779B97F4A7C15  # odd, so that it can be divided by modulo 2**64
_MASK = (1 << 64) - 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_TABLE = 0x3000  # code points with a table of their own; those above are letters, as far as words go

LETTER, FIGURE, UPPER, JOINER = 1, 2, 4, 8
COMMA, STOP, HYPHEN, QUOTE, COLON = 1, 2, 4, 8, 16  # what may follow a word
_FOLLOWING = {COMMA: ",", STOP: ".!?", HYPHEN: "-", QUOTE: "\"”“’')(", COLON: ":;"}


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a text: ``start`` and ``end`` offsets in code points, ``hash``, and bit flags.

    ``flags`` has UPPER where the first letter is a capital, FIGURE where there is a digit; ``shout`` is True for a word
    of capitals only; ``after`` says what mark follows the word directly (COMMA, STOP, ..., 0 for anything else).
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    hash: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    shout: NDArray[np.bool_]
    after: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.start)


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.uint8]]:
    """Kind and lower-case form of every code point of the table, and its kind as a mark after a word."""
    kinds = np.zeros(_TABLE + 1, np.uint8)
    lower = np.arange(_TABLE + 1, dtype=np.uint32)
    for point in range(_TABLE):
        character = chr(point)
        if character.isalpha():
            kinds[point] = LETTER | (UPPER if character.isupper() else 0)
        elif character.isdigit():
            kinds[point] = FIGURE
        folded = character.lower()
        lower[point] = ord(folded) if len(folded) == 1 else point
    for character in "'’.":
        kinds[ord(character)] = JOINER
    following = np.zeros(_TABLE + 1, np.uint8)
    for kind, marks in _FOLLOWING.items():
        for mark in marks:
            following[ord(mark)] = kind
    lower[ord("’")] = ord("'")
    kinds[_TABLE] = LETTER
    return kinds, lower, following


@cache
def _powers(exponent: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first 2**exponent powers of the base, and of its inverse."""
    size = 1 << exponent
    forward, backward = np.ones(size, np.uint64), np.ones(size, np.uint64)
    filled = 1
    while filled < size:
        for array, base in ((forward, _BASE), (backward, _INVERSE)):
            array[filled : 2 * filled] = array[:filled] * np.uint64(pow(base, filled, 1 << 64))
        filled *= 2
    return forward, backward


def words_of(text: str) -> Words:
    """The words of ``text``, in order."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    table, lower, following = _tables()
    near = np.minimum(points, _TABLE)
    kinds = table[near]
    inside = (kinds & (LETTER | FIGURE)) != 0
    joins = np.zeros_like(inside)
    if len(inside) > 2:
        joins[1:-1] = ((kinds[1:-1] & JOINER) != 0) & inside[:-2] & inside[2:]
    edges = np.flatnonzero(np.diff((inside | joins).view(np.int8), prepend=0, append=0))
    start, end = edges[::2], edges[1::2]
    if not len(start):
        none = np.zeros(0, np.int64)
        nothing = np.zeros(0, np.uint8)
        return Words(none, none, np.zeros(0, np.uint64), nothing, np.zeros(0, np.bool_), nothing)
    forward, backward = _powers(max(10, (len(points)).bit_length()))
    letters = np.where(near < _TABLE, lower[near], points).astype(np.uint64) + np.uint64(1)
    sums = np.zeros(len(points) + 1, np.uint64)
    np.cumsum(letters * forward[: len(points)], out=sums[1:])
    digest = _mixed((sums[end] - sums[start]) * backward[start])
    bounds = np.append(kinds, np.uint8(0))  # `reduceat` takes no edge at the very end
    any_of, all_of = np.bitwise_or.reduceat(bounds, edges)[::2], np.bitwise_and.reduceat(bounds, edges)[::2]
    shout = ((all_of & UPPER) != 0) & (end - start > 1)
    after = np.append(following[near], np.uint8(0))[end]
    flags = ((any_of & FIGURE) | (kinds[start] & UPPER)).astype(np.uint8)
    return Words(start, end, digest, flags, shout, after)


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """All bits of a hash made to depend on all others (the finaliser of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def pair_hash(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hash of two words in a row."""
    return _mixed(first * _PAIR + second)
