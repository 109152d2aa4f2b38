"""Unified diffs over bytes: written from known edits, read back, and applied without fuzz.

Lines end at "\\n" only. The diff is made from the edits, not by comparing texts, so long lines cost nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.document import Document
    from mtqa.finding import Edit

CONTEXT = 3
_NO_NEWLINE = b"\\ No newline at end of file\n"
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class DiffError(ValueError):
    """A diff that is malformed or does not fit; ``line`` is the 1-based line of the diff."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``[start, end)`` of the source (0-based) become ``new``; lines carry their endings."""

    start: int
    end: int
    new: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk as read: 0-based source line ``start``, and (sign, line) pairs; ``line`` is where its body begins."""

    start: int
    body: tuple[tuple[bytes, bytes], ...]
    line: int

    @property
    def old(self) -> list[bytes]:
        return [line for sign, line in self.body if sign != b"+"]

    @property
    def new(self) -> list[bytes]:
        return [line for sign, line in self.body if sign != b"-"]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The hunks for one file; names without their ``a/`` and ``b/``. ``/dev/null`` stays as it is."""

    old_name: str
    new_name: str
    hunks: tuple[Hunk, ...]
    line: int


def split_lines(data: bytes) -> list[bytes]:
    """Lines with their endings; nothing for nothing."""
    return [part for part in re.split(rb"(?<=\n)", data) if part]


def blocks_of(document: Document, edits: Sequence[Edit]) -> list[Block]:
    """The lines that ``edits`` (sorted, apart from each other) change, as blocks that share no line."""
    return [block for region in _regions(document, edits) for block in _trimmed(document, region)]


