"""``mtqa learn boilerplate``: what it proposes is a rule file that stands its tests, and nothing is put in force."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given

from mtqa.document import Document
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.learn import Learner, Proposal, quoted
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.pattern import expand
from mtqa.selection import Selection
from mtqa.template import template_of
from tests.boilerplate.articles import corpus
from tests.cli.test_lint import mtqa
from tests.strategies import lines

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules(shipped_rules())
DEFINE = yaml.safe_load((shipped_rules() / "definitions.yaml").read_text(encoding="utf-8"))["define"]
HARBOUR, NORTH = "boilerplate.learned-harbour-example-com", "boilerplate.learned-northern-example-org"


def proposed(documents: list[Document], least: int = 3) -> list[Proposal]:
    linter = Linter(RULES, Selection(select=("boilerplate", "metadata")))
    linter = linter.knowing(Knowledge.of_corpus(map(Gatherer(linter.rules).read, documents)))
    return Learner(linter, RULES.of_kind("recurrence")[0], least).propose(lambda: iter(documents), RULES.ids)


def test_one_rule_for_each_site_with_its_evidence() -> None:
    harbour, north = proposed(corpus())
    assert (harbour.id, harbour.patterns, north.id, north.patterns) == (HARBOUR, 5, NORTH, 1)
    rule = yaml.safe_load(harbour.text)
    assert rule["fix"] == {"delete": "line", "safety": "review"}
    assert "# in 12 of 12 articles, as in: Letters to the harbour desk" in harbour.text
    assert "# in 6 of 6 articles, as in: Northern Post, the paper of the north" in north.text


def test_years_numbers_and_names_are_masked() -> None:
    patterns = yaml.safe_load(proposed(corpus())[0].text)["patterns"]
    joined = [re.compile(f"(?i:{expand(pattern, DEFINE)})") for pattern in patterns]
    for text in ("Number 7,311 of the Harbour Sheet, 1999", "Set in type by Zora Neale Hurston on the quay"):
        assert any(pattern.search(text) for pattern in joined)
    for text in ("Number of the Harbour Sheet, 1999", "Set in type by hand on the quay", "Work for the many"):
        assert not any(pattern.search(text) for pattern in joined)


def test_the_order_of_articles_does_not_matter() -> None:
    documents = corpus()
    expected = proposed(documents)
    for seed in range(3):
        random.Random(seed).shuffle(documents)
        assert proposed(documents) == expected


def test_what_stands_among_paragraphs_elsewhere_is_struck_out() -> None:
    documents = corpus()
    line = "Set in type by Zora Neale Hurston on the quay"
    after = "Nobody knew in that week what the sentence above was to mean."
    text = documents[0].text.replace("\n\nLetters", f"\n\n{line}\n\n{after}\n\nLetters")
    documents.append(Document.from_text(text, "news/harbour.example.com/x.txt"))
    harbour = proposed(documents)[0]
    assert harbour.patterns == 4
    assert "Set in type" not in harbour.text.partition("good:")[0]


def test_what_rules_know_and_what_is_rare_is_not_proposed() -> None:
    known = [
        Document.from_text(document.text + "\n\nScan code for attention\n\nEditor in charge: Li Ming", document.path)
        for document in corpus()
    ]
    assert not any("scan" in proposal.text or "editor" in proposal.text for proposal in proposed(known))
    assert [proposal.id for proposal in proposed(corpus(), least=7)] == [HARBOUR]
    assert proposed(corpus(), least=13) == []


@given(lines())
def test_a_template_matches_the_line_it_comes_from(line: str) -> None:
    for names in (False, True):
        template = template_of(line.strip(), names=names)
        if template is not None:
            assert re.search(f"(?i:{expand(template.pattern(), DEFINE)})", line.strip())


@given(lines())
def test_what_is_quoted_is_read_back(line: str) -> None:
    assert yaml.safe_load(quoted(line)) == line
    assert "\n" not in quoted(line + "\n")


def test_odd_characters_in_examples_do_no_harm() -> None:
    odd = 'Letters 😀 to\u200b the\u2028 "harbour" desk\\'
    documents = [
        Document.from_text(
            d.text.replace("Letters to the harbour desk", odd), d.path.replace("harbour.", "har\u2029bour.")
        )
        for d in corpus()
    ]
    linter = Linter(RULES, Selection(select=("boilerplate", "metadata")))
    linter = linter.knowing(Knowledge.of_corpus(map(Gatherer(linter.rules).read, documents)))
    learner = Learner(linter, RULES.of_kind("recurrence")[0], 3)
    texts = [yaml.safe_load(one.text)["bad"] for one in learner.propose(lambda: iter(documents), RULES.ids)]
    assert any(example["text"] == odd for bad in texts for example in bad)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Copyright © 2008-2024 Example", ("copyright", "{years}", "example")),
        ("Updated 2023-10-20 07:19", ("updated", "{date}", "{time}")),
        ("12,345 readers, 3rd edition", ("{number}", "readers", "{number}", "edition")),
        ("Typed by Ana Petrov and Wang Jun", ("typed", "by", "{name}")),
        ("v2.0", None),
        ("a             b", None),
        ("", None),
    ],
)
def test_templates(line: str, parts: tuple[str, ...] | None) -> None:
    template = template_of(line, names=True)
    assert (template.parts if template else None) == parts


# -- the command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for document in corpus():
        file = tmp_path / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.data)
    (tmp_path / "mtqa.toml").write_text('originals = ["news"]\n')
    return tmp_path


def test_it_prints_and_writes_nothing(project: Path) -> None:
    before = sorted(project.rglob("*"))
    done = mtqa("learn", "boilerplate", cwd=project)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(project.rglob("*")) == before
    shown = list(yaml.safe_load_all(done.stdout))
    assert [rule["id"] for rule in shown] == [HARBOUR, NORTH]


def test_proposals_pass_rule_test_and_then_nothing_is_left_to_propose(project: Path) -> None:
    done = mtqa("learn", "boilerplate", "--to", "rules", cwd=project)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (project / "rules/boilerplate").iterdir()) == [
        "learned-harbour-example-com.yaml",
        "learned-northern-example-org.yaml",
    ]
    tested = mtqa("rule", "test", HARBOUR, NORTH, cwd=project)
    assert (tested.returncode, b"all behave" in tested.stdout) == (0, True), tested.stdout
    again = mtqa("learn", "boilerplate", "--to", "rules", cwd=project)
    assert (again.returncode, again.stdout) == (0, b"")
    assert b"nothing recurs" in again.stderr


def test_it_never_writes_over_a_file(project: Path) -> None:
    other = project / "other" / "boilerplate" / "learned-harbour-example-com.yaml"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    done = mtqa("learn", "boilerplate", "--to", "other", cwd=project)
    assert (done.returncode, other.read_text()) == (2, "mine")
    assert b"is there already" in done.stderr


def test_an_unreadable_article_ends_the_work(project: Path) -> None:
    (project / "news" / "bad.txt").write_bytes(b"\xff")
    done = mtqa("learn", "boilerplate", cwd=project)
    assert done.returncode == 2
    assert b"news/bad.txt:1" in done.stderr
