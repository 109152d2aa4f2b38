"""Exports the fine-tuned encoder to ONNX with int8 weights, and its tokenizer beside it.

python -m garble.export --work WORK --to ../src/mtqa/garble/data/encoder
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from garble.encoder import BASE, GarbleEncoder


class _Sentence(nn.Module):
    """The sentence logits alone."""

    def __init__(self, model: GarbleEncoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.model(input_ids, attention_mask)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    model = GarbleEncoder("eager")
    model.load_state_dict(torch.load(options.work / "encoder.pt"))
    model.eval()
    options.to.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((2, 9), dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            _Sentence(model),
            (ids, ids),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["logit"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")},
            dynamo=False,
        )
        quantize_dynamic(full, options.to / "model.onnx", weight_type=QuantType.QInt8)
    shutil.copy(BASE / "tokenizer.json", options.to / "tokenizer.json")
    onnx.checker.check_model(str(options.to / "model.onnx"))


if __name__ == "__main__":
    main()
