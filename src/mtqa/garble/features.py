"""What can be counted in a sentence without understanding it: the input of the fast model.

Everything is computed for all sentences of a text at once. A feature is a share or a mean wherever it can be, so that
length does not decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.words import COMMA, FIGURE, HYPHEN, UPPER, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mtqa.garble.ngrams import Ngrams
    from mtqa.garble.words import Words

_COMMON, _TOP = 0.0, 1.3  # log10 probability + 4: one word in ten thousand; one in five hundred
UNATTESTED = -0.6  # the association reckoned for a pair of known words that the table does not have
_WINDOWS = (3, 6)

FEATURES = (
    "log_words",
    "attested",
    "association",
    "weakest_3",
    "weakest_6",
    "longest_gap",
    "common_gap",
    "content_gap",
    "rarity",
    "rarest",
    "unknown",
    "capitals",
    "figures",
    "shouts",
    "top_words",
    "letters",
    "longest",
    "commas",
    "hyphens",
    "repeats",
    "doubled",
    "first_capital",
    "full_stop",
    "top_runs",
    "content_runs",
)


@dataclass(frozen=True)
class Measured:
    """The words of a text, what the n-gram table says of each, and the features of its sentences.

    ``matrix`` (sentences, len(FEATURES)) float32; ``first`` and ``last`` word index of each sentence, half-open;
    ``strength`` (words,) the association of a word with the one before it, 0 where there is nothing to say.
    """

    words: Words
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    strength: NDArray[np.float32]
    matrix: NDArray[np.float32]


def measure(text: str, sentences: Sequence[tuple[int, int]], ngrams: Ngrams) -> Measured:
    """Features of the sentences at these offsets, in order; a sentence without words has a row of zeros."""
    words = words_of(text)
    bounds = np.asarray(sentences, np.int64).reshape(-1, 2)
    first = np.searchsorted(words.start, bounds[:, 0])
    last = np.maximum(np.searchsorted(words.start, bounds[:, 1]), first)
    matrix = np.zeros((len(bounds), len(FEATURES)), np.float32)
    known, likely = ngrams.vocabulary.look_up(words.hash)
    judged, attested, value = ngrams.associations(words.hash, known)
    opening = np.zeros(len(words) + 1, bool)
    opening[first] = True
    judged &= ~opening[:-1]
    attested &= judged
    strength = np.where(judged, np.where(attested, value, np.float32(UNATTESTED)), np.float32(0))
    full = np.flatnonzero(last > first)
    if len(full):
        per_word = _Words(words, known, likely, judged, attested, strength)
        matrix[full] = _rows(per_word, first[full], last[full])
    return Measured(words, first, last, strength, matrix)


@dataclass(frozen=True, slots=True)
class _Words:
    """Per word of the text: see :func:`measure`."""

    words: Words
    known: NDArray[np.bool_]
    likely: NDArray[np.float32]
    judged: NDArray[np.bool_]
    attested: NDArray[np.bool_]
    strength: NDArray[np.float32]


def _rows(w: _Words, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float32]:
    """The features of sentences that have words."""
    size = (last - first).astype(np.float32)
    gap = w.judged & ~w.attested
    common = w.known & (w.likely > _COMMON)
    top = w.known & (w.likely > _TOP)
    capital = (w.words.flags & UPPER) != 0
    figure = (w.words.flags & FIGURE) != 0
    content = w.known & ~top & ~capital & ~figure
    lengths = (w.words.end - w.words.start).astype(np.float32)
    again, doubled = _repeated(w.words.hash, first, content)
    rare = np.where(w.known & ~capital, np.float32(3) - w.likely, np.float32(0))
    counted = (
        *(
            w.judged,
            w.attested,
            w.strength,
            gap & _both(common),
            gap & _both(content),
            rare,
            ~w.known & ~capital & ~figure,
        ),
        *(
            capital,
            figure,
            w.words.shout,
            top,
            lengths,
            w.words.after == COMMA,
            w.words.after == HYPHEN,
            again,
            doubled,
        ),
        content,
    )
    total = _reduced(np.add, counted, first, last)
    (
        judged,
        attested,
        strength,
        odd,
        odd_content,
        rarity,
        unknown,
        capitals,
        figures,
        shouts,
        tops,
        letters,
        commas,
    ) = total[:13]
    hyphens, repeats, doubles, contents = total[13:]
    highest = (
        *(-_window(w.strength, first, width) for width in _WINDOWS),
        _runs(gap, first),
        rare,
        lengths,
        _runs(top, first),
        _runs(content, first),
    )
    weak_3, weak_6, longest_gap, rarest, longest, top_runs, content_runs = _reduced(np.maximum, highest, first, last)
    pairs = np.maximum(judged, 1)
    columns = (
        *(
            np.log(size),
            attested / pairs,
            strength / pairs,
            -weak_3,
            -weak_6,
            longest_gap,
            odd / pairs,
            odd_content / pairs,
        ),
        *(rarity / size, rarest, unknown / size, (capitals - capital[first]) / size, figures / size, shouts / size),
        *(tops / size, letters / size, longest, commas / size, hyphens / size, repeats / np.maximum(contents, 1)),
        *(doubles / size, capital[first], w.words.after[last - 1] != 0, top_runs, content_runs),
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], 1)


def _reduced(
    what: np.ufunc, columns: Sequence[NDArray[np.generic]], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The sum or the maximum of each column over each sentence, (columns, sentences)."""
    values = np.zeros(
        (len(columns), len(columns[0]) + 1), np.float32
    )  # one more, for `reduceat` takes no edge at the end
    for row, column in zip(values, columns, strict=True):
        row[:-1] = column
    bounds = np.stack([first, last], 1).ravel()
    found: NDArray[np.float32] = what.reduceat(values, bounds, axis=1)[:, ::2]
    return found


