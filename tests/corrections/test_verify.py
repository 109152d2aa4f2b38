"""One byte anywhere: verify names the file, the line and what differs. Copies go where they may, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.corrections import choice
from mtqa.corrections.copies import apply_to
from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.verify import verify
from mtqa.document import Span
from mtqa.finding import Edit

from .cases import project

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.corrections.store import Corrections

TEXT = "Title of it\n\nFirst paragraph is here.\n\nSecond one.\n\nThird one, far away.\n\n4\n\n5\n\n6\n\nThe end"
PATH = "seeds/a.txt"


@pytest.fixture
def corrections(tmp_path: Path) -> Corrections:
    made = project(tmp_path, a=TEXT)
    article = made.read(PATH)
    for old, new in (("First", "1st"), ("paragraph", "line"), ("Second", "2nd"), ("end", "End\n")):
        start = TEXT.index(old)
        article.decide(
            choice.edit(article.document, [Edit(Span(start, start + len(old)), new)], f"{old} is wrong"), "Ana"
        )
    assert verify(made, PATH) == []
    return made


def said(corrections: Corrections) -> list[str]:
    return [str(problem) for problem in verify(corrections, PATH)]


def test_a_patch_edited_by_hand(corrections: Corrections) -> None:
    file = corrections.patch_file(PATH)[0]
    lines = file.read_bytes().split(b"\n")
    number = next(n for n, line in enumerate(lines, 1) if line.startswith(b"+1st"))
    file.write_bytes(file.read_bytes().replace(b"+1st line", b"+1st lime"))
    (problem,) = said(corrections)
    assert problem.startswith(f"corrections/seeds/a.txt.patch:{number}: is not what the ledger yields: at byte 8")
    assert "1st lime" in problem
    assert "1st line" in problem


def test_a_ledger_line_altered(corrections: Corrections) -> None:
    file = corrections.ledger(PATH).file
    alterations = (
        (b'"by":"Ana"', b'"by":"Eve"', "by"),
        (b"is wrong", b"is right", "why"),
        (b'"old":"Second"', b'"old":"Zecond"', "old"),
        (b'"new":"2nd"', b'"new":"3rd"', "new"),
    )
    for old, new, field in alterations:
        before = file.read_bytes()
        lines = before.split(b"\n")
        lines[2] = lines[2].replace(old, new)
        file.write_bytes(b"\n".join(lines))
        problems = said(corrections)
        assert problems[0].startswith("corrections/seeds/a.txt.decisions.jsonl:3: damaged line")
        assert f"not as in its patch or original: {field}" in problems[0]
        file.write_bytes(before)


def test_a_ledger_line_removed(corrections: Corrections) -> None:
    file = corrections.ledger(PATH).file
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join(lines[:1] + lines[2:]))
    problems = said(corrections)
    assert problems[0].startswith("corrections/seeds/a.txt.decisions.jsonl:2: refers to decision")
    assert any(".patch:" in problem for problem in problems)
    file.write_bytes(b"\n".join([*lines[:-2], b""]))  # the last one
    assert said(corrections)[0].startswith("corrections/seeds/a.txt.patch:4: is not what the ledger yields")


def test_an_original_changed_by_one_byte(corrections: Corrections) -> None:
    file = corrections.root / PATH
    for old, new, line in ((b"Second one", b"Second ine", 5), (b"6\n", b"7\n", 13), (b"The", b"the", 15)):
        file.write_bytes(TEXT.encode().replace(old, new))
        (problem,) = said(corrections)
        assert problem.startswith(f"seeds/a.txt:{line}: the original has changed since 4 edits were accepted")
    assert "'The end'" in problem  # what the patch quotes it shows
    assert "'the end'" in problem
    file.write_bytes(TEXT.encode() + b"\n")
    assert said(corrections)[0].startswith("seeds/a.txt:15: the original has changed")
    file.unlink()
    assert said(corrections) == ["seeds/a.txt: cannot read: No such file or directory"]


def test_a_patch_missing_or_left_over(corrections: Corrections) -> None:
    file = corrections.patch_file(PATH)[0]
    data = file.read_bytes()
    file.unlink()
    assert said(corrections) == [
        "corrections/seeds/a.txt.patch: is missing, although the ledger has edits; run `mtqa patch rebuild`"
    ]
    corrections.ledger(PATH).file.unlink()
    file.write_bytes(data)
    assert "is there, although the ledger yields no edits" in said(corrections)[0]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, 2), place=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_any_byte_anywhere_is_found(corrections: Corrections, which: int, place: int, flip: int) -> None:
    file = (corrections.root / PATH, corrections.patch_file(PATH)[0], corrections.ledger(PATH).file)[which]
    before = file.read_bytes()
    changed = bytearray(before)
    changed[place % len(before)] ^= flip
    file.write_bytes(bytes(changed))
    try:
        assert verify(corrections, PATH), (file, place % len(before), flip)
    finally:
        file.write_bytes(before)
    assert verify(corrections, PATH) == []


def test_copies_are_written_elsewhere_and_only_there(corrections: Corrections, tmp_path: Path) -> None:
    article = corrections.read(PATH)
    out = tmp_path / "out"
    assert apply_to(article, out) == out / "seeds/a.txt"
    wanted = TEXT.replace("First paragraph", "1st line").replace("Second", "2nd").replace("end", "End\n")
    assert (out / "seeds/a.txt").read_bytes() == wanted.encode()
    assert (tmp_path / "seeds/a.txt").read_bytes() == TEXT.encode()
    for folder in (tmp_path, tmp_path / "seeds", tmp_path / "out/..", tmp_path / "seeds/new", tmp_path / "corrections"):
        with pytest.raises(CorrectionsError):
            apply_to(article, folder)
    (tmp_path / "link").symlink_to(tmp_path / "seeds")
    with pytest.raises(CorrectionsError, match="among the originals"):
        apply_to(article, tmp_path / "link")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/seeds").symlink_to(tmp_path / "seeds")
    with pytest.raises(CorrectionsError):
        apply_to(article, tmp_path / "other")
    (tmp_path / "third/seeds").mkdir(parents=True)
    (tmp_path / "third/seeds/a.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorrectionsError, match="is a link"):
        apply_to(article, tmp_path / "third")
    (tmp_path / "fourth/seeds").mkdir(parents=True)
    (tmp_path / "fourth/seeds/a.txt").hardlink_to(tmp_path / "seeds/a.txt")
    apply_to(article, tmp_path / "fourth")  # replaces the name, not what it is linked to
    assert (tmp_path / "seeds/a.txt").read_bytes() == TEXT.encode()
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_is_applied_that_does_not_verify(corrections: Corrections, tmp_path: Path) -> None:
    file = corrections.patch_file(PATH)[0]
    file.write_bytes(file.read_bytes().replace(b"1st", b"2st"))
    with pytest.raises(CorrectionsError, match="not applied: is not what the ledger yields"):
        apply_to(corrections.read(PATH), tmp_path / "out")
    assert not (tmp_path / "out").exists()
