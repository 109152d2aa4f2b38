"""Lines that recur: what counts as the same line, what a corpus tells, and what is called boilerplate for it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document
from mtqa.finding import Finding, Layer, Safety, apply_edits
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.linter import Linter, Source
from mtqa.recurrence import fold_line, keyed_lines, site_of
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from mtqa.selection import Selection
from mtqa.workers import gather_knowledge, lint_sources
from tests.boilerplate.articles import SLOGAN, corpus, harbour
from tests.strategies import texts

RULES = load_rules(shipped_rules())
SELECTED = Selection(select=("boilerplate", "metadata"))
LINTER = Linter(RULES, SELECTED)
GATHERER = Gatherer(LINTER.rules)
SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def known(documents: list[Document]) -> Linter:
    return LINTER.knowing(Knowledge.of_corpus(map(GATHERER.read, documents)))


def blocks(linter: Linter, document: Document) -> list[Finding]:
    return [finding for finding in linter.check(document) if finding.layer is Layer.BLOCK]


def flagged(linter: Linter, document: Document) -> list[str]:
    """The lines, not blank, that blocks cover."""
    found = "\n".join(document.slice(finding.span) for finding in blocks(linter, document))
    return [line for line in found.split("\n") if line.strip()]


# -- which lines are the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Copyright © 2008-2023 by Example", "copyright © 2008-2024  by example"),
        ("  • Media Matrix", "media matrix:"),
        ("Updated 2023-10-20 07:19", "Updated 2024.1.2 17:05"),
        ("Updated October 20, 2023", "updated may 3, 2021"),
        ("Updated 20 Oct. 2023", "Updated 2023-10-20"),
        ("Friday, March 3, 2021 edition", "Monday, June 14, 2022 edition"),
        ("12,345 readers", "9 readers"),
        ("Readers’ letters", "Readers' letters"),
    ],
)
def test_figures_dates_and_dress_do_not_count(one: str, other: str) -> None:
    assert fold_line(one) == fold_line(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Letters to the desk", "Letter to the desk"), ("May it rain", "June it rain"), ("12 readers", "readers")],
)
def test_other_words_are_another_line(one: str, other: str) -> None:
    assert fold_line(one) != fold_line(other)


@given(texts())
def test_every_line_with_text_has_a_key_of_its_site(text: str) -> None:
    document = Document.from_text(text)
    keyed = keyed_lines(document, "a.example")
    assert [one.line for one in keyed] == [line for line in document.lines if document.slice(line.span).strip()]
    elsewhere = keyed_lines(document, "b.example")
    for one, other in zip(keyed, elsewhere, strict=True):
        assert (one.key == 0) == (other.key == 0) == (not any(map(str.isalpha, fold_of(document, one.line.span))))
        assert not one.key or one.key != other.key
        assert 0 <= one.key < 2**64


def fold_of(document: Document, span: object) -> str:
    text = document.slice(span)  # type: ignore[arg-type]
    return fold_line(text) if len(text) <= 200 else text


@pytest.mark.parametrize(
    ("path", "text", "pattern", "site"),
    [
        ("news/www.Example.com/a.txt", "A", None, "example.com"),
        ("example.org/sub.example.com/2023/a.txt", "A", None, "sub.example.com"),
        ("news/a.com", "A", None, ""),
        ("a.txt", "Text.\n\nCopyright © 2008-2024 by www.workercn.cn. all rights reserved", None, "workercn.cn"),
        ("a.txt", "Write to www.example.com, she said.", None, ""),
        ("crawl/one/a.txt", "A", "^crawl/([^/]+)/", "one"),
        ("crawl/one/a.txt", "A", "^crawl/[^/]+", "crawl/one"),
        ("other/example.com/a.txt", "A", "^crawl/([^/]+)/", "example.com"),
    ],
)
def test_sites(path: str, text: str, pattern: str | None, site: str) -> None:
    document = Document.from_text(text, path)
    assert site_of(document, re.compile(pattern) if pattern else None) == site


# -- what a corpus tells


def test_parts_merge_in_any_order_and_grouping() -> None:
    parts = [GATHERER.read(document) for document in corpus(8)]
    whole = Knowledge.of_corpus(parts)
    draw = random.Random(7)
    for most in (1, 5, 10_000):
        for _ in range(5):
            draw.shuffle(parts)
            cut = draw.randrange(len(parts))
            groups = [Knowledge.merged(parts[:cut]), Knowledge.merged(parts[cut:])]
            assert Knowledge.merged(groups).settled() == whole
            assert Knowledge.merged(groups).digest == Knowledge.merged(reversed(groups)).digest
            bounded = Knowledge.of_corpus(groups, most)
            assert bounded == Knowledge.of_corpus(parts, most)
            assert len(bounded.lines) <= most
    assert Knowledge.of_corpus(parts, 10_000) == whole
    assert whole.digest != replace(whole, articles={}).digest


def test_numbers_from_a_hundred_are_told_with_two_digits() -> None:
    told = Knowledge(lines={1: 99, 2: 100, 3: 119, 4: 12_399, 5: 1}, articles={"": 1_999}).settled()
    assert dict(told.lines) == {1: 99, 2: 100, 3: 110, 4: 12_000}
    assert dict(told.articles) == {"": 1_900}


def test_the_seeds_that_share_a_footer() -> None:
    one, other = (Document.read(file) for file in sorted(SEEDS.glob("00[13]_*.txt")))
    keys = [{line.key for line in keyed_lines(document, site_of(document))} for document in (one, other)]
    assert site_of(one) == site_of(other) == "workercn.cn"
    shared = [line for line in keyed_lines(one, "workercn.cn") if line.key in keys[1]]
    assert len(shared) == 15  # the 14 lines of the frame, and the date line, whose figures do not count
    without_dates = [one.slice(line.line.span) for line in shared if line.line.number != 6]
    assert len(without_dates) == 14
    assert all(text in other.text for text in without_dates)


# -- what is called boilerplate


def test_the_frame_is_found_and_the_article_kept() -> None:
    documents = corpus()
    linter = known(documents)
    for document in documents[:12]:
        lines = [line for line in document.text.split("\n") if line]
        assert SLOGAN in lines
        assert flagged(linter, document) == [lines[0], *lines[-4:]]


def test_a_finding_says_why_in_words_and_is_never_safe() -> None:
    documents = corpus()
    top, *_ = blocks(known(documents), documents[3])
    assert top.message == "This line stands in 12 of the 12 articles of harbour.example.com."
    _, bottom = blocks(known(documents), documents[3])
    assert bottom.message == (
        "4 lines of page furniture around the article; "
        "4 of them recur, each in at least 3 of the 12 articles of harbour.example.com."
    )
    assert {finding.fixes[0].safety for finding in (top, bottom)} == {Safety.REVIEW}


def test_one_decision_deletes_one_block() -> None:
    documents = corpus()
    document = documents[3]
    found = blocks(known(documents), document)
    assert [len(finding.fixes) for finding in found] == [1, 1]
    after = apply_edits(document.text, [edit for finding in found for edit in finding.fixes[0].edits])
    assert after == "\n\n".join(document.text.split("\n\n")[1:5])


def test_a_line_that_a_rule_knows_keeps_its_rule_and_its_safety() -> None:
    documents = [
        Document.from_text(harbour(n) + "\n\nScan code for attention\n\nWorkers' Daily", f"h.example.com/{n}.txt")
        for n in range(5)
    ]
    alone = blocks(LINTER, documents[0])
    assert [finding.fixes[0].safety for finding in alone] == [Safety.SAFE]
    together = blocks(known(documents), documents[0])
    assert together[-1].related == ("boilerplate.qr-prompt", "boilerplate.tail")
    assert together[-1].rule == "boilerplate.recurring"
    only_rules = Linter(RULES, Selection(select=("boilerplate",), ignore=("boilerplate.recurring",)))
    assert blocks(only_rules.knowing(known(documents).knowledge), documents[0])[0].rule == "boilerplate.qr-prompt"


def test_copies_of_an_article_are_no_evidence() -> None:
    copies = [Document.from_text(harbour(1), f"harbour.example.com/copy{n}.txt") for n in range(6)]
    assert [flagged(known(copies), document) for document in copies] == [[]] * 6
    mixed = copies + corpus()
    linter = known(mixed)
    assert flagged(linter, copies[0])[:1] == ["Harbour Sheet Weekend"]
    assert "The ferry" not in " ".join(flagged(linter, copies[0]))


def test_the_headline_of_a_column_stays_where_it_is_the_only_one() -> None:
    documents = [
        Document.from_text(f"The week in the harbour\n\n{text.split(chr(10) * 2)[2]}", f"{n}.txt")
        for n, text in enumerate(map(harbour, range(9)))
    ]
    linter = known(documents)
    assert linter.knowledge.lines
    assert [flagged(linter, document) for document in documents] == [[]] * 9


def test_a_sentence_quoted_in_many_articles_stays() -> None:
    quoted = "We do not leave anybody behind who has carried this country on their shoulders."
    documents = [
        Document.from_text("\n\n".join([*text.split("\n\n")[1:3], quoted, text.split("\n\n")[4]]), f"{n}.txt")
        for n, text in enumerate(map(harbour, range(10)))
    ]
    assert [flagged(known(documents), document) for document in documents] == [[]] * 10


def test_metadata_that_recurs_is_no_boilerplate() -> None:
    documents = [
        Document.from_text(harbour(n).replace("Letters to the harbour desk", "Source: Harbour News"), f"{n}.txt")
        for n in range(6)
    ]
    found = known(documents).check(documents[0])
    assert ["source"] in [list(finding.fields) for finding in found]
    source = next(line.span for line in documents[0].lines if "Source:" in documents[0].slice(line.span))
    assert not any(finding.layer is Layer.BLOCK and finding.span.overlaps(source) for finding in found)


def test_sites_are_counted_apart() -> None:
    documents = corpus()
    strange = Document.from_text(harbour(20), "news/elsewhere.example.net/a.txt")
    linter = known([*documents, strange])
    assert flagged(linter, strange) == []
    assert flagged(linter, documents[-1]) == ["Northern Post, the paper of the north"]


@given(st.permutations(range(9)))
def test_results_do_not_depend_on_order(order: list[int]) -> None:
    documents = corpus(6)
    linter = known(documents)
    shuffled = known([documents[n] for n in order])
    assert shuffled.knowledge == linter.knowledge
    assert shuffled.knowledge.digest == linter.knowledge.digest


def test_workers_say_what_one_process_says() -> None:
    sources = [Source(document.path, data=document.data) for document in corpus(40)]
    results = []
    for jobs in (1, 2):
        linter = LINTER.knowing(gather_knowledge(LINTER, sources, jobs))
        results.append([result.findings for result in lint_sources(linter, sources, jobs)])
    assert results[0] == results[1]
    assert any("boilerplate.recurring" in (f.rule, *f.related) for findings in results[0] for f in findings)


def test_without_its_rule_nothing_is_gathered() -> None:
    rules = RuleSet(tuple(rule for rule in RULES.rules if rule.spec.kind not in ("recurrence", "consistency")))
    linter = Linter(rules, SELECTED)
    assert not linter.compares
    assert not Gatherer(linter.rules).read(corpus(2)[0])


@pytest.mark.parametrize(("share", "called"), [(3, False), (1, True)])
def test_a_subhead_among_the_paragraphs_stays_unless_nearly_every_article_has_it(share: int, called: bool) -> None:
    documents = [
        Document.from_text(
            harbour(n).replace(SLOGAN, "What happened next" if n % share == 0 else f"Next {n}th"), f"{n}.txt"
        )
        for n in range(12)
    ]
    linter = known(documents)
    lines = [flagged(linter, document) for document in documents[::share]]
    assert all(("What happened next" in found) is called for found in lines)
    if called:
        confidence = {f.confidence for f in blocks(linter, documents[0]) if "What" in documents[0].slice(f.span)}
        assert confidence == {0.6}
