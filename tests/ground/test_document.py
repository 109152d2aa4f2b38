"""The text model: bytes in, the same bytes out; every offset converts there and back."""

from __future__ import annotations

import codecs
import encodings.aliases
import os
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document, Span, utf16_length
from mtqa.errors import DocumentError
from tests.strategies import FALSE_ENDINGS, documents, texts

if TYPE_CHECKING:
    from pathlib import Path


# -- exactness


@given(documents())
def test_round_trip(document: Document) -> None:
    assert document.encode(document.text) == document.data


@given(st.binary(max_size=60))
def test_any_bytes_round_trip_or_are_refused(data: bytes) -> None:
    try:
        document = Document.from_bytes(data)
    except DocumentError:
        return
    assert document.encode(document.text) == data


@given(documents())
def test_pickle_keeps_everything_and_no_cache(document: Document) -> None:
    assert document.sha256
    assert document.lines
    copy = pickle.loads(pickle.dumps(document))
    assert copy == document
    assert set(vars(copy)) == {"path", "data", "text", "encoding", "bom"}


@given(texts())
def test_from_text_is_from_utf8(text: str) -> None:
    document = Document.from_text(text, "a.txt")
    assert document.text == text
    assert document.data == text.encode()


# -- lines


@given(documents())
def test_lines_partition_the_text(document: Document) -> None:
    lines = document.lines
    assert "".join(document.slice(line.full) for line in lines) == document.text
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0].start == 0
    assert all(before.full.end == after.start for before, after in pairwise(lines))
    for line in lines:
        content = document.slice(line.span)
        assert "\n" not in content
        assert line.ending in ("", "\n", "\r\n")
        assert not (line.ending == "\n" and content.endswith("\r"))
        assert document.slice(line.full) == content + line.ending
    assert all(line.ending for line in lines[:-1])
    assert len(lines) == max(1, document.text.count("\n") + (not document.text.endswith("\n")))


@pytest.mark.parametrize("char", FALSE_ENDINGS)
def test_nothing_but_a_line_feed_ends_a_line(char: str) -> None:
    document = Document.from_text(f"a{char}b\nc{char}")
    assert [document.slice(line.span) for line in document.lines] == [f"a{char}b", f"c{char}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", "")]),
        ("\n", [("", "\n")]),
        ("\r\n", [("", "\r\n")]),
        ("\r", [("\r", "")]),
        ("\r\r\n", [("\r", "\r\n")]),
        ("\n\r", [("", "\n"), ("\r", "")]),
        ("a", [("a", "")]),
        ("a\n", [("a", "\n")]),
        ("a\r\nb\n\nc", [("a", "\r\n"), ("b", "\n"), ("", "\n"), ("c", "")]),
    ],
)
def test_lines_of(text: str, expected: list[tuple[str, str]]) -> None:
    document = Document.from_text(text)
    assert [(document.slice(line.span), line.ending) for line in document.lines] == expected


# -- offsets


def _offsets(document: Document) -> list[int]:
    """All offsets of a short text, a spread of those of a long one."""
    end = len(document.text)
    return [*range(min(end, 120) + 1), *range(120, end, 97), end]


@given(documents())
def test_every_conversion_has_its_inverse(document: Document) -> None:
    for offset in _offsets(document):
        line, column = document.line_column(offset)
        assert document.offset_at(line, column) == offset
        assert document.from_byte_offset(document.byte_offset(offset)) == offset
        assert document.from_utf16_offset(document.utf16_offset(offset)) == offset


@given(documents())
def test_conversions_equal_their_definition(document: Document) -> None:
    for offset in _offsets(document):
        before = document.text[:offset]
        assert document.byte_offset(offset) == len(document.bom) + len(before.encode(document.encoding))
        assert document.utf16_offset(offset) == len(before.encode("utf-16-le")) // 2 == utf16_length(before)
        line = document.line_at(offset)
        assert document.line_column(offset) == (line.number, offset - line.start + 1)
        assert line.full.start <= offset <= line.full.end


@given(documents())
def test_offsets_inside_characters_are_refused(document: Document) -> None:
    ends = {document.byte_offset(offset) for offset in range(min(len(document.text), 60) + 1)}
    for position in range(max(ends)):
        if position not in ends:
            with pytest.raises(ValueError, match="byte"):
                document.from_byte_offset(position)
    units = {document.utf16_offset(offset) for offset in range(min(len(document.text), 60) + 1)}
    for position in set(range(max(units))) - units:
        with pytest.raises(ValueError, match="surrogate pair"):
            document.from_utf16_offset(position)


