"""What an article says of itself becomes fields, and only what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.corrections.choice import hold
from mtqa.corrections.decision import Verdict
from mtqa.document import Document
from mtqa.linter import lint
from mtqa.release.metadata import iso_date, names_in, title_of
from mtqa.release.table import read_rows
from tests.release.conftest import ANA, CLEAN, SEEDS

if TYPE_CHECKING:
    from tests.release.conftest import Project

GOLD = Path(__file__).resolve().parents[1] / "gold"


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("2023-10-20 07:19", "2023-10-20T07:19"),
        ("2023-02-11 13:07:20", "2023-02-11T13:07:20"),
        ("2023/1/2", "2023-01-02"),
        ("2023.1.2", "2023-01-02"),
        ("2023年10月20日", "2023-10-20"),
        ("March 3, 2021", "2021-03-03"),
        ("Sept. 3 2021 1:05 pm", "2021-09-03T13:05"),
        ("3 March 2021 12:00 a.m.", "2021-03-03T00:00"),
        ("2023-02-30", ""),
        ("2023-13-01", ""),
        ("2023-10-20 25:00", ""),
        ("March 3, 2021 13:05 pm", ""),
        ("last Monday", ""),
        ("Marchmont 3", ""),
    ],
)
def test_dates(words: str, iso: str) -> None:
    assert iso_date(words) == iso


def test_names() -> None:
    assert names_in("Huang Hongtao and Wang Wei") == ["Huang Hongtao", "Wang Wei"]
    assert names_in("Li Ming, Wang Wei、Zhao Min") == ["Li Ming", "Wang Wei", "Zhao Min"]
    assert names_in("Fernandez") == ["Fernandez"]


@pytest.mark.parametrize("file", sorted(GOLD.glob("*.json")), ids=lambda file: file.stem)
def test_the_titles_of_the_seeds(file: Path) -> None:
    gold = json.loads(file.read_bytes())
    document = Document.read(SEEDS / gold["file"])
    first = next(entry["line"] for entry in gold["lines"] if entry["label"] == "title")
    assert title_of(document, lint(document)) == document.slice(document.lines[first - 1].span).strip()


@pytest.mark.parametrize("text", ["One sentence, which is the whole article.\n\nAnd more.", "Only a line", "", "\n\n"])
def test_what_has_no_headline_has_no_title(text: str) -> None:
    assert title_of(Document.from_text(text), []) == ""


def test_fields_of_a_released_article(project: Project) -> None:
    project.build()
    names = ("title", "source", "published", "published_text", "editor", "authors", "text")
    row = next(read_rows(project.root / "out" / "data", names))
    assert row == {
        "title": "Strike ends in the north",
        "source": "Example Daily",
        "published": "2023-10-20T07:19",
        "published_text": "2023-10-20 07:19",
        "editor": ["Li Ming"],
        "authors": [],
        "text": CLEAN,
    }


def test_a_rejected_finding_says_nothing(project: Project) -> None:
    article = project.corrections.read("articles/clean.txt")
    finding = next(one for one in lint(article.document) if one.rule == "metadata.editor")
    article.decide(hold(article.document, Verdict.REJECT, finding, "he is the subject"), ANA)
    project.build()
    row = next(read_rows(project.root / "out" / "data", ("editor", "source")))
    assert row == {"editor": [], "source": "Example Daily"}
