"""Text as a terminal can show it: one glyph for every code point that would do something else than appear."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import split_graphemes

# Control characters, line and paragraph separators, bidirectional controls, a byte order mark inside the text.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_PICTURES = {"\t": "→", "\x7f": "␡", "\x85": "␤", "\u2028": "␤", "\u2029": "␤"}


def visible(text: str) -> str:
    """``text`` with a visible stand-in for what a terminal would obey or hide; as many code points as before."""
    return _UNSHOWABLE.sub(_picture, text)


def one_line(text: str) -> str:
    """``text`` for a label: visible, line ends as a blank."""
    return visible(text.replace("\r\n", "\n").replace("\n", " "))


def _picture(found: re.Match[str]) -> str:
    character = found[0]
    if character in _PICTURES:
        return _PICTURES[character]
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


@lru_cache(maxsize=256)
def clusters(text: str) -> tuple[tuple[int, int, int], ...]:
    """``(start, end, cells)`` of what stands together in ``text``: a letter with its combining marks, an emoji."""
    return tuple(split_graphemes(text)[0])


def shortened(text: str, cells: int) -> str:
    """``text`` cut to ``cells`` cells, with an ellipsis where something is missing."""
    spans, width = split_graphemes(text)
    if width <= cells:
        return text
    used = 0
    for start, _, size in spans:
        if used + size > cells - 1:
            return text[:start] + "…"
        used += size
    return text
