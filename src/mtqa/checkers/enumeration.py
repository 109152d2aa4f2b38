"""Enumerations whose head or middle is missing: "Second, …" after nothing that was first, "First, … Third, …"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
# At the start of a sentence: "Second, …", "Secondly, …", "The second is …", "Second is to …".
_MARK = re.compile(
    r"(?:^|(?<=[.!?;:][ ”’\"])|(?<=\n))\s*(?P<mark>(?:The )?(?P<n>First|Second|Third|Fourth|Fifth|Sixth|Seventh"
    r"|first|second|third|fourth|fifth|sixth|seventh)(?:ly)?(?:,| is (?:to|that|the)\b))(?! (?:\d|place|and)\b)"
)
# What may stand for the item before: for the second "one", "the main", …, for later ones what counts on.
_HEADS = re.compile(
    r"\b(?:first|firstly|1st|one (?:is|was|of|reason|thing|hand|way|aspect)|foremost|initial|initially|begin|starters?|"
    r"start|primar\w+|main|two|both|(?:three|four|five|several|many|some|following) \w+)\b"
    r"|(?<![\w.])(?:1[.)、]|I\.)|\bOne\b",
    re.IGNORECASE,
)
_NEXT = r"another|next|other|also|then|moreover|furthermore|in addition|besides|two|three"
_REACH = 4000  # code points back to what an item may go on from
_LEADS = (
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
)


def gaps(text: str) -> Iterator[tuple[int, int, str]]:
    """``(start, end, missing)`` of each mark of an item before which the item ``missing`` should stand."""
    if not any(lead in text for lead in ("Second", "Third", "Fourth", "Fifth", "second is", "third is")):
        return
    for match in _MARK.finditer(text):
        number = _ORDINALS.index(match["n"].lower())
        if number == 0:
            continue
        before = text[max(0, match.start() - _REACH) : match.start("mark")]
        missing = _ORDINALS[number - 1]
        if number == 1:
            if _HEADS.search(before):
                continue
        elif re.search(rf"\b(?:{missing}(?:ly)?|{number}(?:st|nd|rd|th)|{_NEXT})\b", _since(before, number), re.I):
            continue
        yield match.start("mark"), match.end("mark"), missing


def _since(before: str, number: int) -> str:
    """What stands after the last item two before, as the first item for the third; all of it where there is none."""
    places = [m.end() for m in re.finditer(rf"\b{_ORDINALS[number - 2]}(?:ly)?\b", before, re.IGNORECASE)]
    return before[places[-1] :] if places else before
