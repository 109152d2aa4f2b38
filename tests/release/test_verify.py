"""One changed byte anywhere is found and named; a release cannot make verify look elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import polars
import pytest
import zstandard

from mtqa.release.manifest import MANIFEST, SUMS, files_of, write_sums
from mtqa.release.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.release.conftest import Project


def flip(file: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(file.read_bytes() or b"\0")
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def named(copy: Project, *, sources: bool = False) -> set[str]:
    done = verify(copy.root / "out", copy.config if sources else None)
    return {problem.place.path for problem in done.problems}


def test_a_release_holds(seeds: Project) -> None:
    done = verify(seeds.root / "out", seeds.config, jobs=2)
    assert (done.problems, done.notes) == ((), ())


def test_a_flipped_byte_of_any_file_is_found_and_named(copy: Project) -> None:
    root = copy.root / "out"
    for name in files_of(root):
        before = (root / name).read_bytes()
        flip(root / name)
        found = named(copy)
        assert (name in found) or (name == SUMS and found), name
        (root / name).write_bytes(before)
    assert named(copy) == set()


def test_a_flipped_byte_of_any_source_is_found_and_named(copy: Project) -> None:
    for folder in ("articles", "corrections"):
        for file in sorted(path for path in (copy.root / folder).rglob("*") if path.is_file()):
            if file.name.startswith("."):
                continue
            before = file.read_bytes()
            flip(file)
            assert named(copy, sources=True) == {file.relative_to(copy.root).as_posix()}
            file.write_bytes(before)


def test_missing_and_foreign_files_are_named(copy: Project) -> None:
    (copy.root / "out" / "charts" / "words.svg").unlink()
    (copy.root / "out" / "data" / "00001.parquet").write_bytes(b"")
    assert named(copy) == {"charts/words.svg", "data/00001.parquet"}


def test_a_file_swapped_with_its_sum_is_found_by_building_again(copy: Project) -> None:
    root = copy.root / "out"
    card = root / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("CC-BY-4.0", "CC0-1.0"), encoding="utf-8")
    tampered(root, lambda manifest: resealed(root, manifest))
    assert named(copy) == set()  # by itself it is whole
    assert named(copy, sources=True) == {"README.md", MANIFEST}


def test_texts_changed_with_all_their_sums_are_found_by_building_again(copy: Project) -> None:
    root = copy.root / "out"
    file = root / "data" / "00000.parquet"
    table = polars.read_parquet(file).with_columns(polars.col("text").str.replace("the", "a"))
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in table["text"]]
    table.with_columns(polars.Series("text_sha256", digests)).write_parquet(file)

    def reseal(manifest: dict[str, Any]) -> None:
        from mtqa.release.manifest import release_id

        manifest["release_id"] = release_id(zip(table["id"], digests, strict=True))
        resealed(root, manifest)

    tampered(root, reseal)
    assert named(copy) == set()
    assert "data/00000.parquet" in named(copy, sources=True)


def tampered(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest, and make the sums fit."""
    manifest = json.loads((root / MANIFEST).read_bytes())
    change(manifest)
    (root / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    write_sums(root)


def resealed(root: Path, manifest: dict[str, Any]) -> None:
    for entry in manifest["files"]:
        data = (root / entry["path"]).read_bytes()
        entry.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("key", "value"),
    [("release_id", "0" * 64), ("format", 2), ("files", []), ("counts", "none"), ("surplus", 1), ("inputs", [])],
)
def test_a_tampered_manifest(copy: Project, key: str, value: object) -> None:
    tampered(copy.root / "out", lambda manifest: manifest.update({key: value}))
    assert named(copy)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../b", "C:\\x", "a\\b", "./a", "a//b", "a\nb"])
