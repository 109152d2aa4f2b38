"""Sentences and words inside lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document
from mtqa.segment import WORD, count_words, normalised, sentence_at, sentences, sentences_of
from tests.strategies import lines, prose


@given(prose())
def test_sentences_cover_all_but_white_space(text: str) -> None:
    document = Document.from_text(text)
    spans = sentences(document)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {offset for span in spans for offset in range(span.start, span.end)}
    assert all(char.isspace() for offset, char in enumerate(text) if offset not in covered)


@given(prose())
def test_sentences_stay_inside_lines_and_begin_and_end_with_ink(text: str) -> None:
    document = Document.from_text(text)
    for span in sentences(document):
        sentence = document.slice(span)
        assert sentence
        assert sentence == sentence.strip()
        assert "\n" not in sentence
        assert document.line_at(span.start).span.contains(span)


@given(prose())
def test_sentence_at_finds_each_sentence_from_any_offset(text: str) -> None:
    document = Document.from_text(text)
    for span in sentences(document):
        for offset in {span.start, (span.start + span.end) // 2, span.end - 1}:
            assert sentence_at(document, offset) == span


@given(prose())
def test_sentence_at_answers_everywhere(text: str) -> None:
    document = Document.from_text(text)
    for offset in range(0, len(text) + 1, 1 + len(text) // 50):
        found = sentence_at(document, offset)
        assert document.line_at(offset).span.contains(found)


@given(lines())
def test_sentences_do_not_depend_on_earlier_calls(line: str) -> None:
    first = sentences_of(line)
    sentences_of.cache_clear()
    assert sentences_of(line) == first


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        (" \t\u00a0", []),
        ("One. Two.", ["One.", "Two."]),
        ("  One.  Two.  ", ["One.", "Two."]),
        ("Huawei Co., Ltd. is here. Dr. Li agreed.", ["Huawei Co., Ltd. is here.", "Dr. Li agreed."]),
        ("😀 One. 𝔘 two.", ["😀 One.", "𝔘 two."]),
        ("No stop", ["No stop"]),
        ("“Is it?” he asked. Yes.", ["“Is it?” he asked.", "Yes."]),
        ("One\u2028two. Three", ["One\u2028two.", "Three"]),
    ],
)
def test_sentences_of(line: str, expected: list[str]) -> None:
    assert [line[start:end] for start, end in sentences_of(line)] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("… — !", 0),
        ("one", 1),
        ("well-known workers' e-mail", 3),
        ("it’s 3.5 percent", 3),
        ("two\u00a0words", 2),
        ("a_b", 2),
        ("Zoë naïve", 2),
    ],
)
def test_count_words(text: str, words: int) -> None:
    assert count_words(text) == words


@given(prose() | st.text(st.sampled_from("ab1é²_ -'’.\n—“x字"), max_size=16))
def test_words_are_counted_as_the_pattern_says(text: str) -> None:
    assert count_words(text) == len(WORD.findall(text))


@given(lines())
def test_normalised_folds_white_space_and_nothing_else(line: str) -> None:
    folded = normalised(line)
    assert folded == normalised(folded) == " ".join(line.split())
    assert normalised(line.replace(" ", " \t\u00a0")) == folded