def _regions(document: Document, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits grouped by the whole lines they touch."""
    group: list[Edit] = []
    reach = -1
    for edit in edits:
        if group and edit.span.start >= reach:
            yield group
            group = []
        group.append(edit)
        reach = max(reach, _reach(document, group))
    if group:
        yield group


def _reach(document: Document, group: Sequence[Edit]) -> int:
    """Where the lines that a group may change end. A byte order mark drags the second line in with the first."""
    end = _line_end(document, group[-1].span.end)
    if document.bom and "\n" not in document.text[: group[0].span.start] and end < len(document.text):
        return _line_end(document, end)
    return end


def _line_end(document: Document, offset: int) -> int:
    """End, line ending included, of the line that starts at or goes over ``offset``."""
    found = document.text.find("\n", offset)
    return len(document.text) + 1 if found < 0 else found + 1


def _trimmed(document: Document, edits: Sequence[Edit]) -> Iterator[Block]:
    text = document.text
    start = text.rfind("\n", 0, edits[0].span.start) + 1
    end = min(_line_end(document, edits[-1].span.end), len(text))
    pieces, at = [], start
    for edit in edits:
        pieces += [text[at : edit.span.start], edit.replacement]
        at = edit.span.end
    new_text = "".join([*pieces, text[at:end]])
    mark = document.bom if start == 0 else b""
    if mark and end < len(text) and not new_text:  # what is left of the first line, the mark, opens the next line
        end = min(_line_end(document, end), len(text))
        new_text = text[at:end]
    old = split_lines(mark + text[start:end].encode(document.encoding))
    new = split_lines(mark + new_text.encode(document.encoding))
    first = text.count("\n", 0, start)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if len(old) > head + tail or len(new) > head + tail:
        yield Block(first + head, first + len(old) - tail, tuple(new[head : len(new) - tail]))


def hunks(lines: Sequence[bytes], blocks: Sequence[Block]) -> bytes:
    """The hunks of a unified diff with three lines of context."""
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and block.start - groups[-1][-1].end <= 2 * CONTEXT:
            groups[-1].append(block)
        else:
            groups.append([block])
    written, shift = [], 0
    for group in groups:
        written.append(_hunk(lines, group, shift))
        shift += sum(len(block.new) - (block.end - block.start) for block in group)
    return b"".join(written)


def _hunk(lines: Sequence[bytes], group: Sequence[Block], shift: int) -> bytes:
    start = max(0, group[0].start - CONTEXT)
    end = min(len(lines), group[-1].end + CONTEXT)
    body: list[bytes] = []
    at, added = start, 0
    for block in group:
        body += [_signed(b" ", line) for line in lines[at : block.start]]
        body += [_signed(b"-", line) for line in lines[block.start : block.end]]
        body += [_signed(b"+", line) for line in block.new]
        added += len(block.new) - (block.end - block.start)
        at = block.end
    body += [_signed(b" ", line) for line in lines[at:end]]
    header = f"@@ -{_range(start, end - start)} +{_range(start + shift, end - start + added)} @@\n"
    return header.encode() + b"".join(body)


def _signed(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_NEWLINE


def _range(start: int, count: int) -> str:
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


# -- reading


def read_diff(data: bytes) -> list[FileDiff]:
    """All file diffs in ``data``; text between them is passed over. Raises :class:`DiffError`."""
    lines = split_lines(data)
    found: list[FileDiff] = []
    at = 0
    while at < len(lines):
        if not _is_header(lines, at):
            at += 1
            continue
        names = (_name(lines[at], at + 1), _name(lines[at + 1], at + 2))
        first, at = at + 1, at + 2
        body: list[Hunk] = []
        while at < len(lines) and (header := _HUNK.match(lines[at])):
            hunk, at = _read_hunk(lines, at, header)
            body.append(hunk)
        if not body:
            raise DiffError("a file header without a hunk", first)
        found.append(FileDiff(names[0], names[1], tuple(body), first))
    return found


def _is_header(lines: Sequence[bytes], at: int) -> bool:
    return lines[at].startswith(b"--- ") and at + 1 < len(lines) and lines[at + 1].startswith(b"+++ ")


def _read_hunk(lines: Sequence[bytes], at: int, header: re.Match[bytes]) -> tuple[Hunk, int]:
    start, old_left, _, new_left = (int(value) if value is not None else 1 for value in header.groups())
    first = start - 1 if old_left else start
    body: list[tuple[bytes, bytes]] = []
    number = at + 1
    at += 1
    while old_left > 0 or new_left > 0:
        if at >= len(lines):
            raise DiffError("the diff ends inside a hunk", len(lines))
        sign, line = lines[at][:1], lines[at][1:]
        if lines[at] == b"\n":  # some mailers strip the space of an empty context line
            sign, line = b" ", b"\n"
        if sign not in b" +-" or not line:
            raise DiffError("not a line of a hunk", at + 1)
        old_left -= sign != b"+"
        new_left -= sign != b"-"
        at += 1
        if at < len(lines) and lines[at].startswith(b"\\"):
            line = line[:-1]
            at += 1
        body.append((sign, line))
    if old_left or new_left:
        raise DiffError("the counts of the hunk's header do not fit its lines", number)
    return Hunk(first, tuple(body), number + 1), at


def apply_hunks(data: bytes, diff: FileDiff) -> bytes:
    """``data`` with the diff applied: at the stated lines, every context line equal, nothing searched.

    Raises :class:`DiffError` naming the first line of the diff that does not fit.
    """
    lines = split_lines(data)
    result: list[bytes] = []
    at = 0
    for hunk in diff.hunks:
        if hunk.start < at or hunk.start > len(lines):
            raise DiffError(f"hunk for line {hunk.start + 1}, which is not there", hunk.line - 1)
        result += lines[at : hunk.start]
        at = hunk.start
        for offset, (sign, line) in enumerate(hunk.body):
            if sign != b"+":
                if at >= len(lines) or lines[at] != line:
                    raise DiffError(f"line {at + 1} of the file is not what the diff says", hunk.line + offset)
                at += 1
            if sign != b"-":
                result.append(line)
    return b"".join([*result, *lines[at:]])


# -- names


def quoted_name(name: bytes) -> bytes:
    """A file name as git and GNU patch write it: quoted as in C when it holds quotes, backslashes or controls."""
    if not any(byte < 0x20 or byte in b'"\\\x7f' for byte in name):
        return name
    short = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}
    return b'"' + b"".join(_escaped(byte, short) for byte in name) + b'"'


def _escaped(byte: int, short: dict[int, bytes]) -> bytes:
    if byte in short:
        return b"\\" + short[byte]
    return b"\\%03o" % byte if byte < 0x20 or byte == 0x7F else bytes([byte])


def file_header(path: str) -> bytes:
    """The lines before the first hunk. A name with a space is ended by a tab, as git does."""
    name = path.encode("utf-8", "surrogateescape")
    old, new = quoted_name(b"a/" + name), quoted_name(b"b/" + name)
    tab = b"\t" if b" " in name else b""
    return b"diff --git %s %s\n--- %s%s\n+++ %s%s\n" % (old, new, old, tab, new, tab)


def _name(line: bytes, number: int) -> str:
    rest = line[4:].rstrip(b"\r\n")
    raw = _unquoted(rest, number) if rest.startswith(b'"') else rest.split(b"\t", 1)[0]
    name = raw.decode("utf-8", "surrogateescape")
    return name[2:] if name[:2] in ("a/", "b/") else name


def _unquoted(quoted: bytes, number: int) -> bytes:
    back = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
    found = re.match(rb'"((?:[^"\\]|\\.)*)"', quoted)
    if not found:
        raise DiffError("a file name with an opening quote and no closing one", number)

    def one(escape: re.Match[bytes]) -> bytes:
        code = escape[1]
        if code in back:
            return bytes([back[code]])
        return bytes([int(code, 8) & 255]) if code.isdigit() else code

    return re.sub(rb"\\([0-7]{3}|.)", one, found[1])
