"""Refuse regular expressions that can take quadratic or exponential time, before they are ever run.

Python's ``re`` backtracks. Three shapes are refused, on the parsed pattern and without running it:

- an expression that can match one text in exponentially many ways, or in more than the third power of its length: a
  repeat inside a repeat that trades characters
  with its next round (``(?:\\w+ ?)+``, where ``^(?:\\w+ )+`` is fine), or alternatives that overlap inside a repeat
  (see :mod:`mtqa.rules.ambiguity`);
- two unbounded repeats side by side that can match the same character (``\\w*\\w+``);
- an unbounded repeat that can run across a whole line (it takes in spaces and letters), unless the pattern is
  anchored at the start: from every position it would scan to the end of a 2,500-character paragraph.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mtqa.rules.ambiguity import Automaton
from mtqa.rules.characters import characters

_parser: Any = import_module("re._parser")

_UNBOUNDED = 200
_DEGREE = 3
_EXPONENTIAL = (
    "one text can match in far too many ways: a repeat inside a repeat, or alternatives that overlap inside one, "
    "without a fixed separator; bound it or add one"
)
_SIDE_BY_SIDE = "two unbounded repeats side by side can match the same text; bound one of them"
_ACROSS = "an unbounded repeat can run across the whole line; give it a bound such as {0,80}"


def complaint(pattern: str, flags: int = 0) -> str:
    """What makes ``pattern`` dangerous, in words; empty when nothing does. Raises re.error if it does not parse."""
    tree = _parser.parse(pattern, flags)
    flags = tree.state.flags
    automata = _automata(tree, flags)
    if any(automaton.exponential() or automaton.degree(_DEGREE) > _DEGREE for automaton in automata):
        return _EXPONENTIAL
    if any(automaton.side_by_side() for automaton in automata):
        return _SIDE_BY_SIDE
    return _sequence(list(tree), flags, anchored=_is_anchored(list(tree)))


def _automata(tree: Any, flags: int) -> list[Automaton]:
    """One for the pattern, one for each assertion and each atomic group in it."""
    waiting, found = [(tree, flags)], []
    while waiting:
        automaton = Automaton()
        automaton.sequence(*waiting.pop())
        waiting += automaton.apart
        found.append(automaton)
    return found


def _first(body: Any, flags: int) -> frozenset[int]:
    automaton = Automaton()
    first = automaton.sequence(body, flags).first
    return frozenset().union(*(automaton.reach[place] for place in first))


def _is_anchored(items: list[Any]) -> bool:
    return bool(items) and str(items[0][0]) == "AT" and str(items[0][1]).startswith("AT_BEGINNING")


def _sequence(items: list[Any], flags: int, *, anchored: bool) -> str:
    previous: frozenset[int] = frozenset()
    for op, value in items:
        name = str(op)
        if _is_unbounded(name, value):
            reach = characters(value[2], flags)
            if previous & _first(value[2], flags):
                return _SIDE_BY_SIDE
            if {ord(" "), ord("e")} <= reach and not anchored:
                return _ACROSS
            previous = reach if name != "POSSESSIVE_REPEAT" else frozenset()
        elif not _can_be_empty(name, value):
            previous = frozenset()
        if problem := _inside(name, value, flags, anchored=anchored):
            return problem
    return ""


def _inside(name: str, value: Any, flags: int, *, anchored: bool) -> str:
    parts: list[Any] = []
    match name:
        case "SUBPATTERN":
            parts, flags = [value[3]], (flags | value[1]) & ~value[2]
        case "BRANCH":
            parts = list(value[1])
        case "GROUPREF_EXISTS":
            parts = [part for part in value[1:] if part]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            parts = [value[2]]
        case "ASSERT" | "ASSERT_NOT":
            parts = [value[1]]
        case "ATOMIC_GROUP":
            parts = [value]
    return next((found for part in parts if (found := _sequence(list(part), flags, anchored=anchored))), "")


def _is_unbounded(name: str, value: Any) -> bool:
    return name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[1] > _UNBOUNDED


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
