"""The exit codes: the table of docs/ci.md is read and walked through, row by row."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project

DOCS = Path(__file__).resolve().parents[2] / "docs" / "ci.md"
_ROW = re.compile(r"^\| (?P<what>[\w, ]+) \| (?P<options>`[^`]*`|none) \| (?P<code>[012]) \|", re.MULTILINE)
ROWS = [(row["what"], "" if row["options"] == "none" else row["options"].strip("`"), int(row["code"])) for row in
        _ROW.finditer(DOCS.read_text(encoding="utf-8"))]  # fmt: skip

CLEAN = "The two sides met on Monday and agreed on a plan.\n"
TEXTS = {
    "nothing": CLEAN,
    "a byline": "Source: Example Daily\n\n" + CLEAN,
    "one minor finding": "They said re mobilize now.\n",
    "one major finding": "The assessment of the reform of the plan of the reform of the plan was heard.\n",
    "two minor findings": "They said re mobilize now. We all want to re mobilize.\n",
    "one minor finding in 1,000 words": "They said re mobilize now.\n" + " ".join(f"word{n}" for n in range(995)),
}


@pytest.fixture
def ready(project: Project) -> Project:
    project.write("ok.txt", CLEAN)
    project.commit()
    return project


@pytest.mark.parametrize(("what", "options", "code"), ROWS)
def test_exit_codes_are_those_of_the_table(ready: Project, what: str, options: str, code: int) -> None:
    if what == "an unreadable article":
        (ready.root / "news" / "x.txt").write_bytes(b"\xff\xfe\xfa")
    elif what == "a stale baseline":
        ready.write("x.txt", TEXTS["one minor finding"])
        ready.run("baseline", "write", "--baseline", "known.jsonl")
        ready.write("x.txt", CLEAN)
    elif what == "an old finding":
        ready.write("x.txt", TEXTS["one minor finding"])
        ready.commit()
    else:
        ready.write("x.txt", TEXTS[what])
    ran = ready.lint(*shlex.split(options))
    assert ran.code == code, ran


def test_the_table_has_rows_for_every_option_and_code() -> None:
    everything = " ".join(options for _, options, _ in ROWS)
    for option in ("--fail-on", "--max-findings", "--max-score", "--exit-zero", "--strict", "--changed-since"):
        assert option in everything
    assert {code for _, _, code in ROWS} == {0, 1, 2}
    assert len(ROWS) >= 20


def test_what_fails_is_said(ready: Project) -> None:
    ready.write("x.txt", TEXTS["two minor findings"])
    ran = ready.lint("--max-findings", "1", "--max-score", "10")
    assert "fails: 2 findings of severity minor or above; allowed: 1" in ran.err
    assert "fails: news/x.txt: " in ran.err


def test_budgets_may_stand_in_the_configuration(ready: Project) -> None:
    ready.write("x.txt", TEXTS["one minor finding"])
    config = ready.root / "mtqa.toml"
    config.write_text('originals = ["news"]\nfail-on = "major"\n', encoding="utf-8")
    assert ready.lint().code == 0
    config.write_text('originals = ["news"]\nmax-findings = -1\n', encoding="utf-8")
    assert ready.lint().code == 2
