"""Check articles in a process of its own: the first one while the screen is still being set up, then the whole corpus.

What comes back is small: what is open in each article, and at the end of the first pass what the corpus tells. The
process reads the rules for itself, so that it can begin before anything else is ready.
"""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor
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

    from mtqa.corrections.store import Corrections
    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.linter import Examined, Linter, Source
    from mtqa.review.work import Brief, Checks, Lint

_C = TypeVar("_C")
_R = TypeVar("_R")
_CHUNK = 32
_NICENESS = 10
_make_linter: Callable[[Knowledge | None], Linter] | None = None
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


class Coming:
    """A linter that is still being built: asked to check something, it waits until it is there."""

    def __init__(self) -> None:
        self._linter: Future[Checks] = Future()

    def arrive(self, linter: Checks) -> None:
        """It is there."""
        self._linter.set_result(linter)

    def fail(self, error: Exception) -> None:
        """It will never be there: whoever waits is told why."""
        self._linter.set_exception(error)

    @property
    def engines(self) -> Engines:
        return self._linter.result().engines

    def examine(self, document: Document) -> Examined:
        """Findings of one document."""
        return self._linter.result().examine(document)

    def accepting(self, word: str) -> Checks:
        """With a word that is right."""
        return self._linter.result().accepting(word)


class Background:
    """The process, at work from now on with the article of index ``first``; ``close`` ends it at any time.

    ``make_linter`` reads the rules; it must be able to travel to another process. ``pool`` replaces the process.
    """

    def __init__(
        self,
        make_linter: Callable[[Knowledge | None], Linter],
        corrections: Corrections,
        sources: Sequence[Source],
        first: int,
        pool: Executor | None = None,
    ) -> None:
        self._sources = sources
        self.closed = False
        if pool is None:
            resource_tracker.ensure_running()  # while the standard streams are still the terminal's
            pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._pool = pool
        corrections = replace(corrections, clock=utc_now)  # only read there, and a clock may not travel
        self._pool.submit(_begin, make_linter, corrections)
        self._first = self._pool.submit(_check_first, sources[first])

    def first(self) -> Lint:
        """What is found in the first article; raises :class:`MtqaError` where it or the rules cannot be read."""
        return self._first.result()

    def run(self, *, compares: bool) -> Iterator[Known | Checked]:
        """Results in the order of the articles, blocking between them; ``compares``: some rule compares articles."""
        self._pool.submit(_give_way)
        if compares:
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
        processes = list((getattr(self._pool, "_processes", None) or {}).values())  # 3.11 has no kill_workers()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


def _begin(make_linter: Callable[[Knowledge | None], Linter], corrections: Corrections) -> None:
    global _make_linter, _linter, _corrections
    _make_linter, _linter, _corrections = make_linter, None, corrections
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed review closes no pipes that we wait on; without this its process here would stay for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check_first(source: Source) -> Lint:
    """By the rules alone: engines take time to load."""
    assert _make_linter is not None
    return _work(source, _make_linter(None)).lint


def _give_way() -> None:
    """The editor waits for nothing from here any more: their keys come first."""
    if parent_process() is not None and hasattr(os, "nice"):
        os.nice(_NICENESS)


def _learn(knowledge: Knowledge) -> None:
    global _linter  # noqa: PLW0603
    _linter = _ready().knowing(knowledge)


def _ready() -> Linter:
    global _linter  # noqa: PLW0603
    if _linter is None:
        assert _make_linter is not None
        _linter = _make_linter(Knowledge())
    return _linter


def _work(source: Source, linter: Linter) -> Work:
    assert _corrections is not None
    return Work(_corrections.article(source.read()), linter)


def _gather(chunk: Sequence[Source]) -> Knowledge:
    return _ready().gather(chunk)


def _check(chunk: Sequence[tuple[int, Source]]) -> list[Checked]:
    found = []
    for index, source in chunk:
        try:
            work = _work(source, _ready())
        except MtqaError as error:
            found.append(Checked(index, problem=str(error)))
            continue
        found.append(Checked(index, work.briefs(), whole=not work.unchecked))
    return found
