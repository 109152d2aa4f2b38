"""The text model: one original, read byte for byte, with exact conversions between kinds of offset.

Offsets are code points into :attr:`Document.text`, half-open. A byte order mark belongs to the bytes, not to
the text. Lines end at "\\n" only; a "\\r" directly before it belongs to the ending. Nothing here normalises,
strips or re-joins: ``document.encode(document.text) == document.data`` always holds.
"""

from __future__ import annotations

import codecs
import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.errors import DocumentError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

# That of UTF-32-LE begins with that of UTF-16-LE, so it comes first.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings in which a character's bytes depend on what stands before it: no offset of theirs can be converted.
_SHIFTING = ("utf-7", "iso2022", "hz", "punycode", "idna", "big5hkscs", "euc_jis_2004", "euc_jisx0213", "shift_jis")
_SHIFTING_TOO = ("unicode_escape", "raw_unicode_escape")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points ``[start, end)`` in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """True when the two share a code point; an empty span overlaps what it lies strictly inside of."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """True when ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Line:
    """One line: 1-based ``number``, content ``[start, end)``, and its ``ending``: "", "\\n" or "\\r\\n"."""

    number: int
    start: int
    end: int
    ending: str

    @property
    def span(self) -> Span:
        """The content without the line ending."""
        return Span(self.start, self.end)

    @property
    def full(self) -> Span:
        """The content and the line ending."""
        return Span(self.start, self.end + len(self.ending))


