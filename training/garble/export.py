"""Writes the encoder as the folder that mtqa reads: an ONNX graph with weights of 8 bits, and its tokenizer.

    python -m garble.export --work WORK --to ../src/mtqa/garble/data/encoder

Dynamic quantisation (onnxruntime), a scale for each channel, for with one for all the logits correlate at .79 with
those of the full weights, and so at .99; seven bits of range, so that processors without VNNI compute the same. The
third file, `mtqa.json`, is made by `garble.calibrate_encoder`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from garble.encoder import BASE, GarbleEncoder


def export(weights: Path, to: Path, base: Path) -> None:
    model = GarbleEncoder(attention="eager", base=base)
    model.load_state_dict(torch.load(weights))
    model.eval()
    ids = torch.ones((1, 16), dtype=torch.long)
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            plain,
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence", "token"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask", "token")},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(plain, to / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    strip(to / "model.onnx")
    shutil.copyfile(base / "tokenizer.json", to / "tokenizer.json")


def strip(file: Path) -> None:
    """Leave out what says where and by what it was made."""
    graph = onnx.load(file)
    graph.doc_string = graph.producer_version = ""
    for node in graph.graph.node:
        node.doc_string = ""
    del graph.metadata_props[:]
    onnx.save(graph, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=BASE, help="as given to garble.encoder")
    options = parser.parse_args()
    export(options.work / "encoder.pt", options.to, options.base)


if __name__ == "__main__":
    main()
