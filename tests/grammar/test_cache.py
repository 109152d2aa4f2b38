from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mtqa.grammar import EngineError, cache
from mtqa.grammar.cache import Cache

if TYPE_CHECKING:
    from pathlib import Path


def test_answers_are_kept_by_text_and_version(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "grammar.sqlite"
    Cache(file, "1").put([("a", [[1, 2, "x"]]), ("b", [])])
    assert Cache(file, "1").get("a") == [[1, 2, "x"]]
    assert Cache(file, "1").get("b") == []
    assert Cache(file, "1").get("c") is None
    assert Cache(file, "2").get("a") is None


def test_the_oldest_answers_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 3)
    kept = Cache(tmp_path / "c", "1")
    for text in "abcde":
        kept.put([(text, 1)])
    assert [text for text in "abcde" if kept.get(text)] == ["c", "d", "e"]


def test_a_damaged_cache_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "c"
    file.write_bytes(b"no database" * 500)
    with pytest.raises(EngineError, match="delete it"):
        Cache(file, "1")


def test_several_writers_do_not_hinder_each_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        own = Cache(tmp_path / "c", "1")
        for n in range(20):
            own.put([(f"{number} {n}", n)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert all(Cache(tmp_path / "c", "1").get(f"{a} {n}") == n for a in range(4) for n in range(20))
