"""The words of a text as an editor picks them: never half a cluster, and Chinese sign by sign."""

from __future__ import annotations

import re
import unicodedata

from mtqa.document import Span

_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{_CHINESE}]"
_WORD = re.compile(rf"{_LETTER}(?:(?:{_LETTER}|['’.-])*{_LETTER})?|[{_CHINESE}]|[^\w\s]+")


def words_of(text: str) -> list[Span]:
    """Words and runs of punctuation, in order. Marks stay with the letter they are on, in whatever script."""
    found: list[Span] = []
    goes_on = False  # behind a mark, the same word may go on
    for match in _WORD.finditer(text):
        start, end = match.span()
        body = start  # where what belongs to the word before ends
        if found and found[-1].end == start:
            body = end if goes_on and text[start].isalnum() else _after_marks(text, start, end)
        if body > start:
            found[-1] = Span(found[-1].start, body)
        if body < end:
            found.append(Span(body, end))
        goes_on = body == end and _after_marks(text, end - 1, end) == end
    return found


def _after_marks(text: str, start: int, end: int) -> int:
    while start < end and unicodedata.category(text[start]).startswith("M"):
        start += 1
    return start
