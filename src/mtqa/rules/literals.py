"""The literal text that every match of a pattern must hold: what one scan for all rules at once can look for.

For each pattern a small set of strings is found such that every match contains at least one of them, letter case aside
(:func:`fold` says how). The search runs over the parse tree of ``re`` itself, as RE2's prefilter does over its own
(Cox 2012, "Regular Expression Matching with a Trigram Index"); what it cannot see through it leaves out, so a set may
be weaker than possible, but never wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_parser: Any = import_module("re._parser")

_LEAST = 4  # shorter literals are in every line
_MOST_LITERALS = 200
_MOST_STRINGS = 64
_MOST_CHARACTERS = 6
_FINITE_REPEATS = 2
# The only characters beyond ASCII that `re.IGNORECASE` takes for an ASCII letter.
_BORDER: Final = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})

_Strings = frozenset[str]


def fold(text: str) -> str:
    """``text`` with letter case folded as :func:`required` folds literals; its length may change."""
    if not text.isascii() and any(letter in text for letter in "\u0130\u0131\u017f\u212a"):
        text = text.translate(_BORDER)  # slow, and seldom needed
    return text.lower()


def required(pattern: str, flags: int = 0) -> tuple[str, ...]:
    """Folded literals of which every match of ``pattern`` holds one, sorted; empty when none can be told.

    Raises re.error for a pattern that ``re`` refuses.
    """
    return required_of(_parser.parse(pattern, flags))


def required_of(tree: Any) -> tuple[str, ...]:
    """:func:`required` of a pattern that has been parsed."""
    best = _required(tree)
    return tuple(sorted(best)) if best and min(map(len, best)) >= _LEAST else ()


def _required(items: Any) -> _Strings | None:
    """The best set of literals for a sequence; None when nothing is required."""
    best: _Strings | None = None
    run: _Strings = frozenset([""])
    for op, value in items:
        exact = _exact(str(op), value)
        joined = _product(run, exact) if exact is not None else None
        if joined is not None:
            run = joined
            continue
        best = _better(best, run)
        run = exact if exact is not None else frozenset([""])
        if exact is None:
            best = _better(best, _inside(str(op), value))
    return _better(best, run)


def _inside(name: str, value: Any) -> _Strings | None:
    """What an item that is no finite set of strings requires all the same."""
    match name:
        case "SUBPATTERN":
            return _required(value[3])
        case "ATOMIC_GROUP":
            return _required(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[0] > 0:
            return _required(value[2])
        case "BRANCH":
            parts = [_required(part) for part in value[1]]
            if any(part is None or "" in part for part in parts):
                return None
            together = frozenset().union(*(part for part in parts if part))
            return together if len(together) <= _MOST_LITERALS else None
        case _:
            return None


def _exact(name: str, value: Any) -> _Strings | None:
    """The folded strings that an item matches, where these are few and ASCII; None otherwise."""
    match name:
        case "LITERAL":
            return frozenset([chr(value).lower()]) if value < 128 else None
        case "IN":
            return _class(value)
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset([""])
        case "SUBPATTERN":
            return _sequence(value[3])
        case "ATOMIC_GROUP":
            return _sequence(value)
        case "BRANCH":
            return _union([_sequence(part) for part in value[1]])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[1] <= _FINITE_REPEATS:
            return _repeat(*value)
        case _:
            return None


def _sequence(items: Any) -> _Strings | None:
    strings: _Strings | None = frozenset([""])
    for op, value in items:
        exact = _exact(str(op), value)
        strings = _product(strings, exact) if strings is not None and exact is not None else None
        if strings is None:
            return None
    return strings


def _repeat(low: int, high: int, body: Any) -> _Strings | None:
    once = _sequence(body)
    rounds: list[_Strings | None] = []
    strings: _Strings | None = frozenset([""])
    for count in range(high + 1):
        if count >= low:
            rounds.append(strings)
        strings = _product(strings, once) if strings is not None and once is not None else None
    return _union(rounds)


def _class(items: Any) -> _Strings | None:
    found: set[str] = set()
    for op, value in items:
        if str(op) != "LITERAL" or value >= 128:
            return None
        found.add(chr(value).lower())
    return frozenset(found) if len(found) <= _MOST_CHARACTERS else None


def _product(left: _Strings, right: _Strings) -> _Strings | None:
    if len(left) * len(right) > _MOST_STRINGS:
        return None
    return frozenset(a + b for a in left for b in right)


def _union(parts: list[_Strings | None]) -> _Strings | None:
    if any(part is None for part in parts):
        return None
    together = frozenset().union(*(part for part in parts if part is not None))
    return together if len(together) <= _MOST_STRINGS else None


def _better(one: _Strings | None, other: _Strings | None) -> _Strings | None:
    """Of two sets, each of which every match meets, the one with the longer shortest literal, then the fewer."""
    choices = [strings for strings in (one, other) if strings and "" not in strings]
    return max(choices, key=lambda strings: (min(map(len, strings)), -len(strings)), default=None)


def finds(literals: tuple[str, ...], text: str) -> bool:
    """True when ``text`` holds one of the literals; for tests and single patterns."""
    folded = fold(text)
    return any(literal in folded for literal in literals)
