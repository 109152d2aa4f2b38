"""Sentences and words inside lines, as spans.

Sentences come from sentencex (exact code-point offsets, abbreviations such as "Co., Ltd." kept whole). A sentence
never crosses a line end, and its span leaves out the white space around it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mtqa.document import Span

if TYPE_CHECKING:
    from mtqa.document import Document

WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_JOINTS = "'’.-"  # what joins two parts of one word
_WESTERN = "cp1252"  # one byte a character, and all the characters of most English texts
_KINDS = bytes(
    ord("a" if WORD.match(character) else "-" if character in _JOINTS else " ")
    for character in bytes(range(256)).decode(_WESTERN, "replace")
)


@lru_cache(maxsize=4096)
def sentences_of(line: str) -> tuple[tuple[int, int], ...]:
    """Offsets ``(start, end)`` of the sentences of one line, white space around them left out."""
    if not line.strip():
        return ()
    import sentencex

    found = []
    for boundary in sentencex.get_sentence_boundaries("en", line):
        start, end = boundary["start_index"], boundary["end_index"]
        piece = line[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start < end:
            found.append((start, end))
    return tuple(found)


def sentences(document: Document) -> list[Span]:
    """All sentences of a document, in order."""
    return [
        Span(line.start + start, line.start + end)
        for line in document.lines
        for start, end in sentences_of(document.slice(line.span))
    ]


def sentence_at(document: Document, offset: int) -> Span:
    """The sentence that ``offset`` lies in, or the whole line where it lies in none."""
    line = document.line_at(offset)
    for start, end in sentences_of(document.slice(line.span)):
        if line.start + start <= offset < line.start + end:
            return Span(line.start + start, line.start + end)
    return line.span


def count_words(text: str) -> int:
    """Number of words; hyphenated words and figures such as "1,000.5" count as few tokens, punctuation as none."""
    try:
        kinds = b" " + text.encode(_WESTERN).translate(_KINDS)
    except UnicodeEncodeError:
        return len(WORD.findall(text))
    # A word begins with a letter that follows no letter, unless a single joint parts it from the letter before.
    return kinds.count(b" a") + kinds.count(b" -a") + kinds.count(b"--a")


def is_longer(text: str, words: int) -> bool:
    """True for a text of more than ``words`` words (by white space), or of more characters than so many words have."""
    if len(text) < 2 * words:  # a word is a character at least, and so is what parts it from the next
        return False
    return len(text) > most_characters(words) or len(text.split(None, words)) > words


def most_characters(words: int) -> int:
    """How long a text of so many words may be: 12 characters a word, twice what English has."""
    return 12 * words


def normalised(text: str) -> str:
    """``text`` with white space folded, so that re-wrapping does not change what it is compared by."""
    return " ".join(text.split())
