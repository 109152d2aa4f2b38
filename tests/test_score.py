"""The interval holds what it says; harsh verdicts need evidence."""

from __future__ import annotations

import random

import pytest

from mtqa.score import Score, interval, score, verdict
from mtqa.settings import Release


def test_a_clean_text_has_an_interval_that_shrinks_with_its_length() -> None:
    short, long = score([], 100), score([], 10_000)
    assert (short.value, short.low) == (0, 0)
    assert short.high == pytest.approx(100 * long.high, rel=0.01)


def test_without_words_there_is_no_rate() -> None:
    assert score([5, 1], 0) == Score(penalty=6)


@pytest.mark.parametrize("penalties", [[1], [25], [1, 1, 5], [25, 25, 1], [5] * 40])
def test_the_interval_holds_the_sum(penalties: list[int]) -> None:
    low, high = interval(penalties)
    assert 0 < low < sum(penalties) < high


def test_one_event_is_nearly_exact() -> None:
    # For one event of weight 1 the exact Poisson interval begins at 0.0253, and 40 events span 28.58 to 54.47.
    assert interval([1])[0] == pytest.approx(0.0253, abs=0.02)
    low, high = interval([5] * 40)
    assert low / 5 == pytest.approx(28.58, abs=0.05)
    assert high / 5 == pytest.approx(54.47, abs=0.05)


@pytest.mark.parametrize("expected", [0.5, 3, 12, 60])
def test_it_covers_the_truth_and_never_starts_above_it(expected: float) -> None:
    """Faulty sentences come by a Poisson process and weigh as they do in the seeds: mostly 1, sometimes 25."""
    draw = random.Random(20261121)
    marks = [1] * 60 + [2] * 15 + [5] * 15 + [7] * 8 + [25] * 2
    truth = expected * sum(marks) / len(marks)
    held = above = 0
    for _ in range(2000):
        count, at = 0, draw.expovariate(1)
        while at < expected:
            count, at = count + 1, at + draw.expovariate(1)
        low, high = interval(draw.choices(marks, k=count))
        held += low <= truth <= high
        above += truth < low
    assert held / 2000 >= 0.93
    assert above / 2000 <= 0.025


def test_a_short_bad_text_is_not_dropped_on_one_finding() -> None:
    settings = Release()
    assert score([25], 40).value > settings.drop
    assert verdict(score([25], 40), settings) == "repair"
    assert verdict(score([25] * 40, 1600), settings) == "drop"
    assert verdict(score([5] * 100, 1600), settings) == "retranslate"


def test_the_thresholds_belong_to_publish_and_not_to_drop() -> None:
    settings = Release(publish=10, retranslate=20, drop=30)
    assert verdict(Score(value=10, low=30), settings) == "retranslate"
    assert verdict(Score(value=10, low=20), settings) == "publish"
    assert verdict(Score(value=10.01, low=20), settings) == "repair"
    assert verdict(Score(value=10, low=30.01), settings) == "drop"
