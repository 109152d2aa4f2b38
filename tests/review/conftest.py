"""A project with the real seeds and a few rules of its own, so that shipped rules may change freely."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.cli.review import linter_maker
from mtqa.config import load_config
from mtqa.corrections.ledger import Ledger
from mtqa.corrections.store import Corrections
from mtqa.review.app import ReviewApp
from mtqa.review.session import Session
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "seeds"
FIRST, SECOND = "seeds/000_8911700590541b82.txt", "seeds/001_de9d7ff1b9ca9843.txt"
EDITOR = "Ana <ana@example.org>"
CONFIG = 'originals = ["seeds"]\nrules = ["rules"]\nselect = ["demo"]\n'


@dataclass
class Project:
    """A folder with originals and rules, and what is on its disk."""

    root: Path

    def corrections(self) -> Corrections:
        moments = iter(range(1_000_000))
        start = datetime(2026, 1, 1, tzinfo=UTC)
        known = sum(len(list(file.open("rb"))) for file in self.root.rglob("*.decisions.jsonl"))
        return Corrections(
            self.root, originals=("seeds",), clock=lambda: start + timedelta(seconds=known + next(moments))
        )

    def session(self, *paths: str) -> Session:
        config = load_config(self.root)
        sources = find_sources([str(self.root / path) for path in paths], config)
        return Session(sources, self.corrections(), EDITOR, linter_maker(config)(None))

    def app(self, *paths: str, **review: object) -> ReviewApp:
        from msgspec.structs import replace

        config = load_config(self.root)
        sources = find_sources([str(self.root / path) for path in paths], config)
        settings = replace(config.settings.review, **review)
        app = ReviewApp(sources, self.corrections(), EDITOR, linter_maker(config), settings)
        app.session.words = config.word_list
        return app

    def ledger(self, path: str = SECOND) -> list[dict[str, object]]:
        """The ledger's lines, as another program would read them."""
        file = self.root / "corrections" / f"{path}.decisions.jsonl"
        assert not Ledger(file, path).read().problems
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    def patch(self, path: str = SECOND) -> bytes:
        file = self.root / "corrections" / f"{path}.patch"
        return file.read_bytes() if file.exists() else b""

    def cleaned(self, path: str = SECOND) -> str:
        """The text that the patch on the disk makes of the original."""
        from mtqa.corrections.patch import apply_patch

        return apply_patch((self.root / path).read_bytes(), self.patch(path)).decode("utf-8")

    def original(self, path: str = SECOND) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def files(self) -> set[str]:
        """Every file of the project, relative."""
        return {file.relative_to(self.root).as_posix() for file in self.root.rglob("*") if file.is_file()}

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    shutil.copytree(HERE / "rules", tmp_path / "rules")
    made = Project(tmp_path)
    made.write("mtqa.toml", CONFIG)
    return made


@pytest.fixture
def empty_project(tmp_path: Path) -> Callable[[dict[str, str]], Project]:
    """Makes a project with other articles."""

    def make(articles: dict[str, str]) -> Project:
        shutil.copytree(HERE / "rules", tmp_path / "rules")
        made = Project(tmp_path)
        made.write("mtqa.toml", CONFIG)
        for name, text in articles.items():
            made.write(f"seeds/{name}", text)
        return made

    return make
