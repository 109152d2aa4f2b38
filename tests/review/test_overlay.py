"""Editing what is seen: whatever is edited over whatever was edited before, the corrected text is what was seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mtqa.corrections.anchor import quote
from mtqa.corrections.choice import Choice
from mtqa.corrections.decision import Change, Decision, Verdict
from mtqa.corrections.state import Anchored
from mtqa.document import Document, Span
from mtqa.finding import Edit, apply_edits
from mtqa.review.overlay import Overlay
from mtqa.review.worddiff import compare, edits_between

WORDS = st.lists(st.sampled_from(["one", "two", "工会", ",", ".", " ", "\n", "é"]), max_size=14).map("".join)


def anchored(document, edits):
    found = []
    for number, (span, new) in enumerate(edits):
        decision = Decision("", "Ana", Verdict.EDIT, id=str(number))
        found.append(Anchored(decision, (Change(span, document.slice(span), new),)))
    return found


@st.composite
def overlays(draw):
    text = draw(WORDS.filter(lambda t: len(t) > 4))
    document = Document.from_text(text)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    edits = [(Span(a, b), draw(WORDS)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return Overlay(document, anchored(document, edits))


@given(overlays())
def test_the_pieces_are_both_texts(overlay):
    assert "".join(overlay.document.slice(p.original) for p in overlay.pieces) == overlay.document.text
    edits = [Edit(c.span, c.new) for a in overlay.standing for c in a.changes]
    assert overlay.text == apply_edits(overlay.document.text, edits)


@given(overlays(), st.data())
def test_a_rewrite_gives_what_was_seen_and_edited(overlay, data):
    start = data.draw(st.integers(0, len(overlay.text)))
    end = data.draw(st.integers(start, len(overlay.text)))
    new = data.draw(WORDS)
    if start == end and any(start in (p.here.start, p.here.end) for p in overlay.pieces if p.decision):
        return  # an insertion at the very edge of an edit may go to either side of what was deleted
    seen = overlay.text[:start] + new + overlay.text[end:]
    rewrite = overlay.rewrite([Edit(Span(start, end), new)])
    taken = {decision.id for decision in rewrite.takes_in}
    kept = [Edit(c.span, c.new) for a in overlay.standing if a.decision.id not in taken for c in a.changes]
    assert apply_edits(overlay.document.text, [*rewrite.edits, *kept]) == seen


@given(overlays(), st.data())
def test_untouched_words_keep_their_place(overlay, data):
    start = data.draw(st.integers(0, max(0, len(overlay.text) - 1)))
    end = data.draw(st.integers(start, len(overlay.text)))
    here = Span(start, end)
    if here and not overlay.touched(here):
        original = overlay.original(here)
        assert overlay.document.slice(original) == overlay.text[start:end]
        assert overlay.here(original) == here


@given(WORDS, WORDS)
def test_word_edits_lead_from_one_wording_to_the_other(old, new):
    assert apply_edits("x" + old, edits_between(old, new, 1)) == "x" + new
    parts = compare(old, new)
    if [part.kind for part in parts] != ["old", "same", "new"]:
        assert "".join(p.text for p in parts if p.kind != "new") == old
        assert "".join(p.text for p in parts if p.kind != "old") == new


def test_a_choice_quotes_the_original():
    document = Document.from_text("The General Manager spoke.")
    change = quote(document, Span(4, 19), "Union")
    assert Choice(Verdict.EDIT, (change,)).changes[0].old == "General Manager"
