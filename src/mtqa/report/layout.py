"""Lay out styled text in the columns of a terminal: wrapping by display width, colours, and marks in their place.

Only the terminal's own sixteen colours are used, so that reports fit light and dark themes; every colour goes with a
word or a shape that says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, BinaryIO

from mtqa.report.escape import log_line, visible
from mtqa.report.passage import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.report.passage import Piece
    from mtqa.report.terminal import Terminal

_STYLES = {
    "critical": "bold reverse red",
    "major": "bold red",
    "minor": "yellow",
    "neutral": "cyan",
    "fault": "bold underline",
    "old": "red strike",
    "new": "green underline",
    "dim": "dim",
    "bold": "bold",
    "path": "bold",
    "rule": "cyan",
    "good": "green",
}
# East Asian letters: a line may end after each, but not before the closing punctuation, which is left out here. Each
# counts as two columns; the few combining marks among them only make a line shorter than it could be.
_WIDE = "\u2e80-\u2fff\u3005-\u3007\u3021-\u30fa\u30fc-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
_TOKEN = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")
_WIDE_LETTER = re.compile(rf"[{_WIDE}]")
_CLOSERS = frozenset("，。、；：！？）」』》】〉”’»)]},.;:!?…")
_ASCII = str.maketrans({"…": "...", "«": "<", "»": ">", "━": "-", "│": "|", "·": "."})


@cache
def _codes(style: str) -> tuple[str, str]:
    """The escape sequences before and after text of a style."""
    from rich.color import ColorSystem
    from rich.style import Style

    before, _, after = Style.parse(_STYLES[style]).render("\0", color_system=ColorSystem.STANDARD).partition("\0")
    return before, after


class Page:
    """Writes lines of styled pieces to a binary stream; foreign text in pieces is made harmless here."""

    def __init__(self, stream: BinaryIO, terminal: Terminal) -> None:
        self._stream = stream
        self._color = terminal.color
        self._encoding = terminal.encoding
        self._plain = not _can_encode("…«»━│·", terminal.encoding)
        self.width = terminal.width

    def line(self, pieces: Iterable[Piece] = ()) -> None:
        """One line as it is."""
        text = log_line("".join(self._paint(piece) for piece in pieces).rstrip())
        if self._plain:
            text = text.translate(_ASCII)
        self._stream.write(text.encode(self._encoding, "backslashreplace") + b"\n")

    def paragraph(self, pieces: Iterable[Piece], first: Sequence[Piece] = (), rest: Sequence[Piece] = ()) -> None:
        """Wrapped text; ``first`` stands before the first line, ``rest`` before the others."""
        indent = max(sum(columns(text) for text, _ in part) for part in (first, rest))
        lead = first
        for row in wrap(self._prepare(pieces), max(self.width - indent, 10)):
            self.line([*lead, *row])
            lead = rest

    def heading(self, left: Sequence[Piece], right: str = "") -> None:
        """A ruled line with text on the left and, where it fits, on the right."""
        left = self._prepare(left)
        fill = self.width - sum(columns(text) for text, _ in left) - columns(right) - (6 if right else 5)
        if fill >= 3:
            tail: list[Piece] = [(" " + "━" * fill, "dim"), (f" {right}" if right else "", "plain")]
            self.line([("━━ ", "dim"), *left, *tail])
            return
        self.paragraph(left, [("━━ ", "dim")], [("   ", "plain")])
        if right:
            self.line([(f"   {right}", "dim")])

    def _prepare(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Pieces made harmless, changed spaces made visible, and marks put in where there is no colour."""
        prepared = []
        for text, style in pieces:
            shown = visible(text)
            if style in ("old", "new", "fault") and not shown.strip():
                shown = "·" * len(shown)
            prepared.append((shown if self._color else marked(shown, style), style))
        return prepared

    def _paint(self, piece: Piece) -> str:
        text, style = piece
        if not self._color or style not in _STYLES or not text:
            return text
        before, after = _codes(style)
        return f"{before}{text}{after}"


def columns(text: str) -> int:
    """Display width of a text without control characters."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@dataclass(slots=True)
class _Unit:
    """What may not be broken: a word (of several pieces where its style changes inside) or the space between two."""

    pieces: list[Piece]
    width: int
    is_space: bool = False


def wrap(pieces: Sequence[Piece], width: int) -> Iterator[list[Piece]]:
    """Break pieces into lines of at most ``width`` columns, at spaces or beside East Asian letters."""
    if sum([columns(text) for text, _ in pieces]) <= width:
        yield list(pieces)
        return
    row: list[Piece] = []
    used = 0
    space: _Unit | None = None
    for unit in _units(pieces):
        if unit.is_space:
            space = unit if row else None
            continue
        gap = space.width if space else 0
        if row and used + gap + unit.width > width:
            yield _joined(row)
            row, used = [], 0
        elif space:
            row += space.pieces
            used += gap
        space = None
        if unit.width <= width:
            row += unit.pieces
            used += unit.width
            continue
        for part in _cut(unit.pieces, width):
            if used and used + columns(part[0]) > width:
                yield _joined(row)
                row, used = [], 0
            row.append(part)
            used += columns(part[0])
    if row:
        yield _joined(row)


def _units(pieces: Sequence[Piece]) -> Iterator[_Unit]:
    word: _Unit | None = None
    after_wide = False
    for text, style in pieces:
        for token in _TOKEN.findall(text):
            if token.isspace():
                if word:
                    yield word
                yield _Unit([(token, style)], columns(token), True)
                word, after_wide = None, False
                continue
            wide = not token.isascii() and _WIDE_LETTER.match(token) is not None
            size = 2 if wide else columns(token)
            if word and not ((wide or after_wide) and token[0] not in _CLOSERS):
                word.pieces.append((token, style))
                word.width += size
            else:
                if word:
                    yield word
                word = _Unit([(token, style)], size)
            after_wide = wide
    if word:
        yield word


def _cut(pieces: Sequence[Piece], width: int) -> Iterator[Piece]:
    """Pieces of a word that is wider than a line, none of them wider than one."""
    for text, style in pieces:
        rest = text
        while columns(rest) > width:
            size = used = 0
            while used + columns(rest[size]) <= width:
                used += columns(rest[size])
                size += 1
            yield rest[:size], style
            rest = rest[size:]
        yield rest, style


def _joined(row: Sequence[Piece]) -> list[Piece]:
    """Neighbouring pieces of one style as one, so that colours are switched once."""
    return [("".join([text for text, _ in group]), style) for style, group in groupby(row, key=itemgetter(1))]


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
