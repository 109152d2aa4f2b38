"""An answer can point at spans of the passage and do nothing else, whatever it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document, Span
from mtqa.finding import Layer, Safety, Severity, apply_edits
from mtqa.judge import RefusedError
from mtqa.judge.answer import MOST_ERRORS, Category, Confidence, Grade, Reading, read_answer
from mtqa.judge.prompt import SCHEMA, SYSTEM
from tests.judge.fake import answer, error

BEFORE = "The union met on Monday. "
PASSAGE = "They met  workers and the permeability of glass; the workers and the staff agreed on 3 points."
DOCUMENT = Document.from_text(f"{BEFORE}{PASSAGE} It was the permeability of stone that mattered in 2019.")
SPAN = Span(len(BEFORE), len(BEFORE) + len(PASSAGE))


def read(*errors: dict[str, Any], document: Document = DOCUMENT, span: Span = SPAN) -> Reading:
    return read_answer(answer(*errors), document, span, "small at example.org")


def quoted(reading: Reading, document: Document = DOCUMENT) -> list[str]:
    return [document.slice(finding.span) for finding in reading.findings]


def test_an_error_becomes_a_finding() -> None:
    reading = read(error("the permeability of glass", severity="critical", confidence="medium"))
    (finding,) = reading.findings
    assert DOCUMENT.slice(finding.span) == "the permeability of glass"
    assert (finding.rule, finding.mqm) == ("judge.accuracy.addition", "accuracy/addition")
    assert (finding.severity, finding.confidence, finding.layer) == (Severity.CRITICAL, 0.7, Layer.PASSAGE)
    assert finding.message == "The judge: This clause has nothing to do with the rest."
    assert "small at example.org" in finding.explanation
    assert finding.fixes == ()


def test_every_severity_and_category_is_known() -> None:
    for grade, category in zip([*Grade] * 5, Category, strict=False):
        (finding,) = read(error("glass", severity=grade.value, category=category.value)).findings
        assert (finding.severity.label, finding.mqm) == (grade.value, category.value)
    assert all(category.value in SYSTEM for category in Category)
    properties = SCHEMA["properties"]["errors"]["items"]["properties"]
    assert properties["category"]["enum"] == [category.value for category in Category]
    assert properties["severity"]["enum"] == [grade.value for grade in Grade]
    assert properties["confidence"]["enum"] == [confidence.value for confidence in Confidence]
    assert set(properties) == set(error("x"))


def test_no_errors_is_an_answer() -> None:
    assert read() == Reading(())


def test_fenced_and_thought_through_answers_are_read() -> None:
    body = answer(error("glass"))
    for content in (f"```json\n{body}\n```", f"```\n{body}\n```\n", f"<think>Hm, {{.</think>\n{body}", f"\n{body}\n"):
        assert quoted(read_answer(content, DOCUMENT, SPAN, "m")) == ["glass"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no errors",
        "null",
        "[]",
        "{}",
        '{"errors": null}',
        '{"errors": [], "verdict": "fine"}',
        '{"errors": []} trailing',
        "Sure! " + answer(),
        answer(error("glass"))[:-2],
        answer(error("glass", fix="x")),
        answer(error("glass", category="accuracy/other")),
        answer(error("glass", severity="neutral")),
        answer(error("glass", confidence=0.9)),
        answer(error("glass", confidence="very")),
        answer(error("glass") | {"quote": ["glass"]}),
        answer({"quote": "glass"}),
        answer(*[error("glass")] * (MOST_ERRORS + 1)),
        "[" * 100_000,
        '{"errors": [{"quote": "\\ud800"}]}',
    ],
)
def test_what_is_not_of_the_shape_is_refused_whole(content: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_answer(content, DOCUMENT, SPAN, "m")
    assert "accuracy/other" not in str(refused.value)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "  ",
        "the permeability of stone",  # beside the passage
        "on Monday. They met",  # over its edge
        "the permeability of  wood",
        "The permeability of glass",
        "permeab",  # cuts a word
        "workers",  # stands twice
        "and the",
    ],
)
def test_a_quotation_that_cannot_be_placed_is_refused(quote: str) -> None:
    with pytest.raises(RefusedError):
        read(error(quote))
    reading = read(error(quote), error("glass"))
    assert quoted(reading) == ["glass"]
    assert len(reading.refused) == 1


def test_white_space_is_folded_and_the_span_is_that_of_the_text() -> None:
    assert quoted(read(error("met workers and"))) == ["met  workers and"]
    assert quoted(read(error(" met\n workers "))) == ["met  workers"]


def test_the_words_before_tell_occurrences_apart() -> None:
    first, second = (PASSAGE.index("workers") + len(BEFORE), PASSAGE.rindex("workers") + len(BEFORE))
    assert read(error("workers", before="They met")).findings[0].span.start == first
    assert read(error("workers", before="glass; the")).findings[0].span.start == second
    for quote, before in (("workers", ""), ("workers", "and"), ("workers", "the workers"), ("and", "workers")):
        with pytest.raises(RefusedError):
            read(error(quote, before=before))


def test_a_quotation_at_the_very_beginning_needs_no_words_before() -> None:
    document = Document.from_text("Loading loading speed. Loading ends.")
    (finding,) = read(error("Loading"), document=document, span=Span(0, len(document.text))).findings
    assert finding.span == Span(0, 7)


def test_words_without_spaces_between_them_can_be_quoted() -> None:
    document = Document.from_text("He read 江苏省总工会 aloud.")
    reading = read(error("总工会"), document=document, span=Span(0, len(document.text)))
    assert quoted(reading, document) == ["总工会"]


def test_one_fault_told_twice_is_one_finding() -> None:
    assert len(read(error("glass"), error("glass")).findings) == 1


@pytest.mark.parametrize(
    "explanation", ["", " ", "x" * 401, "see https://example.org", "mail a@b.org", "a\u202eb", "a\x1bb"]
)
def test_an_explanation_that_could_do_harm_is_refused(explanation: str) -> None:
    with pytest.raises(RefusedError):
        read(error("glass", explanation=explanation))


def test_a_correction_is_a_fix_that_a_person_decides_on() -> None:
    (finding,) = read(error("the permeability of glass", correction=" the staff ")).findings
    (fix,) = finding.fixes
    assert fix.safety is Safety.REVIEW
    assert apply_edits(DOCUMENT.text, fix.edits) == DOCUMENT.text.replace("the permeability of glass", "the staff")


@pytest.mark.parametrize(
    "correction",
    ["the  permeability of glass", "x" * 200, "two\nlines", "in 2019", "www.example.org", "a\u200bb"],
)
def test_a_correction_that_does_not_hold_is_dropped_and_counted(correction: str) -> None:
    reading = read(error("the permeability of glass", correction=correction))
    assert reading.findings[0].fixes == ()
    assert reading.corrections_refused == 1


def test_a_correction_must_be_writable_in_the_encoding_of_the_original() -> None:
    document = Document.from_bytes(b"The permeability of glas", "a", "latin-1")
    reading = read(error("glas", correction="glass – 玻璃"), document=document, span=Span(0, 24))
    assert reading.corrections_refused == 1


def test_an_empty_correction_is_none() -> None:
    reading = read(error("glass", correction=""))
    assert (reading.findings[0].fixes, reading.corrections_refused) == ((), 0)


_WORDS = st.lists(st.sampled_from(["a", "b", "ab", "glass", "玻璃", "é", "😀", "1", ".", "\t", "  "]), max_size=25)


@given(_WORDS, _WORDS, _WORDS, st.data())
def test_findings_lie_in_the_passage_and_say_what_was_quoted(
    before: list[str], inside: list[str], after: list[str], data: st.DataObject
) -> None:
    text = "".join(inside)
    document = Document.from_text("".join(before) + text + "".join(after))
    passage = Span(len("".join(before)), len("".join(before)) + len(text))
    start = data.draw(st.integers(0, len(document.text)))
    quote = document.text[start : data.draw(st.integers(start, len(document.text)))]
    head = document.text[max(passage.start, start - 5) : start]
    try:
        reading = read(error(quote, before=head), document=document, span=passage)
    except RefusedError:
        return
    (finding,) = reading.findings
    assert passage.contains(finding.span)
    assert document.slice(finding.span) == quote.strip()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("glass"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*error("x"), "errors", "other"]), inner, max_size=8)
        ),
        max_leaves=12,
    )
)
def test_no_json_at_all_makes_anything_but_findings_or_a_refusal(value: object) -> None:
    try:
        reading = read_answer(json.dumps(value), DOCUMENT, SPAN, "m")
    except RefusedError:
        return
    assert all(SPAN.contains(finding.span) for finding in reading.findings)
