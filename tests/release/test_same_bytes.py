"""Equal content gives an equal release, whatever the machine's mood."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mtqa.release.build import Request
from mtqa.release.build import build as build_release
from mtqa.release.manifest import SUMS, read_manifest, release_id
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from tests.release.conftest import Project


def test_workers_zone_locale_and_hash_seed(seeds: Project, copy: Project) -> None:
    moods = (
        ("one", "1", {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        ("two", "2", {"TZ": "America/Los_Angeles", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2"}),
    )
    for name, jobs, environment in moods:
        done = copy.run(
            "build", "--version", "1.0.0", "--to", name, "--allow-open", "--formats", "txt,jsonl.zst", "-j", jobs,
            **environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    one, two = ((copy.root / name / SUMS).read_bytes() for name, _, _ in moods)
    assert one == two
    assert read_manifest(copy.root / "one").release_id == read_manifest(seeds.root / "out").release_id


def test_the_order_of_sources_and_of_the_folder_do_not_matter(copy: Project) -> None:
    config = copy.config
    sources = find_sources((), config)
    for name, ordered in (("one", sources), ("two", sources[::-1])):
        request = Request("1.0.0", copy.root / name, allow_open=True, date="2026-11-20")
        build_release(config, ordered, request)
        for file in sorted((copy.root / "articles").iterdir(), reverse=True):  # other times, other inodes
            data = file.read_bytes()
            file.unlink()
            file.write_bytes(data)
            os.utime(file, (0, 0))
    assert (copy.root / "one" / SUMS).read_bytes() == (copy.root / "two" / SUMS).read_bytes()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_shard_size_changes_files_but_not_the_content(seeds: Project, copy: Project, size: int) -> None:
    built = copy.build("sharded", allow_open=True, shard_size=size)
    assert built.release_id == read_manifest(seeds.root / "out").release_id
    assert len(list((copy.root / "sharded" / "data").iterdir())) == -(-5 // size)


def test_the_id_depends_on_ids_and_texts_only() -> None:
    pairs = [("a", "1"), ("b", "2")]
    assert release_id(pairs) == release_id(pairs[::-1])
    assert len({release_id(pairs), release_id([("a", "2"), ("b", "1")]), release_id([("a1", ""), ("b", "2")])}) == 3


def test_no_clock_in_the_files(seeds: Project, copy: Project) -> None:
    assert copy.build("again", allow_open=True, formats=("jsonl.zst", "txt")).release_id
    assert (copy.root / "again" / SUMS).read_bytes() == (seeds.root / "out" / SUMS).read_bytes()
