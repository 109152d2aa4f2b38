from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from mtqa.grammar import cache
from mtqa.grammar.cache import Cache

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_answers_are_kept_by_text_and_version(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "grammar.sqlite"
    Cache(file, "1").put({"a": [[1, 2, "x"]], "b": [], "\ud800": [3]})
    assert Cache(file, "1").get(["a", "b", "c", "\ud800"]) == {"a": [[1, 2, "x"]], "b": [], "\ud800": [3]}
    assert Cache(file, "2").get(["a"]) == {}


def test_without_a_file_nothing_is_remembered() -> None:
    nothing = Cache(None, "1")
    nothing.put({"a": 1})
    assert nothing.get(["a"]) == {}


def test_the_oldest_answers_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 3)
    kept = Cache(tmp_path / "c", "1")
    for text in "abcde":
        kept.put({text: 1})
    assert sorted(kept.get("abcde")) == ["c", "d", "e"]


def test_more_texts_than_one_question_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_AT_ONCE", 7)
    kept = Cache(tmp_path / "c", "1")
    kept.put({str(n): n for n in range(50)})
    assert kept.get(str(n) for n in range(60)) == {str(n): n for n in range(50)}


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "c"
    file.write_bytes(b"no database" * 500)
    kept = Cache(file, "1")
    kept.put({"a": 1})
    assert Cache(file, "1").get(["a"]) == {"a": 1}


def test_a_file_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Cache(tmp_path / "file" / "c", "1")
    kept.put({"a": 1})
    assert kept.get(["a"]) == {}


def test_several_writers_do_not_hinder_each_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        own = Cache(tmp_path / "c", "1")
        for n in range(20):
            own.put({f"{number} {n}": n})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    asked = [f"{a} {n}" for a in range(4) for n in range(20)]
    assert set(Cache(tmp_path / "c", "1").get(asked)) == set(asked)


def test_a_process_that_was_forked_opens_the_file_for_itself(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "c", "1")
    kept.put({"before": 1})

    def forked() -> None:
        kept.put({"in the fork": 2})
        os._exit(kept._process == os.getpid())

    process = get_context("fork").Process(target=forked)
    process.start()
    process.join()
    assert process.exitcode == 1
    assert kept.get(["before", "in the fork"]) == {"before": 1, "in the fork": 2}
