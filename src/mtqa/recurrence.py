"""What makes two lines of different articles the same line, and which articles belong to one site.

A line is known by a 64-bit key: a hash of its site and of its words, with letter case, white space, bullets, figures
and dates folded, so that "Copyright © 2008-2023" and "copyright © 2008-2024" are one line. A pair of neighbouring
short lines has a key of its own: page furniture recurs together with its neighbours, a slogan or a headline that is
quoted again stands among other lines each time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.document import Document, Line

_FOLDED = 200  # code points; a longer line is a paragraph: known by its exact words, and by itself alone
_FURNITURE = 4_000  # code points from the end of an article: where its page names the site
_ENDS = " \t\u00a0•·●▪*|»›>–—-.:…"
_PLAIN = str.maketrans({**{str(digit): "0" for digit in range(1, 10)}, "\u00a0": " ", "’": "'", "‘": "'"})
_FIGURE = re.compile(r"0(?:[0.,:/\-年月日]*[0年月日])?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
    rf"(?:\b{_MONTH}\.? 0(?:st|nd|rd|th)?(?:,? 0)?|\b0(?:st|nd|rd|th)? (?:of )?{_MONTH}\.?(?:,? 0)?)(?: 0)*"
)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,4}(?:cn|com|net|org|hk|tw|gov|edu|info|eu|uk|de|fr))(?![\w-])",
    re.I,
)
_OWNER = ("©", "(c)", "copyright", "all rights reserved", "icp")


@dataclass(frozen=True, slots=True)
class KeyedLine:
    """A line that is not blank; ``key`` is 0 for one without letters, ``pair`` 0 where there is no short neighbour.

    ``pair`` is the key of this line and the next that is not blank.
    """

    line: Line
    key: int
    pair: int = 0


def fold_line(text: str) -> str:
    """The words of a line as they are compared: case, white space, bullets, figures and dates do not count."""
    folded = " ".join(text.lower().translate(_PLAIN).split()).strip(_ENDS)
    if "0" in folded:
        folded = _FIGURE.sub("0", folded)
        if any(month in folded for month in _MONTHS):
            folded = _DATE.sub("0", folded)
    return folded


def keyed_lines(document: Document, site: str) -> list[KeyedLine]:
    """The lines of a document that are not blank, with their keys on that site."""
    text = document.text
    salt = site.encode(errors="surrogatepass")  # a path may hold bytes that are no UTF-8
    filled = [(line, own) for line in document.lines if (own := text[line.start : line.end]) and not own.isspace()]
    keys = [_key(own, salt) for _, own in filled]
    short = [bool(key) and len(own) <= _FOLDED for key, (_, own) in zip(keys, filled, strict=True)]
    last = len(filled) - 1
    return [
        KeyedLine(
            line, keys[n], _hash(b"%x %x" % (keys[n], keys[n + 1])) if n < last and short[n] and short[n + 1] else 0
        )
        for n, (line, _) in enumerate(filled)
    ]


def _key(text: str, salt: bytes) -> int:
    words = fold_line(text) if len(text) <= _FOLDED else text.strip()
    return _hash(b"%b\0%b" % (salt, words.encode())) if any(map(str.isalpha, words)) else 0


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") or 1


def site_of(document: Document, pattern: re.Pattern[str] | None = None) -> str:
    """The site that an article comes from; "" where nothing tells.

    ``pattern`` is searched in the path first: its first group, or the whole match, names the site. Otherwise it is a
    folder that is called like an internet domain, or else the domain in the page's copyright line.
    """
    if pattern is not None and (found := pattern.search(document.path)):
        return (found[1] or "") if pattern.groups else found[0]
    *folders, _ = document.path.split("/")
    for folder in reversed(folders):
        if (domain := _DOMAIN.fullmatch(folder)) is not None:
            return _plain(domain[1])
    return _site_in_furniture(document)


def _site_in_furniture(document: Document) -> str:
    tail = document.text[-_FURNITURE:].lower()
    if not any(word in tail for word in _OWNER):
        return ""
    for text in tail.split("\n"):
        if len(text) <= _FOLDED and any(word in text for word in _OWNER) and (domain := _DOMAIN.search(text)):
            return _plain(domain[1])
    return ""


def _plain(domain: str) -> str:
    return domain.lower().removeprefix("www.")
