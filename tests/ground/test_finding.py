"""Edits, the order in which overlapping findings are resolved, and fingerprints."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, Layer, Severity, apply_edits, identify, resolve
from mtqa.segment import sentences
from tests.strategies import SENTENCES, prose, texts

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

# -- edits


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[tuple[str, str, str]]]:
    """A text as ``(kept, removed, put in)`` parts, and the text itself."""
    piece = st.text("ab\n😀é\r", max_size=4)
    parts = draw(st.lists(st.tuples(piece, piece, piece), max_size=6))
    return "".join(kept + removed for kept, removed, _ in parts), parts


@given(edited(), st.randoms(use_true_random=False))
def test_apply_edits_equals_building_the_text_by_hand(
    case: tuple[str, list[tuple[str, str, str]]], chance: random.Random
) -> None:
    text, parts = case
    edits, offset = [], 0
    for kept, removed, put_in in parts:
        offset += len(kept)
        edits.append(Edit(Span(offset, offset + len(removed)), put_in))
        offset += len(removed)
    # Of several insertions at one place the given order counts, so only the others are shuffled.
    if len({edit.span.start for edit in edits}) == len(edits):
        chance.shuffle(edits)
    assert apply_edits(text, edits) == "".join(kept + put_in for kept, _, put_in in parts)


@given(texts(), st.data())
def test_putting_back_what_is_there_changes_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    assert apply_edits(text, [Edit(Span(a, b), text[a:b]) for a, b in pairwise(cuts)]) == text


@given(*[st.integers(0, 6)] * 4)
def test_overlapping_edits_are_refused_and_only_those(a: int, b: int, c: int, d: int) -> None:
    one, two = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    edits = [Edit(one, "x"), Edit(two, "y")]
    if one.overlaps(two) or (one == two and len(one)):
        with pytest.raises(ValueError, match="overlap"):
            apply_edits("abcdef", edits)
    else:
        assert apply_edits("abcdef", edits).count("x") == 1


def test_edits_outside_the_text_are_refused() -> None:
    with pytest.raises(ValueError, match="ends at offset 4, the text at 3"):
        apply_edits("abc", [Edit(Span(2, 4), "")])
    with pytest.raises(ValueError, match="ends at offset 9"):
        apply_edits("abc", [Edit(Span(9, 9), "x"), Edit(Span(0, 1), "")])


def test_insertions_stand_before_what_is_replaced() -> None:
    edits = [Edit(Span(1, 2), "X"), Edit(Span(1, 1), "<"), Edit(Span(2, 2), ">")]
    assert apply_edits("abc", edits) == "a<X>c"


def test_a_fix_wants_its_edits_sorted_and_apart() -> None:
    Fix((Edit(Span(0, 1), ""), Edit(Span(1, 2), "")))
    for spans in ((Span(0, 2), Span(1, 3)), (Span(2, 3), Span(0, 1))):
        with pytest.raises(ValueError, match="overlap or are out of order"):
            Fix(tuple(Edit(span, "") for span in spans))


# -- resolve

FIX = (Fix((Edit(Span(0, 1), "x"),)),)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    start = draw(st.integers(0, 12))
    return Finding(
        rule=draw(st.sampled_from(["a.a", "a.b", "b.a"])),
        span=Span(start, start + draw(st.integers(0, 6))),
        message=draw(st.sampled_from(["m", "n"])),
        severity=draw(st.sampled_from([Severity.MINOR, Severity.MAJOR])),
        confidence=draw(st.sampled_from([0.6, 0.9])),
        layer=draw(st.sampled_from(Layer)),
        fixes=draw(st.sampled_from([(), FIX, (Fix((Edit(Span(0, 1), "y"),)),)])),
        source_wording=draw(st.sampled_from(["", "省总"])),
    )


@given(st.lists(findings(), max_size=12), st.randoms(use_true_random=False))
def test_resolve_does_not_depend_on_order(found: list[Finding], chance: random.Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert resolve(shuffled) == resolve(found)


@given(st.lists(findings(), max_size=12))
def test_resolve_is_idempotent(found: list[Finding]) -> None:
    once = resolve(found)
    assert resolve(once) == once


@given(st.lists(findings(), max_size=12))
def test_resolve_keeps_no_rivals_and_drops_nothing_without_one(found: list[Finding]) -> None:
    kept = resolve(found)
    assert [f.sort_key for f in kept] == sorted(f.sort_key for f in kept)
    for index, one in enumerate(kept):
        for other in kept[index + 1 :]:
            assert one.layer is not other.layer or not _rivals(one, other)
    for finding in found:
        if finding not in kept:
            assert any(_beats(other, finding) for other in kept), finding


def _rivals(one: Finding, other: Finding) -> bool:
    return one.span.overlaps(other.span) or one.span == other.span


def _beats(winner: Finding, loser: Finding) -> bool:
    if winner.layer is Layer.BLOCK and loser.layer in (Layer.WORDS, Layer.PASSAGE) and winner.span.contains(loser.span):
        return True
    if winner.layer is not loser.layer or not _rivals(winner, loser):
        return False
    return _strength(winner) <= _strength(loser)


def _strength(f: Finding) -> tuple[object, ...]:
    """The order as the docstring of resolve writes it."""
    return (-len(f.span), -f.severity, -f.confidence, not f.fixes, f.span.start, f.rule)


BASE = Finding("m.m", Span(2, 6), "m", confidence=0.8)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (replace(BASE, span=Span(2, 7)), replace(BASE, severity=Severity.CRITICAL)),
        (replace(BASE, severity=Severity.MAJOR), replace(BASE, rule="a.a", confidence=0.9)),
        (replace(BASE, confidence=0.9), replace(BASE, rule="a.a", fixes=FIX)),
        (replace(BASE, fixes=FIX), replace(BASE, rule="a.a", span=Span(1, 5))),
        (replace(BASE, span=Span(1, 5)), replace(BASE, rule="a.a")),
        (replace(BASE, rule="a.a"), BASE),
        (BASE, BASE),
        (replace(BASE, layer=Layer.BLOCK), replace(BASE, severity=Severity.CRITICAL)),
        (replace(BASE, layer=Layer.BLOCK), replace(BASE, layer=Layer.PASSAGE, span=Span(3, 4))),
    ],
)
def test_the_written_order(winner: Finding, loser: Finding) -> None:
    assert resolve([loser, winner]) == [winner]
    assert resolve([winner, loser]) == [winner]


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, span=Span(6, 8)),
        replace(BASE, layer=Layer.PASSAGE),
        replace(BASE, layer=Layer.METADATA),
        replace(BASE, layer=Layer.BLOCK, span=Span(3, 9)),
    ],
)
def test_what_does_not_compete_stands(other: Finding) -> None:
    assert set(_keys(resolve([BASE, other]))) == set(_keys([BASE, other]))


def test_metadata_survives_inside_a_block() -> None:
    both = [replace(BASE, layer=Layer.METADATA), replace(BASE, layer=Layer.BLOCK, span=Span(0, 9))]
    assert len(resolve(both)) == 2


def _keys(found: Sequence[Finding]) -> list[tuple[Layer, Span]]:
    return [(f.layer, f.span) for f in found]


# -- fingerprints


def every_word(document: Document, word: str = "the") -> list[Finding]:
    """A finding on every occurrence of a word."""
    found, place = [], document.text.find(word)
    while place >= 0:
        found.append(Finding("a.b", Span(place, place + len(word)), "m"))
        place = document.text.find(word, place + 1)
    return found


def prints(text: str, word: str = "the") -> list[str]:
    document = Document.from_text(text)
    return [f.fingerprint for f in identify(document, every_word(document, word))]


@given(prose(), st.randoms(use_true_random=False))
def test_fingerprints_are_unique_and_do_not_depend_on_order(text: str, chance: random.Random) -> None:
    document = Document.from_text(text)
    found = every_word(document, "e") + [Finding("c.d", span, "m") for span in sentences(document)]
    named = identify(document, found)
    assert len({f.fingerprint for f in named}) == len(found)
    assert all(len(f.fingerprint) == 20 for f in named)
    chance.shuffle(found)
    assert identify(document, found) == named


PARAGRAPHS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5)


@given(PARAGRAPHS, st.randoms(use_true_random=False))
def test_fingerprints_survive_moving_paragraphs(paragraphs: list[str], chance: random.Random) -> None:
    before = prints("\n".join(paragraphs), "e")
    chance.shuffle(paragraphs)
    assert sorted(prints("\r\n\r\n".join(paragraphs), "e")) == sorted(before)


@given(PARAGRAPHS, st.integers(0, 5))
def test_fingerprints_survive_text_put_in_elsewhere(paragraphs: list[str], place: int) -> None:
    before = prints("\n".join(paragraphs), "e")
    paragraphs.insert(min(place, len(paragraphs)), "A wholly new line, in which it stands, too.")
    assert set(before) <= set(prints("\n".join(paragraphs), "e"))


@given(PARAGRAPHS, st.sampled_from(["  ", "\t", "\u00a0", " \u3000"]))
def test_fingerprints_do_not_mind_the_kind_of_white_space(paragraphs: list[str], space: str) -> None:
    text = "\n".join(paragraphs)
    spaced = text.replace(" ", space)
    split, plain = doc_sentences(spaced), doc_sentences(text)
    assume(len(split) == len(plain))  # a wide space may hide a sentence's end from the splitter
    assert prints(spaced, "e") == prints(text, "e")


def doc_sentences(text: str) -> list[Span]:
    return sentences(Document.from_text(text))


@pytest.mark.parametrize(
    "changed",
    [
        "They said the word twice.",
        "They said the word again!",
        "They said, the word again.",
        "they said the word again.",
    ],
)
def test_fingerprints_change_with_their_sentence(changed: str) -> None:
    assert prints("They said the word again.") != prints(changed)


@example("The first stands. The second stands. The third.", [17, 20, 36, 40])  # in no sentence, and in one
@given(prose(), st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_a_fingerprint_does_not_depend_on_the_findings_before_it(text: str, places: list[int]) -> None:
    document = Document.from_text(text)
    starts = [place % (len(text) + 1) for place in places]
    found = [Finding(f"a.r{n}", Span(at, min(at + 3, len(text))), "m") for n, at in enumerate(starts)]
    together = {finding.rule: finding.fingerprint for finding in identify(document, found)}
    assert together == {finding.rule: identify(document, [finding])[0].fingerprint for finding in found}


def test_fingerprints_tell_rule_text_and_occurrence_apart() -> None:
    document = Document.from_text("the man, the dog. A new sentence.")
    spans = [("a.b", Span(0, 3)), ("a.c", Span(0, 3)), ("a.b", Span(0, 7)), ("a.b", Span(9, 12))]
    named = identify(document, [Finding(rule, span, "m") for rule, span in spans])
    assert len({f.fingerprint for f in named}) == 4


def test_a_fingerprint_is_a_promise() -> None:
    """Decisions are kept under these; whoever changes how they are made must migrate every ledger."""
    document = Document.from_text("Start.\n\nThey  said the word again.", "b.txt")
    assert prints(document.text) == ["4bc16aa058bc83f043a3"]
