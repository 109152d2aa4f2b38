"""Fits how logits become probabilities and where the threshold lies: `calibration.json`.

Logistic regression on `mlqe_dev` (by document), `garble_dev` (18 articles) and, as articles without garble,
`clean_dev`; the three weigh alike. The threshold is the lowest that flags at most LIMIT sentences per 1,000 words of
`clean_dev`, and none of its genres (of 1,000 words and more) above twice that.

Length is left out on purpose: it would raise the figures on `garble_dev`, where long sentences are the bad ones, and
flag long sentences in novels.

    python -m garble.calibrate --data BENCH --to ../src/mtqa/garble/data
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from garble.evaluation import Labelled, clean_dev, garble_dev, logits_of, mlqe_articles
from mtqa.garble.passages import LEAST_WORDS, Blend, probabilities

LIMIT = 0.25
_STRENGTH = 6.0


def article_means(logits: np.ndarray, labelled: Labelled, usual: float) -> np.ndarray:
    """For each sentence the mean of the others of its article, pulled towards ``usual``."""
    result = np.zeros_like(logits)
    counted = labelled.words >= LEAST_WORDS
    for document in np.unique(labelled.document):
        rows = (labelled.document == document) & counted
        own = logits[rows]
        result[rows] = (own.sum() - own + _STRENGTH * usual) / (max(len(own), 1) - 1 + _STRENGTH)
    return result


def fit(sets: list[Labelled], logits: list[np.ndarray]) -> Blend:
    """The blend of the given logits, without its threshold."""
    counted = [labelled.words >= LEAST_WORDS for labelled in sets]
    parts = list(zip(sets, logits, counted, strict=True))
    usual = float(np.mean([part[rows].mean() for _, part, rows in parts]))
    columns = [np.stack([part, article_means(part, labelled, usual)], 1)[rows] for labelled, part, rows in parts]
    bad = np.concatenate([labelled.level[rows] >= 2 for labelled, _, rows in parts])
    weights = np.concatenate([np.full(rows.sum(), 1000 / rows.sum()) for rows in counted])
    matrix = np.concatenate(columns)
    centre, spread = matrix.mean(0), matrix.std(0)
    model = LogisticRegression(max_iter=1000).fit((matrix - centre) / spread, bad, weights)
    own, others = (float(value) for value in model.coef_[0] / spread)
    bias = float(model.intercept_[0]) - own * centre[0] - others * centre[1]
    return Blend(round(own, 5), round(others, 5), round(float(bias), 5), round(usual, 5), _STRENGTH, 1.0)


def by_article(labelled: Labelled, logits: np.ndarray, blend: Blend) -> np.ndarray:
    """Probabilities as the checker gives them."""
    found = np.zeros(len(labelled.texts))
    for document in np.unique(labelled.document):
        rows = labelled.document == document
        found[rows] = probabilities(logits[rows], labelled.words[rows], blend)
    return found


def threshold(clean: Labelled, found: np.ndarray) -> float:
    """See the module."""
    genres = np.array(clean.group)
    words = clean.words
    for candidate in np.arange(0.3, 0.999, 0.005):
        flagged = found >= candidate
        rates = [
            1000 * flagged[genres == genre].sum() / words[genres == genre].sum()
            for genre in set(clean.group)
            if words[genres == genre].sum() >= 1000
        ]
        if 1000 * flagged.sum() / words.sum() <= LIMIT and max(rates) <= 2 * LIMIT:
            return round(float(candidate), 3)
    return 0.999


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    sets = [mlqe_articles(options.data), garble_dev(options.data), clean_dev(options.data)]
    logits = [logits_of(labelled.texts) for labelled in sets]
    blend = fit(sets, logits)
    limit = threshold(sets[-1], by_article(sets[-1], logits[-1], blend))
    blend = msgspec.structs.replace(blend, threshold=limit)
    calibration = msgspec.json.format(msgspec.json.encode(blend), indent=1)
    (options.to / "calibration.json").write_bytes(calibration + b"\n")
    print(calibration.decode())


if __name__ == "__main__":
    main()
