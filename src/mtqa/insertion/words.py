"""The content words of a text as arrays, found by one scan and without a Python step for each word.

Words that the space lacks, function words and very common words are no content words. A capital inside a sentence
makes a word a name: it tells what the article is about, but is never itself called foreign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mtqa.document import Span
    from mtqa.insertion.space import Space

# Addresses and words joined by hyphens are one token each.
_TOKEN = re.compile(r"(?:https?:|www\.)\S+|[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d[\d.,]*(?:-?[^\W\d_]+)*|[.;:!?…,\n()\"“”—]")
_OTHER, _STOP, _COMMA, _MARK, _BREAK, _UNKNOWN = -1, -2, -3, -4, -5, -6
_MARKS = {**dict.fromkeys(".;:!?…\n", _STOP), ",": _COMMA}
# What does not stand inside a noun phrase: pronouns, auxiliaries, conjunctions and the like.
_BREAK_WORDS = """
i me my you your he him his she her we us our they them their it its this that these those who whom whose which what
when where why how if because although though while until since but so than then there here is are was were be been
being am has have had do does did will would can could may might must shall should not never also very just even
still already again only too all any some each every both more most much many such no yes out up down off away back
get got go goes went make made take took come came let
"""
_BREAKS = frozenset(_BREAK_WORDS.split())
_MOST_REMEMBERED = 200_000


@dataclass(frozen=True)
class Words:
    """Content words in order: ``form`` and ``lemma`` (numbers in the space), ``place`` among all tokens, ``plain`` (no
    name), ``sentence`` number and how many ``commas``, ``breaks`` (what no noun phrase holds) and
    ``unknown`` words in small letters stand before it; ``before`` and ``after``: a word of content or an unknown one
    stands directly there.
    """

    form: NDArray[np.int32]
    lemma: NDArray[np.int32]
    place: NDArray[np.int32]
    plain: NDArray[np.bool_]
    sentence: NDArray[np.int32]
    commas: NDArray[np.int32]
    breaks: NDArray[np.int32]
    unknown: NDArray[np.int32]
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.form)


class Reader:
    """Reads texts; remembers what it knows of each spelling."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._codes = _Codes(space)

    def read(self, text: str) -> Words:
        tokens = _TOKEN.findall(text)
        codes = np.fromiter(map(self._codes.__getitem__, tokens), np.int32, len(tokens))
        self._codes.shrink()
        stop = codes == _STOP
        # What opens a sentence: the first token after a stop, quotation marks and brackets passed over.
        solid = np.flatnonzero(codes != _MARK)
        opens = np.zeros(len(codes), np.bool_)
        opens[solid] = np.concatenate([[True], stop[solid][:-1]]) if len(solid) else False
        place = np.flatnonzero(codes >= 0).astype(np.int32)
        form = codes[place] // 2
        name = (codes[place] % 2 == 1) & ~opens[place]
        solid_word = np.concatenate([[False], (codes >= 0) | (codes == _UNKNOWN), [False]])
        return Words(
            form=form,
            lemma=self._space.lemma[form],
            place=place,
            plain=~name,
            sentence=np.cumsum(stop, dtype=np.int32)[place],
            commas=np.cumsum(codes == _COMMA, dtype=np.int32)[place],
            breaks=np.cumsum((codes == _BREAK) | (codes == _MARK), dtype=np.int32)[place],
            unknown=np.cumsum(codes == _UNKNOWN, dtype=np.int32)[place],
            before=solid_word[place],
            after=solid_word[place + 2],
        )


def token_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the tokens that :class:`Words` counts places in."""
    return [match.span() for match in _TOKEN.finditer(text)]


def spelled(text: str, span: Span) -> list[str]:
    """The words of a span as they stand."""
    return [token for token in _TOKEN.findall(text[span.start : span.end]) if token[0].isalpha()]


class _Codes(dict[str, int]):
    """Code of a token: twice its form's number, plus one when it begins with a capital; negative for all else."""

    def __init__(self, space: Space) -> None:
        super().__init__()
        self._forms, self._common = space.forms, space.common

    def __missing__(self, spelling: str) -> int:
        code = self[spelling] = self._code(spelling)
        return code

    def _code(self, token: str) -> int:
        if not token[0].isalpha():
            return _MARKS.get(token, _OTHER if token[0].isdigit() else _MARK)
        stem = token.replace("’", "'").partition("'")[0]
        small = stem.lower()
        if "-" in stem:  # an adjective as its last part is, a name (Hau Lung-bin) as nothing
            small = stem = stem.rpartition("-")[2] if stem == small else ""
        number = self._forms.get(small)
        if number is not None:
            return 2 * number + stem[0].isupper()
        if small in _BREAKS:
            return _BREAK
        return _OTHER if small in self._common or stem != small or len(stem) < 4 else _UNKNOWN

    def shrink(self) -> None:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
