"""Hostile names and texts in real files: whatever mtqa prints or writes of them, in every format, does nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from mtqa.report import FORMATS
from mtqa.report.escape import is_safe

if TYPE_CHECKING:
    from .conftest import Project

TEXT = (
    "::error file=x::owned, they said re mobilize \x1b]0;owned\x07\x1b[31m ##[error]boo \u202eevil\u2066 \x9b31m now.\n"
    "::add-mask::They said re mobilize <script>alert(1)</script> </mark> [x](javascript:x) ]]> {0} \U000e0041 now.\r\n"
)
NAMES = [
    "with space.txt",
    "q'\"`.txt",
    "two\nlines\r.txt",
    "\n::error file=x::y.txt",
    "::set-output name=x::y.txt",
    "##[error]x.txt",
    "\x1b[31mred\x07.txt",
    "\x9b31m\u202e\u2028.txt",
    "<script>alert(1)<script>.txt",
    "%0A,:{0}[x](y).txt",
    "-o.txt",
    "\udcff.txt",
    "中文.txt",
]
OWN = rb"::(?:error|warning|notice) file="  # such a line is a command already, and the runner looks for no other in it
COMMANDS = re.compile(rb"^(?!" + OWN + rb")(?:\s*::|.*##\[)", re.MULTILINE)
WRITTEN = [name for name in FORMATS if name != "diff"]


@pytest.fixture
def hostile(project: Project) -> Project:
    for name in NAMES:
        project.write(name, TEXT)
    (project.root / "news" / "\x1b[1m::unreadable.txt").write_bytes(b"\xff\xfe\xfa")
    return project


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONUTF8": "1", "GITHUB_STEP_SUMMARY": str(project.root / "summary.md")}
    command = [sys.executable, "-m", "mtqa", *arguments]
    return subprocess.run(command, cwd=project.root, env=environment, capture_output=True, check=False)


def harmless(data: bytes) -> bool:
    return all(is_safe(line) for line in data.decode().split("\n")) and not COMMANDS.search(data)


@pytest.mark.parametrize("form", WRITTEN)
def test_no_format_lets_anything_through(hostile: Project, form: str) -> None:
    done = run(hostile, "lint", "--format", form)
    assert done.returncode == 2, done.stderr
    assert harmless(done.stdout)
    assert harmless(done.stderr)
    assert b"unreadable.txt" in done.stderr
    if form in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(done.stdout)
    elif form == "jsonl":
        assert {json.loads(line)["type"] for line in done.stdout.split(b"\n")[:-1]} >= {"finding", "error", "summary"}
    elif form == "junit":
        assert len(ET.fromstring(done.stdout).findall(".//testcase")) == len(NAMES) + 1
    elif form == "github":
        lines = done.stdout.split(b"\n")[:-1]
        assert all(line.startswith((b"::error file=", b"::warning file=", b"mtqa: ")) for line in lines)
        assert harmless((hostile.root / "summary.md").read_bytes())
    elif form == "html":
        assert done.stdout.count(b"<script>") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "--statistics"),
        ("lint", "--select", "\x1b[31m::x"),
        ("lint", "news/\x1b[31m\n::error::.txt"),
        ("lint", "--changed-since", "\x1b[31m"),
        ("lint", "--baseline", "\x1b[31m.jsonl"),
        ("lint", "--max-score", "1"),
        ("baseline", "write"),
        ("patch", "status"),
    ],
)
def test_nor_does_anything_else_that_is_said(hostile: Project, arguments: tuple[str, ...]) -> None:
    hostile.commit()
    done = run(hostile, *arguments)
    assert harmless(done.stdout)
    assert harmless(done.stderr)


def test_a_baseline_of_hostile_names_holds_them_back(hostile: Project) -> None:
    (hostile.root / "news" / "\x1b[1m::unreadable.txt").unlink()
    assert run(hostile, "baseline", "write").returncode == 0
    assert run(hostile, "lint", "--baseline", "mtqa-baseline.jsonl", "--strict").returncode == 0
    for name in NAMES:
        hostile.write(name, "All is well.\n")
    done = run(hostile, "baseline", "status")
    assert done.returncode == 1
    assert harmless(done.stdout)
