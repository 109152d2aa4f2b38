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

from garble.evaluation import Labelled, clean_dev, garble_dev, mlqe_articles
from mtqa.garble.neural import NeuralModel
from mtqa.garble.passages import LEAST_WORDS, Blend, Calibration, fast_scores, probabilities

LIMIT = 0.25
_STRENGTH = 6.0


def logits_of(texts: list[str], neural: NeuralModel | None) -> np.ndarray:
    """(sentences, 1 or 2): of the fast model and, where there is one, of the encoder."""
    offsets, position = [], 0
    for text in texts:
        offsets.append((position, position + len(text)))
        position += len(text) + 1
    columns = [fast_scores("\n".join(texts), offsets).logits]
    if neural is not None:
        columns.append(neural.logits(texts))
    return np.stack(columns, 1)


def article_means(logits: np.ndarray, labelled: Labelled, usual: np.ndarray) -> np.ndarray:
    """For each sentence the mean of the others of its article, pulled towards ``usual``."""
    result = np.zeros_like(logits)
    counted = labelled.words >= LEAST_WORDS
    for document in np.unique(labelled.document):
        rows = (labelled.document == document) & counted
        own = logits[rows]
        result[rows] = (own.sum(0) - own + _STRENGTH * usual) / (max(len(own), 1) - 1 + _STRENGTH)
    return result


def design(logits: np.ndarray, labelled: Labelled, usual: np.ndarray) -> np.ndarray:
    return np.concatenate([logits, article_means(logits, labelled, usual)], 1)


def fit(sets: list[Labelled], logits: list[np.ndarray]) -> Blend:
    """The blend of the given logits, without its threshold."""
    counted = [labelled.words >= LEAST_WORDS for labelled in sets]
    usual = np.mean([part[rows].mean(0) for part, rows in zip(logits, counted, strict=True)], 0)
    columns = [design(part, labelled, usual)[rows] for part, labelled, rows in zip(logits, sets, counted, strict=True)]
    bad = [labelled.level[rows] >= 2 for labelled, rows in zip(sets, counted, strict=True)]
    weights = np.concatenate([np.full(rows.sum(), 1000 / rows.sum()) for rows in counted])
    matrix = np.concatenate(columns)
    centre, spread = matrix.mean(0), matrix.std(0)
    model = LogisticRegression(max_iter=1000).fit((matrix - centre) / spread, np.concatenate(bad), weights)
    slopes = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (slopes * centre).sum())
    return Blend(
        [round(float(w), 5) for w in slopes], round(bias, 5), [round(float(u), 5) for u in usual], _STRENGTH, 1.0
    )


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
    neural = NeuralModel.shipped()
    logits = [logits_of(labelled.texts, neural) for labelled in sets]
    blends = []
    for models in (1, 2):
        some = [part[:, :models] for part in logits]
        blend = fit(sets, some)
        limit = threshold(sets[-1], by_article(sets[-1], some[-1], blend))
        blends.append(msgspec.structs.replace(blend, threshold=limit))
    bad = np.concatenate([by_article(sets[i], logits[i][:, :1], blends[0])[sets[i].level >= 2] for i in (0, 1)])
    unsure = round(float(np.quantile(bad, 0.05)), 3)
    calibration = msgspec.json.format(msgspec.json.encode(Calibration(*blends, unsure)), indent=1)
    (options.to / "calibration.json").write_bytes(calibration + b"\n")
    print(calibration.decode())


if __name__ == "__main__":
    main()
