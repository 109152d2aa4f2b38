"""``fix: {letters: …}``: replacements whose letter case the rule sets, not the text they replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document
from mtqa.errors import RuleError
from mtqa.finding import apply_edits
from mtqa.rules.load import load_rules
from mtqa.rules.match import PatternChecker
from mtqa.rules.pattern import recase

if TYPE_CHECKING:
    from pathlib import Path

_RULE = """
id: demo.letters
message: Letter case.
mqm: fluency/capitalisation
kind: replace
case: true
pattern: '{pattern}'
fix: {fix}
bad: [a, b]
good: [c, d]
"""


def _fixed(folder: Path, pattern: str, fix: str, text: str) -> str:
    file = folder / "demo" / "letters.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_RULE.format(pattern=pattern, fix=fix), encoding="utf-8")
    document = Document.from_text(text)
    findings = list(PatternChecker(load_rules(folder)).check(document))
    return apply_edits(document.text, [edit for finding in findings for edit in finding.fixes[0].edits])


@pytest.mark.parametrize(
    ("pattern", "fix", "text", "expected"),
    [
        ("; (?P<flag>We)", "{letters: lower}", "Rain fell; We left; We slept.", "Rain fell; we left; we slept."),
        ("^(?P<flag>the)", "{letters: capital}", "the bell rang", "The bell rang"),
        # A template first, then the letter case: a conjunction is put in and the verb loses its capital.
        (
            ", (?P<flag>Slowly)",
            "{replace: ['and \\g<flag>'], letters: lower}",
            "He stood, Slowly.",
            "He stood, and slowly.",
        ),
        # White space before the first letter does not count as the letter.
        ("Wang(?P<flag>ge)", "{replace: [' \\g<flag>'], letters: capital}", "Wangge spoke.", "Wang Ge spoke."),
        (
            "paper and board union",
            "{letters: title}",
            "The paper and board union met.",
            "The Paper and Board Union met.",
        ),
    ],
)
def test_letters(tmp_path: Path, pattern: str, fix: str, text: str, expected: str) -> None:
    assert _fixed(tmp_path, pattern, fix, text) == expected


def test_a_replacement_equal_to_the_match_is_no_fix(tmp_path: Path) -> None:
    file = tmp_path / "demo" / "letters.yaml"
    file.parent.mkdir()
    file.write_text(_RULE.format(pattern="we", fix="{letters: lower}"), encoding="utf-8")
    (finding,) = PatternChecker(load_rules(tmp_path)).check(Document.from_text("so we left"))
    assert finding.fixes == ()


def test_deleting_and_setting_letters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="either deletes or replaces"):
        _fixed(tmp_path, "x", "{delete: match, letters: lower}", "x")


def test_recase_leaves_text_without_letters_alone() -> None:
    assert recase("12 %", "capital") == "12 %"
