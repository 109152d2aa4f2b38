"""A project with the real seeds and a few rules of its own, so that shipped rules may change freely."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.cli.review import LinterMaker
from mtqa.config import load_config
from mtqa.corrections.ledger import Ledger
from mtqa.corrections.store import Corrections
from mtqa.review.bookmark import Bookmark
from mtqa.review.session import Session
from mtqa.review.start import start
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.review.app import ReviewApp
    from mtqa.rules.load import RuleSet

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "seeds"
FIRST, SECOND = "seeds/000_8911700590541b82.txt", "seeds/001_de9d7ff1b9ca9843.txt"
EDITOR = "Ana <ana@example.org>"
CONFIG = 'originals = ["seeds"]\nrules = ["rules"]\nselect = ["demo"]\n'


_rules: dict[tuple[str, ...], RuleSet] = {}


class _Remembering(LinterMaker):
    """Reads rules that are the same from test to test only once."""

    def __call__(self, knowledge):
        folders = [file for folder in self._config.rule_folders() for file in folder.rglob("*.yaml")]
        key = tuple(sorted(f"{file.name} {file.stat().st_size}" for file in folders))
        if key not in _rules:
            super().__call__(None)
            _rules[key] = self._rules
        self._rules = _rules[key]
        return super().__call__(knowledge)


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

    maker: type[LinterMaker] = _Remembering

    def session(self, *paths: str) -> Session:
        config = load_config(self.root)
        sources = find_sources([str(self.root / path) for path in paths], config)
        corrections = self.corrections()
        return Session(sources, corrections, EDITOR, self.maker(config)(None), Bookmark.of(corrections, EDITOR))

    def app(self, *paths: str, **review: object) -> ReviewApp:
        from msgspec.structs import replace

        config = load_config(self.root)
        sources = find_sources([str(self.root / path) for path in paths], config)
        settings = replace(config.settings.review, **review)
        pool = ThreadPoolExecutor(1)  # test_terminal has real processes
        maker, words = self.maker(config), config.word_list
        return start(sources, self.corrections(), EDITOR, maker, settings, pool=pool, words=words)

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


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where bookmarks go, so that tests leave none in the home of whoever runs them."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("MTQA_STATE_DIR", str(folder))
    return folder


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
