"""What is made of one shard: records, and what tells of them without reading them. Memory holds one record.

A piece is a folder: ``records`` (one after the other), ``offsets`` (where each begins), ``index`` (id, row, hash of the
text and marks of each record, sorted by id), ``bands`` (for near duplicates), and ``done``, which names by a digest
everything that the piece was made from and has the sum of every file. It is made aside and renamed.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from array import array
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.errors import MtqaError, Place
from mtqa.release.dedup import BANDS, bands_of, signature_of
from mtqa.release.libraries import library
from mtqa.release.manifest import Input, file_sha256
from mtqa.release.record import Record, ReleaseError
from mtqa.release.work import FRESH, Shard, Work, decided_in, decoded, inputs_digest, read_shard, write_failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.release.article import Maker

LEFT_OUT, BLOCKED = 1, 2  # marks of a record
_MOST_ERRORS = 100
_BLOCK = 1 << 18
_PARTS = ("records", "offsets", "index", "bands")
Entry = tuple[str, int, bytes, int]  # id, row, SHA-256 of the text, marks


class Done(msgspec.Struct, frozen=True):
    """The last file of a piece. ``inputs`` are what the manifest tells of its sources."""

    digest: str
    articles: int
    inputs: list[Input]
    sums: dict[str, str]


@dataclass
class PieceStage:
    """Makes the pieces; one task a shard."""

    work: Work
    tasks: int
    name: str = "pieces"

    def run(self, number: int) -> None:
        make_piece(self.work.shard(number), self.work, self.work.file("pieces", number))


def make_piece(shard: Shard, work: Work, folder: Path) -> None:
    """Make the piece of a shard; one that is already what it would be is left as it is.

    What prevents it is written to ``<folder>.errors``, and there is no piece then.
    """
    maker = work.maker()
    digest, failures = inputs_digest(shard, work, maker).hex(), folder.with_suffix(".errors")
    failures.unlink(missing_ok=True)
    if is_whole(folder, digest):
        return
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", suffix=FRESH, dir=folder.parent))
    writing = _Writing(maker, fresh)
    writing.all_of(shard)
    if writing.errors:
        shutil.rmtree(fresh)
        write_failures(failures, writing.errors)
        return
    sums = {name: file_sha256(fresh / name) for name in _PARTS}
    done = Done(digest, writing.articles, writing.inputs, sums)
    replace_file(fresh / "done", msgspec.json.encode(done))
    shutil.rmtree(folder, ignore_errors=True)
    try:
        fresh.rename(folder)
    except OSError:  # a task of an earlier, killed build was still at it, and was faster
        if not is_whole(folder, digest):
            raise
        shutil.rmtree(fresh)


def is_whole(folder: Path, digest: str) -> bool:
    """True for a piece that was made from what ``digest`` names, and is as it was made."""
    done = decoded(folder / "done", Done)
    if done is None or done.digest != digest:
        return False
    try:
        return all(file_sha256(folder / name) == done.sums.get(name) for name in _PARTS)
    except OSError:
        return False


@dataclass
class _Writing:
    maker: Maker
    folder: Path
    errors: list[MtqaError] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    _offsets: array[int] = field(default_factory=lambda: array("Q", [0]))
    _entries: list[Entry] = field(default_factory=list)
    _signed: array[int] = field(default_factory=lambda: array("I"))
    _signatures: list[Any] = field(default_factory=list)
    _waiting: list[list[int]] = field(default_factory=list)

    @property
    def articles(self) -> int:
        return len(self._entries)

    def all_of(self, shard: Shard) -> None:
        encode = msgspec.msgpack.Encoder().encode
        unseen = set(decided_in(shard, self.maker))
        with (self.folder / "records").open("wb") as stream:
            for source in read_shard(shard, self.maker):
                try:
                    record = self.maker.make(source)
                except MtqaError as error:
                    self.errors.append(error)
                    if len(self.errors) == _MOST_ERRORS:
                        break
                    continue
                unseen.discard(record.path)
                if not self.errors:
                    self._offsets.append(self._offsets[-1] + stream.write(encode(record)))
                    self._note(record, whole=shard.table is None)
        if not self.errors:
            self.errors += [orphan(path, self.maker.corrections.folder) for path in sorted(unseen)]
        if not self.errors:
            self._finish(shard)

    def _note(self, record: Record, *, whole: bool) -> None:
        row, marks = len(self._entries), (LEFT_OUT if record.left_out else 0) | (BLOCKED if record.blockers else 0)
        self._entries.append((record.id, row, bytes.fromhex(record.text_sha256), marks))
        if whole or record.ledger_sha256 or record.patch_sha256:
            sums = (record.source_sha256, record.ledger_sha256, record.patch_sha256)
            self.inputs.append(Input(record.id, record.path, *sums))
        if not record.left_out and (signature := signature_of(record.text)):
            self._signed.append(row)
            self._waiting.append(signature)
            if len(self._waiting) == 1024:
                self._sign()

    def _sign(self) -> None:
        if self._waiting:
            self._signatures.append(bands_of(self._waiting))
            self._waiting = []

    def _finish(self, shard: Shard) -> None:
        if (table := shard.table) is not None:
            whole = Input("", table.name, file_sha256(Path(table.file)), rows=len(self._entries))
            self.inputs.insert(0, whole)
        self._entries.sort()
        (self.folder / "offsets").write_bytes(self._offsets.tobytes())
        with (self.folder / "index").open("wb") as stream:
            write_frames(stream, self._entries)
        self._sign()
        numpy = library("numpy")
        bands = numpy.concatenate(self._signatures, axis=1) if self._signatures else numpy.zeros((BANDS, 0), "uint64")
        (self.folder / "bands").write_bytes(self._signed.tobytes() + bands.tobytes())


def orphan(path: str, folder: str) -> MtqaError:
    """The error of corrections whose original is gone."""
    return ReleaseError(
        f"has corrections in {folder}, but is not among the originals",
        place=Place(path),
        remedy="restore the original, or remove its ledger and patch",
    )


@dataclass
class Piece:
    """A piece to read."""

    folder: Path

    @cached_property
    def done(self) -> Done:
        done: Done = decoded(self.folder / "done", Done)
        return done

    @cached_property
    def _offsets(self) -> array[int]:
        offsets = array("Q")
        offsets.frombytes((self.folder / "offsets").read_bytes())
        return offsets

    @cached_property
    def _stream(self) -> Any:
        return (self.folder / "records").open("rb")

    def record(self, row: int) -> Record:
        start, end = self._offsets[row], self._offsets[row + 1]
        self._stream.seek(start)
        return msgspec.msgpack.decode(self._stream.read(end - start), type=Record)

    def close(self) -> None:
        if "_stream" in self.__dict__:
            self._stream.close()

    def entries(self) -> Iterator[Entry]:
        """The index, in order of id."""
        yield from read_frames(self.folder / "index", Entry)

    def band(self, number: int, signed: int) -> tuple[Any, Any]:
        """Rows and hashes of one band; ``signed`` is the number of articles that have any."""
        numpy = library("numpy")
        with (self.folder / "bands").open("rb") as stream:
            rows = numpy.frombuffer(stream.read(4 * signed), dtype=numpy.uint32)
            stream.seek(4 * signed + 8 * signed * number)
            return rows, numpy.frombuffer(stream.read(8 * signed), dtype=numpy.uint64)

    @cached_property
    def signed(self) -> int:
        return (self.folder / "bands").stat().st_size // (4 + 8 * BANDS)


def write_frames(stream: Any, items: Any) -> None:
    """Items in MessagePack, each with its length before it."""
    encode = msgspec.msgpack.Encoder().encode
    for item in items:
        data = encode(item)
        stream.write(len(data).to_bytes(4, "little") + data)


def read_frames(file: Path, kind: Any) -> Iterator[Any]:
    """The items of :func:`write_frames`; holds a block of the file, and the file open only while reading it."""
    decode = msgspec.msgpack.Decoder(kind).decode
    place, data, at = 0, b"", 0
    while True:
        if at + 4 <= len(data) and at + 4 + (size := int.from_bytes(data[at : at + 4], "little")) <= len(data):
            yield decode(data[at + 4 : at + 4 + size])
            at += 4 + size
            continue
        with file.open("rb") as stream:
            stream.seek(place)
            more = stream.read(_BLOCK)
        if not more:
            return
        place += len(more)
        data, at = data[at:] + more, 0


def sum_of(*parts: bytes) -> str:
    """SHA-256 of parts, as hex digits."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little") + part)
    return total.hexdigest()
