"""The article as it is shown: lines of text with marks in them, each code point knowing where it comes from.

A :class:`Sheet` is one article in one view (original, corrected, or both, with struck and inserted words). Offsets "at"
are those of the view's text: of the original for the view of that name, else of the corrected text.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from mtqa.finding import Layer
from mtqa.review.characters import visible
from mtqa.review.layout import Row, row_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.document import Span
    from mtqa.review.overlay import Overlay
    from mtqa.review.queue import Item
    from mtqa.review.work import Mark


class View(Enum):
    """Which text is shown."""

    BOTH = "both"
    CORRECTED = "corrected"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Run:
    """Code points ``[start, end)`` of a shown line.

    ``kind``: "same", "old", "new", or "glyph" for a mark that is no text; ``at``: offset of its first code point in
    the view's text (for "old": where it was); ``original``: offset in the original, -1 where it has none; ``key``: the
    item that a glyph stands for.
    """

    start: int
    end: int
    kind: str
    at: int
    original: int = -1
    key: str = ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the article, not yet wrapped; ``number`` is that of the original's line."""

    text: str
    runs: tuple[Run, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the sheet: which line, which part of it."""

    line: int
    row: Row
    first: bool


@dataclass(frozen=True, slots=True)
class Glyph:
    """A mark of one cell put before a place of the text."""

    at: int
    symbol: str
    key: str


@dataclass
class Sheet:
    """The lines of one article, wrapped to ``width`` cells."""

    lines: tuple[ShownLine, ...]
    width: int
    _tops: list[int] = field(default_factory=list)
    _rows: list[tuple[Row, ...]] = field(default_factory=list)
    height: int = 0

    def __post_init__(self) -> None:
        top = 0
        for line in self.lines:
            rows = wrap(line.text, self.width)
            self._tops.append(top)
            self._rows.append(rows)
            top += len(rows)
        self.height = top

    def place(self, y: int) -> Place | None:
        """What is on row ``y``; None below the text."""
        if not 0 <= y < self.height:
            return None
        line = bisect_right(self._tops, y) - 1
        index = y - self._tops[line]
        return Place(line, self._rows[line][index], index == 0)

    def position(self, at: int) -> tuple[int, int]:
        """``(row, offset in the shown line)`` of an offset of the view's text."""
        for number, line in enumerate(self.lines):
            for run in line.runs:
                if run.kind not in ("old", "glyph") and run.at <= at < run.at + max(run.end - run.start, 1):
                    offset = run.start + at - run.at
                    return self._tops[number] + row_of(self._rows[number], offset), offset
        for number, line in enumerate(self.lines):
            for run in line.runs:
                if run.at >= at:
                    return self._tops[number] + row_of(self._rows[number], run.start), run.start
        return max(0, self.height - 1), 0

    def at(self, y: int, offset: int) -> int | None:
        """Offset in the view's text of a code point of the line that row ``y`` shows; None where there is no text."""
        place = self.place(y)
        if place is None:
            return None
        best = None
        for run in self.lines[place.line].runs:
            if run.kind == "glyph":
                continue
            if run.start <= offset < run.end:
                return run.at + (offset - run.start if run.kind != "old" else 0)
            if run.end <= offset:
                best = run.at + (run.end - run.start if run.kind != "old" else 0)
        return best


def compose(
    overlay: Overlay, view: View, glyphs: Sequence[Glyph], brackets: tuple[str, str, str, str] | None
) -> tuple[ShownLine, ...]:
    """The lines of an article. ``brackets`` go around struck and inserted words where no style can tell them."""
    stream = list(_stream(overlay, view))
    return tuple(_lines(overlay, _bracketed(stream, brackets) if brackets else stream, sorted_glyphs(glyphs)))


def sorted_glyphs(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Glyphs by place; at one place in the order given."""
    return sorted(glyphs, key=lambda glyph: glyph.at)


def glyphs_of(items: Sequence[Item], marks: Sequence[Mark], view: View, symbols: dict[str, str]) -> list[Glyph]:
    """The marks of open findings and of passages set aside; ``symbols`` by severity and verdict."""
    is_original = view is View.ORIGINAL
    ordered = sorted(items, key=lambda item: item.finding.layer is not Layer.PASSAGE)  # the whole before its parts
    found = [
        Glyph((i.original if is_original else i.here).start, symbols[i.finding.severity.label], i.key) for i in ordered
    ]
    found += [
        Glyph((m.original if is_original else m.here).start, symbols[m.decision.verdict.value], "") for m in marks
    ]
    return found


def span_of(item: Item | Mark, view: View) -> Span:
    """Where an item is in a view's text."""
    return item.original if view is View.ORIGINAL else item.here


_Stretch = tuple[str, str, int, int]  # text, kind, at, original


def _stream(overlay: Overlay, view: View) -> Iterator[_Stretch]:
    if view is View.ORIGINAL:
        yield (overlay.document.text, "same", 0, 0)
        return
    for piece in overlay.pieces:
        if piece.decision is None:
            yield (piece.text, "same", piece.here.start, piece.original.start)
            continue
        old = overlay.document.slice(piece.original) if view is View.BOTH else ""
        if old:
            yield (old, "old", piece.here.start, piece.original.start)
        if old and piece.text and not (old[-1].isspace() or piece.text[0].isspace()):
            yield (" ", "glyph", piece.here.start, -1)  # or the two would read as one word
        if piece.text:
            yield (piece.text, "new" if view is View.BOTH else "same", piece.here.start, -1)


def _bracketed(stream: Sequence[_Stretch], brackets: tuple[str, str, str, str]) -> Iterator[_Stretch]:
    for text, kind, at, original in stream:
        if kind in ("old", "new"):
            before, after = brackets[:2] if kind == "old" else brackets[2:]
            # line ends stay outside, or a bracket would stand on a line of its own
            body = text.rstrip("\r\n")
            yield (before, "glyph", at, -1)
            yield (body, kind, at, original)
            yield (after, "glyph", at + (len(body) if kind == "new" else 0), -1)
            if rest := text[len(body) :]:
                step = len(body)
                yield (rest, kind, at + (step if kind == "new" else 0), original + step if original >= 0 else -1)
        else:
            yield (text, kind, at, original)


def _lines(
    overlay: Overlay, stream: Sequence[_Stretch] | Iterator[_Stretch], glyphs: list[Glyph]
) -> Iterator[ShownLine]:
    waiting = glyphs[::-1]
    builder = _Builder(overlay)
    for text, kind, at, original in stream:
        cursor = 0
        while cursor < len(text) or (not text and cursor == 0):
            stop = len(text)
            if kind in ("same", "new"):
                while waiting and waiting[-1].at <= at + cursor:
                    builder.glyph(waiting.pop())
                if waiting:
                    stop = min(stop, waiting[-1].at - at)
            newline = text.find("\n", cursor, stop)
            if newline >= 0:
                stop = newline + 1
            builder.text(text[cursor:stop], kind, _plus(at, cursor, kind), original + cursor if original >= 0 else -1)
            if newline >= 0:
                yield builder.line()
            cursor = max(stop, cursor + 1)
    while waiting:
        builder.glyph(waiting.pop())
    if builder.runs or not builder.count:
        yield builder.line()


def _plus(at: int, cursor: int, kind: str) -> int:
    return at if kind == "old" else at + cursor


class _Builder:
    """One line in the making."""

    def __init__(self, overlay: Overlay) -> None:
        self._document = overlay.document
        self._number = 1
        self.count = 0
        self.runs: list[Run] = []
        self._parts: list[str] = []
        self._length = 0

    def glyph(self, glyph: Glyph) -> None:
        self._add(glyph.symbol, "glyph", glyph.at, -1, glyph.key)

    def text(self, text: str, kind: str, at: int, original: int) -> None:
        shown = text.removesuffix("\n")
        if shown is not text:
            shown = shown.removesuffix("\r")
        self._add(visible(shown), kind, at, original, "")

    def _add(self, text: str, kind: str, at: int, original: int, key: str) -> None:
        self.runs.append(Run(self._length, self._length + len(text), kind, at, original, key))
        self._parts.append(text)
        self._length += len(text)

    def line(self) -> ShownLine:
        first = next((run.original for run in self.runs if run.original >= 0), -1)
        if first >= 0:
            self._number = self._document.line_column(min(first, len(self._document.text)))[0]
        made = ShownLine("".join(self._parts), tuple(self.runs), self._number)
        self.runs, self._parts, self._length = [], [], 0
        self.count += 1
        return made
