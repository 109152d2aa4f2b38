"""What others load is what was decided: every reader, both tables, the card, the description."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import yaml
import zstandard

from mtqa.corrections.patch import apply_patch
from mtqa.release.manifest import read_manifest, release_id
from mtqa.release.record import COLUMNS, EDIT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.conftest import Project

LOAD = """
import sys
from datasets import load_dataset
articles = load_dataset(sys.argv[1], split="train", cache_dir=sys.argv[2])
edits = load_dataset(sys.argv[1], "edits", split="train", cache_dir=sys.argv[2])
same = [articles.column_names == sys.argv[3].split(), edits.column_names == sys.argv[4].split()]
print(len(articles), len(edits), *same)
"""


@pytest.fixture(scope="module")
def out(seeds: Project) -> Path:
    return seeds.root / "out"


def test_each_text_is_its_original_with_its_patch(seeds: Project, out: Path) -> None:
    import polars

    rows = polars.read_parquet(out / "data" / "*.parquet").to_dicts()
    assert [row["id"] for row in rows] == sorted(file.stem for file in (seeds.root / "articles").iterdir())
    for row in rows:
        original = (seeds.root / row["path"]).read_bytes()
        patch = out / "patches" / f"{row['path']}.patch"
        cleaned = apply_patch(original, patch.read_bytes()) if patch.exists() else original
        assert row["text"].encode() == cleaned
        assert row["source_sha256"] == hashlib.sha256(original).hexdigest()
        assert row["text_sha256"] == hashlib.sha256(cleaned).hexdigest()
        assert (out / "txt" / f"{row['id']}.txt").read_bytes() == cleaned
    assert read_manifest(out).release_id == release_id((row["id"], row["text_sha256"]) for row in rows)


def test_every_edit_quotes_its_original(seeds: Project, out: Path) -> None:
    import polars

    rows = polars.read_parquet(out / "edits" / "*.parquet").to_dicts()
    assert len(rows) == read_manifest(out).counts["edits"]
    for row in rows:
        original = (seeds.root / row["path"]).read_bytes().decode()
        assert original[row["start"] : row["end"]] == row["old"]
        assert row["editor"] == "Ana <ana@example.org>"
        assert row["rule"]


def test_patches_are_the_very_files(seeds: Project, out: Path) -> None:
    patches = sorted(seeds.root.glob("corrections/**/*.patch"))
    assert patches
    for file in patches:
        name = file.relative_to(seeds.root / "corrections")
        assert (out / "patches" / name).read_bytes() == file.read_bytes()


def test_json_lines_hold_the_same_rows(out: Path) -> None:
    import polars

    for table in ("data", "edits"):
        packed = (out / "jsonl" / table / "00000.jsonl.zst").read_bytes()
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(packed).decode().split("\n")[:-1]
        assert [json.loads(line) for line in lines] == polars.read_parquet(out / table / "*.parquet").to_dicts()


def test_duckdb_reads_both_tables(out: Path) -> None:
    import duckdb

    joined = duckdb.sql(
        f"SELECT count(*), count(DISTINCT a.id) FROM '{out}/data/*.parquet' a JOIN '{out}/edits/*.parquet' e USING (id)"
    )
    edits, articles = joined.fetchall()[0]
    assert edits == read_manifest(out).counts["edits"]
    assert 1 <= articles <= 5


def test_datasets_loads_both_configurations_offline(seeds: Project, out: Path, tmp_path: Path) -> None:
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    arguments = [str(out), str(tmp_path / "cache"), " ".join(COLUMNS), " ".join(EDIT_COLUMNS)]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["5", str(read_manifest(out).counts["edits"]), "True", "True"]


def test_croissant_validates_and_reads_both_record_sets(out: Path) -> None:
    import mlcroissant

    described = mlcroissant.Dataset(out / "croissant.json")
    assert not described.metadata.issues.errors
    assert len(list(described.records("articles"))) == 5
    assert len(list(described.records("edits"))) == read_manifest(out).counts["edits"]


def test_the_card(out: Path) -> None:
    text = (out / "README.md").read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    matter = yaml.safe_load(head)
    assert [one["config_name"] for one in matter["configs"]] == ["default", "edits"]
    assert matter["license"] == "cc-by-4.0"
    assert "# An \\*example\\* corpus 1.0.0" in body
    assert "## Still open" in body
    assert read_manifest(out).release_id in body
    for picture in ("charts/words.svg", "charts/score.svg"):
        assert f"]({picture})" in body
        drawn = ElementTree.parse(out / picture).getroot()
        counts = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}rect")]
        assert len(counts) == 13


def test_sha256sum_takes_the_sums(out: Path) -> None:
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_a_release_without_edits_offers_no_configuration_of_them(project: Project) -> None:
    assert project.build().release_id
    text = (project.root / "out" / "README.md").read_text(encoding="utf-8")
    assert "config_name: edits" not in text
    assert "No critical or major finding" in text
