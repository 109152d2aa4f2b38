"""Passages for people: a fault in its surroundings, and a fix as a word diff, as pieces of styled text.

A piece is ``(text, style)``; the styles are ``plain``, ``dim``, ``fault``, ``old`` and ``new``. Texts are raw: whoever
prints them escapes them.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.document import Document, Span
    from mtqa.finding import Edit, Fix

Piece = tuple[str, str]

ELLIPSIS = "…"
_TOKEN = re.compile(r"\s|\w+(?:['’-]\w+)*|[^\w\s]")
_LONGEST_DIFF = 2_000
_MOST_EDITS = 3
_NEAR = 24
_SLACK = 12


def passage(document: Document, span: Span, budget: int) -> list[Piece]:
    """What ``span`` covers, marked, with whole words of its lines around it, in about ``budget`` characters."""
    room = max(budget - len(span), budget // 3) // 2
    return [
        *_before(document, span.start, room),
        *elided(document.slice(span), budget, "fault"),
        *_after(document, span.end, room),
    ]


def _before(document: Document, offset: int, room: int) -> Iterator[Piece]:
    start = document.line_at(offset).start
    cut = max(start, offset - room)
    if cut > start:
        yield ELLIPSIS, "dim"
        cut = _next_word(document.text, cut, offset)
    if text := document.text[cut:offset].lstrip() if cut == start else document.text[cut:offset]:
        yield text, "plain"


def _next_word(text: str, cut: int, limit: int) -> int:
    """Where the first whole word after ``cut`` begins; ``cut`` itself in text without spaces."""
    space = text.find(" ", cut - 1, limit)
    return cut if space < 0 else space


def _after(document: Document, offset: int, room: int) -> Iterator[Piece]:
    end = document.line_at(max(offset - 1, 0) if document.text.endswith("\n", 0, offset) else offset).end
    cut = min(end, offset + room)
    if cut < end:
        space = document.text.rfind(" ", offset, cut + 1)
        cut = cut if space < 0 else space + 1
    if text := document.text[offset:cut].rstrip() if cut == end else document.text[offset:cut]:
        yield text, "plain"
    if cut < end:
        yield ELLIPSIS, "dim"


def elided(text: str, budget: int, style: str) -> list[Piece]:
    """``text`` in one style, its middle left out where it is well over ``budget`` characters."""
    if len(text) <= budget + _SLACK:
        return [(text, style)] if text else []
    half = budget // 2
    head, tail = text[:half], text[-half:]
    head = head[: head.rfind(" ")] if " " in head.strip() else head
    tail = tail[tail.find(" ") + 1 :] if " " in tail.strip() else tail
    return [(f"{head.rstrip()} {ELLIPSIS} {tail.lstrip()}", style)]


def fix_pieces(document: Document, fix: Fix, budget: int) -> list[Piece]:
    """A fix as a word diff, each edit with the rest of the words it touches; more than three edits are counted.

    A fix that deletes whole lines is said in words.
    """
    if len(fix.edits) == 1 and (lines := _deleted_lines(document, fix.edits[0])):
        first, last = lines
        return [(f"delete line {first}" if first == last else f"delete lines {first}–{last}", "plain")]
    pieces: list[Piece] = []
    shown = fix.edits[:_MOST_EDITS]
    for edit in shown:
        if pieces:
            pieces.append((f" {ELLIPSIS} ", "dim"))
        pieces += _edit_pieces(document, edit, budget // len(shown))
    if len(fix.edits) > _MOST_EDITS:
        pieces.append((f" {ELLIPSIS} and {len(fix.edits) - _MOST_EDITS} more places", "dim"))
    return pieces


def _deleted_lines(document: Document, edit: Edit) -> tuple[int, int] | None:
    """First and last number of the lines with text that an edit deletes whole and alone, if it does so."""
    text, span = document.text, edit.span
    removed = document.slice(span)
    if edit.replacement or not removed.strip():
        return None
    start = span.start + len(removed) - len(removed.lstrip())
    end = span.start + len(removed.rstrip())
    first, last = document.line_at(start), document.line_at(end - 1)
    if text[first.start : start].strip() or text[end : last.end].strip():
        return None
    whole = span.start <= first.start and span.end >= last.end
    return (first.number, last.number) if whole else None


def _edit_pieces(document: Document, edit: Edit, budget: int) -> list[Piece]:
    text, span = document.text, edit.span
    left, right = span.start, span.end
    while left > 0 and span.start - left < _NEAR and not text[left - 1].isspace():
        left -= 1
    while right < len(text) and right - span.end < _NEAR and not text[right].isspace():
        right += 1
    around = budget // 2 if edit.replacement else budget
    return [
        *([(text[left : span.start], "plain")] if left < span.start else []),
        *(
            piece
            for part, style in word_diff(document.slice(span), edit.replacement)
            for piece in elided(part, around, style)
        ),
        *([(text[span.end : right], "plain")] if span.end < right else []),
    ]


def word_diff(old: str, new: str) -> list[Piece]:
    """``old`` against ``new``, word by word: what stays is ``plain``, what goes ``old``, what comes ``new``."""
    if len(old) + len(new) > _LONGEST_DIFF:  # too long to be worth the time, and to be read
        return [piece for piece in ((old, "old"), (new, "new")) if piece[0]]
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[Piece] = []
    gone = come = ""
    for tag, a1, a2, b1, b2 in _changes(a, b):
        if tag == "equal":
            pieces += [piece for piece in ((gone, "old"), (come, "new"), ("".join(a[a1:a2]), "plain")) if piece[0]]
            gone = come = ""
        else:
            gone += "".join(a[a1:a2])
            come += "".join(b[b1:b2])
    return pieces + [piece for piece in ((gone, "old"), (come, "new")) if piece[0]]


def _changes(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Opcodes, where spaces alone between two changed words count as changed, too: whole phrases read better."""
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for index, (tag, a1, a2, b1, b2) in enumerate(codes):
        inside = 0 < index < len(codes) - 1
        if tag == "equal" and inside and not "".join(a[a1:a2]).strip():
            yield "replace", a1, a2, b1, b2
        else:
            yield tag, a1, a2, b1, b2


def brief(document: Document, fix: Fix, budget: int) -> str:
    """A fix as one string: ``[-old-]{+new+}``."""
    return "".join(marked(text, style) for text, style in fix_pieces(document, fix, budget))


_MARKS = {"fault": ("«", "»"), "old": ("[-", "-]"), "new": ("{+", "+}")}


def marked(text: str, style: str) -> str:
    """A piece with marks in place of colour."""
    opening, closing = _MARKS.get(style, ("", ""))
    return f"{opening}{text}{closing}"
