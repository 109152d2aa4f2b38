"""A list of any length, drawn row by row: what is not seen is never made.

Textual's ListView makes a widget, and its OptionList a measured option, for every row; this one asks for the text of
the rows on the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style
    from textual import events
    from textual.content import Content


class Rows(ScrollView):
    """``count`` rows of ``height`` lines; ``draw(index, width)`` gives the lines of a row."""

    can_focus = False
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    DEFAULT_CSS = """
    Rows {
        background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto;
        & > .rows--cursor { text-style: reverse; }
    }
    """

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            return self.rows

    def __init__(
        self,
        draw: Callable[[int, int], list[Content]],
        height: int = 1,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._row_height = height
        self.count = 0
        self.cursor = 0

    def show(self, count: int, cursor: int, *, changed: bool = True) -> None:
        """Show ``count`` rows with the cursor on one (-1: on none), which is scrolled into sight.

        Where nothing has ``changed`` but the cursor, only the two rows concerned are drawn again.
        """
        rows = {self.cursor, cursor}
        self.count, self.cursor = count, cursor
        self.virtual_size = Size(self.size.width, count * self._row_height)
        before = self.scroll_y
        if cursor >= 0:
            top, height = cursor * self._row_height, self.scrollable_content_region.height or 1
            if top < self.scroll_y or top + self._row_height > self.scroll_y + height:
                self.scroll_to(y=max(0, top - height // 3), animate=False, immediate=True)
        if changed:
            self.refresh()
        elif before == self.scroll_y:
            for index in rows:
                self.refresh_lines(index * self._row_height, self._row_height)

    def on_resize(self) -> None:
        self.show(self.count, self.cursor)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base = self.rich_style  # once for all rows: it is not cheap
        self._visual = self.visual_style
        self._over = self.get_component_rich_style("rows--cursor", partial=True)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index, part = divmod(y + self.scroll_offset.y, self._row_height)
        if not 0 <= index < self.count:
            return Strip.blank(self.size.width, self._base)
        lines = self._draw(index, width)
        style = self._over if index == self.cursor else None
        if part >= len(lines):
            return Strip.blank(self.size.width, self._base)
        strip = self._strip(lines[part], width, style)
        return strip.adjust_cell_length(self.size.width, self._base).apply_style(self._base)

    def _strip(self, content: Content, width: int, over: Style | None) -> Strip:
        made = content.render_segments(self._visual)
        strip = Strip(made).adjust_cell_length(width, self._base)
        return strip.apply_style(over) if over else strip

    def on_click(self, event: events.Click) -> None:
        index = (event.y + self.scroll_offset.y) // self._row_height
        if 0 <= index < self.count:
            self.post_message(self.Chosen(self, index))