@dataclass(frozen=True)
class Document:
    """One original text.

    ``path`` is the name shown to people and used in records (POSIX separators); ``encoding`` is the codec of
    ``data`` after its byte order mark ``bom`` (empty when there is none).
    """

    path: str
    data: bytes
    text: str
    encoding: str = "utf-8"
    bom: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes, path: str = "<bytes>", encoding: str | None = None) -> Document:
        """Decode ``data`` exactly.

        Without ``encoding``: UTF-8, or UTF-16 when a byte order mark says so. Nothing is guessed: a wrong guess
        would change bytes that nobody decided on.

        Raises :class:`DocumentError`, naming the byte offset, for binary or undecodable data.
        """
        bom, codec = _sniff(data, encoding, path)
        body = data[len(bom) :]
        try:
            text = body.decode(codec)
        except UnicodeDecodeError as error:
            raise _undecodable(error, data, bom, codec, path) from error
        if (nul := text.find("\0")) >= 0:
            position = len(bom) + len(text[:nul].encode(codec))
            raise DocumentError(
                f"NUL at byte offset {position}: this is a binary file or UTF-16 without a byte order mark",
                place=Place(path, text.count("\n", 0, nul) + 1),
                remedy="leave it out, or convert it to UTF-8",
            )
        if text.encode(codec) != body:
            raise DocumentError(
                f"decoding as {codec} loses bytes", place=Place(path), remedy="convert the file to UTF-8"
            )
        return cls(path, data, text, codec, bom)

    @classmethod
    def from_text(cls, text: str, path: str = "<text>") -> Document:
        """A document in UTF-8 from a string; raises :class:`DocumentError` for a lone surrogate."""
        try:
            return cls(path, text.encode("utf-8"), text)
        except UnicodeEncodeError as error:
            raise DocumentError(
                f"lone surrogate U+{ord(text[error.start]):04X} at offset {error.start}",
                place=Place(path),
                remedy="it is no character; remove it or repair the text it came from",
            ) from error

    @classmethod
    def read(cls, file: Path | str, name: str | None = None, encoding: str | None = None) -> Document:
        """Read a file; ``name`` is the path to show and record (default: ``file`` itself).

        Raises :class:`DocumentError` when it cannot be read or decoded.
        """
        shown = name if name is not None else Path(file).as_posix()
        try:
            with open(file, "rb") as stream:  # noqa: PTH123 - a Path costs more than reading
                data = stream.read()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or error
            raise DocumentError(f"cannot read: {reason}", place=Place(shown)) from error
        return cls.from_bytes(data, shown, encoding)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes without what was computed on demand."""
        return (Document, (self.path, self.data, self.text, self.encoding, self.bom))

    def encode(self, text: str) -> bytes:
        """``text`` as this document would hold it on disk: its byte order mark, its codec.

        Raises :class:`DocumentError` for a character that the codec lacks.
        """
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DocumentError(
                f"{text[error.start]!r} cannot be written in {self.encoding}",
                place=Place(self.path, text.count("\n", 0, error.start) + 1),
                remedy="use another wording, or convert the original to UTF-8",
            ) from error

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the original bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def slice(self, span: Span) -> str:
        """The text a span covers."""
        return self.text[span.start : span.end]

    # -- lines

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        found = self.text.find("\n")
        while found >= 0:
            starts.append(found + 1)
            found = self.text.find("\n", found + 1)
        if len(starts) > 1 and starts[-1] == len(self.text):
            starts.pop()
        return starts

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines in order; an empty text has one empty line, a final line ending opens no further line."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        text, starts = self.text, self._line_starts
        for index, start in enumerate(starts):
            stop = starts[index + 1] if index + 1 < len(starts) else len(text)
            ending = "\n" if text.endswith("\n", start, stop) else ""
            if ending and text.endswith("\r\n", start, stop):
                ending = "\r\n"
            yield Line(index + 1, start, stop - len(ending), ending)

    def line_at(self, offset: int) -> Line:
        """The line that ``offset`` lies in (the last line for the end of the text)."""
        self._check(offset)
        return self.lines[bisect_right(self._line_starts, offset) - 1]

    # -- offsets

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and column (in code points) of an offset."""
        self._check(offset)
        index = bisect_right(self._line_starts, offset) - 1
        return index + 1, offset - self._line_starts[index] + 1

    def offset_at(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column; raises ValueError outside the line and its ending."""
        if not 1 <= line <= len(self.lines):
            raise ValueError(f"line {line} of {len(self.lines)}")
        place = self.lines[line - 1].full
        if not 1 <= column <= len(place) + 1:
            raise ValueError(f"column {column} of line {line}, which has {len(place)} code points")
        return place.start + column - 1

    def byte_offset(self, offset: int) -> int:
        """Byte offset into :attr:`data` (its byte order mark counted) of a code-point offset."""
        return self.place(offset)[2]

    def place(self, offset: int) -> tuple[int, int, int]:
        """1-based line, 1-based column in code points, and byte offset (see :meth:`byte_offset`) of an offset."""
        self._check(offset)
        index = bisect_right(self._line_starts, offset) - 1
        start = self._line_starts[index]
        if self._one_byte_each:
            return index + 1, offset - start + 1, len(self.bom) + offset
        inside = self.text[start:offset].encode(self.encoding)
        return index + 1, offset - start + 1, self._byte_starts[index] + len(inside)

    def extent(self, span: Span) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """:meth:`place` of the start and of the end of a span."""
        line, column, byte = start = self.place(span.start)
        text = self.text[span.start : span.end]
        if "\n" in text:
            return start, self.place(span.end)
        self._check(span.end)
        size = len(text) if self._one_byte_each else len(text.encode(self.encoding))
        return start, (line, column + len(text), byte + size)

    def from_byte_offset(self, position: int) -> int:
        """The code-point offset of a byte offset; raises ValueError inside a character or the byte order mark."""
        if not len(self.bom) <= position <= len(self.data):
            raise ValueError(f"byte {position} of {len(self.data)}")
        index = bisect_right(self._byte_starts, position) - 1
        part = self.data[self._byte_starts[index] : position]
        try:
            return self._line_starts[index] + len(part.decode(self.encoding))
        except UnicodeDecodeError as error:
            raise ValueError(f"byte {position} is inside a character") from error

    def utf16_offset(self, offset: int) -> int:
        """Offset in UTF-16 code units, as LanguageTool and the Language Server Protocol count."""
        self._check(offset)
        index = bisect_right(self._line_starts, offset) - 1
        return self._utf16_starts[index] + utf16_length(self.text[self._line_starts[index] : offset])

    def from_utf16_offset(self, position: int) -> int:
        """The code-point offset of a UTF-16 offset; raises ValueError inside a surrogate pair."""
        total = self._utf16_starts[-1] + utf16_length(self.text[self._line_starts[-1] :])
        if not 0 <= position <= total:
            raise ValueError(f"UTF-16 offset {position} of {total}")
        index = bisect_right(self._utf16_starts, position) - 1
        offset, units = self._line_starts[index], self._utf16_starts[index]
        while units < position:
            units += 2 if self.text[offset] > "\uffff" else 1
            offset += 1
        if units != position:
            raise ValueError(f"UTF-16 offset {position} is inside a surrogate pair")
        return offset

    @cached_property
    def _one_byte_each(self) -> bool:
        return len(self.text) == len(self.data) - len(self.bom)

    @cached_property
    def _byte_starts(self) -> list[int]:
        starts, position = [], len(self.bom)
        for line in self.lines:
            starts.append(position)
            position += len(self.slice(line.full).encode(self.encoding))
        return starts

    @cached_property
    def _utf16_starts(self) -> list[int]:
        starts, position = [], 0
        for line in self.lines:
            starts.append(position)
            position += utf16_length(self.slice(line.full))
        return starts

    def _check(self, offset: int) -> None:
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} of {len(self.text)}")


def utf16_length(text: str) -> int:
    """Number of UTF-16 code units in ``text``; a lone surrogate counts as one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _sniff(data: bytes, encoding: str | None, path: str) -> tuple[bytes, str]:
    """The byte order mark that ``data`` starts with and the codec of the rest."""
    if encoding is None:
        for bom, codec in _BOMS:
            if data.startswith(bom):
                return bom, codec
        return b"", "utf-8"
    try:
        codec = codecs.lookup(encoding).name
        b"a".decode(codec, "ignore")  # a LookupError for what is no encoding of text, such as "hex"
    except LookupError as error:
        raise DocumentError(f"unknown encoding {encoding!r}", place=Place(path)) from error
    if codec.startswith(_SHIFTING) or codec.replace("-", "_") in _SHIFTING_TOO:
        raise DocumentError(f"{encoding} is not supported", place=Place(path), remedy="convert the file to UTF-8")
    width = "utf-8" if codec == "utf-8-sig" else codec
    for bom, known in _BOMS:
        if known.startswith(width) and data.startswith(bom):
            return bom, known
    if width in ("utf-16", "utf-32"):
        raise DocumentError(
            f"named {width}, but has no byte order mark that says which",
            place=Place(path),
            remedy=f'name "{width}-le" or "{width}-be" instead',
        )
    return b"", width


def _undecodable(error: UnicodeDecodeError, data: bytes, bom: bytes, codec: str, path: str) -> DocumentError:
    position = error.start + len(bom)
    line = data[len(bom) : position].decode(codec, "replace").count("\n") + 1
    return DocumentError(
        f"not {codec}: byte 0x{data[position]:02X} at byte offset {position}",
        place=Place(path, line),
        remedy='if it is in another encoding, name it, as in encoding = "cp1252" under [[tool.mtqa.overrides]]',
    )
