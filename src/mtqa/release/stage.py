"""Stages of a build, and who runs them: this process, several of this machine, or a cluster (see ``cluster``).

A stage is a number of tasks that depend on nothing but the files they read and leave nothing but the files they write,
so it does not matter who runs which, or how often.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.knowledge import Knowledge
from mtqa.release.record import ReleaseError
from mtqa.release.work import Work, inputs_digest, read_shard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ExecutorName = Literal["processes", "local", "ray", "slurm"]
EXECUTORS: tuple[ExecutorName, ...] = ("processes", "local", "ray", "slurm")


class Stage(Protocol):
    """Numbered tasks that can be pickled together."""

    @property
    def name(self) -> str: ...

    @property
    def tasks(self) -> int: ...

    def run(self, number: int) -> None: ...


def on_processes(jobs: int) -> Callable[[Stage], None]:
    """Runs the tasks of a stage on so many processes (0: one per core), or in this one."""
    wanted = jobs or os.cpu_count() or 1

    def run(stage: Stage) -> None:
        if wanted == 1 or stage.tasks < 2:
            for number in range(stage.tasks):
                stage.run(number)
            return
        with ProcessPoolExecutor(min(wanted, stage.tasks), initializer=_start, initargs=(stage,)) as pool:
            try:
                for _ in pool.map(_in_worker, range(stage.tasks)):
                    pass
            except BrokenProcessPool as error:
                raise ReleaseError(
                    "a worker process died", remedy="run the build again; what is done stays done, try fewer --jobs"
                ) from error

    return run


_stage: Stage | None = None


def _start(stage: Stage) -> None:
    global _stage  # noqa: PLW0603 - one stage per worker process, set once
    _stage = stage


def _in_worker(number: int) -> None:
    assert _stage is not None
    _stage.run(number)


@dataclass
class KnowledgeStage:
    """Gathers what each shard tells of the corpus (see :mod:`mtqa.knowledge`); one task a shard."""

    work: Work
    tasks: int
    name: str = "knowledge"

    def run(self, number: int) -> None:
        from mtqa.project import corrected_sources

        shard, maker = self.work.shard(number), self.work.maker()
        digest, file = inputs_digest(shard, self.work, maker).hex(), self.work.file("knowledge", number)
        if read_knowledge(file, digest) is not None:
            return
        sources = corrected_sources(read_shard(shard, maker), maker.corrections, maker.decided)
        told = maker.linter.gather(sources)
        replace_file(file, msgspec.msgpack.encode(_told(digest, told)))


def _told(digest: str, told: Knowledge) -> _Told:
    return _Told(
        digest,
        {entry: dict(forms) for entry, forms in told.forms.items()},
        dict(told.words),
        dict(told.lines),
        dict(told.articles),
    )


class _Told(msgspec.Struct, frozen=True):
    """What a shard told, and the digest of what it was made from."""

    digest: str
    forms: dict[str, dict[str, int]]
    words: dict[str, int]
    lines: dict[int, int]
    articles: dict[str, int]


def read_knowledge(file: Path, digest: str = "") -> Knowledge | None:
    """What a shard told; None where it is not there, or was made from something else than ``digest`` names."""
    try:
        found = msgspec.msgpack.decode(file.read_bytes(), type=_Told)
    except (OSError, msgspec.MsgspecError):
        return None
    known = Knowledge(found.forms, found.words, found.lines, found.articles)
    return known if digest in ("", found.digest) else None
