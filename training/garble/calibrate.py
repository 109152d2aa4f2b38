"""Fits how logits become probabilities and where the threshold lies: `calibration.json`.

Logistic regression on `garble_dev` (18 articles) and, as articles without garble, `clean_dev`; the clean ones together
weigh as much as the others. The threshold is the lowest that flags at most LIMIT sentences per 1,000 words of
`clean_dev`, and none of its genres (of 1,000 words and more) above twice that.

    python -m garble.calibrate --data BENCH --work WORK --to ../src/mtqa/garble/data
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from garble.evaluation import Labelled, clean_dev, garble_dev
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
    sizes = np.log(np.maximum(labelled.words, 1))[:, None]
    return np.concatenate([logits, article_means(logits, labelled, usual), sizes], 1)


def fit(dev: Labelled, dev_logits: np.ndarray, clean: Labelled, clean_logits: np.ndarray) -> Blend:
    """The blend of the given logits, without its threshold."""
    counted = dev.words >= LEAST_WORDS
    clean_counted = clean.words >= LEAST_WORDS
    usual = 0.5 * (dev_logits[counted].mean(0) + clean_logits[clean_counted].mean(0))
    rows = np.concatenate([design(dev_logits, dev, usual)[counted], design(clean_logits, clean, usual)[clean_counted]])
    bad = np.concatenate([dev.level[counted] >= 2, np.zeros(clean_counted.sum(), bool)])
    share = counted.sum() / clean_counted.sum()
    weights = np.concatenate([np.ones(counted.sum()), np.full(clean_counted.sum(), share)])
    centre, spread = rows.mean(0), rows.std(0)
    model = LogisticRegression(C=0.5, max_iter=1000).fit((rows - centre) / spread, bad, weights)
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
    dev, clean = garble_dev(options.data), clean_dev(options.data)
    neural = NeuralModel.shipped()
    dev_logits, clean_logits = logits_of(dev.texts, neural), logits_of(clean.texts, neural)
    blends = []
    for columns in (slice(0, 1), slice(0, 2)):
        blend = fit(dev, dev_logits[:, columns], clean, clean_logits[:, columns])
        limit = threshold(clean, by_article(clean, clean_logits[:, columns], blend))
        blends.append(msgspec.structs.replace(blend, threshold=limit))
    fast = by_article(dev, dev_logits[:, :1], blends[0])
    unsure = round(float(np.quantile(fast[dev.level >= 2], 0.05)), 3)
    calibration = msgspec.json.format(msgspec.json.encode(Calibration(*blends, unsure)), indent=1)
    (options.to / "calibration.json").write_bytes(calibration + b"\n")
    print(calibration.decode())


if __name__ == "__main__":
    main()
