"""The checker: where its findings lie, what they say, and what moves them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.checkers.garble import GarbleChecker
from mtqa.document import Document
from mtqa.finding import Layer, Severity
from mtqa.garble.passages import LEAST_WORDS, load_calibration, probabilities
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.segment import sentences
from mtqa.selection import Selection

RULES = load_rules(shipped_rules())
RULE = RULES.find("garble.sentence")
assert RULE is not None
BAD = [example.text for _, bad, _ in RULE.examples for example in bad]
GOOD = [text for _, _, good in RULE.examples for text in good]


@pytest.fixture(scope="module")
def checker() -> GarbleChecker:
    return GarbleChecker(RULES)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([*BAD, *GOOD, "", "  Photo", "😀 新闻", "A\u2028B"]), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_findings_are_whole_sentences(lines: list[str], ending: str) -> None:
    document = Document.from_text(ending.join(lines))
    for finding in GarbleChecker(RULES).check(document):
        assert finding.span in sentences(document)
        assert finding.layer is Layer.PASSAGE
        assert not finding.fixes
        assert 0 < finding.confidence <= 1


@pytest.mark.parametrize("text", BAD)
def test_the_words_that_are_named_stand_in_the_sentence(checker: GarbleChecker, text: str) -> None:
    document = Document.from_text(text)
    found = list(checker.check(document))
    assert len(found) >= 5
    for finding in found:
        assert finding.severity is Severity.MAJOR
        named = finding.message.split("“")[-1].split("”")[0]
        assert named in " ".join(document.slice(finding.span).split())
        assert f"{100 * finding.confidence:.0f} %" in finding.message


def test_good_sentences_in_a_row_are_an_article_without_a_finding(checker: GarbleChecker) -> None:
    assert not list(checker.check(Document.from_text("\n".join(GOOD))))


def test_a_clean_article_speaks_for_a_doubtful_sentence() -> None:
    """The same sentence is likelier garbled among garbled ones."""
    blend = load_calibration()
    sizes = np.full(12, 20)
    doubtful = 0.0
    among_clean = probabilities(np.array([doubtful] + [-4.0] * 11, np.float32), sizes, blend)[0]
    among_garbled = probabilities(np.array([doubtful] + [2.0] * 11, np.float32), sizes, blend)[0]
    assert among_clean < among_garbled


def test_headings_are_too_short_to_judge() -> None:
    blend = load_calibration()
    assert probabilities(np.array([9.0], np.float32), np.array([LEAST_WORDS - 1]), blend)[0] == 0


def test_a_word_more_than_seven_letters_is_no_fault(checker: GarbleChecker) -> None:
    text = "Representatives of manufacturing associations welcomed the announcement enthusiastically yesterday."
    assert not list(checker.check(Document.from_text(text)))


def test_it_can_be_ignored() -> None:
    linter = Linter(RULES, Selection(ignore=("garble",)))
    assert not [f for f in linter.check(Document.from_text(BAD[0])) if f.family == "garble"]
