"""Positions: exact in every unit, whatever the text holds; edits do what slicing does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.lsp.buffer import Buffer

from ..strategies import texts

UNITS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
TEXTS = st.one_of(texts(), st.text(st.sampled_from("a\r\n\x0c\u2028é中😀"), max_size=30))


def reference(text: str, offset: int, unit: str) -> tuple[int, int]:
    """The same from the definition: cut at line ends, encode, count."""
    ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", text) if match.end() <= offset]
    start = ends[-1] if ends else 0
    codec, width = CODECS[unit]
    return len(ends), len(text[start:offset].encode(codec)) // width


def in_line_ending(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n"


@given(TEXTS, UNITS, st.data())
def test_positions_are_those_of_the_definition_and_lead_back(text: str, unit: str, data: st.DataObject) -> None:
    buffer = Buffer(text, unit)
    offset = data.draw(st.integers(0, len(text)))
    if in_line_ending(text, offset):
        assert buffer.offset(*buffer.position(offset)) == offset - 1
        return
    assert buffer.position(offset) == reference(text, offset, unit)
    assert buffer.offset(*buffer.position(offset)) == offset


@given(TEXTS, UNITS, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), TEXTS), max_size=5))
def test_edits_by_position_do_what_slicing_does(text: str, unit: str, edits: list[tuple[float, float, str]]) -> None:
    buffer = Buffer(text, unit)
    for one, two, new in edits:
        start, end = sorted((round(one * len(text)), round(two * len(text))))
        if in_line_ending(text, start) or in_line_ending(text, end):
            continue
        buffer = buffer.replaced(buffer.position(start), buffer.position(end), new)
        text = text[:start] + new + text[end:]
        assert buffer.text == text


@given(TEXTS, UNITS, st.integers(0, 40), st.integers(0, 400))
def test_any_position_is_some_offset(text: str, unit: str, line: int, character: int) -> None:
    """What lies beyond a line, or inside a character, is never an error and never another line."""
    buffer = Buffer(text, unit)
    offset = buffer.offset(line, character)
    assert 0 <= offset <= len(text)
    found = buffer.position(offset)
    assert found[0] == min(line, len(re.findall(r"\r\n|\r|\n", text)))
    assert found[1] <= character or found[0] < line


@pytest.mark.parametrize(("unit", "middle"), [("utf-8", 2), ("utf-16", 1)])
def test_inside_a_character_is_before_it(unit: str, middle: int) -> None:
    assert Buffer("😀x", unit).offset(0, middle) == 0
