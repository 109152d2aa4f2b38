"""What changed between two texts, word by word.

Lines are compared first, then the words inside lines that differ. Changes that only an unchanged scrap separates are
joined, as in the semantic clean-up of Google's diff-match-patch: a rewritten sentence is one change, two corrected
words stay two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(
    r"\r\n|\n"
    r"|[\w\u0300-\u036f]+(?:['’][\w\u0300-\u036f]+)*"
    r"|[\U0001f000-\U0001faff\u2600-\u27bf\u200d\ufe0f]+"
    r"|[^\S\r\n]+|[\s\S]"
)
_MOST_CELLS = 40_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """Tokens ``[start, end)`` of the old text became tokens ``[new_start, new_end)`` of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def tokens(text: str) -> list[str]:
    """Words, runs of spaces, line endings and single marks; joined they are ``text``."""
    return _TOKEN.findall(text)


def steps(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """The least changes between two lists of tokens."""
    from rapidfuzz.distance import LCSseq

    found: list[Step] = []
    for code in LCSseq.opcodes(old, new):
        if code.tag == "equal":
            continue
        one = Step(code.src_start, code.src_end, code.dest_start, code.dest_end)
        if found and found[-1].end == one.start and found[-1].new_end == one.new_start:
            one = Step(found[-1].start, one.end, found.pop().new_start, one.new_end)
        found.append(one)
    return found


def changed_words(old: str, new: str) -> list[Edit]:
    """Edits that turn ``old`` into ``new``, apart from each other, each as small as words allow."""
    olds, news = _lines(old), _lines(new)
    edits: list[Edit] = []
    at, old_line = 0, 0
    for tag, start, end, new_start, new_end in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        at += sum(map(len, olds[old_line:start]))
        old_line = start
        if tag != "equal":
            edits += _within(olds[start:end], news[new_start:new_end], at)
    return edits


def _lines(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=\n)", text) if part]


def _within(olds: Sequence[str], news: Sequence[str], at: int) -> Iterator[Edit]:
    """Edits inside a block of lines that differ."""
    if len(olds) == len(news):
        for old, new in zip(olds, news, strict=True):
            if old != new:
                yield from _by_words(old, new, at)
            at += len(old)
    else:
        yield from _by_words("".join(olds), "".join(news), at)


def _by_words(old: str, new: str, at: int) -> Iterator[Edit]:
    olds, news = tokens(old), tokens(new)
    if len(olds) * len(news) > _MOST_CELLS:
        yield Edit(Span(at, at + len(old)), new)
        return
    offsets = [at]
    for token in olds:
        offsets.append(offsets[-1] + len(token))
    for joined in _joined(steps(olds, news), olds, news):
        step = _trimmed(joined, olds, news)
        yield Edit(Span(offsets[step.start], offsets[step.end]), "".join(news[step.new_start : step.new_end]))


def _joined(found: Sequence[Step], olds: Sequence[str], news: Sequence[str]) -> list[Step]:
    """Neighbours joined where what lies between them has no word, or fewer words than the change on either side."""
    kept: list[Step] = []
    for step in found:
        while kept and _belong_together(kept[-1], step, olds, news):
            before = kept.pop()
            step = Step(before.start, step.end, before.new_start, step.new_end)  # noqa: PLW2901 - it grows backwards
        kept.append(step)
    return kept


def _trimmed(step: Step, olds: Sequence[str], news: Sequence[str]) -> Step:
    """``step`` without the tokens that are the same at both its ends."""
    start, end, new_start, new_end = step.start, step.end, step.new_start, step.new_end
    while start < end and new_start < new_end and olds[end - 1] == news[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    while start < end and new_start < new_end and olds[start] == news[new_start]:
        start, new_start = start + 1, new_start + 1
    return Step(start, end, new_start, new_end)


def _belong_together(one: Step, other: Step, olds: Sequence[str], news: Sequence[str]) -> bool:
    between = olds[one.end : other.start]
    if "\n" in between or "\r\n" in between:
        return False
    gap = _words(between)
    return gap == 0 or gap < min(_size(one, olds, news), _size(other, olds, news))


def _size(step: Step, olds: Sequence[str], news: Sequence[str]) -> int:
    return max(_words(olds[step.start : step.end]), _words(news[step.new_start : step.new_end]))


def _words(pieces: Sequence[str]) -> int:
    return sum(piece[0].isalnum() for piece in pieces)


def merge(base: str, ours: str, theirs: str) -> list[Edit] | None:
    """Three-way merge, word by word: the edits that make our changes to ``theirs``, or None when both changed a place.

    Changes that touch each other count as one place.
    """
    bases, our_tokens, their_tokens = tokens(base), tokens(ours), tokens(theirs)
    if len(bases) * max(len(our_tokens), len(their_tokens)) > _MOST_CELLS:
        return None
    their_steps = steps(bases, their_tokens)
    offsets = [0]
    for token in their_tokens:
        offsets.append(offsets[-1] + len(token))
    edits = []
    for step in steps(bases, our_tokens):
        if any(step.start <= other.end and other.start <= step.end for other in their_steps):
            return None
        shift = sum(
            (other.new_end - other.new_start) - (other.end - other.start)
            for other in their_steps
            if other.end <= step.start
        )
        span = Span(offsets[step.start + shift], offsets[step.end + shift])
        edits.append(Edit(span, "".join(our_tokens[step.new_start : step.new_end])))
    return edits
