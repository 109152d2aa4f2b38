"""Quote a place of a text so that it can be found again after the text has changed.

A quotation records, besides the words around it, how much of that context it takes to tell the place from every other
place of its source. Finding it again by less than that would be a guess.

The idea of quoting with prefix and suffix is that of the W3C Web Annotation model's text quote selector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.decision import Change, Uniqueness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document, Span

LEAST_CONTEXT = 64
_LEAST_SIDE = 32
_LEAST_BOTH = 24
MOST_CONTEXT = 320


def quote(document: Document, span: Span, new: str | None = None) -> Change:
    """The change of ``span`` to ``new``, quoted from ``document`` with the context that identifies it."""
    text = document.text
    old = document.slice(span)
    left = text[max(0, span.start - MOST_CONTEXT) : span.start]
    right = text[span.end : span.end + MOST_CONTEXT]
    unique = Uniqueness(
        bool(old) and occurs_once(text, old), _both(text, span), _before(text, left, old), _after(text, right, old)
    )
    near = unique.both or (0, 0)
    before = max(near[0], unique.before or 0, LEAST_CONTEXT)
    after = max(near[1], unique.after or 0, LEAST_CONTEXT)
    return Change(span, old, new, left[-before:], right[:after], unique)


def occurrences(text: str, wanted: str) -> Iterator[int]:
    """Every place where ``wanted`` starts, overlapping ones too."""
    found = text.find(wanted)
    while found >= 0:
        yield found
        found = text.find(wanted, found + 1)


def occurs_once(text: str, wanted: str) -> bool:
    """True when ``wanted`` is somewhere in ``text`` and nowhere else."""
    first = text.find(wanted)
    return first >= 0 and text.find(wanted, first + 1) < 0


def _both(text: str, span: Span) -> tuple[int, int] | None:
    """Least context on both sides, in steps of words, that makes the quotation unique.

    Context stays inside the line, its ends included, as long as that suffices: a paragraph may move. Less than a few
    words count only where the quotation and its context are whole lines.
    """
    line_start = text.rfind("\n", 0, span.start)
    line_end = text.find("\n", span.end)
    home = (line_start if line_start >= 0 else 0, line_end + 1 if line_end >= 0 else len(text))
    for bounds, sizes in ((home, (12, 24, 48, 96, MOST_CONTEXT)), ((0, len(text)), (48, 96, MOST_CONTEXT))):
        for size in sizes:
            start = max(bounds[0], _word_edge_before(text, span.start - size))
            end = min(bounds[1], _word_edge_after(text, span.end + size))
            start, end = max(start, span.start - MOST_CONTEXT), min(end, span.end + MOST_CONTEXT)
            enough = _whole_lines(text, start, end) or end - start - len(span) >= _LEAST_BOTH
            if enough and occurs_once(text, text[start:end]):
                return (span.start - start, end - span.end)
    return None


def _whole_lines(text: str, start: int, end: int) -> bool:
    """True when ``[start, end)`` begins and ends where lines do; the line ending before it may be a part of it."""
    begins = start == 0 or text[start - 1] == "\n" or text.startswith("\n", start)
    return begins and start < end and (end == len(text) or text[end - 1] == "\n")


def _before(text: str, left: str, old: str) -> int | None:
    return next((size for size in _sizes(len(left)) if occurs_once(text, left[len(left) - size :] + old)), None)


def _after(text: str, right: str, old: str) -> int | None:
    return next((size for size in _sizes(len(right)) if occurs_once(text, old + right[:size])), None)


def _sizes(available: int) -> Iterator[int]:
    """Context lengths worth trying, never less than a few words: less would be unique by chance only."""
    size = _LEAST_SIDE
    while size < available:
        yield size
        size *= 2
    if available >= _LEAST_SIDE:
        yield available


def _word_edge_before(text: str, offset: int) -> int:
    """``offset`` moved back out of a word that it would cut."""
    offset = max(0, offset)
    while 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum():
        offset -= 1
    return offset


def _word_edge_after(text: str, offset: int) -> int:
    offset = min(len(text), offset)
    while 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum():
        offset += 1
    return offset
