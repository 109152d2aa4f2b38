"""Letters of a foreign script in English prose: where they stand, and where they belong.

What stands in brackets or quotation marks, after a label ("Chinese:", "the character"), beside its own romanised form,
or in a text that is not English anyway, belongs there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtqa.grammar.pinyin import is_pinyin

if TYPE_CHECKING:
    from collections.abc import Iterator

# Scripts that are never part of English words. Greek is left out: its letters are symbols in every science.
_SCRIPTS = (
    "\u0400-\u052f"  # Cyrillic
    "\u0530-\u058f\u10a0-\u10ff"  # Armenian, Georgian
    "\u0590-\u05ff\u0600-\u06ff\u0750-\u077f"  # Hebrew, Arabic
    "\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Indic scripts, Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3041-\u3096\u30a1-\u30fa\u3105-\u312f\uac00-\ud7a3"  # Korean, Japanese, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Chinese characters
)
_RUN = re.compile(rf"[{_SCRIPTS}](?:[^A-Za-z\n()\[\]“”\"]*[{_SCRIPTS}])?")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_ENCLOSED = re.compile(
    r"\([^()\n]*\)|（[^（）\n]*）|\[[^\[\]\n]*\]|“[^“”\n]*”|\"[^\"\n]*\"|‘[^‘’\n]*’|「[^」\n]*」|《[^》\n]*》|【[^】\n]*】|«[^»\n]*»"
)
_LABEL = re.compile(
    r"(?:\b(?:chinese|japanese|korean|russian|arabic|hebrew|hindi|pinyin|persian|urdu|thai|greek|ukrainian|cantonese|mandarin"
    r"|characters?|words?|verbs?|nouns?|terms?|phrases?|idioms?|names?|called|written|spelled|spelt|hashtag|title|sign|reads"
    r"|letters?|meaning|lit|means|aka)\b|[:=/#@|–—])[ :]*$",
    re.IGNORECASE,
)
_MEANS = re.compile(r"^[ ,]*(?:\(|=|means?\b|is (?:a|the) (?:character|word|letter)|–|—|/|\|)", re.IGNORECASE)
_BEFORE = re.compile(r"([A-Z][\w'’]+) ?$")
_ENGLISH = 0.5  # of the letters of a text, for it to be English
_NEAR = 40


def foreign_runs(text: str) -> Iterator[tuple[int, int]]:
    """``[start, end)`` of each run that does not belong; a line that is foreign as a whole is one run."""
    if not _RUN.search(text) or not _is_english(text):
        return
    start = 0
    for line in text.split("\n"):
        yield from ((start + left, start + right) for left, right in _in_line(line))
        start += len(line) + 1


def _is_english(text: str) -> bool:
    foreign = sum(right - left for left, right in _letters(text))
    return len(_LATIN.findall(text)) * _ENGLISH > foreign


def _letters(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _RUN.finditer(text)]


def _in_line(line: str) -> Iterator[tuple[int, int]]:
    runs = _letters(line)
    if not runs:
        return
    enclosed = [match.span() for match in _ENCLOSED.finditer(line)]
    if not _LATIN.search(line):
        if not any(left <= runs[0][0] < right for left, right in enclosed):
            yield runs[0][0], runs[-1][1]
        return
    for left, right in runs:
        inside = any(start <= left and right <= end for start, end in enclosed)
        if not inside and not _belongs(line, left, right):
            yield left, right


def _belongs(line: str, left: int, right: int) -> bool:
    """A label before it, a meaning after it, or its romanised form beside it."""
    before, after = line[max(0, left - _NEAR) : left], line[right : right + _NEAR]
    if _CYRILLIC.match(line, left) and (_LATIN.match(before[-1:]) or _LATIN.match(after)):
        return False  # letters that look alike, within one word
    if _LABEL.search(before) or _MEANS.search(after) or not before.strip(" •·-*\t"):
        return True
    name = _BEFORE.search(before)
    return name is not None and is_pinyin(name[1])
