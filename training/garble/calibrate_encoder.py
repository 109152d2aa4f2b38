"""Fits how both tiers' logits become a probability, a threshold and a doubt: `mtqa.json` of an exported encoder.

Logistic regression on `mlqe_dev` (by document), `garble_dev` and, as articles without garble, `clean_dev`; the three
weigh alike. The threshold is the lowest that flags at most LIMIT sentences per 1,000 words of `clean_dev`, twice as
many of the post-edits of `mlqe_dev`, which are about what the bad translations are about, and none of the genres (of
1,000 words and more) above 1. What is worth a second look is DOUBTED of the sentences of `clean_dev`.

Unlike in the first tier length counts: the bad sentences of engines that write well are long, and with the encoder
beside it, long sentences of novels are not the first to be flagged.

    python -m garble.calibrate_encoder --data BENCH --to ../src/mtqa/garble/data/encoder
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from garble.calibrate import LIMIT
from garble.encoder import MAX_TOKENS
from garble.evaluation import Labelled, clean_dev, garble_dev, logits_of, mlqe_articles, mlqe_post_edits
from mtqa.garble.encoder import Encoder, Settings, load_settings
from mtqa.garble.passages import LEAST_WORDS, article_means, doubt, relative_length
from mtqa.garble.second import LOWEST, log_odds

SKIPPED = 0.4  # of the sentences of human English: those that the first tier finds most usual are not read
DOUBTED = 0.1
STRENGTH = 6.0
MOST_OF_A_GENRE = 1.0
_BLANK = Settings(0, 0, 0, 0, 0, 0, 0, 0, STRENGTH, 1, 1, -1e9, 0, MAX_TOKENS, "")


class Scored:
    """A labelled set with the logits of both tiers; sentences that are not to be read get ``unread`` later."""

    def __init__(self, labelled: Labelled, encoder: Encoder) -> None:
        self.labelled = labelled
        self.fast = np.maximum(logits_of(labelled.texts), LOWEST)
        self.doubt = doubt(self.fast, labelled.words)
        self.read = np.array([reading.logit for reading in encoder.readings(labelled.texts)])
        self.counted = labelled.words >= LEAST_WORDS
        self.bad = labelled.level >= 2

    def by_article(self, found: object) -> np.ndarray:
        """``found(rows)`` for the rows of each article, in the order of the sentences."""
        result = np.zeros(len(self.read))
        for document in np.unique(self.labelled.document):
            rows = np.flatnonzero(self.labelled.document == document)
            result[rows] = found(rows)
        return result

    def logits(self, settings: Settings) -> np.ndarray:
        return np.where(self.doubt >= settings.sure, self.read, settings.unread)

    def columns(self, settings: Settings) -> np.ndarray:
        """What the regression sees: own, others, fast, fast others, length."""
        own = self.logits(settings)
        others, fast_others = (
            self.by_article(lambda rows: article_means(part[rows], self.counted[rows], usual, STRENGTH))  # noqa: B023
            for part, usual in ((own, settings.usual), (self.fast, settings.fast_usual))
        )
        length = relative_length(self.labelled.words)
        return np.stack([own, others, self.fast, fast_others, length], 1)

    def chance(self, settings: Settings) -> np.ndarray:
        own, words = self.logits(settings), self.labelled.words
        odds = self.by_article(lambda rows: log_odds(settings, own[rows], self.fast[rows], words[rows]))
        return np.where(self.counted, 1 / (1 + np.exp(-odds)), 0)


def regression(sets: list[Scored], settings: Settings) -> tuple[list[float], float]:
    """Weights of the columns and the bias."""
    matrix = np.concatenate([one.columns(settings)[one.counted] for one in sets])
    bad = np.concatenate([one.bad[one.counted] for one in sets])
    weights = np.concatenate([np.full(one.counted.sum(), 1000 / one.counted.sum()) for one in sets])
    centre, spread = matrix.mean(0), matrix.std(0)
    model = LogisticRegression(max_iter=1000).fit((matrix - centre) / spread, bad, weights)
    found = model.coef_[0] / spread
    return [round(float(value), 5) for value in found], round(float(model.intercept_[0] - found @ centre), 5)


def fit(sets: list[Scored]) -> Settings:
    """All settings but the threshold and the note; the last of ``sets`` is human English."""
    clean = sets[-1]
    sure = round(float(np.quantile(clean.doubt[clean.counted], SKIPPED)), 4)
    unread = round(float(clean.read[clean.counted & (clean.doubt < sure)].mean()), 4)
    settings = msgspec.structs.replace(_BLANK, sure=sure, unread=unread)
    settings = msgspec.structs.replace(
        settings,
        usual=round(float(np.mean([one.logits(settings)[one.counted].mean() for one in sets])), 4),
        fast_usual=round(float(np.mean([one.fast[one.counted].mean() for one in sets])), 4),
    )
    (own, others, fast, fast_others, length), bias = regression(sets, settings)
    settings = msgspec.structs.replace(
        settings, own=own, others=others, fast=fast, fast_others=fast_others, length=length, bias=bias
    )
    chance = clean.chance(settings)[clean.counted]
    return msgspec.structs.replace(settings, doubt=round(float(np.quantile(chance, 1 - DOUBTED)), 4))


def threshold(clean: Scored, edited: Scored, settings: Settings) -> float:
    """See the module."""
    genres, words = np.array(clean.labelled.group), clean.labelled.words
    chance, other = clean.chance(settings), edited.chance(settings)
    for candidate in np.arange(0.3, 0.999, 0.005):
        flagged = chance >= candidate
        rates = [
            1000 * flagged[genres == genre].sum() / words[genres == genre].sum()
            for genre in set(clean.labelled.group)
            if words[genres == genre].sum() >= 1000
        ]
        post_edits = 1000 * (other >= candidate).sum() / edited.labelled.words.sum()
        rate = max(1000 * flagged.sum() / words.sum(), post_edits / 2)
        if rate <= LIMIT and max(rates) <= MOST_OF_A_GENRE:
            return round(float(candidate), 3)
    return 0.999


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    file = options.to / "mtqa.json"
    note = load_settings(options.to).note if file.exists() else "How often it is right: docs/garble.md."
    file.write_bytes(msgspec.json.encode(_BLANK))
    load_settings.cache_clear()
    encoder = Encoder(str(options.to))
    data = options.data
    sets = [Scored(labelled, encoder) for labelled in (mlqe_articles(data), garble_dev(data), clean_dev(data))]
    settings = fit(sets)
    limit = threshold(sets[-1], Scored(mlqe_post_edits(data), encoder), settings)
    settings = msgspec.structs.replace(settings, threshold=limit, note=note)
    text = msgspec.json.format(msgspec.json.encode(settings), indent=1)
    file.write_bytes(text + b"\n")
    print(text.decode())


if __name__ == "__main__":
    main()
