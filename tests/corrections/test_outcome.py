"""What a passage that is beyond repair takes with it, in the original and in the corrected text."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.corrections import choice
from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import Offsets, settled, split, split_corrected
from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, identify

from .cases import make_edits, make_text, project

GARBLED = "The leading ideological leads into the process."
TEXT = f"It is “right” here. {GARBLED} It goes “on”.\n"
PASSAGE = Span(TEXT.index(GARBLED), TEXT.index(GARBLED) + len(GARBLED))


def findings_of(document: Document) -> list[Finding]:
    """One fault inside the garbled sentence, one behind it, and one that begins inside and is mended elsewhere, too."""
    text = document.text
    inside, behind, quote = text.index("leads"), text.index("goes"), text.rindex("“")
    sentence = text.index(". ") + 2
    everywhere = (Edit(Span(sentence, sentence + 1), "t"), Edit(Span(quote, quote + 1), '"'))
    return identify(
        document,
        [
            Finding("demo.inside", Span(inside, inside + 5), "inside"),
            Finding("demo.everywhere", Span(sentence, sentence + 3), "everywhere", fixes=(Fix(everywhere),)),
            Finding("demo.behind", Span(behind, behind + 4), "behind"),
        ],
    )


@pytest.mark.parametrize("verdict", [Verdict.RETRANSLATE, Verdict.DROP])
def test_what_is_inside_is_held(tmp_path, verdict):
    article = project(tmp_path, a=TEXT).read("seeds/a.txt")
    article.decide(choice.judge(article.document, verdict, PASSAGE, "no sense"), "Ana")
    done = split(article.document, findings_of(article.document), article.state)
    assert [(one.finding.rule, one.decision.verdict) for one in done.held] == [("demo.inside", verdict)]
    assert [one.rule for one in done.open] == ["demo.everywhere", "demo.behind"]


def test_it_is_held_in_the_corrected_text_though_the_passage_was_edited(tmp_path):
    article = project(tmp_path, a=TEXT).read("seeds/a.txt")
    before = Span(0, 2)
    process = TEXT.index("process")
    edits = [Edit(before, "Everything"), Edit(Span(process, process + 7), "procedure")]
    for edit in edits:
        article.decide(choice.edit(article.document, [edit]), "Ana")
    article.decide(choice.judge(article.document, Verdict.RETRANSLATE, PASSAGE), "Ana")
    corrected = article.corrected()
    assert "procedure" in corrected.text
    done = split_corrected(findings_of(corrected), article.state, article.document.sha256)
    assert [one.finding.rule for one in done.held] == ["demo.inside"]
    assert [one.rule for one in done.open] == ["demo.everywhere", "demo.behind"]


@given(st.integers(0, 2**32), st.data())
def test_a_passage_is_found_again_in_the_corrected_text(seed, data):
    """It holds what is left of the passage and the new words of the edits that touch it, and nothing else."""
    random = Random(seed)
    document = Document.from_text(make_text(random))
    edits = sorted(make_edits(random, document), key=lambda one: (one.span.start, one.span.end))
    start = data.draw(st.integers(0, len(document.text)))
    end = data.draw(st.integers(start, len(document.text)))
    origins = _origins(len(document.text), edits)
    here = Offsets(edits).around(Span(start, end))
    touching = {
        number
        for number, edit in enumerate(edits)
        if (edit.span.start < end and start < edit.span.end)
        or (not edit.span and start <= edit.span.start <= end)
        or (start == end and edit.span.start < start < edit.span.end)
    }
    wanted = [
        place
        for place, (kind, number) in enumerate(origins)
        if (number in touching if kind == "new" else start <= number < end)
    ]
    assert list(range(here.start, here.end)) == wanted


def _origins(size: int, edits: list[Edit]) -> list[tuple[str, int]]:
    """Where each character of the corrected text is from: of the original, or of an edit."""
    found: list[tuple[str, int]] = []
    at = 0
    for number, edit in enumerate(edits):
        found += [("old", old) for old in range(at, edit.span.start)]
        found += [("new", number)] * len(edit.replacement)
        at = edit.span.end
    return found + [("old", old) for old in range(at, size)]


def test_what_an_endpoint_said_is_not_gone_because_a_checker_does_not_say_it(tmp_path):
    article = project(tmp_path, a=TEXT).read("seeds/a.txt")
    document = article.document
    goes = TEXT.index("goes")
    far, near = Finding("judge.nonsense", PASSAGE, "far"), Finding("judge.nonsense", Span(goes, goes + 9), "near")
    findings = identify(document, [far, near, Finding("demo.inside", Span(goes + 5, goes + 7), "mended elsewhere")])
    article.decide(choice.edit(document, [Edit(Span(goes, goes + 4), "went")]), "Ana")
    done = settled(document, findings, article.state, list)
    assert [one.message for one in done.open] == ["far"]
    assert {one.finding.message for one in done.resolved} == {"near", "mended elsewhere"}
