"""What the garble models find, on text that they have not learned from: the figures of docs/garble.md.

    python benchmarks/garble.py --data FOLDER              the first tier
    python benchmarks/garble.py --data FOLDER --neural     both (extra mtqa[neural])

FOLDER holds `mtq/garble_dev`, `mtq/mlqe_dev.jsonl` and `mtq/clean_dev.jsonl`; the seeds' gold is the repository's own.
Every figure has a 95 % interval from 1,000 bootstrap samples of documents (of sentences where a set has none).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mtqa.garble.encoder import Encoder
from mtqa.garble.passages import LEAST_WORDS, SURE, doubt, fast_scores, load_calibration, probabilities
from mtqa.garble.second import second_tier

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "training"))

from garble.evaluation import (  # noqa: E402
    Labelled,
    clean_dev,
    garble_dev,
    logits_of,
    mlqe_articles,
    mlqe_dev,
    mlqe_post_edits,
    seeds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SAMPLES = 1000
_MATCHED = 1.2  # sentences whose lengths differ by no more than this factor


@dataclass(frozen=True)
class Scored:
    """A labelled set, the probability of each sentence in its article, and whether it is worth a second look."""

    labelled: Labelled
    chance: np.ndarray
    doubtful: np.ndarray


class FirstTier:
    """The fast model alone."""

    def __init__(self) -> None:
        self.threshold = load_calibration().threshold

    def scored(self, labelled: Labelled) -> Scored:
        logits, chance = logits_of(labelled.texts), np.zeros(len(labelled.texts))
        for document in np.unique(labelled.document):
            rows = labelled.document == document
            chance[rows] = probabilities(logits[rows], labelled.words[rows], load_calibration())
        return Scored(labelled, chance, doubt(logits, labelled.words) >= SURE)

    def alone(self, texts: list[str]) -> np.ndarray:
        """How garbled sentences without an article are, for comparing them."""
        return logits_of(texts)


class BothTiers:
    """The fast model and the encoder."""

    def __init__(self) -> None:
        self.encoder = Encoder()
        self.threshold = self.encoder.settings.threshold

    def scored(self, labelled: Labelled) -> Scored:
        fast, words = logits_of(labelled.texts), labelled.words
        chance, doubtful = np.zeros(len(words)), np.zeros(len(words), bool)
        for document in np.unique(labelled.document):
            rows = np.flatnonzero(labelled.document == document)
            found = second_tier(self.encoder, [labelled.texts[i] for i in rows], fast[rows], words[rows])
            chance[rows], doubtful[rows] = found.chance, found.doubtful
        return Scored(labelled, chance, doubtful)

    def alone(self, texts: list[str]) -> np.ndarray:
        """The same by both logits, in their standard deviations."""
        read = np.array([reading.logit for reading in self.encoder.readings(texts)])
        fast = np.maximum(logits_of(texts), -12)
        return read / read.std() + fast / fast.std()


def auc(bad: np.ndarray, fine: np.ndarray) -> float:
    if not len(bad) or not len(fine):
        return float("nan")
    return float((bad[:, None] > fine).mean() + 0.5 * (bad[:, None] == fine).mean())


def matched_auc(score: np.ndarray, level: np.ndarray, words: np.ndarray) -> float:
    """AUC over pairs of a bad and a fine sentence of about the same length."""
    bad, fine = level >= 2, level == 0
    ratio = words[bad][:, None] / np.maximum(words[fine], 1)
    pairs = (ratio <= _MATCHED) & (ratio >= 1 / _MATCHED)
    better = (score[bad][:, None] > score[fine]) + 0.5 * (score[bad][:, None] == score[fine])
    return float(better[pairs].mean()) if pairs.any() else float("nan")


def interval(document: np.ndarray, figure: Callable[[np.ndarray], float]) -> str:
    """The figure over all rows, with its bootstrap interval over documents."""
    rng = np.random.default_rng(1)
    groups = [np.flatnonzero(document == name) for name in np.unique(document)]
    samples = []
    for _ in range(_SAMPLES):
        chosen = rng.integers(0, len(groups), len(groups))
        samples.append(figure(np.concatenate([groups[i] for i in chosen])))
    low, high = np.nanquantile(samples, [0.025, 0.975])
    return f"{figure(np.arange(len(document))):.3f} [{low:.3f}, {high:.3f}]"


def show(name: str, value: str) -> None:
    print(f"{name:62s} {value}", flush=True)


def levels(name: str, found: Scored) -> None:
    """AUC of level >= 2 against 0, plain and among sentences of one length, beside what length alone gives."""
    level, words, document = found.labelled.level, found.labelled.words, found.labelled.document
    for title, score in (("probability", found.chance), ("length alone", words.astype(float))):
        plain = interval(document, lambda rows: auc(score[rows][level[rows] >= 2], score[rows][level[rows] == 0]))  # noqa: B023
        same = interval(document, lambda rows: matched_auc(score[rows], level[rows], words[rows]))  # noqa: B023
        show(f"{name}: level >= 2 against 0, AUC, {title}", plain)
        show(f"{name}: the same, lengths matched, {title}", same)


def at_a_rate(dev: Scored, clean: Scored, rate: float) -> None:
    counted = clean.labelled.words >= LEAST_WORDS
    limit = np.quantile(clean.chance[counted], 1 - rate)
    bad = dev.labelled.level >= 2
    figure = interval(
        dev.labelled.document,
        lambda rows: float((dev.chance[rows][bad[rows]] > limit).mean()) if bad[rows].any() else 0,
    )
    show(f"garble_dev: recall of level >= 2 when {rate:.1%} of clean are flagged", figure)


def at_the_threshold(name: str, found: Scored, threshold: float) -> None:
    level, document = found.labelled.level, found.labelled.document
    flagged = found.chance >= threshold
    show(
        f"{name}: flagged by level 0/1/2/3",
        " ".join(f"{flagged[level == k].sum()}/{(level == k).sum()}" for k in range(4)),
    )
    if flagged.any():
        precision = interval(
            document, lambda rows: float((level[rows][flagged[rows]] >= 2).mean()) if flagged[rows].any() else np.nan
        )
        show(f"{name}: of the flagged, level >= 2", precision)


def recall_of(name: str, found: Scored, threshold: float) -> None:
    """The share of bad sentences that are flagged, in all and by language."""
    bad, flagged = found.labelled.level >= 2, found.chance >= threshold
    document, groups = found.labelled.document, np.array(found.labelled.group)
    figure = interval(document, lambda rows: float(flagged[rows][bad[rows]].mean()) if bad[rows].any() else np.nan)
    show(f"{name}: of level >= 2, flagged", figure)
    for group in sorted(set(found.labelled.group)):
        rows = (groups == group) & bad
        show(f"  {group} ({rows.sum()} bad)", f"{flagged[rows].mean():.2f}")


def false_findings(name: str, clean: Scored, threshold: float) -> None:
    """Findings per 1,000 words of text by people, in all and by genre or language."""
    words, flagged = clean.labelled.words, clean.chance >= threshold
    rate = interval(clean.labelled.document, lambda rows: 1000 * flagged[rows].sum() / words[rows].sum())
    show(f"{name}: findings per 1,000 words", f"{rate}; {flagged.sum()} in {words.sum():,} words")
    genres = np.array(clean.labelled.group)
    for genre in sorted(set(clean.labelled.group)):
        rows = genres == genre
        show(f"  {genre} ({words[rows].sum():,} words)", f"{1000 * flagged[rows].sum() / words[rows].sum():.2f}")


def curve(seed: Scored, dev: Scored, weak: Scored, clean: Scored) -> None:
    """What each threshold finds: of level >= 2, what share of the flagged is that bad, and what it costs."""
    for limit in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8):
        parts = []
        for name, found in (("seeds", seed), ("garble_dev", dev), ("mlqe_dev", weak)):
            flagged, bad = found.chance >= limit, found.labelled.level >= 2
            right = f"{bad[flagged].mean():.2f}" if flagged.any() else "-"
            parts.append(f"{name} {flagged[bad].mean():.2f} ({right} of {flagged.sum()})")
        rate = 1000 * (clean.chance >= limit).sum() / clean.labelled.words.sum()
        show(f"from {limit}: recall (precision), clean per 1,000 words", f"{', '.join(parts)}; {rate:.2f}")


def doubts(name: str, found: Scored) -> None:
    """What a judge would be shown."""
    level = found.labelled.level
    show(
        f"{name}: worth a second look, of level 0/1/2/3",
        " ".join(f"{found.doubtful[level == k].mean():.2f}" for k in range(4) if (level == k).any()),
    )


def pairs(data: Path, tier: FirstTier | BothTiers) -> None:
    """A bad translation above its post-edit: by the logits alone, for these sentences have no article."""
    found = mlqe_dev(data)
    score = tier.alone([bad for bad, _, _ in found] + [good for _, good, _ in found])
    right = (score[: len(found)] > score[len(found) :]).astype(float)
    languages = np.array([language for *_, language in found])
    show("mlqe_dev: DA < 50 above its post-edit", interval(np.arange(len(right)), lambda rows: right[rows].mean()))
    for language in sorted(set(languages)):
        show(f"  {language}", f"{right[languages == language].mean():.3f}")


def calibration_table(dev: Scored) -> None:
    """How often a probability is right, in fifths."""
    counted = dev.labelled.words >= LEAST_WORDS
    chance, bad = dev.chance[counted], dev.labelled.level[counted] >= 2
    for part in np.array_split(np.argsort(chance), 5):
        show(f"garble_dev: said {chance[part].mean():.2f}", f"was {bad[part].mean():.2f} of {len(part)}")


def speed(data: Path, tier: FirstTier | BothTiers) -> None:
    if isinstance(tier, BothTiers):
        texts = clean_dev(data).texts[:500]
        began = time.process_time()
        tier.encoder.readings(texts)
        words = sum(len(text.split()) for text in texts)
        show("encoder, words per CPU-second", f"{words / (time.process_time() - began):,.0f}")
    text = "\n".join(clean_dev(data).texts) * 4
    offsets, position = [], 0
    for line in text.split("\n"):
        offsets.append((position, position + len(line)))
        position += len(line) + 1
    fast_scores(text, offsets)
    began = time.process_time()
    fast_scores(text, offsets)
    show("fast model, MB per CPU-second", f"{len(text.encode()) / 1e6 / (time.process_time() - began):.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--neural", action="store_true", help="both tiers")
    options = parser.parse_args()
    tier = BothTiers() if options.neural else FirstTier()
    threshold, scored = tier.threshold, tier.scored
    dev, clean = scored(garble_dev(options.data)), scored(clean_dev(options.data))
    seed = scored(seeds(ROOT / "tests" / "gold"))
    show("threshold", str(threshold))
    levels("seeds", seed)
    levels("garble_dev", dev)
    for rate in (0.01, 0.02, 0.05):
        at_a_rate(dev, clean, rate)
    at_the_threshold("garble_dev", dev, threshold)
    at_the_threshold("seeds", seed, threshold)
    weak = scored(mlqe_articles(options.data))
    at_the_threshold("mlqe_dev", weak, threshold)
    recall_of("mlqe_dev", weak, threshold)
    false_findings("mlqe_dev post-edits", scored(mlqe_post_edits(options.data)), threshold)
    false_findings("clean_dev", clean, threshold)
    calibration_table(dev)
    for name, found in (("seeds", seed), ("garble_dev", dev), ("mlqe_dev", weak), ("clean_dev", clean)):
        doubts(name, found)
    curve(seed, dev, weak, clean)
    pairs(options.data, tier)
    speed(options.data, tier)


if __name__ == "__main__":
    main()