@pytest.mark.parametrize("where", ["files", "inputs"])
def test_paths_of_a_manifest_that_lead_out(copy: Project, path: str, where: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest[where][0]["path"] = path

    tampered(copy.root / "out", change)
    done = verify(copy.root / "out", copy.config)
    assert [problem.place.path for problem in done.problems] == [MANIFEST]
    assert "a path that a release cannot have" in done.problems[0].message


@pytest.mark.parametrize("path", ["../articles/x.txt", "/etc/passwd", "data/../README.md"])
def test_paths_of_the_sums_that_lead_out(copy: Project, path: str) -> None:
    sums = copy.root / "out" / SUMS
    sums.write_bytes(sums.read_bytes() + f"{'0' * 64}  {path}\n".encode())
    assert named(copy) == {SUMS}


@pytest.mark.parametrize("line", ["zz  README.md\n", "\n", f"{'0' * 64} README.md\n", f"{'0' * 64}  README.md\n"])
def test_lines_that_are_no_sums(copy: Project, line: str) -> None:
    sums = copy.root / "out" / SUMS
    sums.write_bytes(sums.read_bytes() + line.encode())
    assert named(copy) == {SUMS}


def test_links_are_refused(copy: Project, tmp_path: Path) -> None:
    root = copy.root / "out"
    for name in ("README.md", SUMS, MANIFEST):
        elsewhere = tmp_path / name
        (root / name).rename(elsewhere)
        (root / name).symlink_to(elsewhere)
        assert named(copy) == {name}
        (root / name).unlink()
        elsewhere.rename(root / name)
    (root / "data").rename(tmp_path / "data")
    (root / "data").symlink_to(tmp_path / "data")
    assert named(copy) == {"data"}


def test_pipes_are_refused(copy: Project) -> None:
    os.mkfifo(copy.root / "out" / "pipe")
    assert named(copy) == {"pipe"}


def test_what_is_no_release(tmp_path: Path, copy: Project) -> None:
    assert verify(tmp_path / "nowhere").problems
    assert verify(copy.root / "articles").problems
    (copy.root / "link").symlink_to(copy.root / "out")
    assert verify(copy.root / "link").problems


def test_other_rules_are_said_to_be_other_rules(copy: Project) -> None:
    tampered(copy.root / "out", lambda manifest: manifest.update(rules_sha256="0" * 64))
    done = verify(copy.root / "out", copy.config)
    assert "other rules" in done.problems[0].message


def test_other_models_are_said_to_be_other_models(copy: Project) -> None:
    tampered(copy.root / "out", lambda manifest: manifest.update(models=["garble 0"]))
    done = verify(copy.root / "out", copy.config)
    assert "other models" in done.problems[0].message


def test_other_versions_compare_articles(copy: Project) -> None:
    tampered(copy.root / "out", lambda manifest: manifest["tools"].update(pyarrow="1.0"))
    done = verify(copy.root / "out", copy.config)
    assert done.problems == ()
    assert "pyarrow" in done.notes[0]


def test_other_versions_are_no_way_around(copy: Project) -> None:
    root = copy.root / "out"
    card, packed = root / "README.md", root / "jsonl" / "data" / "00000.jsonl.zst"
    card.write_text(card.read_text(encoding="utf-8").replace("CC-BY-4.0", "CC0-1.0"), encoding="utf-8")
    packed.write_bytes(zstandard.ZstdCompressor().compress(b"{}\n"))
    file = root / "data" / "00000.parquet"
    polars.read_parquet(file).with_columns(polars.lit("publish").alias("verdict")).write_parquet(file)

    def change(manifest: dict[str, Any]) -> None:
        manifest["tools"].update(pyarrow="1.0")
        manifest["counts"]["words"] = 1
        resealed(root, manifest)

    tampered(root, change)
    assert named(copy) == set()
    assert named(copy, sources=True) == {"README.md", "jsonl/data/00000.jsonl.zst", "data", MANIFEST}


@pytest.mark.parametrize("damage", ["none", "column"])
def test_a_table_that_is_none(copy: Project, damage: str) -> None:
    root = copy.root / "out"
    file = root / "data" / "00000.parquet"
    if damage == "none":
        file.write_bytes(b"PAR1 and nothing else PAR1")
    else:
        polars.read_parquet(file).drop("text").write_parquet(file)
    tampered(root, lambda manifest: resealed(root, manifest))
    assert named(copy) == {"data/00000.parquet"}
    done = copy.run("diff", "out", "out")
    assert done.returncode == 2
    assert "data/00000.parquet" in done.stderr


def test_parameters_that_no_build_has(copy: Project) -> None:
    for name, value in (("shard_size", 0), ("formats", ["exe"]), ("settings", {"publish": "x"})):
        tampered(copy.root / "out", lambda manifest, n=name, v=value: manifest["parameters"].update({n: v}))  # type: ignore[misc]
        assert named(copy, sources=True) == {MANIFEST}


def test_the_command_names_the_file(copy: Project) -> None:
    flip(copy.root / "out" / "README.md")
    done = copy.run("verify", "out", "--files-only")
    assert done.returncode == 1
    assert "README.md: is not the file" in done.stdout
