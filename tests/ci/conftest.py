"""A project in a real git repository, and lint run on it as the command line would."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.cli import cli
from mtqa.errors import MtqaError

_WHO = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    @property
    def found(self) -> list[tuple[str, str]]:
        """Rule and matched text of each finding."""
        return [(str(r["rule"]), str(r["text"])) for r in self.records if r["type"] == "finding"]

    @property
    def held_back(self) -> dict[str, int]:
        return next(r["held_back"] for r in self.records if r["type"] == "summary")  # type: ignore[return-value]


class Project:
    """A working tree with articles in ``news``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        (root / "mtqa.toml").write_text('originals = ["news"]\n', encoding="utf-8")
        (root / "news").mkdir(exist_ok=True)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", self.root, *arguments],
            check=True,
            capture_output=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | _WHO,
        )
        return done.stdout.decode().strip()

    def write(self, name: str, text: str) -> None:
        (self.root / "news" / name).write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.root / "news" / name).read_bytes().decode()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, *arguments: str) -> Ran:
        before = Path.cwd()
        os.chdir(self.root)
        try:
            done = CliRunner().invoke(cli, list(arguments), standalone_mode=False)
        finally:
            os.chdir(before)
        if isinstance(done.exception, MtqaError):
            return Ran(2, done.stdout, str(done.exception))
        if done.exception is not None:
            raise done.exception
        code = done.return_value if isinstance(done.return_value, int) else 0
        return Ran(code, done.stdout, done.stderr)

    def lint(self, *arguments: str) -> Ran:
        return self.run("lint", "--format", "jsonl", *arguments)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project")
    made.git("init", "-q", "-b", "main")
    return made
