from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from mtqa.document import Document
from mtqa.finding import apply_edits
from mtqa.grammar import EngineError, Engines, harper, known_ids
from mtqa.grammar.harper import HarperChecker
from mtqa.grammar.table import load_table
from mtqa.linter import Linter, Selection
from mtqa.rules.load import load_rules, shipped_rules


@pytest.fixture(scope="module")
def checker() -> HarperChecker:
    return HarperChecker()


@pytest.mark.parametrize(
    ("text", "rule", "fixed"),
    [
        ("They built a office in the town.", "AnA", "They built an office in the town."),
        ("It is more better than before.", "MoreBetter", None),
        ("He was suppose to go home.", "SupposedTo", "He was supposed to go home."),
        ("They need alot of help.", "OpenCompounds", "They need a lot of help."),
    ],
)
def test_an_error_is_found_and_mended(checker: HarperChecker, text: str, rule: str, fixed: str | None) -> None:
    found = [f for f in checker.check(Document.from_text(text)) if f.rule == f"harper.{rule}"]
    if fixed is None:
        assert not found, "a rule that is not in the table stays off"
        return
    assert [apply_edits(text, found[0].fixes[0].edits)] == [fixed]
    assert found[0].mqm.startswith("fluency/")


def test_spans_are_code_points(checker: HarperChecker) -> None:
    text = "😀😀 \U00020000 They built a office.\r\n\r\nAnd 😀 a elephant."
    document = Document.from_text(text)
    found = sorted(checker.check(document), key=lambda f: f.span)
    assert [(f.rule, document.slice(f.span), f.span.start) for f in found] == [
        ("harper.AnA", "a", text.index("a office")),
        ("harper.AnA", "a", text.index("a elephant")),
    ]


def test_good_english_stays_silent(checker: HarperChecker) -> None:
    text = "The union of Ganjingzi District has an office. It is a European one, open to anyone at no cost."
    assert list(checker.check(Document.from_text(text))) == []


def test_every_rule_of_the_table_is_known_to_harper() -> None:
    from harper import get_default_lint_config

    assert load_table("harper").rules.keys() <= get_default_lint_config().keys()


def test_a_missing_harper_is_an_error_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(harper, "version", missing)
    with pytest.raises(EngineError, match="pip install"):
        _ = Linter(load_rules(shipped_rules()), engines=Engines("harper")).checkers


def test_an_engine_nobody_selects_does_not_run() -> None:
    rules = load_rules(shipped_rules())

    def names(**selection: tuple[str, ...]) -> set[str]:
        linter = Linter(rules, Selection(**selection), engines=Engines("harper", spelling=True))
        return {checker.name for checker in linter.checkers} & {"harper", "speller"}

    assert names() == {"harper", "speller"}
    assert names(select=("term",)) == set()
    assert names(select=("harper.AnA",)) == {"harper"}
    assert names(select=("*",)) == {"harper", "speller"}
    assert names(ignore=("harper",)) == {"speller"}
    assert names(ignore=("harper.AnA",)) == {"harper", "speller"}
    assert {"harper.AnA", "speller.misspelling"} <= known_ids()
