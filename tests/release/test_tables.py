"""Rows of tables in a release: the same as articles that are files, whatever the form and the cut of the tables."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import polars
import pytest

from mtqa.corrections.batch import accept_safe
from mtqa.corrections.choice import hold
from mtqa.corrections.decision import Verdict
from mtqa.linter import Linter, lint
from mtqa.release.manifest import SUMS, read_manifest
from mtqa.release.order import Pieces, put_in_order, read_order
from mtqa.release.table import read_rows
from mtqa.release.verify import verify
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.tables import Columns, row_key
from tests.release.conftest import ANA, CLEAN, FAULTY, SEEDS, Project, run_mtqa
from tests.test_tables import FORMS, write

if TYPE_CHECKING:
    from pathlib import Path

FURNITURE = f"{CLEAN}\n\nScan code for attention\n"
ROWS = [
    ("b/1", CLEAN.replace("north", "south")),
    ("a", FURNITURE),
    ("../../etc", CLEAN.replace("north", "west")),
    ("ü", FAULTY),
    *((file.stem, file.read_bytes().decode()) for file in sorted(SEEDS.glob("*.txt"))[2:4]),
]
SETTINGS = """originals = ["articles"]
include = ["*.txt", "*.jsonl", "*.jsonl.gz", "*.jsonl.zst", "*.parquet"]
"""


def made(root: Path, *tables: tuple[str, list[tuple[str, str]]]) -> Project:
    (root / "articles").mkdir(parents=True)
    (root / "mtqa.toml").write_text(SETTINGS, encoding="utf-8")
    for name, rows in tables:
        write(root / "articles" / name, rows)
    return Project(root)


def rows_of(project: Project, to: str) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in polars.read_parquet(project.root / to / "data").to_dicts()}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_release(tmp_path: Path, form: str) -> None:
    """Two tables, one, or another order of the rows: the same id, and rows sorted by it that differ in `path` only."""
    ids, found = set(), []
    shuffled = random.Random(form).sample(ROWS, len(ROWS))
    for number, tables in enumerate(
        [((f"x.{form}", ROWS),), ((f"x.{form}", shuffled[:2]), (f"y.{form}", shuffled[2:]))]
    ):
        project = made(tmp_path / str(number), *tables)
        ids.add(project.build(allow_open=True, jobs=number + 1, shard_size=4).release_id)
        found.append([{**row, "path": ""} for row in read_rows(project.root / "out" / "data", ("id", "text", "words"))])
        assert verify(project.root / "out", project.config).problems == ()
    assert len(ids) == 1
    assert found[0] == found[1]
    assert [row["id"] for row in found[0]] == sorted(name for name, _ in ROWS)
    assert {row["id"]: row["text"] for row in found[0]} == dict(ROWS)


def test_a_row_is_judged_like_a_file(tmp_path: Path) -> None:
    texts = {f"n{number}": text for number, (_, text) in enumerate(ROWS)}
    table = made(tmp_path / "table", ("t.jsonl", list(texts.items())))
    files = made(tmp_path / "files")
    for name, text in texts.items():
        files.write(name, text)
    assert table.build(allow_open=True).release_id == files.build(allow_open=True).release_id
    one, other = rows_of(table, "out"), rows_of(files, "out")
    for name, row in one.items():
        same = {key: value for key, value in row.items() if key not in ("path", "unsettled")}
        assert same == {key: value for key, value in other[name].items() if key not in ("path", "unsettled")}


@pytest.fixture
def corrected(tmp_path: Path) -> Project:
    """A table and a file; the safe fixes of a row are accepted, a finding of another row is rejected."""
    project = made(tmp_path / "corrected", ("t.jsonl.zst", ROWS))
    project.write("plain", CLEAN)
    article = project.corrections.read("articles/t.jsonl.zst/a")
    assert accept_safe(article, lint(article.document), ANA).decisions
    faulty = project.corrections.read(f"articles/t.jsonl.zst/{row_key('ü')}")
    for finding in lint(faulty.document):
        faulty.decide(hold(faulty.document, Verdict.REJECT, finding, "said so"), ANA)
    return project


def test_rows_have_corrections(corrected: Project) -> None:
    built = corrected.build(allow_open=True, formats=("txt", "jsonl.zst"))
    assert built.counts["edits"] >= 1
    out = corrected.root / "out"
    texts = {name: row["text"] for name, row in rows_of(corrected, "out").items()}
    assert "Scan code" not in str(texts["a"])
    assert rows_of(corrected, "out")["ü"]["unsettled"] == []
    assert (out / "patches" / "articles" / "t.jsonl.zst" / "a.patch").exists()
    assert (out / "txt" / "%2E.%2F..%2Fetc.txt").read_bytes().decode() == texts["../../etc"]
    assert polars.read_parquet(out / "edits")["id"].unique().to_list() == ["a"]
    inputs = {entry.path: entry for entry in read_manifest(out).inputs}
    assert inputs["articles/t.jsonl.zst"].rows == len(ROWS)
    assert inputs["articles/t.jsonl.zst/a"].patch_sha256
    assert verify(out, corrected.config, jobs=2).problems == ()


def test_what_changed_beside_it_is_named(corrected: Project) -> None:
    assert corrected.build(allow_open=True).release_id
    for name in (
        "articles/t.jsonl.zst",
        "articles/plain.txt",
        "corrections/articles/t.jsonl.zst/a.patch",
        "corrections/articles/t.jsonl.zst/a.decisions.jsonl",
    ):
        file = corrected.root / name
        before = bytearray(file.read_bytes())
        file.write_bytes(
            bytes([*before[: len(before) // 2], before[len(before) // 2] ^ 1, *before[len(before) // 2 + 1 :]])
        )
        done = verify(corrected.root / "out", corrected.config)
        assert {problem.place.path for problem in done.problems} == {name}
        file.write_bytes(before)
    assert verify(corrected.root / "out", corrected.config).problems == ()


def test_lint_and_patch_commands_know_rows(corrected: Project) -> None:
    listed = run_mtqa(corrected, "lint", "--format", "jsonl")
    named = {json.loads(line).get("path") for line in listed.stdout.splitlines()}
    assert f"articles/t.jsonl.zst/{row_key('b/1')}" in named
    assert run_mtqa(corrected, "patch", "verify").returncode == 0
    assert "2 articles verified, 0 problems" in run_mtqa(corrected, "patch", "verify", "articles/t.jsonl.zst").stderr
    assert "articles/t.jsonl.zst/a" in run_mtqa(corrected, "patch", "status", "--no-lint").stdout
    assert run_mtqa(corrected, "patch", "show", "articles/t.jsonl.zst/a").returncode == 0
    done = run_mtqa(corrected, "patch", "accept", "--safe", "articles/t.jsonl.zst", "--by", ANA)
    assert (done.returncode, done.stdout.count(" recorded")) == (0, len(ROWS))
    assert run_mtqa(corrected, "lint", "--changed-since", "HEAD").returncode == 2


def test_duplicate_ids(tmp_path: Path) -> None:
    within = made(tmp_path / "1", ("t.jsonl", [("a", CLEAN), ("b", CLEAN), ("a", FAULTY)])).build()
    assert [str(error) for error in within.errors] == [
        "articles/t.jsonl/a: two rows have the id 'a' (give each row its own)"
    ]
    across = made(tmp_path / "2", ("t.jsonl", [("a", CLEAN)]), ("u.parquet", [("a", CLEAN)]))
    across.write("a", CLEAN)
    assert [str(error.place) for error in across.build().errors] == ["articles/t.jsonl/a", "articles/u.parquet/a"]
    assert not (tmp_path / "2" / "out").exists()


def test_a_corrupt_shard_stops_the_build_and_is_named(tmp_path: Path) -> None:
    project = made(tmp_path, ("a.jsonl.gz", ROWS), ("b.jsonl", ROWS[:1]))
    file = tmp_path / "articles" / "a.jsonl.gz"
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    done = project.run("build", "--version", "1.0.0", "--to", "out", "--allow-open")
    assert done.returncode == 2
    assert "articles/a.jsonl.gz: ends in the middle" in done.stderr
    assert not (tmp_path / "out").exists()
    file.write_bytes(whole)
    (tmp_path / "articles" / "b.jsonl").unlink()
    assert project.build(allow_open=True).release_id


def test_a_row_that_cannot_be_an_article_is_named(tmp_path: Path) -> None:
    built = made(tmp_path, ("a.jsonl", [("x", "fine"), ("nul", "a\0b")])).build()
    assert [str(error.place) for error in built.errors] == ["articles/a.jsonl/nul:1"]


def test_an_empty_row_is_left_out(tmp_path: Path) -> None:
    project = made(tmp_path, ("a.jsonl", [("x", "A fine text."), ("empty", " \n")]))
    assert project.build().counts["left_out"] == 1
    (line,) = (tmp_path / "out" / "DROPPED.jsonl").read_bytes().splitlines()
    assert (json.loads(line)["id"], json.loads(line)["why"]) == ("empty", "empty")


def test_corrections_of_a_row_that_is_gone(corrected: Project) -> None:
    write(corrected.root / "articles" / "t.jsonl.zst", [row for row in ROWS if row[0] != "a"])
    built = corrected.build(allow_open=True)
    assert [str(error.place) for error in built.errors] == ["articles/t.jsonl.zst/a"]


def test_the_gate_names_row_and_line(tmp_path: Path) -> None:
    built = made(tmp_path, ("t.jsonl", [("x", FAULTY)])).build()
    assert built.open_points == len(built.blockers) > 0
    assert all(line.startswith("articles/t.jsonl/x:3: major: ") for line in built.blockers)


def test_many_pieces_are_merged_in_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqa.release.order._AT_ONCE", 2)
    monkeypatch.setattr("mtqa.release.order._OPEN", 2)
    rows = [(f"{number:02}", f"Text {number} is fine.") for number in range(22)]
    random.Random(3).shuffle(rows)
    project = made(tmp_path / "many", *((f"{n:02}.jsonl", rows[2 * n : 2 * n + 2]) for n in range(11)))
    one = made(tmp_path / "one", ("t.jsonl", rows))
    assert project.build(shard_size=5).release_id == one.build().release_id


def test_a_linter_that_leaves_rules_out_still_finds_fields(tmp_path: Path) -> None:
    """One pass serves both only where nothing is left out of it."""
    project = made(tmp_path / "1", ("t.jsonl", [("x", CLEAN)]))
    fields = ("source", "published", "editor", "title")
    assert project.build().release_id
    whole = {name: rows_of(project, "out")["x"][name] for name in fields}
    settings = project.root / "mtqa.toml"
    settings.write_text(f'ignore = ["metadata"]\n{SETTINGS}', encoding="utf-8")
    assert project.build("without").release_id
    assert {name: rows_of(project, "without")["x"][name] for name in fields} == whole
    assert whole["source"] == "Example Daily"


def test_one_pass_finds_what_two_find(seeds: Project) -> None:
    from mtqa.release.article import FIELD_FAMILIES
    from mtqa.release.metadata import fields_of
    from mtqa.selection import Selection
    from mtqa.sources import find_sources

    rules = load_rules(shipped_rules())
    both, fields = Linter(rules), Linter(rules, Selection(select=FIELD_FAMILIES))
    for source in find_sources((), seeds.config):
        document = source.read()
        found = both.check(document)
        once = [finding for finding in found if finding.family in FIELD_FAMILIES]
        assert fields_of(document, once, document, found) == fields_of(
            document, fields.check(document), document, found
        )


def test_other_columns(tmp_path: Path) -> None:
    project = made(tmp_path)
    settings = project.root / "mtqa.toml"
    settings.write_text(f'{SETTINGS}[columns]\ntext = "body"\nid = ""\n', encoding="utf-8")
    write(tmp_path / "articles" / "t.parquet", [("x", CLEAN), ("y", CLEAN.replace("north", "east"))], text="body")
    assert project.config.columns == Columns("body", "")
    assert project.build().release_id
    assert sorted(rows_of(project, "out")) == ["articles/t/1", "articles/t/2"]
    assert verify(tmp_path / "out", project.config).problems == ()


def test_the_bytes_do_not_depend_on_workers(tmp_path: Path) -> None:
    project = made(
        tmp_path, *((f"{n}.{form}", [(f"{n}-{name}", text) for name, text in ROWS]) for n, form in enumerate(FORMS))
    )
    for name, jobs in (("one", 1), ("two", 2)):
        assert project.build(name, allow_open=True, jobs=jobs, shard_size=7).release_id
    assert (tmp_path / "one" / SUMS).read_bytes() == (tmp_path / "two" / SUMS).read_bytes()


def test_killed_at_random_points(tmp_path: Path) -> None:
    """Wherever it is killed there is no release, and the next build makes the same one."""
    tables = ((f"{n}.{form}", [(f"{n}-{name}", text) for name, text in ROWS]) for n, form in enumerate(FORMS))
    project = made(tmp_path, *tables)
    command = ("build", "--version", "1.0.0", "--allow-open", "--shard-size", "3", "-j", "2", "--to")
    begun = time.monotonic()
    assert project.run(*command, "out").returncode == 0
    whole = time.monotonic() - begun
    draw = random.Random(8)
    for _ in range(4):
        started = subprocess.Popen(
            project.command(*command, "again"),
            cwd=tmp_path,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(whole * draw.uniform(0.3, 0.95))
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        if (tmp_path / "again").exists():  # it was faster this time
            assert verify(tmp_path / "again").problems == ()
            shutil.rmtree(tmp_path / "again")
    assert project.run(*command, "again").returncode == 0
    assert (tmp_path / "again" / SUMS).read_bytes() == (tmp_path / "out" / SUMS).read_bytes()
    assert not list(tmp_path.glob(".again.part"))


def test_order_is_that_of_ids(tmp_path: Path) -> None:
    from mtqa.release.work import Work

    project = made(tmp_path, ("t.jsonl", [("x", FAULTY), ("a", FAULTY), ("m", CLEAN)]))
    assert project.build().blockers  # stopped by the gate: the working folder is still there
    work = Work(tmp_path / ".out.part", "")
    assert put_in_order(work, Pieces(work, 1)).articles == 3
    assert [entry[0] for entry in read_order(work)] == ["a", "m", "x"]
