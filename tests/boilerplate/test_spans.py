"""What is half boilerplate is found as a span of its line, and a gate keeps keywords off long lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document
from mtqa.finding import Finding, Layer, Safety, apply_edits
from mtqa.linter import Linter
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from mtqa.segment import is_longer, most_characters
from mtqa.selection import Selection

RULES = load_rules(shipped_rules())
LINTER = Linter(RULES, Selection(select=("boilerplate", "metadata")))
SAID = "The strike at the plant ended on Monday, she said."
GATED = [rule for rule in RULES.rules if rule.spec.max_words]


def found(text: str) -> list[Finding]:
    return LINTER.check(Document.from_text(text))


@pytest.mark.parametrize("ending", ["", "\n", "\r\n\r\nWork resumes on Tuesday.\r\n"])
@pytest.mark.parametrize(
    "tail",
    [
        " (Source: Example Daily) (Editor: Li Ming)",
        " (Reporter Li Ming)",
        " Editor in charge: Li Ming",
        " [Scan the QR code to follow us]",
        " Read more >>",
        " (All rights reserved)",
        " Photographed by Li Ming",
        " (Photo by Li Ming)",
    ],
)
def test_the_tail_goes_and_the_line_stays(tail: str, ending: str) -> None:
    text = SAID + tail + ending
    spans = [finding for finding in found(text) if finding.layer is not Layer.BLOCK]
    assert len(spans) == 1
    (fix,) = spans[0].fixes or (None,)
    if fix is None:  # a caption with its credit is a block of its own, and takes the credit along
        assert "Photo" in tail
        return
    assert apply_edits(text, fix.edits) == SAID + ending
    assert fix.safety is Safety.REVIEW


def test_a_name_inside_a_line_goes_and_its_dateline_stays() -> None:
    text = "Example Agency, Beijing, October 20 (Reporter Li Ming) The strike ended on Monday."
    (finding,) = found(text)
    assert dict(finding.fields) == {"authors": "Li Ming"}
    assert apply_edits(text, finding.fixes[0].edits) == text.replace(" (Reporter Li Ming)", "")


@pytest.mark.parametrize("rule", GATED, ids=lambda rule: rule.id)
def test_gated_rules_are_silent_on_long_lines(rule: object) -> None:
    """Each bad example, drawn out with words beyond the gate, is passed over whatever its pattern says."""
    limit = rule.spec.max_words  # type: ignore[attr-defined]
    linter = Linter(RuleSet((rule,), RULES.contexts))  # type: ignore[arg-type]
    for _, bad, _ in rule.examples:  # type: ignore[attr-defined]
        for example in bad:
            longer = " ".join(["word"] * (limit + 1)) + " "
            for line in example.text.split("\n"):
                assert linter.check(Document.from_text(longer + line)) == []
                assert linter.check(Document.from_text(line + " " + longer)) == []


def test_every_keyword_rule_of_the_family_is_gated() -> None:
    """Only what is anchored to the end of a sentence may be looked for on lines of any length."""
    free = {r.id for r in RULES.rules if r.family == "boilerplate" and r.entries and not r.spec.max_words}
    assert free == {"boilerplate.trailing"}


@given(st.text("ab .\t\u00a0", max_size=80), st.integers(1, 12))
def test_longer_is_counted_by_white_space(text: str, words: int) -> None:
    assert is_longer(text, words) == (len(text.split()) > words or len(text) > most_characters(words))
