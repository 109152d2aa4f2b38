"""Translate a Python regular expression into an RE2 pattern that matches at least as much.

RE2 scans a line for all rules at once in linear time; ``re`` then confirms the few that may match. The translation
may widen, never narrow: assertions, back-references and word boundaries are dropped, ``\\w \\s \\d`` take in every
non-ASCII character (RE2's are ASCII only), counted repeats lose their upper bound.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

# The parser of the standard library; a private name, but the only exact account of what `re` will do.
_parser: Any = import_module("re._parser")
_constants: Any = import_module("re._constants")

_HIGH = r"\x{80}-\x{10FFFF}"
_WIDE_CLASSES: Final = {
    "CATEGORY_WORD": rf"0-9A-Za-z_{_HIGH}",
    "CATEGORY_NOT_WORD": rf"\x00-/:-@\[-\^`{{-\x7f{_HIGH}",
    "CATEGORY_SPACE": rf"\t-\r\x1c-\x20{_HIGH}",
    "CATEGORY_NOT_SPACE": rf"\x00-\x08\x0e-\x1b!-\x7f{_HIGH}",
    "CATEGORY_DIGIT": rf"0-9{_HIGH}",
    "CATEGORY_NOT_DIGIT": rf"\x00-/:-\x7f{_HIGH}",
}
# Inside a negated class a narrower content means a wider match.
_NARROW_CLASSES: Final = {
    "CATEGORY_WORD": "0-9A-Za-z_",
    "CATEGORY_NOT_WORD": r"\x00-/:-@\[-\^`{-\x7f",
    "CATEGORY_SPACE": r"\t-\r\x1c-\x20",
    "CATEGORY_NOT_SPACE": r"\x00-\x08\x0e-\x1b!-\x7f",
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_NOT_DIGIT": r"\x00-/:-\x7f",
}
_EXACT_REPEATS = 3


def widen(pattern: str, flags: int = 0) -> str:
    """An RE2 pattern that finds a match in every string in which ``re.search(pattern, …, flags)`` finds one.

    Raises re.error for a pattern that ``re`` refuses.
    """
    tree = _parser.parse(pattern, flags)
    return _Widener().sequence(tree, tree.state.flags)


class _Widener:
    def sequence(self, items: Any, flags: int) -> str:
        return "".join(self._item(str(op), value, flags) for op, value in items)

    def _item(self, op: str, value: Any, flags: int) -> str:
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
                return "(?:" + "|".join(self.sequence(part, flags) for part in value[1]) + ")"
            case "SUBPATTERN":
                _, added, removed, body = value
                return "(?:" + self.sequence(body, (flags | added) & ~removed) + ")"
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(value, flags)
            case "ATOMIC_GROUP":
                return "(?:" + self.sequence(value, flags) + ")"
            case "AT":
                return _position(str(value), flags)
            case "ASSERT" | "ASSERT_NOT":
                return ""
            case _:  # back-references and conditionals
                return "(?s:.*)"

    def _repeat(self, value: Any, flags: int) -> str:
        low, high, body = value
        inner = "(?:" + self.sequence(body, flags) + ")"
        if inner in ("(?:)", "(?:(?:))"):
            return ""
        if high <= _EXACT_REPEATS:
            return f"{inner}{{{low},{high}}}"
        if low <= _EXACT_REPEATS:
            return f"{inner}{{{low},}}"
        return f"{inner}{{{_EXACT_REPEATS},}}"

    def _character_class(self, items: Any, flags: int) -> str:
        negated = str(items[0][0]) == "NEGATE"
        if negated:
            if flags & re.IGNORECASE:
                return "(?s:.)"
            return "[^" + "".join(_class_item(op, value, 0, _NARROW_CLASSES) for op, value in items[1:]) + "]"
        parts = "".join(_class_item(op, value, flags, _WIDE_CLASSES) for op, value in items)
        return f"(?i:[{parts}])" if flags & re.IGNORECASE else f"[{parts}]"


def _position(name: str, flags: int) -> str:
    if flags & re.MULTILINE or name not in ("AT_BEGINNING", "AT_BEGINNING_STRING", "AT_END", "AT_END_STRING"):
        return ""
    # `$` also matches before a final "\n"; the engine matches single lines, so `\n?` keeps it no narrower.
    return r"\A" if name.startswith("AT_BEGINNING") else r"\n?\z"


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
            low, high = value
            extra = ""
            if flags & re.IGNORECASE:
                # `re` folds a few characters across the ASCII border that RE2 does not.
                extra = "".join(
                    _class_character(code) for code in _BORDER if any(low <= c <= high for c in _case_variants(code))
                )
            return f"{_class_character(low)}-{_class_character(high)}{extra}"
        case _:
            return classes[str(value)]


def _case_variants(code: int) -> set[int]:
    """Every character that ``re.IGNORECASE`` may take for ``code``, and a few more."""
    character = chr(code)
    family = {character, character.lower(), character.upper(), character.title(), character.casefold()}
    family |= {form.lower() for form in family} | {form.upper() for form in family}
    codes = {ord(form) for form in family if len(form) == 1}
    for group in _FOLD_GROUPS:
        if codes & group:
            codes |= group
    return codes


_BORDER: Final = (0x130, 0x131, 0x17F, 0x212A)
# i and its dotted and dotless forms; s and long s; k and the Kelvin sign; further groups beyond ASCII.
_FOLD_GROUPS: Final = [
    {0x69, 0x49, 0x130, 0x131},
    {0x73, 0x53, 0x17F},
    {0x6B, 0x4B, 0x212A},
    {0xE5, 0xC5, 0x212B},
    {0xB5, 0x3BC, 0x39C},
    {0x345, 0x3B9, 0x399, 0x1FBE},
    {0x3B2, 0x392, 0x3D0},
    {0x3B5, 0x395, 0x3F5},
    {0x3B8, 0x398, 0x3D1, 0x3F4},
    {0x3BA, 0x39A, 0x3F0},
    {0x3C0, 0x3A0, 0x3D6},
    {0x3C1, 0x3A1, 0x3F1},
    {0x3C2, 0x3C3, 0x3A3},
    {0x3C6, 0x3A6, 0x3D5},
    {0x3C9, 0x3A9, 0x2126},
    {0x1E60, 0x1E61, 0x1E9B},
]
