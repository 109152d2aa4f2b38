"""Rows of tables as articles: every form, every way to be damaged, names that are no paths."""

from __future__ import annotations

import gzip
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from mtqa.errors import DocumentError
from mtqa.linter import Source
from mtqa.sources import articles
from mtqa.tables import Columns, Row, is_table, read_row, read_table, row_key, stem, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMS = ("jsonl", "jsonl.gz", "jsonl.zst", "parquet")
ROWS = [("a", "One.\r\nTwo.\n"), ("b/c", ""), ("ünï code", "\ufeffThree\u2028 four"), ("7", "x" * 3000)]


def write(file: Path, rows: Sequence[tuple[str, str]], text: str = "text", name: str = "id") -> Path:
    if file.name.endswith(".parquet"):
        table = pyarrow.table({name: [row[0] for row in rows], text: [row[1] for row in rows], "more": [1] * len(rows)})
        pyarrow.parquet.write_table(table, file, row_group_size=2)
        return file
    lines = b"".join(json.dumps({"more": [1], name: row[0], text: row[1]}).encode() + b"\n" for row in rows)
    if file.name.endswith(".gz"):
        half = lines.index(b"\n") + 1
        lines = gzip.compress(lines[:half]) + gzip.compress(lines[half:])  # two members, as `cat a.gz b.gz` makes
    elif file.name.endswith(".zst"):
        half = lines.index(b"\n") + 1
        lines = zstandard.compress(lines[:half]) + zstandard.compress(lines[half:])
    file.write_bytes(lines)
    return file


def read(file: Path, columns: Columns | None = None) -> list[Row]:
    return list(read_table(file, f"in/{file.name}", columns or Columns()))


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_read_as_they_are(tmp_path: Path, form: str) -> None:
    file = write(tmp_path / f"t.{form}", ROWS)
    found = read(file)
    assert [(row.id, row.text) for row in found] == ROWS
    assert [row.path for row in found] == [f"in/t.{form}/{row_key(name)}" for name, _ in ROWS]
    assert [row.number for row in found] == [1, 2, 3, 4]
    assert read_row(file, f"in/t.{form}", Columns(), found[1].path) == found[1]
    with pytest.raises(DocumentError, match="no row"):
        read_row(file, f"in/t.{form}", Columns(), f"in/t.{form}/none")


@pytest.mark.parametrize("form", FORMS)
def test_other_columns_and_numbered_rows(tmp_path: Path, form: str) -> None:
    file = write(tmp_path / f"t.{form}", ROWS, text="body", name="doc")
    assert [row.text for row in read(file, Columns("body", "doc"))] == [text for _, text in ROWS]
    numbered = read(file, Columns("body", ""))
    assert [(row.id, row.path) for row in numbered][:2] == [("in/t/1", f"in/t.{form}/1"), ("in/t/2", f"in/t.{form}/2")]
    with pytest.raises(DocumentError, match=r"id = \"\" numbers the rows"):
        read(file, Columns("body", "id"))


@pytest.mark.parametrize("form", FORMS)
def test_a_table_that_was_cut_off_is_never_the_end(tmp_path: Path, form: str) -> None:
    """Every proper beginning of a file is an error or, for plain lines, ends at the end of a line."""
    whole = write(tmp_path / f"whole.{form}", [(str(number), f"Text {number}.") for number in range(3)]).read_bytes()
    file = tmp_path / f"t.{form}"
    for size in range(1, len(whole)):
        file.write_bytes(whole[:size])
        if form == "jsonl" and whole[:size].endswith((b"\n", b"}")):
            assert len(read(file)) == whole[:size].count(b"}")
            continue
        if form in ("jsonl.gz", "jsonl.zst") and len(read_or_none(file)) == 1:
            assert whole[size:].startswith(whole[:3])  # exactly one of the two members
            continue
        with pytest.raises(DocumentError, match=r"cut off|damaged|not a"):
            read(file)


def read_or_none(file: Path) -> list[Row]:
    try:
        return read(file)
    except DocumentError:
        return []


@pytest.mark.parametrize("form", ["jsonl.gz", "jsonl.zst", "parquet"])
def test_a_damaged_table_is_named(tmp_path: Path, form: str) -> None:
    file = write(tmp_path / f"t.{form}", ROWS)
    data = bytearray(file.read_bytes())
    data[-2 if form == "parquet" else 2] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(DocumentError, match=f"in/t.{form}"):
        read(file)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "a"}', '{"text": "a"}', '{"id": "", "text": "a"}', '{"id": "a\\n", "text": "a"}',
             '{"id": null, "text": "a"}', '{"id": "a", "text": null}', '{"id": "a", "text": "\\ud800"}', "\udcff"],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "t.jsonl"
    file.write_bytes(b'{"id": 1, "text": "fine"}\n\n' + line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(DocumentError) as caught:
        read(file)
    assert str(caught.value.place) == "in/t.jsonl:3"


def test_parquet_without_strings(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": ["a", "b"], "text": ["x", None]}), file)
    with pytest.raises(DocumentError, match=r"t\.parquet:2: column 'text' holds no string"):
        read(file)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for form in FORMS:
        with pytest.raises(DocumentError, match=r"cannot read|not a Parquet"):
            read(tmp_path / f"none.{form}")


def test_an_error_comes_after_the_rows_before_it(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", ROWS[:2])
    file.write_bytes(file.read_bytes() + b"{")
    found = list(articles([Source("plain.txt"), Source("t.jsonl", str(file))], Columns()))
    assert [source.name for source in found] == ["plain.txt", "t.jsonl/a", "t.jsonl/b%2Fc", "t.jsonl"]
    assert found[1].read().data == b"One.\r\nTwo.\n"
    assert found[3].error is not None


@given(st.text(min_size=1))
def test_a_key_is_a_name_and_never_a_path(name: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    key = row_key(name)
    assert PurePosixPath(key).parts == (key,)
    assert key not in (".", "..")
    assert not key.startswith(".")
    assert "\\" not in key
    assert key.isprintable()
    assert 0 < len(key.encode()) <= 255


@given(st.sets(st.text(max_size=300), max_size=20))
def test_keys_of_unlike_ids_are_unlike(names: set[str]) -> None:
    names = {name.encode("utf-8", "replace").decode() for name in names}
    assert len({row_key(name) for name in names}) == len(names)


def test_names() -> None:
    assert is_table("a.jsonl.zst")
    assert not is_table("a.txt")
    assert table_of("in/a.jsonl.zst/key") == "in/a.jsonl.zst"
    assert table_of("in/a.jsonl.zst") == ""
    assert (stem("in/a.jsonl.gz"), stem("b.parquet"), stem("c.txt")) == ("in/a", "b", "c.txt")
