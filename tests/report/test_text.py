"""The text report: what it says, that it fits, that it is quick."""

from __future__ import annotations

import gc
import io
import re
import time
import unicodedata
import weakref
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mtqa.document import Document, Span
from mtqa.errors import DocumentError
from mtqa.finding import Edit, Finding, Fix, Safety
from mtqa.linter import Result, Source
from mtqa.report import FORMATS, Options, Summary, Terminal, open_report
from mtqa.report.layout import wrap
from mtqa.report.passage import brief, fix_pieces, passage, word_diff

if TYPE_CHECKING:
    from collections.abc import Callable

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_the_terminal(
    render: Callable[..., bytes], run_of_all: list[Result], hostile_run: list[Result], width: int, color: bool
) -> None:
    shown = render("text", run_of_all + hostile_run, Options(terminal=Terminal(color, width))).decode()
    assert [line for line in ANSI.sub("", shown).split("\n") if cell_len(line) > width] == []


def test_without_colour_there_is_no_escape_sequence(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    assert b"\x1b" not in render("text", run_of_all)


def test_colour_changes_no_word_but_the_marks(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    def words(shown: bytes) -> str:
        return re.sub(r"\[-|-\]|\{\+|\+\}|[«»\s│]|lines 7–10", "", ANSI.sub("", shown.decode()))

    plain, colored = (render("text", run_of_all, Options(terminal=Terminal(c))) for c in (False, True))
    assert words(plain) == words(colored)


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("statistics", [False, True])
@pytest.mark.parametrize("width", [40, 57, 80, 120])
def test_hostile_text_acts_on_nothing(
    render: Callable[..., bytes], hostile_run: list[Result], color: bool, statistics: bool, width: int
) -> None:
    options = Options(statistics=statistics, terminal=Terminal(color, width))
    shown = render("text", hostile_run, options).decode()
    if color:
        shown = ANSI.sub("", shown)
    assert not [char for char in shown if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert not [line for line in shown.split("\n") if line.lstrip().startswith("::") or "##[" in line]


def test_hostile_text_makes_one_annotation_each(render: Callable[..., bytes], hostile_run: list[Result]) -> None:
    shown = render("github", hostile_run).decode()
    assert not [char for char in shown if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    lines = shown.split("\n")[:-1]
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "mtqa:"]
    for line in lines[:-1]:
        properties = line.split(" ", 1)[1].split("::")[0].split(",")
        assert {part.split("=")[0] for part in properties} <= {"file", "line", "endLine", "col", "endColumn", "title"}


def test_streams_that_know_no_unicode_get_ascii(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    shown = render("text", run_of_all, Options(terminal=Terminal(encoding="ascii"))).decode("ascii")
    assert "| text" in shown
    assert "\\u4e24" in shown  # the source wording cannot be shown otherwise


def test_an_incomplete_run_is_never_called_clean(render: Callable[..., bytes]) -> None:
    error = DocumentError("cannot read", remedy="look at it")
    shown = render("text", [Result(Source("a.txt"), errors=(error,))]).decode()
    assert "no findings in what could be checked" in shown
    assert "Not checked" in shown
    assert "look at it" in shown


def test_a_clean_run_says_so(render: Callable[..., bytes]) -> None:
    document = Document.from_text("Fine.\n")
    assert "\n  no findings\n" in render("text", [Result(Source("a"), document, (), 1)]).decode()


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("two maintenance", "Two Upholds", "[-two maintenance-]{+Two Upholds+}"),
        ("the Party group", "the CPC group", "the [-Party-]{+CPC+} group"),
        ("Worker's Daily", "Workers' Daily", "[-Worker's-]{+Workers'+} Daily"),
        ("of the reform of the reform", "of the reform", "of the reform[- of the reform-]"),
        ("", "x", "{+x+}"),
        ("x", "", "[-x-]"),
        ("same", "same", "same"),
    ],
)
def test_word_diff(old: str, new: str, shown: str) -> None:
    document = Document.from_text(old)
    assert brief(document, Fix((Edit(Span(0, len(old)), new),)), 200) in (shown, "delete line 1")
    marks = {"old": "[-{}-]", "new": "{{+{}+}}", "plain": "{}"}
    assert "".join(marks[style].format(text) for text, style in word_diff(old, new)) == shown


@given(st.text("ab ',-\n", max_size=30), st.text("ab ',-\n", max_size=30))
def test_word_diff_loses_nothing(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(text for text, style in pieces if style != "new") == old
    assert "".join(text for text, style in pieces if style != "old") == new


def test_deleted_lines_are_said_in_words() -> None:
    document = Document.from_text("one\n\ntwo\n\nthree\nfour")

    def said(start: int, end: int, new: str = "") -> str:
        return "".join(text for text, _ in fix_pieces(document, Fix((Edit(Span(start, end), new),)), 80))

    assert said(0, 5) == "delete line 1"
    assert said(3, 8) == "delete line 3"
    assert said(5, 15) == "delete lines 3–5"
    assert said(0, 2).startswith("on")
    assert "delete" not in said(0, 3, "x")
    assert "delete" not in said(3, 5)


@given(st.text("ab \n两", min_size=1, max_size=200), st.data())
def test_a_passage_holds_the_fault_and_what_stands_beside_it(text: str, data: st.DataObject) -> None:
    document = Document.from_text(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    pieces = passage(document, Span(start, end), 60)
    faults = [piece for piece, style in pieces if style == "fault"]
    if end - start <= 60:
        assert faults == ([text[start:end]] if start < end else [])
    around = [piece for piece, style in pieces if style == "plain"]
    assert all(piece in text for piece in around)
    assert sum(map(len, around)) <= 80


@given(
    st.lists(st.tuples(st.text("ab ,两」", max_size=30), st.sampled_from(["plain", "old"])), max_size=6),
    st.integers(2, 20),
)
def test_wrapping_loses_only_spaces_and_fits(pieces: list[tuple[str, str]], width: int) -> None:
    rows = list(wrap(pieces, width))
    assert all(sum(cell_len(text) for text, _ in row) <= width for row in rows)

    def letters(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(char, style) for text, style in parts for char in text if char != " "]

    assert letters([piece for row in rows for piece in row]) == letters(pieces)


def one_result(number: int) -> Result:
    text = 'They must achieve the "two maintenance" and 两个维护, said the General Secretary in the hall. ' * 20
    document = Document.from_text(text, f"a/{number}.txt")
    spans = [Span(match.start(), match.end()) for match in re.finditer("two maintenance", text)]
    fix = "Two Upholds"
    findings = [Finding("term.x", span, "Wrong.", fixes=(Fix((Edit(span, fix),), Safety.SAFE),)) for span in spans]
    return Result(Source(document.path), document, tuple(findings), 300)


@pytest.mark.parametrize("name", FORMATS)
def test_many_findings_are_quick(name: str) -> None:
    one, summary = one_result(0), Summary()
    report = open_report(name, io.BytesIO())
    start = time.process_time()
    for _ in range(100):
        summary.add(one)
        report.add(one)
    report.finish(summary)
    assert summary.findings == 2000
    assert time.process_time() - start < 2  # 10,000 take about 1.2 s; the margin is for slow machines


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_of_earlier_documents_is_kept(name: str) -> None:
    summary, report = Summary(), open_report(name, io.BytesIO())
    documents = []
    for number in range(3):
        one = one_result(number)
        summary.add(one)
        report.add(one)
        documents.append(weakref.ref(one.document))
        del one
    gc.collect()
    assert [document() for document in documents] == [None] * 3
