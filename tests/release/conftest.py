"""Small projects to release, and the command line as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.config import Config, load_config
from mtqa.corrections.batch import accept_safe
from mtqa.linter import Linter
from mtqa.project import corrections_of
from mtqa.release.build import Built, Request
from mtqa.release.build import build as build_release
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from mtqa.corrections.store import Corrections

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
ANA = "Ana <ana@example.org>"
SETTINGS = """originals = ["articles"]
[release]
name = "example"
title = "An *example* corpus"
license = "CC-BY-4.0"
"""
CLEAN = (
    "Strike ends in the north\n\nSource: Example Daily\n2023-10-20 07:19\n\n"
    "The two sides met on Monday. They agreed on a plan for the summer, and the strike ended after nine days.\n\n"
    "Editor: Li Ming\n"
)
FAULTY = (
    "A meeting\n\nOn Monday the industrial workers team construction reform was praised by the workers of Nanjing.\n"
)


class Project:
    """A project's folder and what is done in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def config(self) -> Config:
        return load_config(self.root)

    @property
    def corrections(self) -> Corrections:
        return corrections_of(self.config)

    def write(self, name: str, text: str) -> str:
        file = self.root / "articles" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return f"articles/{name}.txt"

    def build(self, to: str = "out", version: str = "1.0.0", **options: object) -> Built:
        request = Request(version, self.root / to, date="2026-11-20", **options)  # type: ignore[arg-type]
        return build_release(self.config, find_sources((), self.config), request)

    def command(self, *arguments: str) -> list[str]:
        """The command line to run, for tests that have to kill or starve it."""
        return [sys.executable, "-m", "mtqa", "release", *arguments]

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **environment}
        done = subprocess.run(
            self.command(*arguments), cwd=self.root, env=env, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


def run_mtqa(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Any command of mtqa, in the project."""
    command = [sys.executable, "-m", "mtqa", *arguments]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One article without faults."""
    (tmp_path / "mtqa.toml").write_text(SETTINGS, encoding="utf-8")
    made = Project(tmp_path)
    made.write("clean", CLEAN)
    return made


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The seeds with their safe fixes accepted, released as ``out`` in all formats. Not to be written to."""
    root = tmp_path_factory.mktemp("seeds")
    (root / "mtqa.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copytree(SEEDS, root / "articles")
    made = Project(root)
    linter = Linter(load_rules(shipped_rules()))
    for source in find_sources((), made.config):
        article = made.corrections.article(source.read())
        accept_safe(article, linter.check(article.document), ANA)
    built = made.build(allow_open=True, formats=("jsonl.zst", "txt"))
    assert built.release_id
    assert built.counts["edits"] > 5
    return made


@pytest.fixture
def copy(seeds: Project, tmp_path: Path) -> Project:
    """A copy of it that may be damaged."""
    root = tmp_path / "copy"
    shutil.copytree(seeds.root, root)
    return Project(root)
