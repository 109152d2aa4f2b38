"""Check the whole corpus in a process of its own, so that keys answer while it goes on.

What comes back is small: what is open in each article, and at the end of the first pass what the corpus tells.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process, resource_tracker
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from mtqa.corrections.store import utc_now
from mtqa.errors import MtqaError
from mtqa.knowledge import Knowledge
from mtqa.review.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from mtqa.corrections.store import Corrections
    from mtqa.linter import Linter, Source
    from mtqa.review.work import Brief

_C = TypeVar("_C")
_R = TypeVar("_R")
_CHUNK = 32
_linter: Linter | None = None
_corrections: Corrections | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the corpus tells; comes once, before the articles, where rules compare documents."""

    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Checked:
    """An article and what is open in it, or the problem that prevented checking it; not ``whole``: an engine failed."""

    index: int
    briefs: tuple[Brief, ...] = ()
    problem: str = ""
    whole: bool = True


class Background:
    """The process; ``close`` ends it at any time."""

    def __init__(self, linter: Linter, corrections: Corrections, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._linter = linter
        corrections = replace(corrections, clock=utc_now)  # only read there, and a clock may not travel
        self._pool = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_begin, initargs=(linter, corrections)
        )
        self.closed = False

    def run(self) -> Iterator[Known | Checked]:
        """Results in the order of the articles. Blocks between them; meant for a thread."""
        if self._linter.compares:
            parts = list(self._map(_gather, [list(chunk) for chunk in self._chunks()]))
            if self.closed:
                return
            knowledge = Knowledge.of_corpus(parts)
            yield Known(knowledge)
            self._pool.submit(_learn, knowledge).result()
        chunks = [list(enumerate(chunk, number * _CHUNK)) for number, chunk in enumerate(self._chunks())]
        for results in self._map(_check, chunks):
            yield from results

    def _chunks(self) -> Iterator[Sequence[Source]]:
        for start in range(0, len(self._sources), _CHUNK):
            yield self._sources[start : start + _CHUNK]

    def _map(self, work: Callable[[_C], _R], chunks: Iterable[_C]) -> Iterator[_R]:
        pending: list[Future[_R]] = []
        for chunk in chunks:
            if self.closed:
                break
            pending.append(self._pool.submit(work, chunk))
            if len(pending) > 2:
                yield pending.pop(0).result()
        for future in pending:
            if self.closed:
                break
            yield future.result()

    def close(self) -> None:
        """End the process without waiting for what it is doing."""
        self.closed = True
        processes = list((self._pool._processes or {}).values())  # Python 3.11 has no kill_workers()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


def prepare() -> None:
    """Start what processes are started with; to be called while the standard streams are still the terminal's."""
    resource_tracker.ensure_running()


def _begin(linter: Linter, corrections: Corrections) -> None:
    global _linter, _corrections
    _linter, _corrections = linter, corrections
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed review closes no pipes that we wait on; without this its process here would stay for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _learn(knowledge: Knowledge) -> None:
    global _linter  # noqa: PLW0603
    assert _linter is not None
    _linter = replace(_linter, knowledge=knowledge)


def _gather(chunk: Sequence[Source]) -> Knowledge:
    assert _linter is not None
    return _linter.gather(chunk)


def _check(chunk: Sequence[tuple[int, Source]]) -> list[Checked]:
    assert _linter is not None
    assert _corrections is not None
    found = []
    for index, source in chunk:
        try:
            work = Work(_corrections.article(source.read()), _linter)
        except MtqaError as error:
            found.append(Checked(index, problem=str(error)))
            continue
        found.append(Checked(index, work.briefs(), whole=not work.unchecked))
    return found
