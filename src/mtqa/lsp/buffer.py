"""The text of an open article with positions as the protocol counts them, in the unit that was negotiated.

Lines of the protocol end at "\\n", "\\r\\n" and "\\r", and at nothing else; those of a document at "\\n" only. So
positions are worked out here, and offsets into the text, in code points, are what both sides share. (The text model of
pygls is not used: it splits lines as ``str.splitlines`` does, and a form feed or U+2028 throws it out of step.)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal

Unit = Literal["utf-8", "utf-16", "utf-32"]
_ENDING = re.compile(r"\r\n|\r|\n")


class Buffer:
    """One version of a text. ``unit`` is what a character of a position counts: bytes, 16-bit units or code points."""

    def __init__(self, text: str, unit: Unit = "utf-16") -> None:
        self.text = text
        self.unit: Unit = unit

    @cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        """Where each line starts, and where its content ends."""
        starts, ends = [0], []
        for match in _ENDING.finditer(self.text):
            ends.append(match.start())
            starts.append(match.end())
        return starts, [*ends, len(self.text)]

    def position(self, offset: int) -> tuple[int, int]:
        """0-based line and character of an offset; one inside a line ending is at the end of its line."""
        starts, ends = self._lines
        line = bisect_right(starts, offset) - 1
        return line, self._width(self.text[starts[line] : min(offset, ends[line])])

    def offset(self, line: int, character: int) -> int:
        """The offset of a position; beyond the end of a line is its end, inside a character is before it."""
        starts, ends = self._lines
        if line >= len(starts):
            return len(self.text)
        start, end = starts[line], ends[line]
        content = self.text[start:end]
        if self.unit == "utf-32" or content.isascii():
            return min(start + character, end)
        left = character
        for index, each in enumerate(content):
            left -= _units(each, self.unit)
            if left < 0:
                return start + index
        return end

    def replaced(self, start: tuple[int, int], end: tuple[int, int], new: str) -> Buffer:
        """The next version, with what stands between two positions replaced."""
        first, last = self.offset(*start), self.offset(*end)
        return Buffer(self.text[:first] + new + self.text[max(first, last) :], self.unit)

    def _width(self, text: str) -> int:
        if self.unit == "utf-32" or text.isascii():
            return len(text)
        if self.unit == "utf-16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text.encode("utf-8", "surrogatepass"))


def _units(character: str, unit: Unit) -> int:
    code = ord(character)
    if unit == "utf-16":
        return 1 + (code > 0xFFFF)
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)
