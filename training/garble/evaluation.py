"""The sentences that garble models are measured on, with their documents; none of them is learned from.

`garble_dev` and the seeds' gold have levels 0-3 (2: hard to understand or partly wrong, 3: nonsense), `clean_dev` is
human English (level 0), `mlqe_dev` has pairs of a bad translation and its post-edit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from garble.clean import rows
from mtqa.garble.passages import fast_scores

if TYPE_CHECKING:
    from pathlib import Path


_BAD_DA, _FAIR_DA = 50.0, 70.0


@dataclass(frozen=True)
class Labelled:
    """Sentences in document order; ``level`` and ``document`` a number for each, ``group`` a genre or kind."""

    texts: list[str]
    level: np.ndarray
    document: np.ndarray
    group: list[str]

    @property
    def words(self) -> np.ndarray:
        return np.array([len(text.split()) for text in self.texts])


def logits_of(texts: list[str]) -> np.ndarray:
    """The fast model's logit of each sentence, as if it stood alone."""
    offsets, position = [], 0
    for text in texts:
        offsets.append((position, position + len(text)))
        position += len(text) + 1
    return fast_scores("\n".join(texts), offsets).logits


def _labelled(entries: list[tuple[str, int, str, str]]) -> Labelled:
    names: dict[str, int] = {}
    numbers = [names.setdefault(name, len(names)) for _, _, name, _ in entries]
    levels = np.array([level for _, level, _, _ in entries])
    return Labelled([text for text, *_ in entries], levels, np.array(numbers), [group for *_, group in entries])


def garble_dev(data: Path) -> Labelled:
    folder = data / "mtq" / "garble_dev"
    kinds = {row["id"]: row["kind"] for row in rows(folder / "index.jsonl")}
    return _labelled([(r["text"], r["garble"], r["id"], kinds[r["id"]]) for r in rows(folder / "labels.jsonl")])


def seeds(gold: Path) -> Labelled:
    entries = []
    for file in sorted(gold.glob("0*.json")):
        marks = json.loads(file.read_text(encoding="utf-8"))["sentences"]
        entries += [(mark["text"], mark["garble"], file.stem, "seed") for mark in marks]
    return _labelled(entries)


def clean_dev(data: Path) -> Labelled:
    entries = []
    for row in rows(data / "mtq" / "clean_dev.jsonl"):
        entries += [(row["text"][a:b], 0, row["doc"], f"{row['dataset']}/{row['genre']}") for a, b in row["sents"]]
    return _labelled(entries)


def mlqe_articles(data: Path) -> Labelled:
    """Machine translations by document; the level is 2 for a direct assessment below 50, 1 for one below 70."""
    entries = []
    for row in rows(data / "mtq" / "mlqe_dev.jsonl"):
        level = 2 if row["da"] < _BAD_DA else 1 if row["da"] < _FAIR_DA else 0
        entries.append((row["text"], level, f"{row['lp']} {row['doc']}", row["lp"]))
    return _labelled(entries)


def mlqe_post_edits(data: Path) -> Labelled:
    """The post-edits of the same sentences in the same documents: what is flagged here is flagged for its topic."""
    entries = [(r["pe"], 0, f"{r['lp']} {r['doc']}", r["lp"]) for r in rows(data / "mtq" / "mlqe_dev.jsonl")]
    return _labelled(entries)


def mlqe_dev(data: Path) -> list[tuple[str, str, str]]:
    """(bad translation, its post-edit, language pair) of all with a direct assessment below 50."""
    found = rows(data / "mtq" / "mlqe_dev.jsonl")
    return [(r["text"], r["pe"], r["lp"]) for r in found if r["da"] < _BAD_DA and r["text"] != r["pe"]]
