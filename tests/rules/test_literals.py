"""The literals that a pattern is said to require are in every match, whatever the letter case."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtqa.rules import literals
from mtqa.rules.literals import finds, fold, required
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.match import compiled
from mtqa.rules.scan import Scanner
from tests.rules.test_guard import TEXTS, mutate
from tests.strategies import ALPHABET, regexes

ENTRIES = load_rules(shipped_rules()).entries
SCANNER = Scanner([entry.guard for entry in ENTRIES], [entry.literals for entry in ENTRIES])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("two maintenances?", ("two maintenance", "two maintenances")),
        ("(?i)Two (?:Up|Down)holds", ("two downholds", "two upholds")),
        (r"\bthe +construction of\b", ("construction of",)),
        (r"(?:abcd|efgh)\w+", ("abcd", "efgh")),
        ("abcd[xy]+efghi", ("efghi",)),
        ("(?:abcd)?efgh", ("abcdefgh", "efgh")),
        ("(?:abcd)*efgh", ("efgh",)),
        ("(?:abcd)+", ("abcd",)),
        ("(?:abcd|e*)", ()),
        (r"\d+,\d+", ()),
        ("naïve cafés", ("cafés"[:3], "ve caf")[1:]),
        ("(?=abcd)ab", ()),
        ("(?<!abcd)efgh(?!ijkl)", ("efgh",)),
    ],
)
def test_finds_the_longest_required_text(pattern: str, expected: tuple[str, ...]) -> None:
    assert required(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("(?i)mass staff", "MA\u017f\u017f \u017fTAFF"), ("(?i)kind", "\u212aIND"), ("(?i)limit", "L\u0130M\u0131T")],
)
def test_letters_that_fold_to_ascii_are_folded(pattern: str, text: str) -> None:
    assert re.search(pattern, text)
    assert finds(required(pattern), text)


@settings(max_examples=2000)
@given(regexes(), st.text(ALPHABET, max_size=10), st.sampled_from([0, re.I, re.S, re.I | re.A]))
def test_every_match_of_a_random_pattern_holds_one(pattern: str, text: str, flags: int) -> None:
    try:
        match = re.search(pattern, text, flags)
    except re.error:
        assume(False)
    found = literals._required(literals._parser.parse(pattern, flags))  # however short
    if match and found:
        assert any(literal in fold(text) for literal in found), (pattern, text, found)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2**32)), min_size=1, max_size=3))
def test_the_scanner_keeps_every_hit_of_the_shipped_rules(parts: list[tuple[str, int]]) -> None:
    text = " ".join(mutate(part, seed) for part, seed in parts).replace("\n", " ")
    found = set(SCANNER.candidates(text, text.encode("utf-8", "replace")))
    for index, entry in enumerate(ENTRIES):
        if index not in found and entry.scope != "sentence":
            assert not compiled(entry.pattern).search(text), (entry.id, text)