def _both(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True where a word and the one before it have the flag."""
    result = flags.copy()
    result[1:] &= flags[:-1]
    return result


def _window(values: NDArray[np.float32], first: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    """At each word the mean of ``values`` over it and the ``width`` - 1 words before it, never across ``first``."""
    sums = np.zeros(len(values) + 1, np.float64)
    np.cumsum(values, out=sums[1:])
    end = np.arange(1, len(values) + 1)
    begin = np.zeros(len(values) + 1, np.int64)
    begin[first] = first
    begin = np.maximum.accumulate(begin)[: len(values)]
    return ((sums[end] - sums[np.maximum(end - width, begin)]) / width).astype(np.float32)


def _runs(flags: NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.float32]:
    """At each place the number of True in a row up to it, never across ``first``."""
    position = np.arange(1, len(flags) + 1)
    reset = np.where(flags, 0, position)
    reset[first] = np.maximum(reset[first], first)
    return (position - np.maximum.accumulate(reset)).astype(np.float32)


def _repeated(
    hashes: NDArray[np.uint64], first: NDArray[np.int64], content: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Content words that their sentence has said before, and words that stand twice in a row."""
    sentence = np.zeros(len(hashes) + 1, np.uint64)
    sentence[first] = 1
    key = hashes ^ (np.cumsum(sentence)[:-1] * np.uint64(0x9E3779B97F4A7C15))
    order = np.argsort(key, kind="stable")
    same = np.zeros(len(hashes), bool)
    same[order[1:]] = key[order[1:]] == key[order[:-1]]
    doubled = np.zeros(len(hashes), bool)
    doubled[1:] = hashes[1:] == hashes[:-1]
    doubled[first] = False
    return same & content, doubled


def sentence_matrix(texts: Sequence[str], ngrams: Ngrams) -> NDArray[np.float32]:
    """Features of sentences that stand alone, (len(texts), len(FEATURES)); for training and measuring."""
    offsets, position = [], 0
    for text in texts:
        offsets.append((position, position + len(text)))
        position += len(text) + 1
    return measure("\n".join(texts), offsets, ngrams).matrix
