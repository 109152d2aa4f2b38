"""Many documents on several processes: the first pass over a corpus, and linting.

Workers are forked where the system can. What takes long to load and is the same for all of them is loaded in the
parent, for them to inherit: Harper's dictionary in a thread while the first chunks are gathered, and all else by
linting a few articles.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from mtqa.errors import MtqaError
from mtqa.grammar import load_ahead
from mtqa.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from mtqa.linter import Linter, Result, Source

_R = TypeVar("_R")

_CHUNK = 16
_FIRST = 4  # articles: with these, most of what all need is loaded
_worker: Linter | None = None
_loading: list[threading.Thread] = []  # what goes on in this process; at most one


def lint_sources(linter: Linter, sources: Iterable[Source], jobs: int = 1) -> Iterator[Result]:
    """Lint every source, in order, on ``jobs`` processes (0: one per core)."""
    left = iter(sources)
    if jobs != 1 and _forks():  # the first articles here, for what they load and compile will be inherited
        yield from _lint_chunk(linter, list(islice(left, _FIRST)))
    for results in _spread(linter, _chunked(left), jobs, _lint_chunk):
        yield from results


def gather_knowledge(linter: Linter, sources: Iterable[Source], jobs: int = 1) -> Knowledge:
    """The first pass over a corpus; needed before :func:`lint_sources` when rules compare documents."""
    if not linter.compares:
        return Knowledge()
    return Knowledge.of_corpus(_first_pass(linter, sources, jobs, _gather_chunk))


def gather_each(linter: Linter, sources: Iterable[Source], jobs: int = 1) -> Iterator[Knowledge]:
    """What each source tells by itself, in order."""
    for parts in _first_pass(linter, sources, jobs, _gather_separately):
        yield from parts


def _first_pass(
    linter: Linter, sources: Iterable[Source], jobs: int, work: Callable[[Linter, Sequence[Source]], _R]
) -> Iterator[_R]:
    """:func:`_spread`; what there is to do while Harper's dictionary loads is done here."""
    chunks = _chunked(sources)
    first = list(islice(chunks, 2))
    if jobs != 1 and len(first) == 2 and _forks() and not _loading:
        thread = threading.Thread(target=load_ahead, args=(linter.engines, linter.families))
        thread.start()
        _loading.append(thread)
        while thread.is_alive() and (chunk := first.pop(0) if first else next(chunks, None)):
            yield work(linter, chunk)
    yield from _spread(linter, chain(first, chunks), jobs, work)


def _spread(
    linter: Linter, chunks: Iterator[list[Source]], jobs: int, work: Callable[[Linter, Sequence[Source]], _R]
) -> Iterator[_R]:
    """What ``work`` makes of each chunk, in order."""
    jobs = jobs or os.cpu_count() or 1
    first = list(islice(chunks, 2))
    if jobs == 1 or len(first) < 2:  # not worth a pool
        yield from (work(linter, chunk) for chunk in chain(first, chunks))
        return
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    while _loading:  # a fork in the middle of it would leave it half done
        _loading.pop().join()
    with ProcessPoolExecutor(jobs, initializer=_start_worker, initargs=(linter,)) as pool:
        pending: deque[Future[_R]] = deque()
        try:
            for chunk in chain(first, chunks):
                pending.append(pool.submit(_in_worker, work, chunk))
                if len(pending) > 2 * jobs:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            raise MtqaError(
                "a worker process died", remedy="it may have run out of memory; try --jobs 1, or fewer jobs"
            ) from error
        finally:
            for future in pending:
                future.cancel()


def _forks() -> bool:
    from multiprocessing import get_start_method

    return get_start_method() == "fork"


def _chunked(sources: Iterable[Source]) -> Iterator[list[Source]]:
    iterator = iter(sources)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _start_worker(linter: Linter) -> None:
    global _worker  # noqa: PLW0603 - one linter per worker process, set once
    _worker = linter


def _in_worker(work: Callable[[Linter, Sequence[Source]], _R], chunk: Sequence[Source]) -> _R:
    assert _worker is not None
    return work(_worker, chunk)


def _lint_chunk(linter: Linter, chunk: Sequence[Source]) -> list[Result]:
    return linter.lint_all(chunk)


def _gather_chunk(linter: Linter, chunk: Sequence[Source]) -> Knowledge:
    return linter.gather(chunk)


def _gather_separately(linter: Linter, chunk: Sequence[Source]) -> list[Knowledge]:
    return [linter.gather_one(source) for source in chunk]