@given(documents())
def test_offsets_outside_are_refused(document: Document) -> None:
    end = len(document.text)
    for offset in (-1, end + 1):
        for convert in (document.line_column, document.line_at, document.byte_offset, document.utf16_offset):
            with pytest.raises(ValueError, match="offset"):
                convert(offset)
    for position in (-1, len(document.data) + 1):
        with pytest.raises(ValueError, match="byte"):
            document.from_byte_offset(position)
        with pytest.raises(ValueError, match="UTF-16"):
            document.from_utf16_offset(position if position < 0 else utf16_length(document.text) + 1)
    last = document.lines[-1]
    for line, column in ((0, 1), (last.number + 1, 1), (1, 0), (last.number, len(last.full) + 2)):
        with pytest.raises(ValueError, match=r"line|column"):
            document.offset_at(line, column)


def test_a_byte_order_mark_is_in_the_bytes_only() -> None:
    document = Document.from_bytes(b"\xef\xbb\xbf\xc3\xa9\nx")
    assert document.text == "é\nx"
    assert [document.byte_offset(n) for n in range(4)] == [3, 5, 6, 7]
    assert document.line_column(0) == (1, 1)
    for position in (0, 1, 2, 4):
        with pytest.raises(ValueError, match="byte"):
            document.from_byte_offset(position)


def test_a_second_byte_order_mark_is_text() -> None:
    assert Document.from_bytes(b"\xef\xbb\xbf\xef\xbb\xbfx").text == "\ufeffx"


# -- encodings


@pytest.mark.parametrize(
    ("data", "encoding", "codec", "text"),
    [
        (b"\xef\xbb\xbfa", None, "utf-8", "a"),
        (b"\xff\xfea\0", None, "utf-16-le", "a"),
        (b"\xfe\xff\0a", None, "utf-16-be", "a"),
        (b"\xff\xfe\0\0a\0\0\0", None, "utf-32-le", "a"),
        (b"\0\0\xfe\xff\0\0\0a", None, "utf-32-be", "a"),
        (b"\xff\xfea\0", "UTF-16", "utf-16-le", "a"),
        (b"\xfe\xff\0a", "utf16", "utf-16-be", "a"),
        (b"a\0", "utf-16-le", "utf-16-le", "a"),
        (b"\xff\xfea\0", "utf-16-le", "utf-16-le", "a"),
        (b"\xef\xbb\xbfa", "utf-8-sig", "utf-8", "a"),
        (b"a", "utf_8_sig", "utf-8", "a"),
        (b"\x93a\x94\x85", "cp1252", "cp1252", "“a”…"),
        (b"\x93a\x94\x85", "windows-1252", "cp1252", "“a”…"),
        ("省总".encode("gb18030"), "GB18030", "gb18030", "省总"),
        ("省总".encode("gbk"), "gbk", "gbk", "省总"),
    ],
)
def test_reads(data: bytes, encoding: str | None, codec: str, text: str) -> None:
    document = Document.from_bytes(data, encoding=encoding)
    assert (document.text, document.encoding) == (text, codec)
    assert document.encode(document.text) == data
    assert document.from_byte_offset(document.byte_offset(1)) == 1


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"ab\ncd\xff", None, r"a.txt:2: not utf-8: byte 0xFF at byte offset 5"),
        (b"\xef\xbb\xbfab\n\xff", None, r"a.txt:2: not utf-8: byte 0xFF at byte offset 6"),
        (b"ab\xe7\x9c", None, r"a.txt:1: not utf-8: byte 0xE7 at byte offset 2"),
        (b"\xed\xa0\x80", None, r"a.txt:1: not utf-8: byte 0xED at byte offset 0"),
        (b"\xc0\x80", None, r"a.txt:1: not utf-8: byte 0xC0 at byte offset 0"),
        (b"a\n\0b", None, r"a.txt:2: NUL at byte offset 2"),
        (b"\x89PNG\r\n\x1a\n\0", None, r"a.txt:1: not utf-8: byte 0x89 at byte offset 0"),
        (b"a\0b\0", None, r"a.txt:1: NUL at byte offset 1"),
        (b"\xff\xfea\0\0\0", None, r"a.txt:1: NUL at byte offset 4"),
        (b"\xff\xfea", None, r"a.txt:1: not utf-16-le: byte 0x61 at byte offset 2"),
        (b"\xff\xfe\0\xd8a\0", None, r"a.txt:1: not utf-16-le: byte 0x00 at byte offset 2"),
        (b"\xff\xfe\x0a\x0a\n\0\0\xdc", None, r"a.txt:2: not utf-16-le: byte 0x00 at byte offset 6"),
        (b"\x81", "cp1252", r"a.txt:1: not cp1252: byte 0x81 at byte offset 0"),
        (b"a", "no-such-codec", r"a.txt: unknown encoding 'no-such-codec'"),
        (b"a", "hex", r"a.txt: unknown encoding 'hex'"),
        (b"a", "utf-16", r"a.txt: named utf-16, but has no byte order mark"),
        (b"a", "utf-32", r"a.txt: named utf-32, but has no byte order mark"),
        (b"a", "utf-7", r"a.txt: utf-7 is not supported"),
        (b"a", "iso2022_jp", r"a.txt: iso2022_jp is not supported"),
    ],
)
def test_refuses(data: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Document.from_bytes(data, "a.txt", encoding)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("codec", sorted(set(encodings.aliases.aliases.values())))
def test_every_codec_is_exact_or_refused(codec: str) -> None:
    """What can be read must convert offsets, so each character's bytes must not depend on its neighbours."""
    characters = "aB1 \n~“é中ßЯÊ\u0304か\u309aｱ\\+-&"
    known = [char for char in characters if _encoded(char, codec)]
    for first in known:
        for second in known:
            try:
                data = (first + second).encode(codec)
                document = Document.from_bytes(data, encoding=codec)
            except (UnicodeEncodeError, DocumentError):
                continue
            assert document.encode(document.text) == data
            assert [document.from_byte_offset(document.byte_offset(n)) for n in range(len(document.text) + 1)] == list(
                range(len(document.text) + 1)
            )


def _encoded(char: str, codec: str) -> bool:
    try:
        return bool(char.encode(codec))
    except (LookupError, ValueError):
        return False


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"lone surrogate U\+D800 at offset 1"):
        Document.from_text("a\ud800")


