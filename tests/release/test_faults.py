"""Killed, starved or damaged on the way: there is a whole release, or none, and the next build makes the same."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from mtqa.release.manifest import SUMS
from mtqa.release.record import ReleaseError
from mtqa.release.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.conftest import Project

BUILD = ("build", "--version", "1.0.0", "--to", "again", "--allow-open", "--formats", "jsonl.zst,txt")


def state(copy: Project) -> str:
    """ "whole", "none", or what is wrong."""
    if not (copy.root / "again").exists():
        return "none"
    problems = verify(copy.root / "again").problems
    return str(problems[0]) if problems else "whole"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_at_any_point(seeds: Project, copy: Project, jobs: str, tmp_path: Path) -> None:
    """Five builds are killed, each a little later than the last; then one may finish."""
    whole = _timed(copy, jobs)
    wanted = (copy.root / "again" / SUMS).read_bytes()
    shutil.rmtree(copy.root / "again")
    for part in (0.4, 0.6, 0.8, 0.9, 0.97):
        started = subprocess.Popen(
            copy.command(*BUILD, "-j", jobs),
            cwd=copy.root,
            env={**_environment()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(whole * part)
        _kill(started)
        assert state(copy) in ("whole", "none")
        shutil.rmtree(copy.root / "again", ignore_errors=True)
    done = copy.run(*BUILD, "-j", jobs)
    assert done.returncode == 0, done.stderr
    assert (copy.root / "again" / SUMS).read_bytes() == wanted
    assert not (copy.root / ".again.part").exists()


def _timed(copy: Project, jobs: str) -> float:
    begun = time.monotonic()
    assert copy.run(*BUILD, "-j", jobs).returncode == 0
    return time.monotonic() - begun


def _environment() -> dict[str, str]:
    return {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}


def _kill(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


@pytest.mark.parametrize("most", [0, 1000, 8000, 20000])
def test_no_room(copy: Project, most: int) -> None:
    """No file may grow beyond ``most`` bytes, as on a full disk."""
    limited = subprocess.run(
        copy.command(*BUILD),
        cwd=copy.root,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert limited.returncode == 2, limited.stdout
    assert "could not be written" in limited.stderr
    assert "Traceback" not in limited.stderr
    assert state(copy) == "none"
    assert not list((copy.root / ".again.part").glob("release*"))
    assert copy.run(*BUILD).returncode == 0
    assert state(copy) == "whole"


def test_a_folder_that_cannot_be_written(copy: Project) -> None:
    (copy.root / "file").write_bytes(b"")
    with pytest.raises(ReleaseError, match="could not be written"):
        copy.build("file/again", allow_open=True)


@pytest.mark.parametrize("part", ["records", "offsets", "index", "bands", "done"])
def test_a_torn_piece_is_made_again(copy: Project, part: str) -> None:
    (copy.root / "articles" / "bad.txt").write_bytes(b"\xff")
    stopped = copy.build("again", allow_open=True)  # all pieces but the bad one would stay; here there is only one
    assert stopped.errors
    (copy.root / "articles" / "bad.txt").unlink()
    blocked = copy.build("again")
    assert blocked.blockers
    (piece,) = (copy.root / ".again.part" / "pieces").iterdir()
    data = (piece / part).read_bytes()
    (piece / part).write_bytes(data[: len(data) // 2])
    assert copy.build("again", allow_open=True, formats=("jsonl.zst", "txt")).release_id
    assert (copy.root / "again" / SUMS).read_bytes() == (copy.root / "out" / SUMS).read_bytes()


def test_done_pieces_are_taken_up_and_others_made_again(copy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert copy.build("again").blockers

    def fail(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("mtqa.release.article.Maker.make", fail)
    settings = copy.root / "mtqa.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f"{before}publish = 3.0\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="made again"):
        copy.build("again", allow_open=True)
    settings.write_text(before, encoding="utf-8")
    assert copy.build("again", allow_open=True).release_id


def test_two_builds_at_once(copy: Project) -> None:
    part = copy.root / ".again.part"
    part.mkdir()
    with FileLock(part / "lock"), pytest.raises(ReleaseError, match="another build"):
        copy.build("again", allow_open=True)
