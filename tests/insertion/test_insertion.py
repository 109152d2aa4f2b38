"""Foreign phrases: planted ones are found, look-alikes are not, and offsets, evidence and bytes hold."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.checkers.insertion import InsertionChecker
from mtqa.document import Document
from mtqa.errors import RuleError
from mtqa.finding import Finding, Layer
from mtqa.insertion.passages import FEATURES, LEAST_WORDS, SIZES, describe, foreign_passages
from mtqa.insertion.relation import SAME, relate
from mtqa.insertion.space import MODEL, model_from, shipped_model, shipped_space
from mtqa.insertion.words import Reader, token_spans
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection
from tests.insertion.articles import ARTICLES
from tests.insertion.cases import AT_HOME, FOREIGN

if TYPE_CHECKING:
    from pathlib import Path

RULE = "insertion.foreign-phrase"
CHECKER = InsertionChecker(Linter(load_rules(shipped_rules()), Selection((RULE,))).rules)
# Misses and false alarms that are known; a change in either direction is to be seen.
MISSED = {
    "endgame tactics with bishop and pawn,",
    "magma chambers and tectonic plates,",
    "antibody titres of infected cattle,",
}
ALARMS = {"as a lighthouse guides ships through the fog,", "kept bees and sang in the church choir,"}


def findings(text: str) -> list[Finding]:
    return list(CHECKER.check(Document.from_text(text)))


@pytest.mark.parametrize(("article", "phrase"), FOREIGN)
def test_foreign_phrases(article: str, phrase: str) -> None:
    text = ARTICLES[article].format(phrase)
    start = text.index(phrase)
    found = [f for f in findings(text) if f.span.start < start + len(phrase) and f.span.end > start]
    assert bool(found) == (phrase not in MISSED)
    for finding in found:
        assert start <= finding.span.start < finding.span.end <= start + len(phrase)


@pytest.mark.parametrize(("article", "clause"), AT_HOME)
def test_look_alikes(article: str, clause: str) -> None:
    text = ARTICLES[article].format(clause)
    assert bool(findings(text)) == (clause in ALARMS)


@pytest.mark.parametrize("name", sorted(ARTICLES))
def test_articles_as_they_were(name: str) -> None:
    assert findings(ARTICLES[name].replace(" {}", "")) == []


def test_a_finding_gives_its_evidence() -> None:
    article, phrase = FOREIGN[2]
    text = ARTICLES[article].format(phrase)
    (finding,) = findings(text)
    quoted, nearest = re.findall("“([^”]+)”", finding.message)[0], re.findall("“([^”]+)”", finding.message)[1:]
    assert quoted == text[finding.span.start : finding.span.end]
    assert "nothing else in this article is about" in finding.message
    assert len(nearest) == 2
    for word in nearest:
        assert re.search(rf"\b{re.escape(word)}\b", text.replace(phrase, ""))
    assert finding.layer is Layer.PASSAGE
    assert finding.mqm == "accuracy/addition"
    assert not finding.fixes


@pytest.mark.parametrize(
    "text", ["", "\n", "Short.", "enzyme inhibitors and protein folding", "的" * 5000, "x " * 5000]
)
def test_too_little_evidence_is_silence(text: str) -> None:
    assert findings(text) == []


def test_a_short_article_is_no_evidence() -> None:
    article, phrase = FOREIGN[2]
    text = ARTICLES[article].format(phrase)
    words = Reader(shipped_space()).read(text)
    cut = token_spans(text)[int(words.place[LEAST_WORDS - 1])][0]
    assert text.index(phrase) + len(phrase) < cut
    assert findings(text[:cut]) == []


def test_a_phrase_that_the_article_takes_up_again_is_not_foreign() -> None:
    article, phrase = FOREIGN[2]
    text = ARTICLES[article].format(phrase)
    assert findings(text)
    assert findings(f"{text}Proteins fold; an enzyme can be inhibited. Inhibitors and enzymes act on proteins.\n") == []


def test_the_same_whatever_came_before() -> None:
    texts = [ARTICLES[article].format(phrase) for article, phrase in FOREIGN]
    fresh = [findings(text) for text in texts]
    assert [findings(text) for text in reversed(texts)] == fresh[::-1]


words = st.sampled_from(sorted(shipped_space().forms)[::97])
glue = st.sampled_from(
    [" ", ", ", ". ", " of the ", " and ", "\n", " – ", "\r\n", " “", "” ", " 3.5 ", " é ", "\u2028", " 中 "]
)
texts = st.lists(st.tuples(words, glue, st.booleans()), min_size=100, max_size=160).map(
    lambda parts: "".join((word.title() if capital else word) + joint for word, joint, capital in parts)
)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_words_are_where_they_are_said_to_be(text: str) -> None:
    space = shipped_space()
    read = Reader(space).read(text)
    spans = token_spans(text)
    names = list(space.forms)
    for form, place in zip(read.form.tolist(), read.place.tolist(), strict=True):
        start, end = spans[place]
        assert text[start:end].replace("’", "'").partition("'")[0].lower() == names[form]
    assert (np.diff(read.place) > 0).all()
    assert (np.diff(read.sentence) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(texts)
def test_passages_lie_in_one_sentence_and_apart(text: str) -> None:
    space, model = shipped_space(), shipped_model()
    read = Reader(space).read(text)
    passages, relation = foreign_passages(read, space, model, -20.0)
    assert np.isfinite(relation.near).all()
    assert (relation.strength <= SAME).all()
    for before, after in pairwise(passages):
        assert before.stop <= after.start
    for passage in passages:
        assert passage.stop - passage.start in SIZES
        assert len(set(read.sentence[passage.start : passage.stop].tolist())) == 1
        assert read.plain[passage.start : passage.stop].all()


@settings(max_examples=40, deadline=None)
@given(texts)
def test_findings_lie_in_the_text(text: str) -> None:
    for finding in findings(text):
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        assert 0 < finding.confidence < 1


def test_features_are_named_and_finite() -> None:
    read = Reader(shipped_space()).read(ARTICLES["union"].format(FOREIGN[0][1]))
    runs = describe(read, relate(read, shipped_space()), shipped_space())
    assert runs.features.shape[1] == len(FEATURES)
    assert json.loads(MODEL.read_text(encoding="utf-8"))["features"] == list(FEATURES)
    assert np.isfinite(runs.features).all()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("{threshold: 2.0}", "least_words"),
        ("{least_words: 80}", "threshold"),
        ("{threshold: high, least_words: 80}", "threshold"),
        ("{threshold: 2.0, least_words: 0}", "least_words"),
        ("{threshold: 2.0, least_words: 80, colour: red}", "colour"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, options: str, complaint: str) -> None:
    folder = tmp_path / "insertion"
    folder.mkdir()
    (folder / "own.yaml").write_text(
        f"id: insertion.own\nmessage: m\nmqm: accuracy/addition\nkind: insertion\noptions: {options}\n"
        "bad: [a, b]\ngood: [c, d]\n"
    )
    with pytest.raises(RuleError, match=complaint):
        load_rules(folder.parent)


def test_trees_are_walked_to_their_leaves() -> None:
    """Two trees by hand: x[0] <= 1 gives 2, else x[1] <= 0 gives 4, else -8; and 0.5 for all."""
    model = model_from({"depth": 2, "trees": [[[0, 1.0, 1, 2], [2.0], [1, 0.0, 3, 4], [4.0], [-8.0]], [[0.5]]]})
    rows = np.array([[1, 9], [1.5, 0], [1.5, 0.1], [-3, -3]], np.float32)
    assert model.score(rows).tolist() == [2.5, 4.5, -7.5, 2.5]
    assert model.score(rows[:0]).tolist() == []


def test_only_hopeless_runs_are_given_up() -> None:
    model, rows = shipped_model(), np.random.default_rng(0).normal(size=(500, len(FEATURES))).astype(np.float32)
    whole = model._sum(rows, 0, len(model.feature))
    scores = model.score(rows)
    hopeful = model._sum(rows, 0, 20) > -1.5
    assert hopeful.any()
    assert np.allclose(scores[hopeful], whole[hopeful], atol=1e-4)
    assert (scores[~hopeful] <= -1.5).all()


@pytest.mark.parametrize(
    ("select", "runs"),
    [((), False), (("*",), False), (("insertion",), True), (("*", RULE), True), (("insert*",), False)],
)
def test_off_unless_selected_by_name(select: tuple[str, ...], runs: bool) -> None:
    linter = Linter(load_rules(shipped_rules()), Selection(select))
    article, phrase = FOREIGN[2]
    found = linter.check(Document.from_text(ARTICLES[article].format(phrase)))
    assert any(finding.rule == RULE for finding in found) == runs
