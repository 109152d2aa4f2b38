"""Wrap text by words to a width in terminal cells, and know for every code point which cell it is in.

A cluster (a letter with its combining marks, an emoji sequence) is never split; wide characters take two cells and may
be broken between; right-to-left words stay in logical order, as terminals expect them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from mtqa.review.characters import clusters

_LATIN = "\u2e7f"  # wide characters behind it may be parted anywhere


@dataclass(frozen=True, slots=True)
class Row:
    """Code points ``[start, end)`` of a text on one screen row; ``end`` leaves out the blanks the row broke at."""

    start: int
    end: int


@lru_cache(maxsize=4096)
def wrap(text: str, width: int) -> tuple[Row, ...]:
    """The rows of one line of text, at least one. Words longer than ``width`` are broken at cluster boundaries."""
    if len(text) <= width and text.isascii():
        return (Row(0, len(text)),)
    rows: list[Row] = []
    row_start = used = 0
    break_at: int | None = None  # where the next row would begin
    break_end = 0  # where this row would then end
    since_break = 0  # cells after the possible break
    for start, end, cells in clusters(text):
        blank = text[start] == " "
        is_wide = cells == 2 and text[start] > _LATIN
        if used + cells > width and not blank:
            if break_at is None or break_at == row_start or (is_wide and break_at < start):
                rows.append(Row(row_start, start))
                row_start, used = start, 0
            else:
                rows.append(Row(row_start, break_end))
                row_start, used = break_at, since_break
            break_at = None
            since_break = used
        if blank:
            if break_at != start:
                break_end = start
            break_at, since_break = end, 0
        elif is_wide:
            if start > row_start:
                if break_at != start:
                    break_end = start
                break_at = start
            since_break = cells
        else:
            since_break += cells
        used += cells
    rows.append(Row(row_start, len(text)))
    return tuple(rows)


@lru_cache(maxsize=4096)
def cells_before(text: str) -> tuple[int, ...]:
    """For each code point of ``text`` and its end: the cell it begins at. Marks share their letter's cell."""
    widths = [0] * len(text)
    for _start, end, cells in clusters(text):
        widths[end - 1] = cells  # counted once the cluster is complete
    return (0, *accumulate(widths))


def cell_of(text: str, offset: int) -> int:
    """The cell that the code point at ``offset`` is in."""
    return cells_before(text)[offset]


def offset_of(text: str, cell: int) -> int:
    """The start of the cluster that covers ``cell``; the end of the text beyond it."""
    column = 0
    for start, _, cells in clusters(text):
        if cell < column + cells:
            return start
        column += cells
    return len(text)


def row_of(rows: tuple[Row, ...], offset: int) -> int:
    """Index of the row that ``offset`` lies on."""
    return max(0, bisect_right(rows, offset, key=lambda row: row.start) - 1)
