"""Dangerous patterns are refused, useful ones are not; danger is measured by counting steps, never by a clock."""

from __future__ import annotations

import importlib
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtqa.rules.characters import CODES, characters
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.safety import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator

_parser: Any = importlib.import_module("re._parser")

EXPONENTIAL = [
    *(r"(a|a)*$", r"(a+)+$", r"(a*)*$", r"(\w+)*x", r"(\w+ ?)+", r"^(\w+\s?)*$", r"(a|aa)+$", r"(?:\w\b|\d)*x"),
    *(
        r"(x+x+)+y",
        r"(?:a?b?)*c",
        r"(a{1,5})+$",
        r"(?:a{1,9}){1,9}$",
        r"(?:\w{1,20} ?){1,30}:",
        r"(?:a?){30}a{30}",
        r"(?:\w{1,20} ?){1,9}:",
    ),
    *(
        r"(?:\w+-\w*)+$",
        r"(?:(?:ab)+|abab)+c",
        r"(?:ab|[a-f]b)+z",
        r"(?i)(?:ab|Ab)+z",
        r"(?:ab|ab?b){30}c",
        r"(?:.a|b.)*c",
    ),
    *(r"x(?=(a+)+$)", r"(?<!q)(?:a|ab?b?)+c", r"(?>(?:a+)+b)", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?:(?:a+b?)+c?)+d"),
    *(r"(?:\s\b|\u00a0)+x", r"(?:\d|٣\b)+x", r"(?:a(?:b|)|ab)+c", r"(?:a*?)+?b", r"(?:(a)|(?(1)b|a))+c", r"((ab)*)*c"),
]
SIDE_BY_SIDE = [
    *(
        r"\s*\s*x",
        r"\w*\w+",
        r"(\s*)\s*",
        r"(\w+)(\w+)",
        r"\w+-?\w+",
        r"a+(?:b|)a+",
        r"(?i)[a-z]+[A-Z]+",
        r"\w+\b\w*",
        r"\w+\s*\d+\b",
    ),
    *(r"(?:\w+)(?:x?)(?:\d+)", r"(?:ab)*(?:ab)*", r"x(?=\s*\s+$)", r"\s+(?: *)\S"),
]
ACROSS = [
    r".*x",
    r"a.*b",
    r"[^.]+foo",
    r"foo[^\n]*bar",
    r"(?:\w+ )+x",
    r"x(?=.*y)",
    r"(?s)a.+",
    r"a.*+b",
    r"(?:\w|,| )*",
]
FINE = [
    *(
        r"two maintenance",
        r"^\s*scan (the )?(qr )?code\b.*$",
        r"^.*$",
        r"^(?:\w+ )+x",
        r"\w+",
        r"\w+\s+\w+",
        r"a.{0,80}b",
    ),
    *(
        r"\b(\w+) \1\b",
        r"[\"“][^\"”]{1,200}[\"”]",
        r"(?:\d{1,3}, ){1,9}\d",
        r"(?:,\d{3})+",
        r"(?:\d{8})+x",
        r"(?:a|b)*c",
    ),
    # The parser of `re` makes one set of alternatives of one character each, so these are no choice.
    *(r"(?:a|b|[ab])*$", r"(?:\w|\d)*x", r"(?i)(?:a|A)+z"),
    *(
        r"(?:ab|cd)+e",
        r"(?:a-)+b",
        r"^(?:[A-Z][a-z]+ )+$",
        r"(?:[A-Z][a-z]+)+x",
        r"(?:\w+(?:-\w+)*, )?and",
        r"(?:a++b?)+c",
    ),
    *(r"(?:(?>\w+) ?){1,9}x", r"https?://\S+", r"[a-z]+@[a-z]+\.(?:com|cn)", r"x{2,}", r"(?:a{4}b)+"),
    *(
        r"[ \u2000-\u200a\u3000]+\w+",
        r"\w+[‘’“”—]+\w+",
        r"(?:\w+[ ,]){1,4}end",
        r"(?:[一-鿿]{1,20} ){0,3}[a-z]",
        r"(?!x)y",
    ),
    *(
        r"^[^>]{1,30}(?: ?(?:>{1,2}|») ?[^>»]{2,40}){2,5}$",
        r"^(?-i:[A-Z]\w{1,20})(?:(?:,| and|/) ?(?-i:[A-Z]\w{1,20})){0,6}$",
    ),
]


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_refuses_exponential_patterns(pattern: str) -> None:
    assert "far too many" in complaint(pattern)


@pytest.mark.parametrize("pattern", SIDE_BY_SIDE)
def test_refuses_two_repeats_of_the_same_character(pattern: str) -> None:
    assert "side by side" in complaint(pattern)


@pytest.mark.parametrize("pattern", ACROSS)
def test_refuses_what_runs_across_the_line(pattern: str) -> None:
    assert "across the whole line" in complaint(pattern)


@pytest.mark.parametrize("pattern", FINE)
def test_accepts_useful_patterns(pattern: str) -> None:
    assert complaint(pattern) == ""


