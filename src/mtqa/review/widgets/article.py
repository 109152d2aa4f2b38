"""The article: wrapped text with marks in it, drawn row by row so that its length costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mtqa.review.display import Glyph, Run, Sheet, View
from mtqa.review.layout import Row, cell_of, offset_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual import events

    from mtqa.document import Span
    from mtqa.review.display import ShownLine

MEASURE = 84
_FEW = 4


@dataclass(frozen=True, slots=True)
class Shade:
    """A style for a span of the view's text; later ones in a list lie on top."""

    span: Span
    style: str


class ArticleView(ScrollView):
    """Shows lines made by :func:`mtqa.review.display.compose`.

    Posts :class:`Pointed` when the mouse picks an offset of the view's text, with ``extend`` while it drags.
    """

    can_focus = False
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"article--{name}"
        for name in (
            "critical", "major", "minor", "neutral", "current", "block", "old", "new", "retranslate", "drop",
            "match", "chosen", "number", "label", "here", "passage", "passage-current",
        )
    }  # fmt: skip
    DEFAULT_CSS = """
    ArticleView {
        height: 1fr; padding: 0; background: $background; scrollbar-size-vertical: 1;
        overflow-x: hidden; overflow-y: scroll;
        & > .article--critical { color: $mtqa-critical; text-style: bold underline; }
        & > .article--major { color: $mtqa-major; text-style: underline; }
        & > .article--minor { color: $mtqa-minor; text-style: underline; }
        & > .article--neutral { color: $mtqa-neutral; text-style: underline; }
        & > .article--current { text-style: reverse bold; }
        & > .article--passage { text-style: italic; }
        & > .article--passage-current { text-style: bold italic; background: $panel; }
        & > .article--block { color: $mtqa-dim; }
        & > .article--old { color: $mtqa-old; text-style: strike; }
        & > .article--new { color: $mtqa-new; text-style: bold underline; }
        & > .article--retranslate { color: $mtqa-mark; text-style: italic; }
        & > .article--drop { color: $mtqa-mark; text-style: italic strike; }
        & > .article--match { color: $mtqa-match; text-style: bold underline; }
        & > .article--chosen { text-style: reverse; }
        & > .article--number { color: $mtqa-dim; }
        & > .article--label { color: $background; background: $mtqa-match; text-style: bold; }
        & > .article--here { color: $accent; text-style: bold; }
    }
    """

    class Pointed(Message):
        """The mouse was pressed (or, ``extend``, dragged) on offset ``at`` of the view's text."""

        def __init__(self, at: int, *, extend: bool) -> None:
            super().__init__()
            self.at = at
            self.extend = extend

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.sheet = Sheet((), 1)
        self.view = View.BOTH
        self.current = ""
        self.here_symbol = "▶"
        self.bars = ("│", "┃")
        self.labels: Mapping[str, str] = {}
        self._shades: tuple[Shade, ...] = ()
        self._glyph_styles: Mapping[str, str] = {}
        self._blocks: tuple[Span, ...] = ()
        self._passages: tuple[Shade, ...] = ()
        self._styles: dict[tuple[str, ...], Style] = {}
        self._dragging = False
        self._had_labels = False
        self._base = Style.null()

    # -- what is shown

    def show(
        self,
        lines: tuple[ShownLine, ...],
        shades: Iterable[Shade],
        blocks: Sequence[Span],
        glyph_styles: Mapping[str, str],
        current: str,
    ) -> None:
        """Show other lines, shades, or another current finding. ``glyph_styles``: style by item key."""
        given, around = tuple(shades), tuple(blocks)
        is_same = lines == self.sheet.lines and self.sheet.width == self.measure and around == self._blocks
        moved = set(given) ^ set(self._shades)
        if not is_same:
            self.sheet = Sheet(lines, self.measure)
            self.virtual_size = Size(self.size.width, self.sheet.height)
        self._shades, self._blocks = given, around
        self._passages = tuple(shade for shade in given if shade.style.startswith("passage"))
        self._glyph_styles = glyph_styles
        self.current = current
        if not is_same or self.labels or self._had_labels or len(moved) > _FEW:
            self.refresh()
        else:
            self._refresh_rows(moved)
        self._had_labels = bool(self.labels)

    def _refresh_rows(self, shades: Iterable[Shade]) -> None:
        """Draw again only the rows that some shades touch."""
        for shade in shades:
            first, _ = self.sheet.position(shade.span.start)
            last, _ = self.sheet.position(max(shade.span.start, shade.span.end - 1))
            self.refresh_lines(max(0, first - 1), last - first + 3)

    @property
    def text_x(self) -> int:
        """Cells left of the text: line number, a mark for the current finding, blanks."""
        return len(str(len(self.sheet.lines) or 1)) + 3 if self.size.width >= 60 else 2

    @property
    def measure(self) -> int:
        """Cells for text on a row."""
        return max(10, min(MEASURE, self.scrollable_content_region.width - self.text_x - 1))

    def reveal(self, at: int, *, top: bool = False) -> None:
        """Scroll so that an offset of the view's text is seen with something around it."""
        row, _ = self.sheet.position(at)
        height = self.scrollable_content_region.height or 1
        first = int(self.scroll_y)
        margin = min(2, height // 4)
        if top:
            first = row
        elif not first + margin <= row < first + height - margin - 1:
            first = row - height // 3
        self.scroll_to(y=max(0, min(first, self.sheet.height - height)), animate=False, immediate=True)

    def on_resize(self) -> None:
        if self.sheet.width != self.measure and self.sheet.lines:
            self.sheet = Sheet(self.sheet.lines, self.measure)
        self.virtual_size = Size(self.size.width, self.sheet.height)

    def notify_style_update(self) -> None:
        """Forget styles that come from another theme."""
        super().notify_style_update()
        self._styles.clear()

    def visible_span(self) -> tuple[int, int]:
        """First row shown and the one behind the last."""
        first = int(self.scroll_y)
        return first, first + self.scrollable_content_region.height

    # -- drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base = self.rich_style  # once for all rows: it is not cheap
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        place = self.sheet.place(y + self.scroll_offset.y)
        base = self._base
        if place is None:
            return Strip.blank(width, base)
        line = self.sheet.lines[place.line]
        segments = [*self._gutter_of(line, place.first, place.row), *self._text(line, place.row.start, place.row.end)]
        return Strip(segments).adjust_cell_length(width, base).apply_style(base)

    def _gutter_of(self, line: ShownLine, first: bool, row: Row) -> list[Segment]:
        runs = [run for run in line.runs if run.start <= row.end and run.end >= row.start]
        is_here = any(run.kind == "glyph" and run.key == self.current and run.start >= row.start for run in runs)
        mark = self.here_symbol if is_here and self.current else " "
        number = (str(line.number) if first and line.text else "").rjust(max(0, self.text_x - 3))
        parts = [Segment(number, self._style("number"))] if self.text_x > 2 else []
        bar = Segment(*self._bar(runs, row))
        return [*parts, Segment(mark.rjust(2) if self.text_x > 2 else mark, self._style("here")), bar]

    def _bar(self, runs: Sequence[Run], row: Row) -> tuple[str, Style | None]:
        """What stands beside a row of a passage that a finding is about as a whole."""
        bar = " "
        for passage in self._passages:
            for run in runs:
                begin, end = max(run.start, row.start), min(run.end, row.end)
                at = run.at + begin - run.start
                is_inside = passage.span.start < at + end - begin and at < passage.span.end
                if begin < end and run.kind in ("same", "new") and is_inside:
                    if passage.style == "passage-current":
                        return self.bars[1], self._style("here")
                    bar = self.bars[0]
        return bar, self._style("number")

    def _text(self, line: ShownLine, start: int, end: int) -> list[Segment]:
        segments = []
        for run in line.runs:
            first, last = max(run.start, start), min(run.end, end)
            if first >= last:
                continue
            if run.kind == "glyph":
                label = self.labels.get(run.key, "")
                name = "label" if label else self._glyph_styles.get(run.key, "number")
                names = (name, "current") if run.key and run.key == self.current and not label else (name,)
                segments.append(Segment(label or line.text[first:last], self._style(*names)))
            else:
                segments += self._styled(line, run, first, last)
        return segments

    def _styled(self, line: ShownLine, run: Run, first: int, last: int) -> list[Segment]:
        shades = self._shades_of(run, first, last)
        cuts = {first, last}
        for begin, stop, _ in shades:
            cuts.update(cut for cut in (begin, stop) if first < cut < last)
        ordered = sorted(cuts)
        segments = []
        for begin, stop in pairwise(ordered):
            names = [name for a, b, name in shades if a <= begin and stop <= b]
            if run.kind in ("old", "new"):
                names.insert(0, run.kind)
            segments.append(Segment(line.text[begin:stop], self._style(*names)))
        return segments

    def _shades_of(self, run: Run, first: int, last: int) -> list[tuple[int, int, str]]:
        """``(start, end, style)`` in offsets of the shown line."""
        found = []
        if run.original >= 0:
            shift = run.start - run.original
            found += [
                (span.start + shift, span.end + shift, "block")
                for span in self._blocks
                if span.start + shift < last and span.end + shift > first
            ]
        if run.kind != "old":
            shift = run.start - run.at
            found += [
                (shade.span.start + shift, shade.span.end + shift, shade.style)
                for shade in self._shades
                if shade.span.start + shift < last and shade.span.end + shift > first
            ]
        return found

    def _style(self, *names: str) -> Style:
        if names not in self._styles:
            style = Style.null()
            for name in names:
                style += self.get_component_rich_style(f"article--{name}", partial=True)
            self._styles[names] = style
        return self._styles[names]

    # -- the mouse

    def offset_under(self, x: int, y: int) -> int | None:
        """Offset in the view's text of a place of the widget."""
        row = y + self.scroll_offset.y
        place = self.sheet.place(row)
        if place is None:
            return None
        text = self.sheet.lines[place.line].text[place.row.start : place.row.end]
        return self.sheet.at(row, place.row.start + offset_of(text, max(0, x - self.text_x)))

    def cell_of(self, at: int) -> tuple[int, int]:
        """``(cell, row)`` of an offset of the view's text, in the sheet."""
        row, offset = self.sheet.position(at)
        place = self.sheet.place(row)
        if place is None:
            return 0, row
        text = self.sheet.lines[place.line].text[place.row.start : place.row.end]
        return cell_of(text, min(max(0, offset - place.row.start), len(text))), row

    def on_mouse_down(self, event: events.MouseDown) -> None:
        at = self.offset_under(event.x, event.y)
        if at is not None:
            self._dragging = True
            self.capture_mouse()
            self.post_message(self.Pointed(at, extend=event.shift))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        at = self.offset_under(event.x, event.y) if self._dragging else None
        if at is not None:
            self.post_message(self.Pointed(at, extend=True))

    def on_mouse_up(self) -> None:
        self._dragging = False
        self.release_mouse()


def glyph_keys(sheet: Sheet, rows: tuple[int, int]) -> list[str]:
    """Keys of the items whose glyphs are on some rows, in order."""
    keys: list[str] = []
    for y in range(*rows):
        place = sheet.place(y)
        if place is None:
            break
        keys += [
            run.key
            for run in sheet.lines[place.line].runs
            if run.kind == "glyph" and run.key and place.row.start <= run.start < place.row.end
        ]
    return keys


__all__ = ["MEASURE", "ArticleView", "Glyph", "Shade", "glyph_keys"]
