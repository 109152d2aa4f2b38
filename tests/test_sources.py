"""From paths to articles: files, folders, globs, standard input; each once, in order, named from the root."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from mtqa.config import Config
from mtqa.errors import DocumentError
from mtqa.settings import Settings
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("in/b.txt", "in/a.txt", "in/deep/c.txt", "in/notes.md", "in/.hidden/d.txt", "in/[x] 'y'.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Text.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*paths: str, root: Path, **settings: object) -> list[str]:
    return [source.name for source in find_sources(paths, Config(Settings(**settings), root))]  # type: ignore[arg-type]


def test_a_folder_is_walked_in_order_without_hidden_files(project: Path) -> None:
    assert names("in", root=project) == ["in/[x] 'y'.txt", "in/a.txt", "in/b.txt", "in/deep/c.txt"]


def test_include_says_what_an_article_is(project: Path) -> None:
    assert names("in", root=project, include=["*.md"]) == ["in/notes.md"]


def test_a_named_file_is_read_whatever_its_suffix_and_only_once(project: Path) -> None:
    assert names("in/notes.md", "in/a.txt", "in/../in/a.txt", "in/a.txt", root=project) == ["in/a.txt", "in/notes.md"]


def test_globs_and_names_that_look_like_globs(project: Path) -> None:
    assert names("in/**/*.txt", root=project)[-1] == "in/deep/c.txt"
    assert names("in/[x] 'y'.txt", root=project) == ["in/[x] 'y'.txt"]


def test_configured_originals_are_relative_to_the_root(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "in")
    assert names(root=project, originals=["in/deep"]) == ["in/deep/c.txt"]
    assert names("deep", root=project) == ["in/deep/c.txt"]


def test_standard_input(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"From a pipe.\r\n")))
    (source,) = find_sources(["-"], Config(root=project))
    assert source.read().data == b"From a pipe.\r\n"


@pytest.mark.parametrize(
    ("path", "problem"),
    [("missing.txt", "no such file"), ("in/*.doc", "no such file"), ("empty", "a folder without articles")],
)
def test_what_names_nothing_is_an_error(project: Path, path: str, problem: str) -> None:
    (project / "empty").mkdir()
    with pytest.raises(DocumentError, match=problem) as caught:
        names(path, root=project)
    assert caught.value.place is not None
    assert caught.value.place.path == path


def test_nothing_named_and_nothing_configured(project: Path) -> None:
    with pytest.raises(DocumentError, match="nothing to lint") as caught:
        names(root=project)
    assert "originals" in caught.value.remedy
