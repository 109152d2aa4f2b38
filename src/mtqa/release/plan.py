"""Which article goes into which file: between the pass over the input and the writing, in one process.

What it holds in memory are the near duplicates, not the articles.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.release.dedup import clusters, keep_first, shingles
from mtqa.release.order import firsts, read_order
from mtqa.release.piece import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.release.order import Pieces
    from mtqa.release.record import Record
    from mtqa.release.work import Work

Row = tuple[int, int, str]  # piece, row, cluster ("" without)


@dataclass
class Planned:
    """``files`` is the number of data files; ``left_out`` counts by reason."""

    release_id: str = ""
    files: int = 0
    articles: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass
class Duplicates:
    """By number of an article in the corpus: its cluster, and for those to leave out the id of the one that stays."""

    cluster: dict[int, str] = field(default_factory=dict)
    stays: dict[int, str] = field(default_factory=dict)


class Numbers:
    """Articles are numbered through all pieces."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._firsts = firsts(pieces)

    @property
    def articles(self) -> int:
        return self._firsts[-1]

    def number(self, piece: int, row: int) -> int:
        return self._firsts[piece] + row

    def record(self, number: int) -> Record:
        piece = bisect_right(self._firsts, number) - 1
        return self._pieces.record(piece, number - self._firsts[piece])

    def band(self, band: int) -> Iterator[tuple[Any, Any]]:
        for first, piece in zip(self._firsts, self._pieces, strict=False):
            rows, hashes = piece.band(band, piece.signed)
            yield rows.astype("int64") + first, hashes


def find_duplicates(pieces: Pieces, threshold: float, *, drop: bool) -> Duplicates:
    """The near duplicates of the corpus; with ``drop``, which of them are to be left out."""
    numbers = Numbers(pieces)
    roots = clusters(numbers.band, lambda one: shingles(numbers.record(one).text), threshold, numbers.articles)
    members: dict[int, list[int]] = {}
    for one, root in roots.items():
        members.setdefault(root, []).append(one)
    found = Duplicates()
    for group in members.values():
        records = {one: _brief(numbers.record(one)) for one in group}
        name = min(brief.id for brief in records.values())
        found.cluster.update(dict.fromkeys(group, name))
        if drop:
            best = min(group, key=lambda one: keep_first(records[one]))
            found.stays.update({one: records[best].id for one in group if one != best})
    return found


def _brief(record: Record) -> Record:
    """A record without what takes room."""
    return msgspec.structs.replace(record, text="", edits=(), patch=b"", blockers=())


def make_plan(work: Work, pieces: Pieces, found: Duplicates, size: int, dropped: BinaryIO) -> Planned:
    """Write which rows make each data file of ``size`` rows, and what is left out to ``dropped``, in order of id."""
    planned, numbers = Planned(), Numbers(pieces)
    total, waiting = hashlib.sha256(), list[Row]()
    for name, piece, row, digest, marks in read_order(work):
        number = numbers.number(piece, row)
        stays = found.stays.get(number, "")
        if stays or marks & LEFT_OUT:
            line = _left_out(pieces.record(piece, row), stays)
            planned.left_out[str(line["why"])] += 1
            dropped.write(msgspec.json.encode(line) + b"\n")
            continue
        total.update(f"{name}\0{digest.hex()}\n".encode())
        planned.articles += 1
        waiting.append((piece, row, found.cluster.get(number, "")))
        if len(waiting) == size:
            _write(work, planned, waiting)
            waiting = []
    if waiting:
        _write(work, planned, waiting)
    planned.release_id = total.hexdigest()
    return planned


def _write(work: Work, planned: Planned, rows: Sequence[Row]) -> None:
    replace_file(work.file("plan", planned.files), msgspec.msgpack.encode(rows))
    planned.files += 1


def read_plan(work: Work, number: int) -> list[Row]:
    return msgspec.msgpack.decode(work.file("plan", number).read_bytes(), type=list[Row])


def _left_out(record: Record, stays: str) -> dict[str, object]:
    why, reason = record.left_out, record.reason
    if stays and not why:
        why, reason = "near duplicate", f"nearly repeats {stays}, which stays"
    return {
        "id": record.id,
        "path": record.path,
        "why": why,
        "by": record.decided if why == "decided" else "mtqa",
        "reason": reason,
        "verdict": record.verdict,
        "words": record.words,
        "mqm_score": record.score.value,
        "source_sha256": record.source_sha256,
        "text_sha256": record.text_sha256,
    }
