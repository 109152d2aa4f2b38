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
from typing import TYPE_CHECKING, Any

from mtqa.rules.ambiguity import Automaton
from mtqa.rules.characters import characters

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    automata = _automata(tree, flags) if _may_be_ambiguous(tree) else []
    if any(automaton.exponential() or automaton.degree(_DEGREE) > _DEGREE for automaton in automata):
        return _EXPONENTIAL
    if any(automaton.side_by_side() for automaton in automata):
        return _SIDE_BY_SIDE
    return _sequence(list(tree), flags, anchored=_is_anchored(list(tree)))


def _may_be_ambiguous(tree: Any) -> bool:
    """False where nothing can be shared out: at most one repeat, of a single character. Most patterns are such."""
    loops = [value[2] for name, value in _items(tree) if name.endswith("_REPEAT") and value[1] > 1]
    return len(loops) > 1 or any(len(body) > 1 or str(body[0][0]) in ("SUBPATTERN", "BRANCH") for body in loops)


def _items(items: Any) -> Iterator[tuple[str, Any]]:
    for op, value in items:
        name = str(op)
        yield name, value
        for part in _parts(name, value):
            yield from _items(part)


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
    if not items:
        return False
    name, value = str(items[0][0]), items[0][1]
    if name == "SUBPATTERN":
        return _is_anchored(list(value[3]))
    return name == "AT" and str(value) in ("AT_BEGINNING", "AT_BEGINNING_STRING")


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
    if name == "SUBPATTERN":
        flags = (flags | value[1]) & ~value[2]
    return next((found for part in _parts(name, value) if (found := _sequence(part, flags, anchored=anchored))), "")


def _parts(name: str, value: Any) -> list[list[Any]]:
    """The sequences inside one item of a parsed pattern."""
    parts: list[Any] = []
    match name:
        case "SUBPATTERN":
            parts = [value[3]]
        case "BRANCH":
            parts = value[1]
        case "GROUPREF_EXISTS":
            parts = [part for part in value[1:] if part]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            parts = [value[2]]
        case "ASSERT" | "ASSERT_NOT":
            parts = [value[1]]
        case "ATOMIC_GROUP":
            parts = [value]
    return [list(part) for part in parts]


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
