"""Refuse regular expressions that can take quadratic or exponential time, before they are ever run.

Python's ``re`` backtracks. Three shapes are refused, on the parsed pattern and without running it:

- a repeat inside an unbounded repeat, unless a mandatory separator keeps the inner one from trading characters
  with its next round (``(?:\\w+ )+`` is fine, ``(?:\\w+)+`` and ``(?:\\w+ ?)+`` are not);
- two unbounded repeats side by side that can match the same character (``\\w*\\w+``);
- an unbounded repeat that can run across a whole line (it takes in spaces and letters), unless the pattern is
  anchored at the start: from every position it would scan to the end of a 2,500-character paragraph.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

_parser: Any = import_module("re._parser")

_UNBOUNDED = 200
_CODES = range(129)  # ASCII, and one code for everything else


def complaint(pattern: str, flags: int = 0) -> str:
    """What makes ``pattern`` dangerous, in words; empty when nothing does. Raises re.error if it does not parse."""
    tree = list(_parser.parse(pattern, flags))
    anchored = bool(tree) and str(tree[0][0]) == "AT" and str(tree[0][1]).startswith("AT_BEGINNING")
    return _sequence(tree, flags, outer=False, anchored=anchored)


def _sequence(items: list[Any], flags: int, *, outer: bool, anchored: bool) -> str:
    previous: frozenset[int] = frozenset()
    for index, (op, value) in enumerate(items):
        name = str(op)
        if _is_unbounded(name, value):
            body = list(value[2])
            reach = _characters(body)
            if previous & reach:
                return "two unbounded repeats side by side can match the same text; bound one of them"
            if {ord(" "), ord("e")} <= reach and not anchored:
                return "an unbounded repeat can run across the whole line; give it a bound such as {0,80}"
            if outer and not _separated(items, index, reach):
                return "a repeat inside an unbounded repeat has no fixed separator; bound it or add one"
            problem = _sequence(body, flags, outer=True, anchored=anchored)
            previous = reach
        else:
            problem = _inside(name, value, flags, outer=outer, anchored=anchored)
            if not _can_be_empty(name, value):
                previous = frozenset()
        if problem:
            return problem
    return ""


def _inside(name: str, value: Any, flags: int, *, outer: bool, anchored: bool) -> str:
    parts: list[Any] = []
    match name:
        case "SUBPATTERN":
            parts = [value[3]]
        case "BRANCH":
            parts = list(value[1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            parts = [value[2]]
        case "ASSERT" | "ASSERT_NOT":
            parts = [value[1]]
        case "ATOMIC_GROUP":
            parts = [value]
    return next(
        (found for part in parts if (found := _sequence(list(part), flags, outer=outer, anchored=anchored))), ""
    )


def _is_unbounded(name: str, value: Any) -> bool:
    return name in ("MAX_REPEAT", "MIN_REPEAT") and value[1] > _UNBOUNDED


def _separated(items: list[Any], index: int, reach: frozenset[int]) -> bool:
    """True when another mandatory item of the sequence shares no character with the repeat at ``index``."""
    return any(
        not (_characters([item]) & reach)
        for place, item in enumerate(items)
        if place != index and not _can_be_empty(str(item[0]), item[1])
    )


def _can_be_empty(name: str, value: Any) -> bool:
    match name:
        case "AT" | "ASSERT" | "ASSERT_NOT" | "GROUPREF" | "GROUPREF_EXISTS":
            return True
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return bool(value[0] == 0) or all(_can_be_empty(str(op), inner) for op, inner in value[2])
        case "SUBPATTERN":
            return all(_can_be_empty(str(op), inner) for op, inner in value[3])
        case "ATOMIC_GROUP":
            return all(_can_be_empty(str(op), inner) for op, inner in value)
        case "BRANCH":
            return any(all(_can_be_empty(str(op), inner) for op, inner in part) for part in value[1])
        case _:
            return False


def _characters(items: Any) -> frozenset[int]:
    """Every code of ``_CODES`` that some character of a match may have (case folded both ways)."""
    found: set[int] = set()
    for op, value in items:
        match str(op):
            case "LITERAL":
                found |= {min(ord(form), 128) for form in (chr(value).lower()[:1], chr(value).upper()[:1])}
            case "NOT_LITERAL":
                found |= set(_CODES) - {value}
            case "ANY":
                found |= set(_CODES) - {10}
            case "IN":
                found |= _class(value)
            case "BRANCH":
                for part in value[1]:
                    found |= _characters(part)
            case "SUBPATTERN":
                found |= _characters(value[3])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                found |= _characters(value[2])
            case "ATOMIC_GROUP":
                found |= _characters(value)
            case "GROUPREF":
                found |= set(_CODES)
    return frozenset(found)


def _class(items: Any) -> set[int]:
    found: set[int] = set()
    negated = False
    for op, value in items:
        match str(op):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found |= {min(value, 128), *(min(ord(c), 128) for c in chr(value).swapcase())}
            case "RANGE":
                found |= {code for code in _CODES if value[0] <= code <= value[1] or (code == 128 and value[1] > 127)}
            case _:
                found |= _category(str(value))
    return set(_CODES) - found if negated else found


def _category(name: str) -> set[int]:
    kind = name.rpartition("_")[2].lower()
    test = {"word": r"\w", "space": r"\s", "digit": r"\d"}[kind]
    inside = {code for code in range(128) if re.match(test, chr(code))} | ({128} if kind == "word" else set())
    return set(_CODES) - inside if "_NOT_" in name else inside
