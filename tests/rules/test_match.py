"""The engine finds with RE2 in front exactly what plain `re` finds alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtqa.rules.guard import widen
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.match import _expanded, compiled, matches
from tests.strategies import ALPHABET, mutate, regexes

RULES = load_rules(shipped_rules())
TEXTS = sorted(
    {text for rule in RULES.rules for _, bad, good in rule.examples for text in [*(e.text for e in bad), *good]}
)
FILLER = "Nothing is wrong with this sentence, nor with “that” one. " * 3


def plain(pattern: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in compiled(pattern).finditer(text) if match[0]]


def fast(pattern: str, text: str, guard: str = "") -> list[tuple[int, int]]:
    return [match.span() for match in matches(pattern, guard or widen(pattern), text, text.encode())]


@given(regexes(), st.lists(st.text(ALPHABET, max_size=8), min_size=1, max_size=20), st.booleans())
def test_random_patterns_on_long_texts(pattern: str, parts: list[str], filled: bool) -> None:
    text = (FILLER if filled else "").join(parts) + FILLER
    try:
        expected = plain(pattern, text)
        guard = widen(pattern)
    except (re.error, OverflowError):
        assume(False)
        return
    assert fast(pattern, text, guard) == expected


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2**32)), min_size=1, max_size=3))
def test_shipped_rules_on_mangled_examples(parts: list[tuple[str, int]]) -> None:
    text = FILLER.join(mutate(text, seed) for text, seed in parts) + FILLER
    for entry in RULES.entries:
        assert fast(entry.pattern, text, entry.guard) == plain(entry.pattern, text), entry.id


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(?i:THE mass)", 2),
        ("(?<=the )mass", 2),
        ("^The", 1),
        (r"\bs\w+$", 1),
        (r"the (?=mass\b)(?!\d)\b", 2),
        (r"(?:th(?=e m)|m(?=et|ass (?=staffs$)))", 4),
        (r"(\w)\1", 5),  # its guard says yes everywhere
        ("|mass", 3),  # empty before it is anything
    ],
)
def test_known_patterns(pattern: str, expected: int) -> None:
    text = f"The “mass” staffs met the mass of {FILLER}and the mass staffs"
    assert fast(pattern, text) == plain(pattern, text)
    assert len(plain(pattern, text)) == expected


@given(st.lists(st.sampled_from(["a", " ", r"\g<word>", r"\g<open>", r"\1", r"\2", r"\g<1>", r"\n", r"\\", "工会"])))
def test_references_are_filled_in_as_re_does_it(parts: list[str]) -> None:
    template = "".join(parts)
    match = re.match(r"(?P<word>\w+)(?P<open> \()?", "union")
    assert match is not None
    assert _expanded(match, template) == match.expand(template)
