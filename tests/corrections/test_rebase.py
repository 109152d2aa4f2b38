"""Rebase: the same words, in their new place; or a conflict with both sides; never a guess."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.corrections import choice
from mtqa.corrections.decision import Decision, Verdict
from mtqa.corrections.rebase import plan, rebase
from mtqa.corrections.state import State
from mtqa.corrections.verify import verify
from mtqa.document import Document, Span
from mtqa.finding import Edit, apply_edits

from .cases import project

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.corrections.rebase import Rebase

ARTICLE = """Zhonggong Entertainment

The meeting of the trade union was held on Friday. It was a very important meeting of the trade union.

Wang stressed three points. First, enhance political awareness. Second, promote the typical guide of the district.

Scan code for attention
Workers' Daily
"""


def decisions_on(text: str, *edits: tuple[str, str], occurrence: int = 0) -> tuple[Document, State]:
    """A decision for each (old, new), at the given occurrence of old."""
    document = Document.from_text(text, "seeds/a.txt")
    made = []
    for number, (old, new) in enumerate(edits):
        start = -1
        for _ in range(occurrence + 1):
            start = text.index(old, start + 1)
        changes = choice.edit(document, [Edit(Span(start, start + len(old)), new)]).changes
        at = f"2026-01-01T00:00:{number:02d}Z"
        made.append(Decision(at, "Ana", Verdict.EDIT, source_sha256=document.sha256, changes=changes).signed())
    return document, State(made)


def after(state: State, text: str) -> tuple[str, Rebase]:
    """The corrected text after the original became ``text``."""
    document = Document.from_text(text, "seeds/a.txt")
    done = plan(state, document)
    edits = [Edit(change.span, change.new or "") for one in done.carried for change in one.changes]
    return apply_edits(text, edits), done


FIXES = (("Zhonggong Entertainment", "China Labour"), ("very important", "key"), ("typical guide", "model"),
         ("Scan code for attention\nWorkers' Daily\n", ""))  # fmt: skip
FOOTER = ARTICLE.replace("Workers' Daily\n", "Workers' Daily\n\nEditor: Li\nShare to WeChat\n")
_PARTS = ARTICLE.split("\n\n")
MOVED = "\n\n".join([_PARTS[0], _PARTS[2], _PARTS[1], *_PARTS[3:]])
ELSEWHERE = (
    lambda text: text.replace("on Friday", "on Monday"),
    lambda text: text.replace("It was a", "This, they said, was a").replace(
        "meeting of the trade union.\n", "event.\n"
    ),
    lambda text: "A new headline\n\n" + text,
    lambda text: text.replace("Wang stressed", "Mr Wang  stressed").replace("of the district.", "of Ganjingzi."),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("Second, promote", "Then promote").replace("of the district", "in the district"),
    lambda text: text.replace("\n\nWang", "\n\nInserted paragraph, quite long, about something else.\n\nWang"),
)


@pytest.mark.parametrize("change", ELSEWHERE)
def test_upstream_changes_elsewhere_are_carried_over(change: object) -> None:
    _, state = decisions_on(ARTICLE, *FIXES)
    upstream = change(ARTICLE)  # type: ignore[operator]
    corrected, done = after(state, upstream)
    assert not done.conflicts
    wanted = upstream
    for old, new in FIXES:
        here = old if old in wanted else old.replace("\n", "\r\n")
        assert wanted.count(here) == 1
        wanted = wanted.replace(here, new)
    assert corrected == wanted


def test_inserted_footer_and_moved_paragraphs() -> None:
    _, state = decisions_on(ARTICLE, *FIXES)
    for upstream in (FOOTER, MOVED):
        corrected, done = after(state, upstream)
        assert not done.conflicts
        wanted = upstream
        for old, new in FIXES:
            wanted = wanted.replace(old, new)
        assert corrected == wanted


def test_one_of_several_equal_words_stays_the_same_one() -> None:
    for occurrence in range(2):
        _, state = decisions_on(ARTICLE, ("trade union", "TRADE UNION"), occurrence=occurrence)
        upstream = ARTICLE.replace("held on Friday", "held in Dalian")
        corrected, done = after(state, upstream)
        assert not done.conflicts
        at = [i for i in range(len(upstream)) if upstream.startswith("trade union", i)][occurrence]
        assert corrected == upstream[:at] + "TRADE UNION" + upstream[at + 11 :]


def test_words_changed_on_both_sides_are_shown_and_not_guessed() -> None:
    _, state = decisions_on(ARTICLE, ("typical guide", "model"))
    corrected, done = after(state, ARTICLE.replace("typical guide", "typical guidance"))
    assert corrected == ARTICLE.replace("typical guide", "typical guidance")
    (stuck,) = done.conflicts
    assert stuck.change.old == "typical guide"
    assert "typical guidance" in stuck.theirs
    assert "both sides" in stuck.reason


def test_two_fixes_of_one_paragraph_are_carried_one_without_the_other() -> None:
    _, state = decisions_on(ARTICLE, ("held on Friday", "held last week"), ("very important", "key"))
    upstream = ARTICLE.replace("on Friday", "on Monday")
    corrected, done = after(state, upstream)
    assert corrected == upstream.replace("very important", "key")
    assert [one.change.old for one in done.conflicts] == ["held on Friday"]
    assert [one.changes[0].old for one in done.carried] == ["very important"]


def test_a_place_that_is_gone_is_not_sought_elsewhere() -> None:
    text = (
        "We study the spirit of the Congress.\n\nThey study the spirit of the Congress again.\n\nThe end of it all.\n"
    )
    _, state = decisions_on(text, ("spirit", "mind"))
    upstream = text.replace("We study the spirit of the Congress.\n\n", "")
    corrected, done = after(state, upstream)
    assert corrected == upstream
    assert len(done.conflicts) == 1


def test_a_passage_that_now_stands_twice_is_ambiguous() -> None:
    _, state = decisions_on(ARTICLE, ("typical guide", "model"))
    corrected, done = after(state, ARTICLE + ARTICLE)
    assert corrected == ARTICLE + ARTICLE
    assert "2" in done.conflicts[0].reason


def test_a_word_that_grew_is_not_the_same_word() -> None:
    text = "Today the members of the union met in the hall of the city, as planned before.\n"
    _, state = decisions_on(text, ("union", "Federation"))
    _, done = after(state, text.replace("union met", "unions met"))
    assert done.conflicts


def test_different_words_of_one_quotation_merge() -> None:
    old = "the plant makes many car in Dalian every year since long"
    text = f"As everybody here knows, {old}, and nobody doubts that it will go on like that.\n"
    _, state = decisions_on(text, (old, old.replace("car", "cars")))
    corrected, done = after(state, text.replace("every year", "each year"))
    assert corrected == text.replace("every year", "each year").replace("car ", "cars ")
    assert [one.how for one in done.carried] == ["merge"]


def test_upstream_made_the_same_fix(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=ARTICLE)
    article = corrections.read("seeds/a.txt")
    start = ARTICLE.index("typical guide")
    article.decide(choice.edit(article.document, [Edit(Span(start, start + 13), "model")]), "Ana")
    (tmp_path / "seeds/a.txt").write_text(ARTICLE.replace("typical guide", "model"))
    article = corrections.read("seeds/a.txt")
    assert [one.how for one in rebase(article, "Ben").carried] == ["already"]
    assert article.patch().data == b""
    assert verify(corrections, "seeds/a.txt") == []
    (tmp_path / "seeds/a.txt").write_text(ARTICLE.replace("Friday", "Monday"))  # and takes it back
    article = corrections.read("seeds/a.txt")
    assert not rebase(article, "Ben").conflicts
    assert article.corrected().text == ARTICLE.replace("Friday", "Monday").replace("typical guide", "model")


def test_rebase_is_recorded_idempotent_and_keeps_who_decided(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=ARTICLE)
    article = corrections.read("seeds/a.txt")
    for old, new in FIXES:
        start = ARTICLE.index(old)
        article.decide(choice.edit(article.document, [Edit(Span(start, start + len(old)), new)], "because"), "Ana")
    (tmp_path / "seeds/a.txt").write_text(ARTICLE.replace("on Friday", "on Monday"))
    article = corrections.read("seeds/a.txt")
    assert "has changed since 4 edits" in str(verify(corrections, "seeds/a.txt")[0])
    assert len(rebase(article, "Ben").carried) == 4
    ledger = corrections.ledger("seeds/a.txt").file.read_bytes()
    assert rebase(article, "Ben").carried == ()
    assert corrections.ledger("seeds/a.txt").file.read_bytes() == ledger
    assert verify(corrections, "seeds/a.txt") == []
    assert b"By: Ana" in article.patch().data
    assert b"By: Ben" not in article.patch().data
    first = article.state.edits(article.document.sha256).standing[0].decision
    article.decide(choice.undo(first), "Ana")  # still one by one
    assert article.corrected().text.startswith("Zhonggong Entertainment\n\n")
    assert "key meeting" in article.corrected().text
    (tmp_path / "seeds/a.txt").write_text(ARTICLE)  # the old version again: its anchors still hold
    assert verify(corrections, "seeds/a.txt")[0].place.path.endswith(".patch")
    article = corrections.read("seeds/a.txt")
    assert article.rebuild()
    assert verify(corrections, "seeds/a.txt") == []


# words that recur, as in prose, and some that do not: of "a a" and "a a a" nobody could say which "a" is new
VOCABULARY = (
    "the",
    "trade",
    "union",
    "of",
    "workers",
    "a",
    "spirit",
    "held",
    "Party",
    *(f"word{n}" for n in range(25)),
)


class Tagged:
    """A text whose words carry an identity, so that "the same words" can be checked after any change."""

    def __init__(self, words: list[tuple[int, str]]) -> None:
        self.words = words

    @classmethod
    def make(cls, random: Random) -> Tagged:
        size = random.choice((15, 40, 120))
        words = [(number, random.choice(VOCABULARY)) for number in range(size)]
        for number in range(random.randrange(5), size, random.choice((7, 12, 20))):
            words[number] = (number, random.choice((".\n\n", ".\n", ".")))
        return cls(words)

    @property
    def text(self) -> str:
        return "".join(word if word.startswith(".") else f" {word}" for _, word in self.words)

    def spans(self) -> dict[int, Span]:
        found, at = {}, 0
        for name, word in self.words:
            length = len(word) + (not word.startswith("."))
            found[name] = Span(at + (not word.startswith(".")), at + length)
            at += length
        return found

    def neighbours(self) -> dict[int, tuple[int, int]]:
        names = [-1, *(name for name, _ in self.words), -1]
        return {name: (names[at], names[at + 2]) for at, name in enumerate(names[1:-1])}

    def changed(self, random: Random) -> Tagged:
        words = list(self.words)
        for turn in range(random.choice((1, 1, 2, 4))):
            at = random.randrange(len(words) + 1)
            kind = random.randrange(4)
            if kind == 0:
                words[at:at] = [
                    (10000 * (turn + 1) + n, random.choice(VOCABULARY)) for n in range(random.choice((1, 3, 15)))
                ]
            elif kind == 1:
                del words[at : at + random.choice((1, 3, 15))]
            elif kind == 2 and at < len(words):
                words[at] = (10000 * (turn + 1) + 5000, random.choice(VOCABULARY))
            else:
                moved = words[at : at + 20]
                del words[at : at + 20]
                to = random.randrange(len(words) + 1)
                words[to:to] = moved
        return Tagged(words)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(0, 2**64 - 1))
def test_every_surviving_edit_changes_the_same_words(seed: int) -> None:
    random = Random(seed)
    before = Tagged.make(random)
    now = before.changed(random)
    document = Document.from_text(before.text, "seeds/a.txt")
    made, names = [], {}
    spans = before.spans()
    for number in sorted(random.sample(range(len(before.words)), min(6, len(before.words)))):
        name, word = before.words[number]
        if word.startswith("."):
            continue
        changes = choice.edit(document, [Edit(spans[name], "X" + word)]).changes
        made.append(
            Decision(f"{number:04d}", "Ana", Verdict.EDIT, source_sha256=document.sha256, changes=changes).signed()
        )
        names[made[-1].id] = name
    target = Document.from_text(now.text, "seeds/a.txt")
    if target.sha256 == document.sha256:
        return
    done = plan(State(made), target)
    there = {span: name for name, span in now.spans().items()}
    old_neighbours, neighbours = before.neighbours(), now.neighbours()
    for one in done.carried:
        (change,) = one.changes
        if one.how != "already":
            assert target.slice(change.span) == change.old
            name, was = there[change.span], names[one.decision.id]
            # of "of Party. of Party" without "of Party." nobody can say which Party is left: a neighbour tells
            same_side = any(a == b != -1 for a, b in zip(neighbours[name], old_neighbours[was], strict=True))
            assert name == was or same_side, (one.how, one.decision.changes[0], change, before.text, now.text)
    assert len(done.carried) + len(done.conflicts) == len(made)
