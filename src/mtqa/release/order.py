"""All articles of a corpus in the order of their ids, merged from sorted pieces; memory does not grow with the corpus.

``order`` in the working folder holds ``(id, piece, row, hash of the text, marks)`` of every article.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtqa.errors import MtqaError, Place
from mtqa.release.piece import BLOCKED, Piece, read_frames, write_frames
from mtqa.release.record import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.release.record import Record
    from mtqa.release.work import Work

Placed = tuple[str, int, int, bytes, int]  # id, piece, row, SHA-256 of the text, marks
_AT_ONCE = 200  # files merged in one go
_OPEN = 64
_MOST_ERRORS = 100
MOST_BLOCKERS = 10_000


class Pieces:
    """All pieces of a build, by number; few are open at a time."""

    def __init__(self, work: Work, tasks: int) -> None:
        self._work = work
        self.tasks = tasks
        self._open: dict[int, Piece] = {}

    def __getitem__(self, number: int) -> Piece:
        if number not in self._open:
            if len(self._open) >= _OPEN:
                self._open.pop(next(iter(self._open))).close()
            self._open[number] = Piece(self._work.file("pieces", number))
        return self._open[number]

    def __iter__(self) -> Iterator[Piece]:
        return (self[number] for number in range(self.tasks))

    def record(self, piece: int, row: int) -> Record:
        return self[piece].record(row)


@dataclass
class Ordered:
    """What the merge found: ``errors`` are ids that stand twice; ``blockers`` the first points that are open."""

    articles: int = 0
    open_points: int = 0
    blockers: list[str] = field(default_factory=list)
    errors: list[MtqaError] = field(default_factory=list)


def put_in_order(work: Work, pieces: Pieces) -> Ordered:
    """Write ``order``, and say what stands in the way of a release."""
    found = Ordered()
    with (work.root / "order").open("wb") as stream:
        write_frames(stream, _checked(_merged(work, pieces), pieces, found))
    return found


def read_order(work: Work) -> Iterator[Placed]:
    """The articles in order, as :func:`put_in_order` wrote them."""
    yield from read_frames(work.root / "order", Placed)


def _checked(entries: Iterable[Placed], pieces: Pieces, found: Ordered) -> Iterator[Placed]:
    last: Placed | None = None
    for entry in entries:
        name, piece, row, _, marks = entry
        found.articles += 1
        if last is not None and last[0] == name and len(found.errors) < _MOST_ERRORS:
            found.errors.append(_twice(name, pieces.record(*last[1:3]).path, pieces.record(piece, row).path))
        if marks & BLOCKED:
            lines = pieces.record(piece, row).blockers
            found.open_points += len(lines)
            found.blockers += lines[: MOST_BLOCKERS - len(found.blockers)]
        last = entry
        yield entry


def _twice(name: str, one: str, other: str) -> MtqaError:
    if one == other:
        return ReleaseError(f"two rows have the id {name!r}", place=Place(other), remedy="give each row its own")
    return ReleaseError(
        f"has the same id as {one}: {name!r}",
        place=Place(other),
        remedy="an id is the path below its folder of originals without the suffix, or a row's own; change one of them",
    )


def _merged(work: Work, pieces: Pieces) -> Iterator[Placed]:
    """The entries of all pieces by id; in several rounds where there are many, for each has a file open."""
    runs: list[Any] = [_numbered(work, number) for number in range(pieces.tasks)]
    round_ = 0
    while len(runs) > _AT_ONCE:
        folder = work.root / "merging"
        folder.mkdir(exist_ok=True)
        longer = []
        for start in range(0, len(runs), _AT_ONCE):
            file = folder / f"{round_}-{start:06}"
            with file.open("wb") as stream:
                write_frames(stream, heapq.merge(*runs[start : start + _AT_ONCE]))
            longer.append(read_frames(file, Placed))
        runs, round_ = longer, round_ + 1
    return heapq.merge(*runs)


def _numbered(work: Work, number: int) -> Iterator[Placed]:
    for name, row, digest, marks in Piece(work.file("pieces", number)).entries():
        yield name, number, row, digest, marks


def firsts(pieces: Pieces) -> Sequence[int]:
    """The number of each piece's first article in the corpus."""
    numbers = [0]
    for piece in pieces:
        numbers.append(numbers[-1] + piece.done.articles)
    return numbers
