"""Options of kinds with a checker of their own: what is wrong with them is said when rules are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa.errors import RuleError
from mtqa.rules.load import load_rules

if TYPE_CHECKING:
    from pathlib import Path

RULE = """id: loop.mine
message: A loop.
mqm: fluency/repetition
kind: {kind}
options: {options}
bad: [one, two]
good: [three, four]
"""


@pytest.mark.parametrize(
    ("kind", "options", "problem"),
    [
        ("loop", "{}", "need a mode: word, phrase, runaway, dense"),
        ("loop", "{mode: syllable}", "need a mode"),
        ("loop", "{mode: phrase, max_gap: 1}", "need min_words_with_gap, a number from 1"),
        ("loop", "{mode: dense, times: 0, window: 3, min_letters: 2}", "need times, a number from 1"),
        ("loop", "{mode: runaway, list_copies: 5, doubled: [ha, ho]}", "doubled is words separated by spaces"),
        ("loop", "{mode: runaway, list_copies: 5, doubles: ha}", "unknown option 'doubles' of mode runaway"),
        ("residue", "{mode: script, loans: a}", "unknown option 'loans' of mode script; known: none"),
        ("residue", "{mode: words, least: many}", "need least, a number from 1"),
        ("truncation", "{mode: title}", "need a mode: end, word, bracket, list"),
    ],
)
def test_what_is_wrong_is_said(kind: str, options: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "loop" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(RULE.format(kind=kind, options=options))
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path)
    assert problem in str(caught.value)
    assert "mine.yaml:5" in str(caught.value)


def test_a_project_can_change_a_word_list(tmp_path: Path) -> None:
    file = tmp_path / "loop" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(RULE.format(kind="loop", options="{mode: runaway, list_copies: 5, doubled: tra la}"))
    [rule] = load_rules(tmp_path).rules
    assert rule.spec.options["doubled"] == "tra la"
