"""Which characters a part of a parsed regular expression can match, over a small alphabet that stands for all.

The alphabet is ASCII, the usual typographic and Chinese signs, and four characters for the rest: a space, a digit, a
letter and another sign. A set is never smaller than the truth, so that two sets without a common code share no
character. (The other way round é and 中 count as the same.)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

_SPACE, _DIGIT, _LETTER, _SIGN = 0xA0, 0x663, 0xE9, 0x203B
_FOREIGN: Final = frozenset({_SPACE, _DIGIT, _LETTER, _SIGN})
_NAMED: Final = frozenset(map(ord, "‘’“”«»‹›–—…•·→│｜「」『』【】《》〈〉（）［］、。，：；！？／＞©®"))
CODES: Final = frozenset(range(128)) | _FOREIGN | _NAMED
_LISTED = 512


def characters(items: Any, flags: int) -> frozenset[int]:
    """Every code that some character of a match of ``items`` may have, assertions left out."""
    found: set[int] = set()
    for op, value in items:
        found |= _of(str(op), value, flags)
    return frozenset(found)


def _of(name: str, value: Any, flags: int) -> frozenset[int] | set[int]:
    match name:
        case "LITERAL":
            return _codes(value, flags)
        case "NOT_LITERAL":
            return CODES - ({value} - _FOREIGN) if not flags & re.IGNORECASE else CODES
        case "ANY":
            return CODES if flags & re.DOTALL else CODES - {10}
        case "IN":
            return _class(value, flags)
        case "BRANCH":
            return {code for part in value[1] for code in characters(part, flags)}
        case "SUBPATTERN":
            return characters(value[3], (flags | value[1]) & ~value[2])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return characters(value[2], flags)
        case "ATOMIC_GROUP":
            return characters(value, flags)
        case "GROUPREF_EXISTS":
            return characters(value[1], flags) | characters(value[2] or (), flags)
        case "GROUPREF":
            return CODES
        case _:
            return frozenset()


def _codes(code: int, flags: int) -> set[int]:
    forms = {chr(code)}
    if flags & re.IGNORECASE:
        forms |= {chr(code).lower()[:1], chr(code).upper()[:1]}
    return {_code(form) for form in forms}


def _code(character: str) -> int:
    if ord(character) in _NAMED or character.isascii():
        return ord(character)
    if character.isspace():
        return _SPACE
    if character.isdecimal():
        return _DIGIT
    return _LETTER if character.isalnum() else _SIGN


def _class(items: Any, flags: int) -> frozenset[int]:
    negated = str(items[0][0]) == "NEGATE"
    found: set[int] = set()
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            found |= _codes(value, flags) - (_FOREIGN if negated else frozenset())
        elif name == "RANGE":
            found |= _range(flags, *value) - (_FOREIGN if negated else frozenset())
        elif name == "CATEGORY":
            found |= _category(str(value))
    return CODES - found if negated else frozenset(found)


def _range(flags: int, low: int, high: int) -> set[int]:
    found = {code for each in range(low, min(high, low + _LISTED) + 1) for code in _codes(each, flags)}
    return found if high - low <= _LISTED else found | _FOREIGN | {code for code in _NAMED if low <= code <= high}


@lru_cache
def _category(name: str) -> frozenset[int]:
    kind = name.rpartition("_")[2].lower()
    test = re.compile({"word": r"\w", "space": r"\s", "digit": r"\d"}[kind])
    inside = frozenset(code for code in CODES if test.match(chr(code)))
    return CODES - inside if "_NOT_" in name else inside
