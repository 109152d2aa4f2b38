"""datatrove's executors do the work of mtqa's own processes, to the byte; killed, they go on where they were."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from mtqa.release.cluster import on_cluster
from mtqa.release.manifest import SUMS
from mtqa.release.record import ReleaseError
from mtqa.settings import Cluster
from tests.release.test_tables import ROWS, made

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.release.stage import ExecutorName
    from tests.release.conftest import Project

BUILD = ("build", "--version", "1.0.0", "--allow-open", "--shard-size", "5", "-j", "2")


@pytest.fixture
def three(tmp_path: Path) -> Project:
    """Three tables and a file, released as ``out`` by one process."""
    forms = ("jsonl", "parquet", "jsonl.zst")
    project = made(tmp_path, *((f"{n}.{form}", [(f"{n}-{k}", t) for k, t in ROWS[:4]]) for n, form in enumerate(forms)))
    project.write("plain", ROWS[0][1])
    assert project.run(*BUILD, "--to", "out").returncode == 0
    return project


@pytest.mark.parametrize("executor", ["local", "ray"])
def test_the_same_bytes(three: Project, executor: str) -> None:
    done = three.run(*BUILD, "--to", executor, "--executor", executor, RAY_ENABLE_UV_RUN_RUNTIME_ENV="0")
    assert done.returncode == 0, done.stderr
    assert (three.root / executor / SUMS).read_bytes() == (three.root / "out" / SUMS).read_bytes()


def test_killed_and_resumed_by_another(three: Project) -> None:
    started = subprocess.Popen(
        three.command(*BUILD, "--to", "again", "--executor", "local"),
        cwd=three.root,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    pieces = three.root / ".again.part" / "pieces"
    while started.poll() is None and not list(pieces.glob("*/done")):
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    assert not (three.root / "again").exists()
    assert three.run(*BUILD, "--to", "again").returncode == 0
    assert (three.root / "again" / SUMS).read_bytes() == (three.root / "out" / SUMS).read_bytes()


def test_bad_input_is_named_by_executors_too(three: Project) -> None:
    file = three.root / "articles" / "0.jsonl"
    file.write_bytes(file.read_bytes()[:-5])
    done = three.run(*BUILD, "--to", "bad", "--executor", "local")
    assert done.returncode == 2
    assert "articles/0.jsonl:4: not a row" in done.stderr
    assert not (three.root / "bad").exists()


class Failing:
    """A stage that fails."""

    name, tasks = "failing", 2

    def run(self, number: int) -> None:
        raise RuntimeError(f"task {number} went wrong")


@pytest.mark.parametrize("executor", ["local", "ray", "slurm"])
def test_an_executor_that_fails_says_so(
    tmp_path: Path, executor: ExecutorName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Slurm, that it is not there: without it on the machine there is no sbatch to submit with."""
    if executor == "slurm":
        monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReleaseError, match=r"failing|sbatch"):
        on_cluster(executor, Cluster(), tmp_path / "logs", 2)(Failing())
