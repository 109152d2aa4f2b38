"""The RE2 guard must never lose a hit that plain `re` would have."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtqa.rules import guard
from mtqa.rules.guard import widen
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.match import compiled
from mtqa.rules.scan import compile_filter
from tests.strategies import ALPHABET, mutate, regexes

if TYPE_CHECKING:
    from mtqa.rules.load import Entry

_sre = importlib.import_module("_sre")
RULES = load_rules(shipped_rules())
GUARDS = compile_filter([entry.guard for entry in RULES.entries])
TEXTS = sorted(
    {text for rule in RULES.rules for _, bad, good in rule.examples for text in [*(e.text for e in bad), *good]}
)


def guards(pattern: str, text: str, flags: int = 0) -> bool:
    return bool(compile_filter([widen(pattern, flags)]).Match(text))


def assert_kept(pattern: str, text: str, flags: int = 0) -> None:
    if re.search(pattern, text, flags):
        assert guards(pattern, text, flags), (pattern, widen(pattern, flags), text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"a$\n", "a\n"),
        (r"a$(?:\nb)?", "a\n"),
        (r"(?m)a$\nb", "a\nb"),
        (r"(?m)^b", "a\nb"),
        (r"\Aa\Z", "a"),
        (r"(?a)[^\s]", "\x1c"),
        (r"(?a)\S", "\x1c"),
        (r"(?a)\W", "é"),
        (r"[^\W]", "é"),
        (r"[^\D]", "٣"),
        (r"\s", "\x1f"),
        (r"(?i)straße", "STRAẞE"),
        (r"(?i)[h-j]", "İ"),
        (r"(?i)[H-J]", "ı"),
        (r"(?i)[İ-ı]", "i"),
        (r"(?i)[\u0100-\u2fff]", "i"),
        (r"(?i)kelvin", "\u212aelvın"),
        (r"(?i)ﬅ", "ﬆ"),
        (r"(?i)в", "ᲀ"),
        (r"(?i)\u0390", "\u1fd3"),
        (r"(?i)[^a]", "a\u0301"),
        (r"(?i)a(?-i:B)", "AB"),
        (r"(a)\1", "aa"),
        (r"(a)?(?(1)b|c)", "c"),
        (r"(?>a+)b", "aab"),
        (r"a++b", "aab"),
        (r"(?!)|a", "a"),
        (r"[^\s\S]|a", "a"),
        (r"a{5,700}", "aaaaa"),
        (r"(?:(?:(?:(?:(?:(?:(?:(?:a{9}){9}){0,9}){9})?){9})*){9}){0,9}b", "b"),
        (r"(?:a{1,3}){5}", "aaaaa"),
        (r"(?:){9}a", "a"),
        (r"[\ud800-\udfff]|a", "a"),
        (r"\x00", "a\0"),
        (r"[😀-😂]", "😁"),
        (r"(?:^|,)\s*(?:b|$)", "a,b"),
        (r"(?<=a)b(?=c)", "abc"),
    ],
)
def test_keeps_hits_of_awkward_patterns(pattern: str, text: str) -> None:
    assert re.search(pattern, text), "the table is wrong: nothing to keep"
    assert_kept(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"two maintenance", "two maintenances"[:9]),
        (r"^\s*scan code$", "please scan code"),
        (r"^a$", "ab"),
        (r"(?i)mass staff", "mass stuff"),
        (r"[’']s", "`s"),
        (r"(?i)[’']x", "a`x"),
        (r"\d{4}", "12 a 3b"),
    ],
)
def test_is_no_wider_than_it_must_be(pattern: str, text: str) -> None:
    assert not guards(pattern, text)


def test_folds_every_character_that_re_folds() -> None:
    """Literals, over all of Unicode: whatever `re` takes for a character, the guard lists."""
    for code, family in _families():
        assert family <= guard._case_variants(code), f"U+{code:04X} misses {sorted(map(hex, family))}"


def test_folds_ranges_as_re_does() -> None:
    """Ranges of one and of two hundred characters around every character that has a case."""
    for code, family in _families():
        for low, high in ((code, code), (code & ~0xFF, code | 0xFF)):
            pattern = rf"(?i)[\U{low:08X}-\U{high:08X}]"
            scanner = re2.compile(widen(pattern))
            for other in family:
                assert not re.match(pattern, chr(other)) or scanner.search(chr(other)), (pattern, hex(other))


def _families() -> list[tuple[int, set[int]]]:
    """``(character, all that re.IGNORECASE takes for it)`` for each that has company, computed as `sre` does."""
    extra = importlib.import_module("re._casefix")._EXTRA_CASES
    of_lower: defaultdict[int, set[int]] = defaultdict(set)
    for code in range(0x110000):
        of_lower[_sre.unicode_tolower(code)].add(code)
    found = []
    for low in list(of_lower):
        family = set().union(*(of_lower[form] for form in (low, *extra.get(low, ()))))
        found += [(code, family) for code in of_lower[low] if len(family) > 1]
    return found


@settings(max_examples=1000)
@given(regexes(), st.text(ALPHABET, max_size=8), st.sampled_from([0, re.I, re.M, re.S, re.I | re.M, re.A, re.I | re.A]))
def test_random_patterns_keep_their_hits(pattern: str, text: str, flags: int) -> None:
    with contextlib.suppress(re.error):
        assert_kept(pattern, text, flags)


@settings(max_examples=300)
@given(regexes(), st.text(ALPHABET, max_size=6), st.text(ALPHABET, max_size=4), st.text(ALPHABET, max_size=4))
def test_without_anchors_the_guard_reads_more_than_the_pattern(pattern: str, text: str, left: str, right: str) -> None:
    try:
        hit = re.search(pattern, text)
    except re.error:
        assume(False)
    if hit:
        scanner = compile_filter([widen(pattern, anchors=False)])
        assert scanner.Match(left + text + right), pattern


@settings(max_examples=300)
@given(st.lists(regexes(), min_size=1, max_size=5), st.text(ALPHABET, max_size=8))
def test_a_set_finds_what_its_guards_find_alone(patterns: list[str], text: str) -> None:
    widened = []
    for pattern in patterns:
        with contextlib.suppress(re.error):
            widened.append(widen(pattern))
    alone = {index for index, one in enumerate(widened) if compile_filter([one]).Match(text)}
    assert set(compile_filter(widened).Match(text) or ()) == alone


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2**32)), min_size=1, max_size=3))
def test_shipped_rules_keep_their_hits_in_mangled_examples(parts: list[tuple[str, int]]) -> None:
    text = " ".join(mutate(part, seed) for part, seed in parts).replace("\n", " ")
    found = set(GUARDS.Match(text) or ())
    for index, entry in enumerate(RULES.entries):
        if entry.scope != "sentence" and index not in found:
            assert not compiled(entry.pattern).search(text), (entry.id, text)


def test_shipped_rules_keep_their_hits_in_their_examples() -> None:
    """Each example whole, and without its first or last word: anchors and `$` trip over what stands at the ends."""
    for text in TEXTS:
        words = text.split(" ")
        for part in (text, " ".join(words[1:]), " ".join(words[:-1])):
            found = set(GUARDS.Match(part) or ())
            lost = [entry.id for index, entry in enumerate(RULES.entries) if index not in found and _hits(entry, part)]
            assert not lost, (lost, part)


def _hits(entry: Entry, text: str) -> bool:
    return bool(compiled(entry.pattern).search(text))
