"""Wrapping and cells: wide characters, combining marks, right-to-left words, very long paragraphs."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mtqa.document import Document, Span
from mtqa.review.characters import clusters, shortened, visible
from mtqa.review.display import Glyph, Sheet, View, compose
from mtqa.review.layout import cell_of, cells_before, offset_of, wrap
from mtqa.review.overlay import Overlay
from mtqa.review.tokens import words_of
from mtqa.review.widgets.article import glyph_keys

PIECES = st.sampled_from(
    [
        "word ",
        "a",
        " ",
        "  ",
        "工会",
        "中国 ",
        "e\u0301",
        "o\u0308\u0323 ",
        "שלום ",
        "مرحبا ",
        "👩‍👩‍👧 ",
        "☕\ufe0f",
        "\u00a0",
        "x" * 30,
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS, st.integers(4, 40))
def test_rows_hold_everything_and_nothing_sticks_out(text, width):
    rows = wrap(text, width)
    assert rows[0].start == 0
    assert rows[-1].end == len(text)
    for row, following in pairwise(rows):
        assert row.end <= following.start
        assert text[row.end : following.start].strip(" ") == ""
        assert following.start > row.start
    for row in rows:
        assert cell_len(text[row.start : row.end].rstrip(" ")) <= width


@given(TEXTS.filter(bool))
def test_cells_and_offsets_agree(text):
    assert cells_before(text)[-1] == cell_len(text)
    for cell in range(cell_len(text)):
        offset = offset_of(text, cell)
        assert cell_of(text, offset) <= cell
    assert offset_of(text, cell_len(text)) == len(text)


def test_words_stay_whole_where_they_fit():
    text = "The union of workers met again in the hall"
    assert [text[r.start : r.end] for r in wrap(text, 12)] == ["The union of", "workers met", "again in the", "hall"]


def test_wide_characters_break_anywhere_and_count_twice():
    text = "全国总工会的工作"
    assert [text[r.start : r.end] for r in wrap(text, 7)] == ["全国总", "工会的", "工作"]
    assert cell_of(text, 3) == 6
    assert offset_of(text, 7) == 3


def test_a_mark_stays_with_its_letter():
    text = "e\u0301" * 10
    assert [r.end - r.start for r in wrap(text, 4)] == [8, 8, 4]
    assert [cell_of(text, offset) for offset in range(5)] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a cafe\u0301, then", ["a", "cafe\u0301", ",", "then"]),
        ("o\u0308\u0323x-ray's end.", ["o\u0308\u0323x-ray's", "end", "."]),
        ("全国总工会 met", ["全", "国", "总", "工", "会", "met"]),
        ("\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd now", ["\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd", "now"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("", []),
    ],
)
def test_words_as_one_picks_them(text, words):
    assert [text[span.start : span.end] for span in words_of(text)] == words


@given(TEXTS)
def test_picked_words_never_split_a_cluster(text):
    borders = {0, len(text), *(start for start, _, _ in clusters(text))}
    spans = words_of(text)
    for span in spans:
        assert span.start < span.end
        assert "\u0301" not in text[span.start : span.start + 1] or span.start == 0 or text[span.start - 1].isspace()
        if not set(text[span.start : span.end]) & set("\u200d\ufe0f"):
            assert span.end in borders or text[span.end] in "\u200d\ufe0f"
    assert "".join(text[s.start : s.end] for s in spans) == "".join(text.split())


def test_what_terminals_would_obey_is_shown_instead():
    text = "a\tb\x1b[31m\u202ec\u2028d\x07\rz"
    assert len(visible(text)) == len(text)
    assert not set(visible(text)) & set("\t\x1b\u202e\u2028\x07\r")
    assert shortened("工会工作", 5) == "工会…"


def test_crlf_and_line_numbers():
    document = Document.from_text("one\r\n\r\ntwo\nthree")
    lines = compose(Overlay(document, ()), View.BOTH, [Glyph(7, "*", "k")], None)
    assert [(line.text, line.number) for line in lines] == [("one", 1), ("", 2), ("*two", 3), ("three", 4)]


@given(st.lists(TEXTS, max_size=6).map("\n".join), st.integers(6, 30), st.data())
def test_every_offset_is_found_on_its_row(text, width, data):
    document = Document.from_text(text)
    marks = data.draw(st.lists(st.integers(0, len(text)), max_size=5))
    sheet = Sheet(compose(Overlay(document, ()), View.BOTH, [Glyph(m, "*", str(m)) for m in marks], None), width)
    for at in range(0, len(text), 3):
        if text[at] == "\n":
            continue
        row, offset = sheet.position(at)
        place = sheet.place(row)
        assert place is not None
        assert sheet.at(row, offset) == at
        assert sheet.lines[place.line].text[offset] == visible(text[at])
    assert sorted(glyph_keys(sheet, (0, sheet.height))) == sorted(map(str, marks)) or any(
        sheet.place(y).row.end < len(sheet.lines[sheet.place(y).line].text) for y in range(sheet.height)
    )


@pytest.mark.asyncio
async def test_a_paragraph_of_20_000_characters(empty_project):
    body = (
        "The 全国总工会 and cafe\u0301 workers of שלום met. " * 500
        + "Then the General Manager spoke to all. "
        + "More words. " * 200
    )
    assert len(body) > 20_000
    project = empty_project({"long.txt": body + "\n"})
    app = project.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await asyncio.wait_for(app.ready.wait(), 20)
        await pilot.pause()
        article = app.review.article
        item = app.session.current
        x, y = article.cell_of(item.here.start)
        first, last = article.visible_span()
        assert first <= y < last
        shown = article.render_line(y - first).text
        at = shown.index("General")
        assert cell_len(shown[:at]) == x + article.text_x
        assert article.offset_under(x + article.text_x, y - first) == item.here.start
        begin = time.perf_counter()
        await pilot.press("a")
        assert time.perf_counter() - begin < 5
        assert "General Federation spoke" in project.cleaned("seeds/long.txt")
        await pilot.press("w", "j", "j", "H")
        assert app.review.chosen != Span(0, 0)
