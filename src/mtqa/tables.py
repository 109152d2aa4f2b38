"""Articles that are rows: JSON Lines (plain, gzip, Zstandard) and Parquet, read row by row.

A row's article is named ``<table>/<key>``, where the key is the row's id with whatever a file name cannot hold written
as ``%XX``; its corrections are kept under that name like those of any article. Memory holds one row (in Parquet one
batch of rows), however large the table.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from mtqa.errors import DocumentError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
_CHUNK = 1 << 20
_BATCH = 512
_LONGEST_KEY = 180
_REMEDY = "restore the file; nothing of it was used"
_UNSAFE = re.compile(r"[^\w.~@+=,-]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold an article's text and its id; without ``id`` rows are numbered from 1."""

    text: str = "text"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Row:
    """One article of a table: its id in the corpus, its name, its text, and its place in the table, from 1."""

    id: str
    path: str
    text: str
    number: int


def is_table(name: str) -> bool:
    """True for the names of files whose rows are articles."""
    return name.endswith(_ENDINGS)


def table_of(path: str) -> str:
    """The table that a row's article is in, by its name; "" for an article that is a file of its own."""
    parents = PurePosixPath(path).parents
    return next((parent.as_posix() for parent in parents if is_table(parent.name)), "")


def stem(table: str) -> str:
    """A table's name without its ending."""
    return next((table.removesuffix(ending) for ending in _ENDINGS[::-1] if table.endswith(ending)), table)


def row_key(name: str) -> str:
    """An id as the name of a file: letters, digits and ``._-~@+=,`` stay, the rest is percent-encoded; never a path.

    What would be longer than file systems take is cut, and told apart by a hash.
    """
    key = _UNSAFE.sub(lambda found: quote(found[0], safe=""), name)
    if key.startswith("."):
        key = f"%2E{key[1:]}"
    if len(key.encode()) <= _LONGEST_KEY:
        return key
    kept = key.encode()[: _LONGEST_KEY - 17].decode(errors="ignore")
    return f"{kept}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def read_table(file: Path, shown: str, columns: Columns, prefix: str = "") -> Iterator[Row]:
    """The rows of a table, in its order.

    ``shown`` is its name in messages and of its articles; ``prefix`` begins the ids of rows that are only numbered.
    Raises :class:`DocumentError`, naming the line or row, for whatever is no table, torn, or lacks a text or an id.
    """
    reader = _parquet if shown.endswith(".parquet") else _json_lines
    for number, (name, text) in enumerate(reader(file, shown, columns), 1):
        known = name if columns.id else f"{prefix or stem(shown)}/{number}"
        key = row_key(name) if columns.id else str(number)
        yield Row(known, f"{shown}/{key}", text, number)


def read_row(file: Path, shown: str, columns: Columns, path: str) -> Row:
    """The row whose article is called ``path``. Raises :class:`DocumentError` when there is none."""
    for row in read_table(file, shown, columns):
        if row.path == path:
            return row
    raise DocumentError(f"no row of {shown} has this id", place=Place(path))


# -- JSON Lines


def _json_lines(file: Path, shown: str, columns: Columns) -> Iterator[tuple[str, str]]:
    fields: list[Any] = [("text", str)]
    renamed = {"text": columns.text}
    if columns.id:
        fields.append(("id", str | int))
        renamed["id"] = columns.id
    decode = msgspec.json.Decoder(msgspec.defstruct("Row", fields, rename=renamed)).decode
    for number, line in enumerate(_lines(_unpacked(file, shown)), 1):
        if not line.strip():
            continue
        try:
            row: Any = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DocumentError(
                f"not a row with the columns {_named(columns)}: {error}",
                place=Place(shown, number),
                remedy=_COLUMNS_REMEDY,
            ) from error
        yield (_checked(str(row.id), shown, number) if columns.id else ""), row.text


def _lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of a stream, without their ends; a final line ending opens no further line."""
    rest = b""
    for part in parts:
        pieces = (rest + part).split(b"\n")
        rest = pieces.pop()
        yield from pieces
    if rest:
        yield rest


def _unpacked(file: Path, shown: str) -> Iterator[bytes]:
    """The bytes of a file, unpacked as its name says."""
    try:
        with file.open("rb") as stream:
            parts = iter(lambda: stream.read(_CHUNK), b"")
            if shown.endswith(".gz"):
                yield from _members(parts, lambda: zlib.decompressobj(31), zlib.error, shown)
            elif shown.endswith(".zst"):
                packing = _library("zstandard", shown)
                unpacker = packing.ZstdDecompressor()
                yield from _members(parts, unpacker.decompressobj, packing.ZstdError, shown)
            else:
                yield from parts
    except OSError as error:
        raise DocumentError(f"cannot read: {error.strerror or error}", place=Place(shown)) from error


def _members(parts: Iterator[bytes], start: Callable[[], Any], failure: type[Exception], shown: str) -> Iterator[bytes]:
    """Unpack a file of one or more packed members; one that ends early is an error, never the end of the file."""
    member: Any = None
    for part in parts:
        data = part
        while data:
            member = member or start()
            try:
                yield member.decompress(data)
            except failure as error:
                raise DocumentError(f"damaged: {error}", place=Place(shown), remedy=_REMEDY) from error
            data = b""
            if member.eof:
                data, member = member.unused_data, None
    if member is not None:
        raise DocumentError("ends in the middle: it was cut off", place=Place(shown), remedy=_REMEDY)


# -- Parquet


def _parquet(file: Path, shown: str, columns: Columns) -> Iterator[tuple[str, str]]:
    parquet, arrow = _library("pyarrow.parquet", shown), _library("pyarrow", shown)
    wanted = [name for name in (columns.id, columns.text) if name]
    number = 0
    try:
        with parquet.ParquetFile(file) as opened:
            if missing := [name for name in wanted if name not in opened.schema_arrow.names]:
                raise DocumentError(f"has no column {missing[0]!r}", place=Place(shown), remedy=_COLUMNS_REMEDY)
            for batch in opened.iter_batches(batch_size=_BATCH, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    text, name = row[columns.text], row[columns.id] if columns.id else ""
                    if not isinstance(text, str) or not isinstance(name, str | int):
                        wrong = columns.id if isinstance(text, str) else columns.text
                        raise DocumentError(f"column {wrong!r} holds no string", place=Place(shown, number))
                    yield (_checked(str(name), shown, number) if columns.id else ""), text
    except arrow.ArrowException as error:
        raise DocumentError(
            f"not a Parquet file that can be read, after row {number}: {error}", place=Place(shown), remedy=_REMEDY
        ) from error
    except OSError as error:
        raise DocumentError(f"cannot read: {error.strerror or error}", place=Place(shown)) from error


def _checked(name: str, shown: str, number: int) -> str:
    if not name or not name.isprintable():
        raise DocumentError(f"an id that cannot be one: {name!r}", place=Place(shown, number))
    return name


def _named(columns: Columns) -> str:
    return " and ".join(repr(name) for name in (columns.text, columns.id) if name)


_COLUMNS_REMEDY = 'name the columns under [columns]: text = "…", id = "…"; id = "" numbers the rows'


def _library(name: str, shown: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        package = name.partition(".")[0]
        raise DocumentError(
            f"reading it needs {package}, which is not installed",
            place=Place(shown),
            remedy="python -m pip install 'mtqa[release]'",
        ) from error
