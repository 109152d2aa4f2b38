"""What people see, kept as pictures in text: any change of a report shows here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa import __version__
from mtqa.report import Options, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from mtqa.linter import Result


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text(render: Callable[..., bytes], run_of_all: list[Result], snapshot: SnapshotAssertion, width: int) -> None:
    text = render("text", run_of_all, Options(terminal=Terminal(width=width))).decode()
    assert text == snapshot


def test_text_in_colour(render: Callable[..., bytes], run_of_all: list[Result], snapshot: SnapshotAssertion) -> None:
    text = render("text", run_of_all, Options(terminal=Terminal(color=True))).decode()
    assert text.replace("\x1b", "ESC") == snapshot


def test_text_statistics(render: Callable[..., bytes], run_of_all: list[Result], snapshot: SnapshotAssertion) -> None:
    assert render("text", run_of_all, Options(statistics=True)).decode() == snapshot


@pytest.mark.parametrize("name", ["json", "jsonl", "github", "diff"])
def test_machine_formats(
    render: Callable[..., bytes], run_of_all: list[Result], snapshot: SnapshotAssertion, name: str
) -> None:
    shown = render(name, run_of_all).decode()
    assert shown.replace(f'"version":"{__version__}"', '"version":"…"') == snapshot


@pytest.mark.parametrize("name", ["text", "github"])
def test_hostile_text_and_names(
    render: Callable[..., bytes], hostile_run: list[Result], snapshot: SnapshotAssertion, name: str
) -> None:
    assert render(name, hostile_run).decode() == snapshot
