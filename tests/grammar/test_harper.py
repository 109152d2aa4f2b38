from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document
from mtqa.finding import apply_edits
from mtqa.grammar import EngineError, Engines, harper, known_ids
from mtqa.grammar.harper import HarperChecker
from mtqa.grammar.table import load_table
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def checker() -> HarperChecker:
    return HarperChecker()


# For each rule that is on: what it is there for, and good English that its guard lets through to Harper.
EXAMPLES = {
    "AdjectiveDoubleDegree": ("It is a more easier way to work.", "It is more modest, more honest and more clever."),
    "AllowTo": ("This way allows to become rich.", "It allows to each what it allows to all."),
    "Cant": ("We cant stay here for long.", "Thieves speak cant."),
    "CorrectNumberSuffix": ("It was her 21th year there.", "On the 11th and 12th of May."),
    "DespiteOf": ("They went on despite of the risks.", "Despite the risks they went."),
    "DoesOrDose": ("It dose not reflect the truth.", "A dose of salts."),
    "DoubleModal": ("You must must go now.", "A can can rust."),
    "Everybody": ("Every body knows the truth.", "Every body at rest stays at rest."),
    "Furthermore": ("Further more, he is right.", "We go further more often."),
    "Hazzle": ("There was no hazzle at all.", "There was no hassle at all."),
    "InflectedVerbAfterTo": ("They have to reduced the cost.", "We need to proceed to crowded places."),
    "Myself": ("I did it all by my self.", "My self-esteem rose."),
    "Nowadays": ("Now a days many people think so.", "Now and then."),
    "OfCourse": ("Ofcourse he will come.", "She went off course in the fog."),
    "OpenCompounds": ("They need alot of help.", "They need a lot of help."),
    "PluralWrongWordOfPhrase": ("We heard many points of views.", "We heard many points of view."),
    "PronounVerbAgreement": ("They does know how to do it.", "Did she know? Let him go and see."),
    "RegularIrregulars": ("He teached them well.", "He taught them well."),
    "SimplePastToPastParticiple": ("She has threw it away.", "The town she was in saw it."),
    "Someone": ("He asked some one for help.", "Some one hundred people came."),
    "Somewhere": ("It is some where in the hall.", "It is somewhere in the hall."),
    "SupposedTo": ("He was suppose to go home.", "I suppose to some it is."),
    "ThatThan": ("They were poorer that the others.", "It is better that he came, and no longer that late."),
    "TheAnother": ("The another reason is the cost.", "The other reason is the cost."),
    "ThenThan": ("It will be more then he had.", "A little more, then stop."),
    "ThereIsAgreement": ("There is problems in the town.", "There is news, and there are problems."),
    "Therefore": ("There fore, he likes it.", "There, for example."),
    "ToTwoToo": ("It was either to expensive, or unsafe.", "Up to now it was fine."),
    "WantBe": ("If you want be a success, work.", "If you want to be a success, work."),
    "WillNonLemma": ("It will stimulated our imagination.", "They will need and exceed it."),
}


def test_every_rule_has_its_examples() -> None:
    assert load_table("harper").rules.keys() == EXAMPLES.keys() == load_table("harper").guards.keys()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_finds_its_error_and_leaves_good_english_alone(checker: HarperChecker, rule: str) -> None:
    wrong, right = EXAMPLES[rule]
    found = list(checker.check(Document.from_text(wrong)))
    assert [f.rule for f in found] == [f"harper.{rule}"]
    assert found[0].mqm.startswith("fluency/")
    assert list(checker.check(Document.from_text(right))) == []


def test_an_error_is_mended(checker: HarperChecker) -> None:
    text = "He has went home to the town."
    (found,) = checker.check(Document.from_text(text))
    assert apply_edits(text, found.fixes[0].edits) == "He has gone home to the town."


def test_all_that_harper_says_has_a_meaning(checker: HarperChecker) -> None:
    table = load_table("harper")
    for wrong, _ in EXAMPLES.values():
        for lint in checker._asked(wrong):
            meaning = table.meaning(lint.rule, lint.kind)
            assert meaning is not None, lint
            assert meaning.mqm.startswith("fluency/")


def test_spans_are_code_points(checker: HarperChecker) -> None:
    text = "😀😀 \U00020000 They teached him.\r\n\r\nAnd 😀 he choosed to go."
    document = Document.from_text(text)
    found = sorted(checker.check(document), key=lambda f: f.span)
    assert [(f.rule, document.slice(f.span), f.span.start) for f in found] == [
        ("harper.RegularIrregulars", "teached", text.index("teached")),
        ("harper.RegularIrregulars", "choosed", text.index("choosed")),
    ]


def test_only_suspect_sentences_are_sent_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = HarperChecker._asked

    def counted(self: HarperChecker, sentence: str) -> list[harper._Lint]:
        asked.append(sentence)
        return original(self, sentence)

    monkeypatch.setattr(HarperChecker, "_asked", counted)
    document = Document.from_text("All is well here. They teached him. It stands.\nThey teached him.\n")
    first = list(HarperChecker(tmp_path / "c").check(document))
    assert asked == ["They teached him."]
    assert [document.slice(f.span) for f in first] == ["teached", "teached"]
    assert list(HarperChecker(tmp_path / "c").check(document)) == first
    assert len(asked) == 1


def test_fixes_come_in_one_order_whatever_the_run() -> None:
    program = (
        "from mtqa.grammar.harper import HarperChecker; from mtqa.document import Document; "
        "print([f.fixes for f in HarperChecker().check(Document.from_text('He choosed to go. He digged it.'))])"
    )
    said = {subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout for _ in range(4)}
    assert len(said) == 1
    assert b"chose" in said.pop()


def test_threads_have_a_linter_each(checker: HarperChecker) -> None:
    def linter(number: int) -> int:
        list(checker.check(Document.from_text(f"They teached him {number}.")))
        return id(checker._local.linter)

    with ThreadPoolExecutor(3) as pool:
        linters = set(pool.map(linter, range(30)))
    assert id(checker._local.linter) not in linters


def test_good_english_stays_silent(checker: HarperChecker) -> None:
    text = "The union of Ganjingzi District has an office. It is a European one, open to anyone at no cost."
    assert list(checker.check(Document.from_text(text))) == []


def test_every_rule_of_the_table_is_known_to_harper() -> None:
    from harper import get_default_lint_config

    table = load_table("harper")
    assert {*table.rules, *table.covered} <= get_default_lint_config().keys()


def test_what_mtqa_finds_itself_is_not_asked_and_still_a_name_that_can_be_said() -> None:
    rules = load_rules(shipped_rules())
    assert set(load_table("harper").covered.values()) <= {rule.spec.id for rule in rules.rules}
    linter = Linter(rules, engines=Engines("harper"))
    found = linter.check(Document.from_text("They built a office. They will re deploy the key work to Beijing."))
    assert {f.rule.split(".")[1] for f in found} >= {"article-an", "detached-prefix"}
    assert all(f.family != "harper" for f in found)
    assert "harper.AnA" in known_ids()


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
    assert names(select=("harper.ThenThan",)) == {"harper"}
    assert names(select=("*",)) == {"harper", "speller"}
    assert names(ignore=("harper",)) == {"speller"}
    assert names(ignore=("harper.ThenThan",)) == {"harper", "speller"}
    assert {"harper.ThenThan", "speller.misspelling"} <= known_ids()
