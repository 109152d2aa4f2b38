"""The working folder of a build: where each stage reads and writes, and what a shard of the input is.

A shard is a table, or some dozens of articles that are files; ``shards/`` says which. Whatever is made of shard ``n``
bears its number. So every stage is a function from files to files, for whichever machine has the folder.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.errors import MtqaError, Place
from mtqa.linter import Source
from mtqa.release.record import ReleaseError
from mtqa.sources import rows
from mtqa.tables import is_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.release.article import Maker

FRESH = ".new"  # ends the name of a piece that is being made
FILES = 64  # articles that are files, to a shard
_CHUNK = 1 << 20


class Shard(msgspec.Struct, frozen=True):
    """Part of the input: the sources ``(name, file, encoding, data)``; a table is one source."""

    sources: tuple[tuple[str, str, str | None, bytes | None], ...]

    @property
    def table(self) -> Source | None:
        """The table, where it is one."""
        first = self.files()[0]
        return first if is_table(first.name) and first.data is None else None

    def files(self) -> list[Source]:
        return [Source(*each) for each in self.sources]


def shards_of(sources: Sequence[Source], jobs: int) -> list[Shard]:
    """The sources as shards, in their order, articles that are files before tables; at least ``jobs`` of the former."""
    tables = [one for one in sources if is_table(one.name) and one.data is None]
    files = [one for one in sources if not is_table(one.name) or one.data is not None]
    size = max(1, min(FILES, -(-len(files) // jobs)))
    groups = [files[start : start + size] for start in range(0, len(files), size)]
    return [
        Shard(tuple((one.name, one.file or one.name, one.encoding, one.data) for one in group))
        for group in (*groups, *([table] for table in tables))
    ]


@dataclass(frozen=True)
class Work:
    """The folder ``root``; ``key`` names rules, settings and versions: what was made under another is not used."""

    root: Path
    key: str

    def file(self, kind: str, number: int) -> Path:
        """The file or folder of one kind that belongs to a task."""
        return self.root / kind / f"{number:06}"

    def prepare(self, shards: Sequence[Shard], maker: Maker) -> None:
        for kind in ("shards", "knowledge", "pieces", "plan", "written"):
            (self.root / kind).mkdir(exist_ok=True)
        for left in (self.root / "pieces").glob(f"*{FRESH}"):  # by a build that was killed
            shutil.rmtree(left, ignore_errors=True)
        for number, shard in enumerate(shards):
            replace_file(self.file("shards", number), msgspec.msgpack.encode(shard))
        self.save_maker(maker)

    def save_maker(self, maker: Maker) -> None:
        replace_file(self.root / "maker", pickle.dumps(maker))

    def maker(self) -> Maker:
        """What makes records; the same object for all tasks of a process."""
        return _maker(self.root / "maker", self.key)

    def shard(self, number: int) -> Shard:
        return msgspec.msgpack.decode(self.file("shards", number).read_bytes(), type=Shard)


@lru_cache(maxsize=2)
def _maker(file: Path, key: str) -> Maker:  # noqa: ARG001 - the key tells one maker from the next at the same place
    maker: Maker = pickle.loads(file.read_bytes())  # noqa: S301 - this program wrote it, in this very build
    return maker


def read_shard(shard: Shard, maker: Maker) -> Iterator[Source]:
    """Every article of a shard, as it is read."""
    table = shard.table
    if table is None:
        yield from shard.files()
    else:
        yield from rows(table, maker.corrections.columns)


def inputs_digest(shard: Shard, work: Work, maker: Maker) -> bytes:
    """Of every byte that the records depend on; what cannot be read counts as absent and fails later, with its name."""
    home = maker.corrections
    parts: list[object] = [work.key]
    for source in shard.files():
        original = hashlib.sha256(source.data).hexdigest() if source.data is not None else _sum_of(Path(source.file))
        parts.append([source.name, source.encoding, original])
    for path in decided_in(shard, maker):
        beside = (home.ledger(path).file, home.patch_file(path)[0])
        parts.append([path, *map(_sum_of, beside)])
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


def decided_in(shard: Shard, maker: Maker) -> list[str]:
    """Paths of the shard's articles that have corrections; of a table, those that are called its rows."""
    if table := shard.table:
        return sorted(path for path in maker.decided if path.startswith(f"{table.name}/"))
    return sorted({source.name for source in shard.files()} & maker.decided)


def _sum_of(file: Path) -> str:
    total = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while part := stream.read(_CHUNK):
                total.update(part)
    except OSError:
        return ""
    return total.hexdigest()


class Failure(msgspec.Struct, frozen=True):
    """An error on its way between processes, by file."""

    problem: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    remedy: str = ""

    @classmethod
    def of(cls, error: MtqaError) -> Failure:
        place = error.place or Place("")
        return cls(error.problem, place.path, place.line, place.column, error.remedy)

    def error(self) -> MtqaError:
        place = Place(self.path, self.line, self.column) if self.path else None
        return ReleaseError(self.problem, place=place, remedy=self.remedy)


def write_failures(file: Path, errors: Iterable[MtqaError]) -> None:
    replace_file(file, msgspec.json.encode([Failure.of(error) for error in errors]))


def read_failures(file: Path) -> list[MtqaError]:
    """The errors in a file; none where there is no such file."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=list[Failure])
    except FileNotFoundError:
        return []
    return [each.error() for each in found]


def decoded(file: Path, kind: Any) -> Any:
    """A JSON file as ``kind``; None where it is absent, torn or of another form."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None
