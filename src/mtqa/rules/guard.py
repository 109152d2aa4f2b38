"""Translate a Python regular expression into an RE2 pattern that matches at least as much.

RE2 scans a line for all rules at once in linear time; ``re`` then confirms the few that may match. The translation
may widen, never narrow: back-references, word boundaries and assertions are dropped (but for a look-ahead at the end of
a pattern, which is read on), ``\\w \\s \\d`` take in every non-ASCII character (RE2's are ASCII only), counted repeats
lose their upper bound, and letters of any case are listed one by one where ``re`` and RE2 fold differently.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

# The parser of the standard library; a private name, but the only exact account of what `re` will do.
_parser: Any = import_module("re._parser")
_casefix: Any = import_module("re._casefix")

_HIGH = r"\x{80}-\x{10FFFF}"
_WIDE_CLASSES: Final = {
    "CATEGORY_WORD": rf"0-9A-Za-z_{_HIGH}",
    "CATEGORY_NOT_WORD": rf"\x00-/:-@\[-\^`{{-\x7f{_HIGH}",
    "CATEGORY_SPACE": rf"\t-\r\x1c-\x20{_HIGH}",
    "CATEGORY_NOT_SPACE": rf"\x00-\x08\x0e-\x1f!-\x7f{_HIGH}",
    "CATEGORY_DIGIT": rf"0-9{_HIGH}",
    "CATEGORY_NOT_DIGIT": rf"\x00-/:-\x7f{_HIGH}",
}
# Inside a negated class a narrower content means a wider match. U+001C to U+001F are space to Unicode patterns and none
# to `(?a)` ones, so they are in neither of the two narrow classes.
_NARROW_CLASSES: Final = {
    "CATEGORY_WORD": "0-9A-Za-z_",
    "CATEGORY_NOT_WORD": r"\x00-/:-@\[-\^`{-\x7f",
    "CATEGORY_SPACE": r"\t-\r\x20",
    "CATEGORY_NOT_SPACE": r"\x00-\x08\x0e-\x1b!-\x7f",
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_NOT_DIGIT": r"\x00-/:-\x7f",
}
_EXACT_REPEATS = 3
_LISTED = 512  # longest range whose case variants are listed one by one


def widen(pattern: str, flags: int = 0, *, anchors: bool = True) -> str:
    """An RE2 pattern that finds a match in every string in which ``re.search(pattern, …, flags)`` finds one.

    Without ``anchors`` also in every string that only contains such a string: for patterns that are confirmed on a
    part of what the guard reads.

    Raises re.error or OverflowError for a pattern that ``re`` refuses.
    """
    return widen_tree(_parser.parse(pattern, flags), anchors=anchors)


def widen_tree(tree: Any, *, anchors: bool = True) -> str:
    """:func:`widen` of a pattern that has been parsed."""
    return _Widener(anchors).sequence(tree, tree.state.flags, tail=True)


class _Widener:
    def __init__(self, anchors: bool) -> None:
        self._anchors = anchors
        self._depth = 0  # of repeats inside repeats; RE2 refuses more than 1,000 copies in all

    def sequence(self, items: Any, flags: int, *, tail: bool = False) -> str:
        """``tail``: nothing of the pattern that takes up text follows, so a look-ahead at the end may be read on."""
        last = max((place for place, (op, value) in enumerate(items) if not _vanishes(str(op), value)), default=-1)
        return "".join(
            self._item(str(op), value, flags, tail=tail and place == last) for place, (op, value) in enumerate(items)
        )

    def _item(self, op: str, value: Any, flags: int, *, tail: bool) -> str:
        match op:
            case "LITERAL":
                return _literal(value, flags)
            case "NOT_LITERAL":
                # Case variants are left matchable: that only widens.
                return f"[^{_class_character(value)}]" if not flags & re.IGNORECASE else "(?s:.)"
            case "ANY":
                return "(?s:.)"
            case "IN":
                return self._character_class(value, flags)
            case "BRANCH":
                return "(?:" + "|".join(self.sequence(part, flags, tail=tail) for part in value[1]) + ")"
            case "SUBPATTERN":
                _, added, removed, body = value
                return "(?:" + self.sequence(body, (flags | added) & ~removed, tail=tail) + ")"
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(value, flags)
            case "ATOMIC_GROUP":
                return "(?:" + self.sequence(value, flags, tail=tail) + ")"
            case "AT":
                return _position(str(value), flags) if self._anchors else ""
            case "ASSERT" if tail and value[0] > 0:
                return "(?:" + self.sequence(value[1], flags, tail=True) + ")"
            case "ASSERT" | "ASSERT_NOT":
                return ""
            case _:  # back-references and conditionals
                return "(?s:.*)"

    def _repeat(self, value: Any, flags: int) -> str:
        low, high, body = value
        self._depth += 1
        inner = "(?:" + self.sequence(body, flags) + ")"
        self._depth -= 1
        most = _EXACT_REPEATS if self._depth < _EXACT_REPEATS else 1
        if high <= most:
            return f"{inner}{{{low},{high}}}"
        return f"{inner}{{{min(low, most)},}}"

    def _character_class(self, items: Any, flags: int) -> str:
        negated = str(items[0][0]) == "NEGATE"
        if negated:
            if flags & re.IGNORECASE:
                return "(?s:.)"
            return "[^" + "".join(_class_item(op, value, 0, _NARROW_CLASSES) for op, value in items[1:]) + "]"
        parts = "".join(_class_item(op, value, flags, _WIDE_CLASSES) for op, value in items)
        return f"(?i:[{parts}])" if flags & re.IGNORECASE else f"[{parts}]"


def _vanishes(op: str, value: Any) -> bool:
    return op == "ASSERT_NOT" or (op == "AT" and "BOUNDARY" in str(value))


def _position(name: str, flags: int) -> str:
    multiline = flags & re.MULTILINE
    match name:
        case "AT_BEGINNING" | "AT_BEGINNING_STRING":
            return "(?m:^)" if multiline and name == "AT_BEGINNING" else r"\A"
        case "AT_END":  # also before a final "\n", which RE2 can only say as "before any"
            return "(?m:$)"
        case "AT_END_STRING":
            return r"\z"
        case _:
            return ""


def _literal(code: int, flags: int) -> str:
    if not flags & re.IGNORECASE:
        return _class_or_plain(code)
    variants = _case_variants(code)
    if len(variants) == 1:
        return _class_or_plain(code)
    return "[" + "".join(_class_character(other) for other in sorted(variants)) + "]"


def _class_or_plain(code: int) -> str:
    character = chr(code)
    return character if character.isascii() and character.isalnum() else rf"\x{{{code:X}}}"


def _class_character(code: int) -> str:
    return _class_or_plain(code)


def _class_item(op: Any, value: Any, flags: int, classes: dict[str, str]) -> str:
    match str(op):
        case "LITERAL":
            variants = _case_variants(value) if flags & re.IGNORECASE else {value}
            return "".join(_class_character(code) for code in sorted(variants))
        case "RANGE":
            return _range(*value, fold=bool(flags & re.IGNORECASE))
        case _:
            return classes[str(value)]


def _range(low: int, high: int, *, fold: bool) -> str:
    plain = f"{_class_character(low)}-{_class_character(high)}"
    if not fold:
        return plain
    if high < 128:  # the class folds by itself, but not i to its dotless and dotted capital forms
        return plain + (_I_FORMS if any(low <= ord(form) <= high for form in "iI") else "")
    if high - low >= _LISTED:
        return rf"{plain}{_HIGH}iI"
    variants = {other for code in range(low, high + 1) for other in _case_variants(code)}
    return plain + "".join(_class_character(code) for code in sorted(variants) if not low <= code <= high)


@lru_cache(maxsize=1024)
def _case_variants(code: int) -> frozenset[int]:
    """Every character that ``re.IGNORECASE`` may take for ``code``, and a few more."""
    character = chr(code)
    family = {character, character.lower(), character.upper(), character.title(), character.casefold()}
    family |= {form.lower() for form in family} | {form.upper() for form in family}
    codes = {ord(form) for form in family if len(form) == 1}
    for group in _FOLD_GROUPS:
        if codes & group:
            codes |= group
    return frozenset(codes)


_I_FORMS: Final = r"\x{130}\x{131}"
# Characters that are equal to `re` and that `str.upper` and `str.lower` do not lead to from each other: those whose
# capital's small letter is another letter, and those that the standard library lists.
_FOLD_GROUPS: Final = [
    {0x49, 0x69, 0x130, 0x131},
    {0x4B, 0x6B, 0x212A},
    {0xC5, 0xE5, 0x212B},
    {0xDF, 0x1E9E},
    {0x398, 0x3B8, 0x3D1, 0x3F4},
    {0x3A9, 0x3C9, 0x2126},
    *({code, *others} for code, others in _casefix._EXTRA_CASES.items()),
]