def test_a_replacement_that_the_codec_lacks_is_an_error_to_act_on() -> None:
    document = Document.from_bytes(b"a\nb", "a.txt", "cp1252")
    with pytest.raises(DocumentError, match=r"a\.txt:2: '中' cannot be written in cp1252"):
        document.encode("a\n中")


# -- files


def test_reads_a_file_under_another_name(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(codecs.BOM_UTF8 + b"a\r\n")
    document = Document.read(file, "seeds/a.txt")
    assert (document.path, document.text, document.data) == ("seeds/a.txt", "a\r\n", codecs.BOM_UTF8 + b"a\r\n")


def test_missing_folder_and_impossible_names_are_refused(tmp_path: Path) -> None:
    for name, reason in (("gone.txt", "No such file"), (".", "Is a directory"), ("a\0b", "null byte")):
        with pytest.raises(DocumentError, match=f"cannot read: .*{reason}"):
            Document.read(tmp_path / name, "shown")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_forbidden_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.touch(mode=0)
    with pytest.raises(DocumentError, match="Permission denied"):
        Document.read(file)


# -- spans


def test_spans() -> None:
    for start, end in ((-1, 0), (2, 1)):
        with pytest.raises(ValueError, match="not a span"):
            Span(start, end)
    assert Span(1, 3).overlaps(Span(2, 4))
    assert not Span(1, 3).overlaps(Span(3, 4))
    assert Span(1, 3).overlaps(Span(2, 2))
    assert not Span(1, 3).overlaps(Span(1, 1))
    assert Span(1, 3).contains(Span(1, 1))
    assert Span(1, 3).contains(Span(3, 3))
    assert not Span(1, 3).contains(Span(2, 4))
    assert len(Span(1, 3)) == 2


@given(*[st.integers(0, 6)] * 4)
def test_overlap_is_symmetric_and_means_a_shared_code_point(a: int, b: int, c: int, d: int) -> None:
    one, two = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    assert one.overlaps(two) == two.overlaps(one)
    if len(one) and len(two):
        assert one.overlaps(two) == bool(set(range(one.start, one.end)) & set(range(two.start, two.end)))


@given(documents(), st.data())
def test_a_span_ends_where_its_end_lies(document: Document, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(document.text)))
    end = data.draw(st.integers(start, len(document.text)))
    assert document.extent(Span(start, end)) == (document.place(start), document.place(end))
