"""The remembered table of word frequencies says what wordfreq says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import wordfreq
from hypothesis import given
from hypothesis import strategies as st

from mtqa.grammar import lexicon
from mtqa.grammar.frequencies import Frequencies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing remembered, in a cache folder of its own."""
    monkeypatch.setenv("MTQA_CACHE_DIR", str(tmp_path / "cache"))
    _forget()
    yield tmp_path / "cache"
    _forget()


def _forget() -> None:
    for remembered in (lexicon.counted, lexicon.usual, lexicon.words):
        remembered.cache_clear()


def test_zipf_values_are_those_of_wordfreq() -> None:
    words = list(lexicon.counted())[::97]
    assert len(words) > 3000
    assert [(w, lexicon.zipf(w)) for w in words] == [(w, wordfreq.zipf_frequency(w, "en")) for w in words]


@pytest.mark.parametrize("word", ["Union", "zqxv", "trade-union", "worker's", "2023", "naïve", "the", ""])
def test_any_word(word: str) -> None:
    assert lexicon.zipf(word) == wordfreq.zipf_frequency(word, "en")


def test_usual_words_are_the_small_list() -> None:
    assert lexicon.usual() == frozenset(wordfreq.get_frequency_dict("en", "small"))


def test_it_is_remembered_as_it_was(forgotten: Path) -> None:
    first = lexicon.counted()
    (file,) = forgotten.glob("counted-*.msgpack")
    written = file.read_bytes()
    lexicon.counted.cache_clear()
    again = lexicon.counted()
    assert again == first
    assert list(again.common.items()) == list(first.common.items())
    assert file.read_bytes() == written


def test_common_words_come_in_order_of_their_frequency() -> None:
    common = lexicon.counted().common
    assert list(common)[:3] == ["the", "to", "and"]
    assert list(common.values()) == sorted(common.values(), reverse=True)
    assert all(lexicon.counted()[word] == value for word, value in common.items())


@pytest.mark.parametrize("damage", ["", "no\n-- end -", "no\nend"])
def test_correct_words_are_remembered_whole_or_not_at_all(forgotten: Path, damage: str) -> None:
    first = lexicon.words()
    (file,) = forgotten.glob("words-*.txt")
    _forget()
    assert lexicon.words() == first
    file.write_text(damage)
    _forget()
    assert lexicon.words() == first


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 900)), st.text(max_size=8))
def test_a_table_finds_what_it_holds_and_nothing_else(table: dict[str, int], other: str) -> None:
    values = {word: number / 100 for word, number in table.items()}
    found = Frequencies.read(Frequencies.of(values).written())
    assert dict(found) == values
    assert found.get(other) == values.get(other)
    assert (other in found) == (other in values)


def test_a_damaged_file_is_made_anew(forgotten: Path) -> None:
    lexicon.counted()
    (file,) = forgotten.glob("counted-*.msgpack")
    file.write_bytes(file.read_bytes()[:1000])
    lexicon.counted.cache_clear()
    assert lexicon.counted()["the"] == wordfreq.zipf_frequency("the", "en")
    assert len(file.read_bytes()) > 1000


def test_without_a_cache_folder_it_works_all_the_same(forgotten: Path) -> None:
    forgotten.write_text("a file where the folder should be")
    assert lexicon.counted()["the"] > 7
