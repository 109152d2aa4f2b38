"""Words as arrays are the same words as cut out one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mtqa.garble.words import COMMA, FIGURE, STOP, UPPER, pair_hash, words_of

TEXT = st.text(st.sampled_from("abzABZéÉßж中 \n\t.,'’-!?“”(1２)😀\u0301\u2028"), max_size=60)


def plain(text: str) -> list[tuple[int, int]]:
    """The definition of a word, spelled out character by character."""
    inside = [c.isalpha() or c.isdigit() or ord(c) >= 0x3000 for c in text]
    joined = [
        inside[i] or (c in "'’." and 0 < i < len(text) - 1 and inside[i - 1] and inside[i + 1])
        for i, c in enumerate(text)
    ]
    found, start = [], None
    for i, flag in enumerate([*joined, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            found.append((start, i))
            start = None
    return found


@given(TEXT)
def test_words_are_where_they_are(text: str) -> None:
    words = words_of(text)
    assert list(zip(words.start.tolist(), words.end.tolist(), strict=True)) == plain(text)


@given(TEXT, TEXT)
def test_a_hash_depends_on_the_word_alone(before: str, after: str) -> None:
    alone = words_of("Solidarity's").hash[0]
    words = words_of(f"{before} solidarity’s {after}")
    at = words.start.tolist().index(len(before) + 1)
    assert words.hash[at] == alone


@given(TEXT)
def test_flags_and_what_follows(text: str) -> None:
    words = words_of(text)
    for i, (start, end) in enumerate(plain(text)):
        word = text[start:end]
        assert bool(words.flags[i] & UPPER) == word[0].isupper()
        assert bool(words.flags[i] & FIGURE) == any(c.isdigit() and ord(c) < 0x3000 for c in word)
        assert words.shout[i] == (len(word) > 1 and all(c.isupper() for c in word))
        following = text[end] if end < len(text) else " "
        assert (words.after[i] == STOP) == (following in ".!?")
        assert (words.after[i] == COMMA) == (following == ",")


def test_a_long_text_has_the_same_hashes_as_its_parts() -> None:
    part = "The union met in Hunan; 300 workers came. "
    once, often = words_of(part), words_of(part * 500)
    assert np.array_equal(np.tile(once.hash, 500), often.hash)


def test_order_counts_in_a_pair() -> None:
    one, two = words_of("trade union").hash
    assert pair_hash(np.array([one]), np.array([two]))[0] != pair_hash(np.array([two]), np.array([one]))[0]


def test_nothing() -> None:
    assert len(words_of("")) == 0
    assert len(words_of(" .\n")) == 0
