"""Acceptance: what the shipped rules must reach on the gold, the post-edits and clean human English."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mtqa.evaluate import Evaluation, evaluate, load_clean, load_gold
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules

TESTS = Path(__file__).parent
GOLD = TESTS / "gold"
SEEDS = TESTS.parent / "seeds"
FILES = sorted(GOLD.glob("*.json"))


@pytest.fixture(scope="module")
def result() -> Evaluation:
    linter = Linter(load_rules(shipped_rules()))
    return evaluate(linter, load_gold(GOLD, [SEEDS]), load_clean([TESTS / "clean"]))


def test_there_is_gold_for_every_seed() -> None:
    assert len(FILES) == 5
    assert {file.stem for file in FILES} == {seed.stem for seed in SEEDS.glob("*.txt")}
    assert {file.stem for file in FILES} == {text.stem for text in (GOLD / "postedit").glob("*.txt")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem[:3])
def test_seeds_are_byte_for_byte_those_that_were_annotated(file: Path) -> None:
    marks = json.loads(file.read_bytes())
    data = (SEEDS / marks["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == marks["sha256"]
    lines = data.decode().split("\n")
    for mark in (*marks["errors"], *marks["sentences"], *marks["garbled"]):
        assert lines[mark["line"] - 1][mark["start"] : mark["end"]] == mark["text"]


def test_the_gold_holds_what_its_readme_says() -> None:
    gold = load_gold(GOLD, [SEEDS])
    errors = [error for document in gold.documents for error in document.marks.errors]
    agreed = [error for error in errors if error.agreed]
    assert (len(errors), len(agreed), sum(error.deterministic for error in agreed)) == (575, 478, 401)
    assert all(error.fixes for error in agreed if error.deterministic)
    assert sum(len(document.marks.lines) for document in gold.documents) == 81
    assert not any(text.text.startswith("#") or "\n#" in text.text for text in gold.post_edits)


def test_deterministic_errors_are_found(result: Evaluation) -> None:
    assert share(result.overall.recall_deterministic) >= 0.70


def test_first_fixes_are_right(result: Evaluation) -> None:
    assert share(result.overall.fix_top) >= 0.85


def test_findings_hit_what_annotators_marked(result: Evaluation) -> None:
    assert share(result.overall.precision) >= 0.97


def test_every_boilerplate_line_is_found_and_no_content_line_is_flagged(result: Evaluation) -> None:
    assert result.boilerplate.missed_lines == ()
    assert result.boilerplate.recall.total == 31
    assert result.boilerplate.content_lines == ()


def test_every_metadata_line_is_found_and_no_content_line_is_flagged(result: Evaluation) -> None:
    assert result.metadata.missed_lines == ()
    assert result.metadata.recall.total == 9
    labels = {(judged.path, line.line): line.label for judged in result.documents for line in judged.lines}
    flagged = [tuple(place.rsplit(":", 1)) for place in result.metadata.content_lines]
    assert [place for place in flagged if labels[place[0], int(place[1])] == "content"] == []


@pytest.mark.parametrize("kind", ["post_edits", "clean"])
def test_clean_text_gives_hardly_a_false_alarm(result: Evaluation, kind: str) -> None:
    alarms = getattr(result, kind)
    assert alarms.words > 3_000
    assert 2_000 * alarms.major.hits / alarms.words <= 1, alarms.rules
    assert 1_000 * alarms.any_severity.hits / alarms.words <= 2, alarms.rules


def share(figure: object) -> float:
    """The value of a figure that must have been measured on something."""
    value = getattr(figure, "value", None)
    assert isinstance(value, float)
    return value
