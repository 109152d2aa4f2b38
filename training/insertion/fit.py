"""Fits ``src/mtqa/insertion/model.json`` on articles with planted phrases: same input, same bytes.

    python training/insertion/fit.py --data FOLDER

Needs ``space.npz`` (see space.py) and lightgbm. Runs inside a planted phrase stand against runs of the same article as
it was. What each word is expected to be is worked out for a fold of the articles from the others, or it would know
their answers.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import articles
import numpy as np
from expected import expected_isolation
from numpy.typing import NDArray
from planting import phrase_maker, plant

from mtqa.insertion import space as shipped
from mtqa.insertion.passages import FEATURES, LEAST_WORDS, Runs, describe
from mtqa.insertion.relation import relate
from mtqa.insertion.space import Space
from mtqa.insertion.words import Reader, token_spans

FOLDS = 2
PLANTS = 5  # per article
TREES = 150

Array = NDArray[np.float64]


def runs_of(text: str, reader: Reader, space: Space) -> tuple[Runs, NDArray[np.int64]] | None:
    """Runs and their ``(start, end)`` offsets; None for a text too short."""
    words = reader.read(text)
    if len(words) < LEAST_WORDS:
        return None
    runs = describe(words, relate(words, space), space)
    spans = np.array(token_spans(text))
    return runs, np.stack([spans[words.place[runs.start], 0], spans[words.place[runs.stop - 1], 1]], 1)


def samples(
    clean: list[str], make: Callable[[random.Random], str], space: Space, seed: int
) -> Iterator[tuple[Array, float]]:
    """Feature rows and whether they are foreign, article by article."""
    chance = random.Random(seed)
    reader = Reader(space)
    for text in clean:
        if (found := runs_of(text, reader, space)) is None:
            continue
        yield found[0].features.astype(np.float64), 0.0
        for _ in range(PLANTS):
            if (planted := plant(text, make(chance), chance)) is None:
                continue
            changed, start, end = planted
            if (found := runs_of(changed, reader, space)) is not None:
                runs, spans = found
                yield runs.features[(spans[:, 0] >= start) & (spans[:, 1] <= end)].astype(np.float64), 1.0


def trees(rows: Array, labels: Array) -> tuple[list[list[list[float]]], int]:
    """Boosted trees as :func:`mtqa.insertion.space.model_from` reads them, and their depth."""
    import lightgbm

    options = {
        "objective": "binary",
        "num_leaves": 15,
        "learning_rate": 0.06,
        "min_data_in_leaf": 60,
        "lambda_l2": 10,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "boost_from_average": False,
        "seed": 1,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    fitted = lightgbm.train(options, lightgbm.Dataset(rows, labels), TREES).dump_model()["tree_info"]
    depth = 0

    def flatten(node: dict[str, Any], nodes: list[list[float]], level: int) -> int:
        nonlocal depth
        depth = max(depth, level)
        place = len(nodes)
        nodes.append([])
        if "leaf_value" in node:
            nodes[place] = [round(node["leaf_value"], 5)]
        else:
            low = flatten(node["left_child"], nodes, level + 1)
            high = flatten(node["right_child"], nodes, level + 1)
            nodes[place] = [node["split_feature"], round(node["threshold"], 5), low, high]
        return place

    found: list[list[list[float]]] = []
    for tree in fitted:
        found.append([])
        flatten(tree["tree_structure"], found[-1], 0)
    return found, depth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with mlqe_train.jsonl and mqm_zh_en_dev.jsonl")
    parser.add_argument("--out", type=Path, default=shipped.MODEL)
    parser.add_argument("--samples", type=Path, help="also keep what was fitted on")
    options = parser.parse_args()
    clean = [*articles.wikipedia(options.data), *articles.news(options.data)]
    space = shipped.shipped_space()
    make = phrase_maker(space, articles.phrases(Path(__file__).with_name("phrases.txt")))
    parts: list[tuple[Array, float]] = []
    for fold in range(FOLDS):
        others = [text for index, text in enumerate(clean) if index % FOLDS != fold]
        expected = expected_isolation(others, space).astype(np.float32)
        own = clean[fold::FOLDS]
        parts += samples(own, make, replace(space, expected=expected), fold)
    rows = np.concatenate([part for part, _ in parts])
    labels = np.concatenate([np.full(len(part), label) for part, label in parts])
    if options.samples:
        np.savez(options.samples, rows=rows, labels=labels)
    found, depth = trees(rows, labels)
    lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in found)
    names = json.dumps(FEATURES)
    options.out.write_text(f'{{"features": {names},\n"depth": {depth},\n"trees": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{len(rows):,} runs, {int(labels.sum()):,} of them foreign")


if __name__ == "__main__":
    main()
