"""Choosing a format, knowing the terminal, keeping the start quick."""

from __future__ import annotations

import html
import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document
from mtqa.errors import ConfigError
from mtqa.finding import Finding, Severity
from mtqa.linter import Result, Source
from mtqa.report import FORMATS, Summary, Terminal, open_report

if TYPE_CHECKING:
    from collections.abc import Callable


class Stream(io.TextIOWrapper):
    """A text stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__(io.BytesIO(), "utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("tty", "environ", "color", "width"),
    [
        (True, {"TERM": "xterm-256color", "COLUMNS": "100"}, True, 100),
        (True, {"TERM": "dumb", "COLUMNS": "100"}, False, 100),
        (True, {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "100"}, False, 100),
        (True, {"TERM": "xterm", "NO_COLOR": "", "COLUMNS": "100"}, True, 100),
        (True, {"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1", "COLUMNS": "100"}, False, 100),
        (False, {"TERM": "xterm"}, False, 80),
        (False, {"TERM": "xterm", "COLUMNS": "100"}, False, 100),
        (False, {"TERM": "xterm", "COLUMNS": "wide"}, False, 80),
        (False, {"TERM": "xterm", "FORCE_COLOR": "1", "COLUMNS": "100"}, True, 100),
        (False, {"COLUMNS": "5"}, False, 40),
        (False, {"COLUMNS": "900"}, False, 120),
    ],
)
def test_terminal(tty: bool, environ: dict[str, str], color: bool, width: int) -> None:
    assert Terminal.of(Stream(tty), environ) == Terminal(color, width, "utf-8", tty)


def test_unknown_format() -> None:
    with pytest.raises(ConfigError, match=", ".join(FORMATS)):
        open_report("xml", io.BytesIO())


@pytest.mark.parametrize("name", FORMATS)
def test_results_do_not_depend_on_earlier_runs(
    render: Callable[..., bytes], run_of_all: list[Result], name: str
) -> None:
    assert render(name, run_of_all) == render(name, run_of_all)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_of_errors(render: Callable[..., bytes], run_of_all: list[Result], name: str) -> None:
    shown = html.unescape(render(name, run_of_all[2:]).decode())
    assert "not utf-8: byte 0xFF at byte offset 7" in shown
    assert "articles/old.txt" in shown


def test_importing_reports_imports_no_format_and_no_rich() -> None:
    code = "import sys, mtqa.report; print(sorted(m for m in sys.modules if m.startswith(('rich', 'mtqa.report.'))))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found == "['mtqa.report.summary', 'mtqa.report.terminal']\n"


def test_worst_articles_are_the_same_in_any_order() -> None:
    def worst(numbers: list[int]) -> list[tuple[str, float]]:
        summary = Summary()
        for number in numbers:
            document = Document.from_text("word " * 10, f"{number:02}.txt")
            finding = Finding("x.y", document.lines[0].span, "m", Severity.MAJOR if number % 3 else Severity.MINOR)
            summary.add(Result(Source(document.path), document, (finding,), 10))
        return summary.worst

    numbers = list(range(30))
    assert worst(numbers) == worst(numbers[::-1])
    assert [path for path, _ in worst(numbers)] == [f"{number:02}.txt" for number in numbers if number % 3][:10]
