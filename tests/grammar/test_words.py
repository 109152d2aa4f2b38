from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.errors import MtqaError
from mtqa.grammar.words import add_word, read_words

if TYPE_CHECKING:
    from pathlib import Path

WORDS = st.text("abcXYZéЖ", min_size=1, max_size=6)


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_the_list_is_made_and_kept_sorted(tmp_path: Path) -> None:
    file = tmp_path / "rules" / "words.txt"
    assert [add_word(file, word) for word in ("Wangge", "danwei", "Dayong", "hukou", "danwei", "DANWEI")] == [
        *(True, True, True, True),
        *(False, False),
    ]
    assert file.read_bytes() == b"danwei\nDayong\nhukou\nWangge\n"
    assert read_words(file) == {"danwei", "Dayong", "hukou", "Wangge"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# names\n\nzeta # why\n", b"# names\n\nmu\nzeta # why\n"),
        (b"alpha\n# the end\n", b"alpha\n# the end\nmu\n"),
        (b"alpha\r\nzeta\r\n", b"alpha\r\nmu\r\nzeta\r\n"),
        (b"alpha\r\nbeta", b"alpha\r\nbeta\r\nmu\r\n"),
        (b"alpha\nbeta", b"alpha\nbeta\nmu\n"),
        (b"", b"mu\n"),
    ],
)
def test_other_lines_stay_byte_for_byte(tmp_path: Path, before: bytes, after: bytes) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes(before)
    assert add_word(file, "mu")
    assert file.read_bytes() == after


@given(st.lists(WORDS, max_size=8), st.lists(st.sampled_from(["# a", "", "  x  # y", "b\r"]), max_size=5), WORDS)
def test_a_word_is_added_and_nothing_is_lost(words: list[str], lines: list[str], word: str) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "words.txt"
        before = "\n".join([*words, *lines])
        file.write_bytes(before.encode())
        known = read_words(file)
        added = add_word(file, word)
        assert added == (word.casefold() not in {w.casefold() for w in known})
        assert read_words(file) == (known | {word} if added else known)
        kept = file.read_bytes().decode().replace("\r\n", "\n").split("\n")
        for line in before.replace("\r\n", "\n").split("\n"):
            assert line.rstrip("\r") in [k.rstrip("\r") for k in kept]


@pytest.mark.parametrize("word", ["", "two words", "a#b", "new\nline", "x1", "../up"])
def test_what_is_no_word_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(MtqaError, match="not one word"):
        add_word(tmp_path / "words.txt", word)
    assert not (tmp_path / "words.txt").exists()


def test_a_folder_in_its_place_is_an_error_that_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "words.txt").mkdir()
    with pytest.raises(MtqaError, match=r"words\.txt"):
        add_word(tmp_path / "words.txt", "mu")


def test_a_link_stays_a_link_and_the_mode_is_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text("alpha\n")
    real.chmod(0o640)
    link = tmp_path / "words.txt"
    link.symlink_to(real)
    add_word(link, "mu")
    assert link.is_symlink()
    assert real.read_text() == "alpha\nmu\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_processes_do_not_lose_each_others_words(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mtqa.grammar.words import add_word\n"
        "for n in range(10): add_word(Path(sys.argv[1]), sys.argv[2] + chr(97 + n))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "words.txt")]
    runs = [subprocess.Popen([*command, mark], env=os.environ) for mark in ("x", "y", "z")]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert read_words(tmp_path / "words.txt") == {mark + chr(97 + n) for mark in "xyz" for n in range(10)}
