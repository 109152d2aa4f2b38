"""Literal phrases, named fragments, and replacements in the letter case of what they replace."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.rules.pattern import PatternError, checked, expand, fit_case, phrases
from mtqa.rules.safety import complaint

# -- letter case


@pytest.mark.parametrize(
    ("replacement", "matched", "starts", "expected"),
    [
        ("workers", "mass staff", False, "workers"),
        ("workers", "mass staff", True, "workers"),
        ("workers", "Mass staff", True, "Workers"),
        ("workers", "Mass staff", False, "workers"),
        ("rank and file of labour", "Mass Staff", False, "Rank and File of Labour"),
        ("the workers", "Mass Staff", False, "The Workers"),
        ("workers", "MASS STAFF", False, "WORKERS"),
        ("workers", "ABC", False, "workers"),
        ("trade unions", "UNION", False, "TRADE UNIONS"),
        ("Two Upholds", "two maintenance", False, "Two Upholds"),
        ("Two Upholds", "Two Maintenance", True, "Two Upholds"),
        ("the Two Upholds", "Two maintenance", True, "The Two Upholds"),
        ("the Two Upholds", "Two Maintenance", False, "the Two Upholds"),
        ("fact-finding team", "Research Team", False, "Fact-Finding Team"),
        ("state-of-the-art", "Very Modern", False, "State-of-the-Art"),
        ("workers", "", False, "workers"),
        ("", "Mass Staff", True, ""),
        ("workers", "123", True, "workers"),
        ("workers", "“Mass staff", True, "Workers"),
        ("workers", "Staff of the Plant", False, "Workers"),
        ("workers", "Staff of the plant", False, "workers"),
        ("workers’ home", "Staff’s Home", False, "Workers’ Home"),
        ("workers", "of the Trade Union", False, "Workers"),
        ("ärzte", "Mass staff", True, "Ärzte"),
        ("省总", "Mass Staff", True, "省总"),
    ],
)
def test_fit_case(replacement: str, matched: str, starts: bool, expected: str) -> None:
    assert fit_case(replacement, matched, starts_sentence=starts) == expected


@pytest.mark.parametrize(("starts", "expected"), [(True, "The workers"), (False, "the workers")])
def test_exact_case_takes_only_the_sentence_s_capital(starts: bool, expected: str) -> None:
    assert fit_case("the workers", "MASS STAFF", starts_sentence=starts, exact=True) == expected


CASED = st.text("abcAB -'’éÉ中1", max_size=12)


@given(CASED, CASED, st.booleans(), st.booleans())
def test_fit_case_changes_nothing_but_case_and_settles(
    replacement: str, matched: str, starts: bool, exact: bool
) -> None:
    once = fit_case(replacement, matched, starts_sentence=starts, exact=exact)
    assert once.lower() == replacement.lower()
    assert fit_case(once, matched, starts_sentence=starts, exact=exact) == once


@given(CASED, CASED)
def test_small_letters_ask_for_nothing(replacement: str, matched: str) -> None:
    assert fit_case(replacement, matched.lower(), starts_sentence=True) == replacement


# -- phrases


@pytest.mark.parametrize(
    ("forms", "text", "found"),
    [
        (["mass staff"], "the mass staff of", "mass staff"),
        (["mass staff"], "the mass\u00a0 \tstaff of", "mass\u00a0 \tstaff"),
        (["mass staff"], "the mass\u3000staff of", "mass\u3000staff"),
        (["mass staff"], "the mass\nstaff of", None),
        (["mass staff"], "the mass staffs", None),
        (["mass staff"], "biomass staff", None),
        (["mass staff"], "mass staff's", "mass staff"),
        (["worker's home"], "a worker’s home", "worker’s home"),
        (["worker’s home"], "a worker's home", "worker's home"),
        (["two", "two safeguards"], "the two safeguards", "two safeguards"),
        (["Co., Ltd."], "Example Co., Ltd. said", "Co., Ltd."),
        (["(sic)"], "he said(sic)twice", "(sic)"),
        (["a+b"], "a+b aab", "a+b"),
        (["省总"], "江苏 省总 说", "省总"),
        ([" mass staff "], "biomass staff", None),
        (["18th National"], "the 118th National", None),
    ],
)
def test_phrases(forms: list[str], text: str, found: str | None) -> None:
    match = re.search(phrases(forms), text)
    assert (match and match[0]) == found


FORMS = st.lists(st.text("abé'’ -.(+中1", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4)


@given(FORMS)
def test_each_form_is_found_whole_and_patterns_are_safe(forms: list[str]) -> None:
    pattern = phrases(forms)
    assert complaint(pattern) == ""
    for form in forms:
        assert re.fullmatch(pattern, " ".join(form.split()))
        assert re.fullmatch(pattern, "\u00a0\t".join(form.replace("'", "’").split()))


@given(FORMS)
def test_the_order_of_forms_does_not_matter(forms: list[str]) -> None:
    assert phrases(forms) == phrases(forms[::-1])


# -- fragments


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", "a"),
        ("{{a}}", "(?:x|y)"),
        ("{{a}}+{{a}}", "(?:x|y)+(?:x|y)"),
        ("{{b}}", "(?:(?:x|y)z)"),
        ("a{2,3} {a} {{2}} {{A}}", "a{2,3} {a} {{2}} {{A}}"),
    ],
)
def test_expand(pattern: str, expected: str) -> None:
    assert expand(pattern, {"a": "x|y", "b": "{{a}}z"}) == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{{none}}", r"undefined fragment \{\{none\}\}"),
        ("{{half}}", r"undefined fragment \{\{none\}\}"),
        ("{{ring}}", "circle"),
    ],
)
def test_expand_refuses(pattern: str, message: str) -> None:
    with pytest.raises(PatternError, match=message):
        expand(pattern, {"half": "{{none}}", "ring": "a{{gnir}}", "gnir": "{{ring}}"})


# -- checked


def test_checked_puts_the_flags_inside() -> None:
    insensitive, _, _ = checked("mass staff|b", case=False)
    sensitive, _, _ = checked("mass staff|b", case=True)
    assert re.fullmatch(insensitive, "MASS STAFF")
    assert re.fullmatch(insensitive, "B")
    assert not re.fullmatch(sensitive, "MASS STAFF")


@pytest.mark.parametrize(
    "pattern", ["a)(b", "(a", "(?i)a(?i)", "[b-a]", "(?P<a>x)(?P<a>y)", "(?<=a+)b", "a{9999999999}"]
)
@pytest.mark.parametrize("case", [True, False])
def test_checked_refuses_what_does_not_parse_by_itself(pattern: str, case: bool) -> None:
    with pytest.raises(PatternError, match="not a regular expression"):
        checked(pattern, case=case)


@pytest.mark.parametrize("pattern", ["a*", "(?:a|)", "", "a?b?", "(?=a)?"])
def test_checked_refuses_what_matches_nothing(pattern: str) -> None:
    with pytest.raises(PatternError, match="matches the empty string"):
        checked(pattern, case=False)


def test_danger_is_judged_with_the_case_in_force() -> None:
    checked("(?:[A-Z][a-z]+)+x", case=True)
    with pytest.raises(PatternError, match="far too many ways"):
        checked("(?:[A-Z][a-z]+)+x", case=False)
