"""Counting in bounded memory is exact, and the order of what is counted does not matter."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mtqa import tally
from mtqa.tally import Tally

KEYS = st.lists(st.integers(1, 40) | st.integers(2**63, 2**64 - 1), max_size=30)


def counted(parts: list[list[int]], most: int, least: int = 2) -> dict[int, int]:
    found = Tally(most)
    for part in parts:
        found.add(part)
    return found.recurring(least)


@given(st.lists(KEYS, max_size=12), st.integers(1, 60), st.integers(1, 4))
def test_counts_are_exact_down_to_some_count(parts: list[list[int]], most: int, least: int) -> None:
    every = Counter(key for part in parts for key in part)
    found = counted(parts, most, least)
    assert len(found) <= most
    assert all(every[key] == count >= least for key, count in found.items())
    left_out = [count for key, count in every.items() if count >= least and key not in found]
    if left_out:  # only for want of room, and then nothing as frequent is kept
        assert sum(count >= max(left_out) for count in every.values()) > most
        assert min(found.values(), default=max(left_out) + 1) > max(left_out)


@given(st.lists(KEYS, max_size=8), st.randoms(use_true_random=False), st.integers(1, 30))
def test_the_order_does_not_matter(parts: list[list[int]], random: object, most: int) -> None:
    before = counted(parts, most)
    random.shuffle(parts)  # type: ignore[attr-defined]
    assert counted(parts, most) == before
    assert list(before) == sorted(before)


def test_more_runs_than_may_be_open_are_joined() -> None:
    parts = [[n, n + 1] for n in range(3 * tally.MOST_RUNS)]
    expected = dict.fromkeys(range(1, 3 * tally.MOST_RUNS), 2)
    found = Tally(1)
    for part in parts:
        found.add(part)
        assert len(found._runs) <= tally.MOST_RUNS
    assert {key for key, count in found._merged() if count > 1} == set(expected)
    assert counted(parts, 1_000) == expected
