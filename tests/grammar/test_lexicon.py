"""The remembered table of word frequencies says what wordfreq says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import wordfreq

from mtqa.grammar import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing remembered, in a cache folder of its own."""
    monkeypatch.setenv("MTQA_CACHE_DIR", str(tmp_path / "cache"))
    lexicon.counted.cache_clear()
    yield tmp_path / "cache"
    lexicon.counted.cache_clear()


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
    assert list(again.items()) == list(first.items())
    assert file.read_bytes() == written


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
