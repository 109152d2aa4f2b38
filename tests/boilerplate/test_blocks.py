"""Blocks of boilerplate: what is deleted, and that nothing else is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.checkers.boilerplate import group_blocks
from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, Layer, Safety, Severity, apply_edits
from mtqa.linter import Linter
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from tests.strategies import texts

if TYPE_CHECKING:
    from collections.abc import Callable

NO_RULES = RuleSet(())
LONG = "The strike at the plant ended on Monday after both sides signed the new agreement."
MARK = "§ Scan code"


def marks(document: Document, wanted: Callable[[str], bool] = lambda text: MARK in text) -> list[Finding]:
    """A line finding on every wanted line, as a rule that deletes lines gives it."""
    return [
        Finding("b.a", line.span, "m", layer=Layer.BLOCK, fixes=(Fix((Edit(line.full, ""),), Safety.SAFE),))
        for line in document.lines
        if wanted(document.slice(line.span))
    ]


def cleaned(text: str) -> str:
    document = Document.from_text(text)
    found = group_blocks(document, marks(document), NO_RULES)
    return apply_edits(text, [edit for finding in found for edit in finding.fixes[0].edits])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{MARK}", ""),
        (f"{MARK}\n", ""),
        (f"\n{MARK}\n\n", ""),
        (f"{MARK}\nA\n", "A\n"),
        (f"{MARK}\n\n\nA", "A"),
        (f"\n{MARK}\nA", "\nA"),
        (f"A\n{MARK}\nB", "A\nB"),
        (f"A\n\n{MARK}\n\nB", "A\n\nB"),
        (f"A\r\n\r\n{MARK}\r\n{MARK}\r\n\r\nB\r\n", "A\r\n\r\nB\r\n"),
        (f"A\n{MARK}", "A"),
        (f"A\n{MARK}\n", "A\n"),
        (f"A\n\n\n{MARK}\n\n", "A\n"),
        (f"A\r\n{MARK}\n", "A\r\n"),
        (f"A\n{MARK}\r\n", "A\n"),
        (f"A\n{MARK}\n ", "A"),
        (f"A\u00a0\n{MARK}\n", "A\u00a0\n"),
        (f"A\r\r\n{MARK}\r", "A\r"),
        (f"\ufeff{MARK}\nA", "A"),
        (f"A\n{MARK}\n\n{MARK}\nB\n{MARK}\nC", "A\nB\nC"),
    ],
)
def test_deletes_exactly_the_block(text: str, expected: str) -> None:
    assert cleaned(text) == expected


LINE = st.one_of(
    st.sampled_from(["", "", " ", "\u00a0", MARK, f"{MARK} 2", f"  {MARK}\u2028"]),
    st.text("ab \r\u2028é😀.", max_size=5),
)


@given(texts(line=LINE))
def test_lines_outside_blocks_stay_byte_for_byte(text: str) -> None:
    before = Document.from_text(text)
    after = Document.from_text(cleaned(text))
    kept = [before.slice(line.full) for line in before.lines if _stays(before.slice(line.span))]
    found = [after.slice(line.full) for line in after.lines if _stays(after.slice(line.span))]
    if kept and kept != found:  # only the last line's ending may go, and only where the text had none
        assert not before.lines[-1].ending
        assert found[:-1] == kept[:-1]
        assert found[-1] == kept[-1].removesuffix("\n").removesuffix("\r" if kept[-1].endswith("\r\n") else "")
    else:
        assert kept == found
    assert MARK not in after.text


def _stays(line: str) -> bool:
    return bool(line.strip()) and MARK not in line


@given(texts(line=LINE))
def test_what_is_deleted_is_marked_lines_and_white_space(text: str) -> None:
    document = Document.from_text(text)
    for finding in group_blocks(document, marks(document), NO_RULES):
        (edit,) = finding.fixes[0].edits
        gone = document.slice(edit.span)
        assert edit.span.contains(finding.span)
        assert edit.replacement == ""
        assert all(not line.strip() or MARK in line for line in gone.split("\n"))


@given(texts(line=LINE))
def test_cleaning_settles_and_blocks_do_not_touch(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    document = Document.from_text(text)
    spans = [finding.fixes[0].edits[0].span for finding in group_blocks(document, marks(document), NO_RULES)]
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_one_line_that_must_not_go_keeps_the_whole_block() -> None:
    document = Document.from_text(f"{MARK}\nB\nC")
    found = [*marks(document), Finding("b.b", Span(len(MARK) + 1, len(MARK) + 2), "n", layer=Layer.BLOCK)]
    (block,) = group_blocks(document, found, NO_RULES)
    assert (block.fixes, block.related, block.rule) == ((), ("b.b",), "b.a")


def test_a_block_is_as_safe_as_its_least_safe_line_and_as_severe_as_its_worst() -> None:
    document = Document.from_text(f"{MARK}\n{MARK}\nC")
    one, two = marks(document)
    fixes = (Fix(two.fixes[0].edits, Safety.REVIEW),)
    worse = Finding("b.c", two.span, "m", Severity.MAJOR, layer=Layer.BLOCK, fixes=fixes, confidence=0.6)
    (block,) = group_blocks(document, [one, worse], NO_RULES)
    assert (block.severity, block.fixes[0].safety, block.confidence) == (Severity.MAJOR, Safety.REVIEW, 0.6)


def test_a_rule_for_blank_lines_is_not_lost() -> None:
    document = Document.from_text("A\n \u00a0\nB")
    (block,) = group_blocks(document, marks(document, lambda line: line == " \u00a0"), NO_RULES)
    assert apply_edits(document.text, block.fixes[0].edits) == "A\nB"


def test_others_pass_through() -> None:
    document = Document.from_text(f"{MARK}\nA b")
    other = Finding("x.y", Span(len(MARK) + 1, len(MARK) + 2), "m")
    assert other in group_blocks(document, [*marks(document), other], NO_RULES)
    assert group_blocks(document, [other], NO_RULES) == [other]


# -- the shipped block rules

FAMILY = RuleSet(
    tuple(rule for rule in load_rules(shipped_rules()).rules if rule.family == "boilerplate"),
    load_rules(shipped_rules()).contexts,
)


def footer(text: str) -> str:
    """``text`` without what the shipped boilerplate rules take for boilerplate."""
    return apply_edits(
        text, [edit for f in Linter(FAMILY).check(Document.from_text(text)) for edit in f.fixes[0].edits]
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_a_label_at_the_end_goes_with_its_footer(ending: str, final: bool) -> None:
    lines = [LONG, "", "Scan code for attention", "", "Workers' Daily"]
    text = ending.join(lines) + (ending if final else "")
    assert footer(text) == LONG + (ending if final else "")


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG}\n\nWorkers' Daily",
        f"{LONG}\n\nScan code for attention\n\n{LONG}",
        f"Scan code for attention\n\nThe title\n\nScan code for attention\n\n{LONG}",
        f"{LONG}\n\nScan code for attention\n\nHe left.",
    ],
)
def test_articles_stay(text: str) -> None:
    kept = [line for line in text.split("\n") if line and "Scan" not in line]
    assert [line for line in footer(text).split("\n") if line] == kept


PARTS = st.lists(
    st.sampled_from(["Text that stays.", MARK, "§ field of the page", "", "  "]).flatmap(
        lambda line: st.sampled_from(["\n", "\r\n"]).map(lambda ending: line + ending)
    ),
    max_size=12,
)


@given(PARTS, st.booleans())
def test_deletions_of_blocks_and_of_metadata_lines_never_overlap(parts: list[str], final_ending: bool) -> None:
    """An editor may accept any of them without the others, and all of them at once."""
    text = "".join(parts) if final_ending else "".join(parts).rstrip("\r\n")
    document = Document.from_text(text)
    lines = [line for line in document.lines if "§ field" in document.slice(line.span)]
    fields = [
        Finding("m.a", line.span, "m", layer=Layer.METADATA, fixes=(Fix((Edit(line.full, ""),)),)) for line in lines
    ]
    found = group_blocks(document, [*marks(document), *fields], NO_RULES)
    endings = {line.ending for line in document.lines if line.ending}
    edits = [edit for finding in found for edit in finding.fixes[0].edits]
    if len(endings) < 2 or final_ending:
        after = apply_edits(text, edits)
        assert "§" not in after
        assert after.count("Text that stays.") == text.count("Text that stays.")
