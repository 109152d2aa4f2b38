"""The data files: Parquet, JSON Lines in Zstandard, and plain text; the same rows give the same bytes."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from mtqa.errors import Place
from mtqa.release.libraries import library
from mtqa.release.record import ReleaseError
from mtqa.tables import row_key, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mtqa.release.record import Record

Format = Literal["parquet", "jsonl.zst", "txt"]
FORMATS: tuple[Format, ...] = ("parquet", "jsonl.zst", "txt")
_ROW_GROUP = 1024
_LEVEL = 3  # of Zstandard; 9 takes five times as long as 3 for a tenth less


class _Writer(Protocol):
    def write(self, rows: Sequence[dict[str, Any]]) -> None: ...

    def close(self) -> None: ...


class _Parquet:
    def __init__(self, file: Path, columns: Mapping[str, tuple[str, str]]) -> None:
        self._arrow = library("pyarrow")
        self.schema = self._arrow.schema([(name, self._type(kind)) for name, (kind, _) in columns.items()])
        self._handle = file.open("wb")
        self._writer = library("pyarrow.parquet").ParquetWriter(
            self._handle, self.schema, compression="zstd", compression_level=_LEVEL, write_page_index=True
        )

    def _type(self, kind: str) -> Any:
        inner = kind.removeprefix("list<").removesuffix(">")
        found = {"string": self._arrow.string(), "int64": self._arrow.int64(), "double": self._arrow.float64()}[inner]
        return self._arrow.list_(found) if kind != inner else found

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        columns = [
            self._arrow.array([row[field.name] for row in rows], type=field.type, from_pandas=False)
            for field in self.schema
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self.schema))

    def close(self) -> None:
        try:
            self._writer.close()
        finally:
            self._handle.close()


class _JsonLines:
    def __init__(self, file: Path) -> None:
        self._handle = file.open("wb")
        packer = library("zstandard").ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._stream = packer.stream_writer(self._handle)

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            self._stream.write(msgspec.json.encode(row) + b"\n")

    def close(self) -> None:
        self._stream.close()


class Table:
    """Writes the rows of one file of a table, in one or both formats. Rows are kept until a row group is full.

    ``names`` are the files, once it was started; a table that is never started has none.
    """

    def __init__(self, root: Path, folder: str, number: int, formats: Sequence[str]) -> None:
        self._root, self._folder, self._number = root, folder, number
        self._kinds = [form for form in FORMATS[:2] if form in formats]
        self.names: list[str] = []
        self._waiting: list[dict[str, Any]] = []
        self._open: list[_Writer] = []
        self._stack = ExitStack()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        with self._stack:
            if kind is None:
                self._flush()
        if kind is None:
            for name in self.names:
                _aside(self._root / name).replace(self._root / name)

    def start(self, columns: Mapping[str, tuple[str, str]]) -> None:
        """Make the files; nothing where they are made."""
        if self._open:
            return
        if "parquet" in self._kinds:
            self._keep(_Parquet(self._file(f"{self._folder}/{self._number:05}.parquet"), columns))
        if "jsonl.zst" in self._kinds:
            self._keep(_JsonLines(self._file(f"jsonl/{self._folder}/{self._number:05}.jsonl.zst")))

    def add(self, row: dict[str, Any]) -> None:
        self._waiting.append(row)
        if len(self._waiting) == _ROW_GROUP:
            self._flush()

    def _keep(self, writer: _Writer) -> None:
        self._stack.callback(writer.close)
        self._open.append(writer)

    def _file(self, name: str) -> Path:
        self.names.append(name)
        file = _aside(self._root / name)
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _flush(self) -> None:
        if self._waiting:
            for writer in self._open:
                writer.write(self._waiting)
            self._waiting = []


def _aside(file: Path) -> Path:
    """Where this process writes a file before it bears its name."""
    return file.with_name(f".{file.name}.{os.getpid()}")


def write_text(root: Path, record: Record) -> str:
    """One article as ``txt/<id>.txt``, in UTF-8, byte for byte its text; returns the file's name.

    The id of a row is written as its key, for it may hold what no path can.
    """
    name = f"txt/{row_key(record.id) if table_of(record.path) else record.id}.txt"
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(record.text.encode())
    return name


def read_rows(folder: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of all Parquet shards of a folder, in order, a row group at a time.

    Raises :class:`ReleaseError` naming the file when it is no Parquet file, or lacks a column.
    """
    parquet, arrow = library("pyarrow.parquet"), library("pyarrow")
    for file in sorted(folder.glob("*.parquet")):
        place = Place(f"{folder.name}/{file.name}")
        try:
            with parquet.ParquetFile(file) as opened:
                if missing := sorted(set(columns) - set(opened.schema_arrow.names)):
                    raise ReleaseError(f"has no column {missing[0]!r}", place=place)
                for batch in opened.iter_batches(batch_size=_ROW_GROUP, columns=list(columns)):
                    yield from batch.to_pylist()
        except arrow.ArrowException as error:
            raise ReleaseError(f"is not a Parquet file that can be read: {error}", place=place) from error
