"""A line with its changing parts masked: what several lines of a page's frame have in common, as a pattern of a rule.

Dates, times, years and numbers are masked always. Names are masked where that is asked for: two or more words with
capitals in a row, which is how credits have them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_FIGURES = (
    rf"(?P<date>\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?(?!\d)"
    rf"|\b{_MONTH}\.? \d{{1,2}},? \d{{4}}\b|\b\d{{1,2}} {_MONTH}\.? \d{{4}}\b)"
    r"|(?P<time>\b\d{1,2}:\d{2}(?::\d{2})?\b)"
    r"|(?P<years>\b(?:19|20)\d{2}(?:\s?[-–—]\s?(?:19|20)\d{2})?\b)"
    r"|(?P<number>\d+(?:[.,]\d+)*(?:st|nd|rd|th)?\b)"
)
_NAME = r"[A-Z][\w'’-]{1,20}(?: [A-Z][\w'’-]{0,20}){1,3}"
_NAMES = rf"|(?P<name>(?-i:{_NAME}(?:(?:,| and| &) {_NAME}){{0,4}}))"
_WORD = r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
_PARTS = re.compile(_FIGURES + _NAMES + _WORD, re.I)
_PARTS_BUT_NAMES = re.compile(_FIGURES + _WORD, re.I)
_MASKS = {
    "date": "{{date}}",
    "time": "{{time}}",
    "years": r"(?:19|20)\d{2}(?:\s?[-–—]\s?(?:19|20)\d{2})?",
    "number": r"\d{1,12}(?:[.,]\d{1,12}){0,6}(?:st|nd|rd|th)?",
    "name": "{{names}}",
}
_EDGE = r"\W{0,8}"
_GAP = r"\W{1,8}"
_GAP_ONLY = re.compile(r"\W{0,8}")


@dataclass(frozen=True, slots=True, order=True)
class Template:
    """A masked line: ``parts`` are lower-case words, and ``{kind}`` for what is masked."""

    parts: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words that stay the same."""
        return tuple(part for part in self.parts if not part.startswith("{"))

    @property
    def masks(self) -> frozenset[str]:
        """The kinds of what is masked: date, time, years, number, name."""
        return frozenset(part[1:-1] for part in self.parts if part.startswith("{"))

    def pattern(self) -> str:
        """A pattern of a rule for lines of this template and for nothing else."""
        parts = (_MASKS[part[1:-1]] if part.startswith("{") else _literal(part) for part in self.parts)
        return f"^{_EDGE}{_GAP.join(parts)}{_EDGE}$"


def template_of(line: str, *, names: bool = False) -> Template | None:
    """The template of a line; None for one whose parts stand too far from each other for a pattern to be safe."""
    parts: list[str] = []
    end = 0
    for match in (_PARTS if names else _PARTS_BUT_NAMES).finditer(line):
        gap = line[end : match.start()]
        if (parts and not gap) or not _GAP_ONLY.fullmatch(gap):
            return None
        kind = match.lastgroup
        parts.append(_lower(match[0]) if kind == "word" else f"{{{kind}}}")
        end = match.end()
    return Template(tuple(parts)) if parts and _GAP_ONLY.fullmatch(line[end:]) else None


def _lower(word: str) -> str:
    lower = word.lower().replace("’", "'")
    return lower if len(lower) == len(word) else word  # a capital dotted I becomes two characters


def _literal(word: str) -> str:
    return re.sub("'", "['’]", re.escape(word))
