"""What changed between two releases: for people, for programs, for the changelog."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mtqa.corrections.choice import accept
from mtqa.finding import Severity
from mtqa.linter import lint
from mtqa.release.difference import Words, changes
from mtqa.release.manifest import read_manifest
from mtqa.release.verify import verify
from tests.release.conftest import ANA, CLEAN, FAULTY

if TYPE_CHECKING:
    from tests.release.conftest import Project


@pytest.fixture
def two(project: Project) -> Project:
    """Releases ``one`` and ``two``: an article was corrected, one came, one left."""
    path = project.write("faulty", FAULTY)
    project.write("old", CLEAN.replace("north", "south"))
    project.build("one", allow_open=True)
    article = project.corrections.read(path)
    finding = next(each for each in lint(article.document) if each.severity >= Severity.MAJOR)
    article.decide(accept(article.document, finding), ANA)
    (project.root / "articles" / "old.txt").unlink()
    project.write("new", CLEAN.replace("north", "west"))
    assert project.build("two", "1.1.0", previous=project.root / "one").release_id
    return project


def test_words() -> None:
    assert changes("One.\nThe old end.", "One.\nThe new end.") == [Words(2, "old", "new")]
    assert changes("same", "same") == []


def test_on_the_screen(two: Project) -> None:
    done = two.run("diff", "one", "two")
    assert done.returncode == 1
    lines = done.stdout.split("\n")
    assert lines[0] == "1.0.0 → 1.1.0: 1 came, 1 left, 1 changed, 1 the same"
    assert lines[1:4] == ["+ new", "- old", "~ faulty"]
    assert "industrial workforce reform" in done.stdout or "workforce" in lines[4]


def test_nothing_changed(two: Project) -> None:
    done = two.run("diff", "two", "two")
    assert (done.returncode, done.stdout) == (0, "1.1.0 → 1.1.0: 0 came, 0 left, 0 changed, 3 the same\n")


def test_for_programs(two: Project) -> None:
    done = two.run("diff", "one", "two", "--format", "json")
    record = json.loads(done.stdout)
    assert (record["came"], record["left"], record["changed"], record["same"]) == (["new"], ["old"], ["faulty"], 1)
    assert record["words"]["faulty"][0]["line"] == 3
    assert record["after"]["release_id"] == read_manifest(two.root / "two").release_id
    assert list(record["edits_by_rule"].values()) == [[0, 1]]


def test_the_changelog(two: Project) -> None:
    text = (two.root / "two" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## 1.1.0 (2026-11-20)" in text
    assert "Compared with 1.0.0" in text
    assert "### Came in: 1\n\n- `new`" in text
    assert "### Left: 1\n\n- `old`" in text
    assert "### Text changed: 1\n\n- `faulty`" in text
    assert "| 0 | 1 |" in text


def test_it_is_verified_when_the_previous_release_is_named(two: Project) -> None:
    without = verify(two.root / "two", two.config)
    assert without.problems == ()
    assert "--previous" in without.notes[0]
    done = verify(two.root / "two", two.config, two.root / "one")
    assert (done.problems, done.notes) == ((), ())
    other = verify(two.root / "two", two.config, two.root / "two")
    assert "CHANGELOG.md" in {problem.place.path for problem in other.problems}
