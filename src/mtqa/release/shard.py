"""The first pass of a build: sources in, files of records out, piece by piece, on several processes.

A piece is a few dozen articles. Its file names, by a digest, everything it was made from; a build that was killed
finds such pieces again and makes only the others. Memory holds one piece for each process, never the corpus.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.errors import MtqaError
from mtqa.release.record import Record, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.linter import Source
    from mtqa.release.article import Maker

PIECE = 64
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that is done: its file, and the errors of articles that are missing in it."""

    file: Path
    errors: tuple[MtqaError, ...] = ()


def make_pieces(maker: Maker, key: str, sources: Sequence[Source], folder: Path, jobs: int = 1) -> list[Piece]:
    """Records of all sources, in their order, as files in ``folder``; ``jobs`` processes (0: one per core).

    ``key`` names rules, settings and versions: a file made under another key is not used.
    """
    tasks = [
        (folder / f"{number:06}.piece", sources[start : start + PIECE])
        for number, start in enumerate(range(0, len(sources), PIECE))
    ]
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1 or len(sources) < 2:
        return [make_piece(maker, key, file, part) for file, part in tasks]
    if len(tasks) < jobs:  # a small corpus: still every core
        step = -(-len(sources) // jobs)
        tasks = [
            (folder / f"{number:06}.piece", sources[start : start + step])
            for number, start in enumerate(range(0, len(sources), step))
        ]
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(maker, key)) as pool:
        try:
            return list(pool.map(_in_worker, tasks))
        except BrokenProcessPool as error:
            raise ReleaseError(
                "a worker process died", remedy="run the build again; what is done stays done, try fewer --jobs"
            ) from error


_worker: tuple[Maker, str] | None = None


def _start(maker: Maker, key: str) -> None:
    global _worker  # noqa: PLW0603 - one maker per worker process, set once
    _worker = (maker, key)


def _in_worker(task: tuple[Path, Sequence[Source]]) -> Piece:
    assert _worker is not None
    return make_piece(*_worker, *task)


def make_piece(maker: Maker, key: str, file: Path, sources: Sequence[Source]) -> Piece:
    """The piece of ``sources``; a file that is already what it would be is left as it is."""
    digest = _inputs_digest(maker, key, sources)
    if _is_whole(file, digest):
        return Piece(file)
    records: list[Record] = []
    errors: list[MtqaError] = []
    for source in sources:
        try:
            records.append(maker.make(source))
        except MtqaError as error:
            errors.append(error)
    body = msgspec.msgpack.encode(records)
    if not errors:
        replace_file(file, digest + hashlib.sha256(body).digest() + body)
    return Piece(file, tuple(errors))


def read_piece(file: Path) -> Iterator[Record]:
    """The records of a piece, in order."""
    yield from msgspec.msgpack.decode(file.read_bytes()[2 * _DIGEST :], type=list[Record])


def _is_whole(file: Path, digest: bytes) -> bool:
    try:
        data = file.read_bytes()
    except OSError:
        return False
    body = data[2 * _DIGEST :]
    return data.startswith(digest) and data[_DIGEST : 2 * _DIGEST] == hashlib.sha256(body).digest()


def _inputs_digest(maker: Maker, key: str, sources: Sequence[Source]) -> bytes:
    """Of every byte that the records depend on; what cannot be read counts as absent and fails later, with its name."""
    home = maker.corrections
    parts: list[object] = [key]
    for source in sources:
        original = source.data if source.data is not None else _bytes_of(Path(source.file or source.name))
        beside = (home.ledger(source.name).file, home.patch_file(source.name)[0])
        digests = [hashlib.sha256(data).hexdigest() for data in (original, *map(_bytes_of, beside))]
        parts.append([source.name, source.encoding, *digests])
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
