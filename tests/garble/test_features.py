"""Features of a sentence do not depend on its neighbours, and say what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.garble.features import FEATURES, measure
from mtqa.garble.store import load_fast, load_ngrams

WORDS = [
    *("The", "the", "union", "Union", "of", "workers", "met,", "in", "Hunan", "2023"),
    *("zxqv", "protest", "protest", "and", "held", "a", "meeting."),
]
SENTENCE = st.lists(
    st.sampled_from(WORDS),
    min_size=1,
    max_size=12,
).map(" ".join)


def offsets(texts: list[str]) -> list[tuple[int, int]]:
    found, position = [], 0
    for text in texts:
        found.append((position, position + len(text)))
        position += len(text) + 1
    return found


def feature(text: str, name: str) -> float:
    return float(measure(text, [(0, len(text))], load_ngrams()).matrix[0, FEATURES.index(name)])


@given(st.lists(SENTENCE, min_size=1, max_size=5))
def test_neighbours_do_not_count(texts: list[str]) -> None:
    together = measure("\n".join(texts), offsets(texts), load_ngrams()).matrix
    alone = np.concatenate([measure(text, [(0, len(text))], load_ngrams()).matrix for text in texts])
    assert np.allclose(together, alone, atol=1e-4)


@given(st.lists(SENTENCE, min_size=1, max_size=5))
def test_neither_do_they_for_the_model(texts: list[str]) -> None:
    model, ngrams = load_fast(), load_ngrams()
    together = model.scores("\n".join(texts), offsets(texts), ngrams).logits
    alone = [model.scores(text, [(0, len(text))], ngrams).logits[0] for text in texts]
    assert np.allclose(together, alone, atol=1e-3)


def test_a_text_longer_than_a_portion() -> None:
    sentence = "The union of the province held a meeting to honour the workers of the year."
    texts = [sentence] * 3000
    logits = load_fast().scores("\n".join(texts), offsets(texts), load_ngrams()).logits
    assert np.allclose(logits, logits[0], atol=1e-3)


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("attested", "The meeting was held in the city.", "The meeting held was city the in."),
        ("doubled", "They met the the workers there.", "They met the other workers there."),
        ("repeats", "Construction of the construction of construction began.", "Construction of the new road began."),
        ("shouts", "The UN and the ILO met.", "The two bodies met."),
        ("commas", "Workers, nurses, teachers, drivers met.", "Workers and nurses and teachers met."),
        ("figures", "In 2023 there were 300 of 900 places.", "In that year there were some places."),
        ("unknown", "They qxzzv the blortfen of it.", "They praised the courage of it."),
        (
            "content_gap",
            "Propaganda enthusiasm factory ideology blossom.",
            "The city council approved the annual budget.",
        ),
    ],
)
def test_what_features_say(name: str, more: str, less: str) -> None:
    assert feature(more, name) > feature(less, name)


def test_a_sentence_without_words_is_nothing() -> None:
    measured = measure("... \n!", [(0, 3), (5, 6)], load_ngrams())
    assert not measured.matrix.any()
    assert np.isneginf(load_fast().scores("... \n!", [(0, 3), (5, 6)], load_ngrams()).logits).all()
