"""Near duplicates are found whatever the order; one stays by the written rule, and only when told."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import numpy
import pytest

from mtqa.corrections.choice import hold
from mtqa.corrections.decision import Verdict
from mtqa.linter import lint
from mtqa.release import dedup
from mtqa.release.dedup import bands_of, clusters, shingles, signature_of
from mtqa.release.table import read_rows
from tests.release.conftest import CLEAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.release.conftest import Project

WORDS = [f"word{number}" for number in range(400)]


def found(texts: dict[str, str], order: Sequence[str]) -> dict[str, str]:
    """The clusters by name of their members: each is called after its smallest."""
    signed = [number for number, name in enumerate(order) if signature_of(texts[name])]
    bands = bands_of([signature_of(texts[order[number]]) for number in signed])
    numbers = numpy.array(signed)
    half = len(signed) // 2
    alike = clusters(
        lambda band: [(numbers[:half], bands[band][:half]), (numbers[half:], bands[band][half:])],
        lambda number: shingles(texts[order[number]]),
        0.8,
        len(order),
    )
    groups: dict[int, list[str]] = {}
    for number, root in alike.items():
        groups.setdefault(root, []).append(order[number])
    return {name: min(group) for group in groups.values() for name in group}


def article(seed: int, changed: int = 0) -> str:
    draw = random.Random(seed)
    words = draw.choices(WORDS, k=600)
    for number in range(changed):
        words[number * 600 // changed] = f"new{number}"
    return " ".join(words)


def test_clusters_do_not_depend_on_order() -> None:
    texts = {f"{seed}{kind}": article(seed, changed) for seed in range(8) for kind, changed in (("a", 0), ("b", 4))}
    texts |= {"other": article(99), "empty": "", "blank": " \n"}
    wanted = {name: f"{name[0]}a" for name in texts if name[0].isdigit()}
    names = list(texts)
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert found(texts, names) == wanted


def test_bands_in_parts_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"{seed}{kind}": article(seed, changed) for seed in range(20) for kind, changed in (("a", 0), ("b", 4))}
    whole = found(texts, sorted(texts))
    monkeypatch.setattr(dedup, "MOST", 3)
    assert found(texts, sorted(texts)) == whole
    assert len(whole) == 40


@pytest.mark.parametrize(("changed", "alike"), [(0, True), (10, True), (60, False), (200, False)])
def test_the_shingles_decide(changed: int, alike: bool) -> None:
    one, other = article(1), article(1, changed)
    shared = len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))
    assert (shared >= 0.8) is alike
    assert bool(found({"a": one, "b": other}, "ab")) is alike


def test_a_chain_is_one_cluster() -> None:
    words = [f"w{number}" for number in range(1200)]
    texts = {name: " ".join(words[at : at + 1000]) for name, at in (("c", 0), ("b", 90), ("a", 180))}
    assert found({"c": texts["c"], "a": texts["a"]}, "ca") == {}
    assert found(texts, "cab") == {"a": "a", "b": "a", "c": "a"}


def test_short_texts_are_compared_whole() -> None:
    assert found({"a": "Only three words", "b": "only THREE words!"}, "ab") == {"a": "a", "b": "a"}
    assert shingles("") == set()


@pytest.fixture
def twins(project: Project) -> Project:
    """Three that nearly repeat each other: "b" is longest, "worse" has a fault; and one apart."""
    body = "\n\n".join(article(seed) for seed in (1, 2))
    project.write("a", f"{CLEAN}\n{body}")
    project.write("b", f"{CLEAN}\n{body} and a few more words at the end")
    project.write("worse", f"{CLEAN}\n{body} and the industrial workers team construction reform too, as they say")
    return project


def settle(project: Project) -> None:
    for path in ("articles/a.txt", "articles/b.txt", "articles/worse.txt"):
        one = project.corrections.read(path)
        for finding in lint(one.document):
            verdict = Verdict.DEFER if "worse" in path and finding.family == "term" else Verdict.REJECT
            one.decide(hold(one.document, verdict, finding), "Ana")


def test_they_are_reported_and_stay(twins: Project) -> None:
    settle(twins)
    assert twins.build().counts["near_duplicates"] == 3
    rows = {
        row["id"]: row["duplicate_cluster"]
        for row in read_rows(twins.root / "out" / "data", ("id", "duplicate_cluster"))
    }
    assert rows == {"a": "a", "b": "a", "worse": "a", "clean": None}


def test_one_stays_when_told(twins: Project) -> None:
    settle(twins)
    assert twins.build(drop_duplicates=True).counts["left_out"] == 2
    assert [row["id"] for row in read_rows(twins.root / "out" / "data", ("id",))] == ["b", "clean"]
    lines = (twins.root / "out" / "DROPPED.jsonl").read_bytes().decode().split("\n")[:-1]
    assert [(gone["id"], gone["why"], gone["reason"]) for gone in map(json.loads, lines)] == [
        ("a", "near duplicate", "nearly repeats b, which stays"),
        ("worse", "near duplicate", "nearly repeats b, which stays"),
    ]