def test_accepts_every_shipped_pattern_with_its_flags() -> None:
    """Each alternative of a list has been examined by itself, so only single patterns are examined here."""
    for rule in load_rules(shipped_rules()).rules:
        for entry in rule.entries:
            if len(rule.spec.patterns) < 2:
                assert complaint(entry.pattern) == "", entry.id


def test_a_pattern_that_does_not_parse_is_an_error() -> None:
    with pytest.raises(re.error):
        complaint("(a")


@given(st.sampled_from([*"aZ1 _-é٣\u00a0—中\n", "\u2028"]), st.sampled_from([0, re.I, re.S]))
@pytest.mark.parametrize(
    "pattern",
    [r"\w", r"\W", r"\s", r"\S", r"\d", r"\D", "[^é]", "[a-z]", "[^a-z]", "[à-ÿ]", "[^—]", "[\u0100-\uffff]", "."],
)
def test_character_sets_are_never_too_small(pattern: str, char: str, flags: int) -> None:
    tree = _parser.parse(pattern, flags)
    if re.fullmatch(pattern, char, flags):
        everything = characters(_parser.parse(re.escape(char)), 0)
        assert everything & characters(tree, flags)
    assert characters(tree, flags) <= CODES


# -- counting steps

_MOST = 60_000


class TooManyStepsError(Exception):
    pass


class Backtracker:
    """A plain backtracking matcher over the parsed pattern, as `re` is one, that counts what it tries."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0

    def ends(self, items: list[Any], place: int) -> Iterator[int]:
        """Every end of a match of ``items`` from ``place``, in the order of trying, as often as it is reached."""
        self.steps += 1
        if self.steps > _MOST:
            raise TooManyStepsError
        if not items:
            yield place
            return
        for middle in self._one(str(items[0][0]), items[0][1], place):
            yield from self.ends(items[1:], middle)

    def _one(self, name: str, value: Any, place: int) -> Iterator[int]:
        match name:
            case "LITERAL":
                if self.text[place : place + 1] == chr(value):
                    yield place + 1
            case "IN" | "ANY":
                if place < len(self.text) and ord(self.text[place]) in characters([(name, value)], 0):
                    yield place + 1
            case "BRANCH":
                for part in value[1]:
                    yield from self.ends(list(part), place)
            case "SUBPATTERN":
                yield from self.ends(list(value[3]), place)
            case "MAX_REPEAT" | "MIN_REPEAT":
                yield from self._rounds(value[0], value[1], list(value[2]), place)
            case _:
                raise NotImplementedError(name)  # a node that Python has added: this test must learn it

    def _rounds(self, low: int, high: int, body: list[Any], place: int) -> Iterator[int]:
        if high > 0:
            for middle in self.ends(body, place):
                if middle > place:
                    yield from self._rounds(max(low - 1, 0), high - 1 if high < 999 else high, body, middle)
        if low == 0:
            yield place


def count_steps(pattern: str, text: str) -> int:
    """Steps until a match of the whole text from its start fails, all ways tried; at most a limit."""
    matcher = Backtracker(text)
    try:
        for _ in matcher.ends(list(_parser.parse(pattern)), 0):
            pass
    except TooManyStepsError:
        return _MOST
    return matcher.steps


def _small_regexes(leaves: str = "ab-", most: int = 6) -> st.SearchStrategy[str]:
    leaf = st.sampled_from([*leaves, "[ab]"])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(?:" + "|".join(parts) + ")"),
            st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        ),
        max_leaves=most,
    )


@settings(max_examples=250)
@given(_small_regexes(), st.text("ab-", min_size=1, max_size=3))
def test_accepted_patterns_take_polynomial_steps(pattern: str, pumped: str) -> None:
    """Twice the text may take 16 times the steps (degree four, nested loops and all), never the square of them."""
    assume(not complaint(pattern))
    short, long = (count_steps(pattern, pumped * (n // len(pumped))) for n in (12, 24))
    assert long < _MOST, pattern
    assert long <= 16 * short + 200, pattern


@pytest.mark.parametrize("pattern", [r"(a+)+", r"(a|a)*", r"(a|aa)+", r"(?:a?b?)*", r"(?:(?:ab)+|abab)+", r"(a*)*"])
def test_the_step_counter_sees_exponential_growth(pattern: str) -> None:
    text = "ab" if "b" in pattern else "aa"
    assert count_steps(pattern, text * 12) == _MOST or count_steps(pattern, text * 12) > 30 * count_steps(
        pattern, text * 6
    )


@settings(max_examples=60)
@given(_small_regexes("ab", most=4))
def test_exponential_complaints_are_true(pattern: str) -> None:
    """What is refused as exponential does explode on some pumped text: the refusal is no guess."""
    assume("far too many" in complaint(pattern))
    pumps = ["".join(letters) for length in range(1, 6) for letters in product("ab", repeat=length)]
    assert any(
        count_steps(pattern, prefix + pump * (90 // len(pump))) >= _MOST
        for pump in pumps
        for prefix in ("", "a", "b", "ab", "ba", "aa", "bb")
    ), pattern
