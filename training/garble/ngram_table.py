"""Makes `ngrams.npz` from the English n-gram model that the PyPI package pocketsphinx ships (CMU, 2-clause BSD).

pocketsphinx 5.1.1 can list its binary model only by writing it as ARPA text, in which all figures are garbage, and dies
on the way into the triples. So the text serves as the list of words and pairs, and the probabilities are asked for one
by one; the triples stay out of reach.

    python -m garble.ngram_table --work WORK --to ../src/mtqa/garble/data/ngrams.npz
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import pocketsphinx

from mtqa.garble.ngrams import OFFSET, SCALE, SLOTS, Ngrams, Table, fingerprints
from mtqa.garble.store import save_ngrams
from mtqa.garble.words import pair_hash, words_of

_VOCABULARY, _PAIRS = 1 << 15, 1 << 19  # buckets
_LOG_STEP = np.log10(1.0001)  # the model's logarithms are to this base
_DUMP = "import sys, pocketsphinx as p; p.NGramModel.readfile(sys.argv[1]).write(sys.argv[2])"
MODEL = Path(pocketsphinx.__file__).parent / "model" / "en-us" / "en-us.lm.bin"


def arpa(work: Path) -> Path:
    """The model as ARPA text, written once by a process that may die."""
    file = work / "en-us.arpa"
    if not file.exists():
        subprocess.run([sys.executable, "-c", _DUMP, str(MODEL), str(file)], check=False)
    return file


def listed(file: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """The words and the pairs of words that the model has."""
    words: list[str] = []
    pairs: list[tuple[str, str]] = []
    order = 0
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields = line.split()
            if line.startswith("\\"):
                order = int(line[1]) if line[1].isdigit() else 0
            elif order == 1 and len(fields) == 3:
                words.append(fields[1])
            elif order == 2 and len(fields) == 4:
                pairs.append((fields[1], fields[2]))
    return words, pairs


def hashes(words: list[str]) -> np.ndarray:
    """The hash of each word as it would be found in a text; 0 where it is not one word there."""
    found = words_of("\n".join(words))
    lines = np.searchsorted(np.cumsum([len(word) + 1 for word in words]), found.start, side="right")
    single = np.bincount(lines, minlength=len(words)) == 1
    result = np.zeros(len(words), np.uint64)
    result[lines] = found.hash
    return np.where(single, result, np.uint64(0))


def table(keys: np.ndarray, values: np.ndarray, weight: np.ndarray, buckets: int) -> Table:
    """A table of ``buckets``; the entries of the greatest weight get in first."""
    order = np.argsort(-weight, kind="stable")
    prints = np.zeros((buckets, SLOTS), np.uint16)
    stored = np.zeros((buckets, SLOTS), np.uint8)
    bucket = (keys[order] & np.uint64(buckets - 1)).astype(np.int64)
    by_bucket = np.argsort(bucket, kind="stable")
    sorted_buckets = bucket[by_bucket]
    rank = np.arange(len(order)) - np.searchsorted(sorted_buckets, sorted_buckets)
    fits = rank < SLOTS
    chosen = order[by_bucket[fits]]
    prints[sorted_buckets[fits], rank[fits]] = fingerprints(keys[chosen])
    stored[sorted_buckets[fits], rank[fits]] = np.clip(np.rint(values[chosen] * SCALE + OFFSET), 0, 255)
    print(f"{fits.sum():,} of {len(order):,} entries in {buckets:,} buckets")
    return Table(prints, stored)


def build(file: Path) -> Ngrams:
    model = pocketsphinx.NGramModel.readfile(str(MODEL))
    words, pairs = listed(file)
    keys = dict(zip(words, hashes(words), strict=True))
    alone = {word: model.prob([word]) * _LOG_STEP for word in words}
    known = [word for word in words if keys[word]]
    logs = np.array([alone[word] for word in known])
    vocabulary = table(np.array([keys[word] for word in known]), logs + 4, logs, _VOCABULARY)
    pairs = [(first, second) for first, second in pairs if keys.get(first, 0) and keys.get(second, 0)]
    given = np.array([model.prob([second, first]) * _LOG_STEP for first, second in pairs])  # history comes last
    values = given - np.array([alone[second] for _, second in pairs])
    mass = given + np.array([alone[first] for first, _ in pairs])
    first, second = (np.array([keys[pair[i]] for pair in pairs]) for i in (0, 1))
    return Ngrams(vocabulary, table(pair_hash(first, second), values, mass, _PAIRS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    save_ngrams(build(arpa(options.work)), options.to)


if __name__ == "__main__":
    main()
