"""The second opinion: a small encoder in ONNX, run where the fast model is unsure (the extra ``mtqa[neural]``).

The model that ships is all-MiniLM-L6-v2 fine-tuned to tell garbled from clean sentences, with int8 weights (see
CARD.md beside it). Another one is a folder with ``model.onnx`` (inputs ``input_ids`` and ``attention_mask``, first
output one logit a sentence) and ``tokenizer.json``, or the name of such a repository on the Hugging Face hub.

Sentences are run one by one in order of length, on one thread, so that a score depends on its sentence alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mtqa.errors import MtqaError
from mtqa.garble.store import DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

INSTALL = 'python -m pip install "mtqa[neural]"'
SHIPPED = DATA / "encoder"
_MAX_TOKENS = 96


class NeuralModel:
    """An encoder that gives each sentence a logit. ``version`` names the model by its content."""

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MtqaError(
                f"the neural model needs {error.name}", remedy=f"{INSTALL}, or leave --neural out"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokens: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # onnxruntime and tokenizers raise types of their own, and plain Exception
            raise MtqaError(
                f"cannot load the neural model in {folder.name}: {error}",
                remedy="a folder with model.onnx and tokenizer.json is expected",
            ) from error
        names = {entry.name for entry in self._session.get_inputs()}
        if not {"input_ids", "attention_mask"} <= names:
            raise MtqaError(
                f"{folder.name}/model.onnx has the inputs {', '.join(sorted(names))}, not input_ids and attention_mask"
            )
        self._types = names
        self._tokens.enable_truncation(_MAX_TOKENS)
        self._tokens.no_padding()
        self.version = _digest(folder)

    @classmethod
    def shipped(cls) -> NeuralModel:
        """The model that ships with mtqa."""
        return cls(SHIPPED)

    def logits(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """One logit for each sentence, in their order."""
        found = np.zeros(len(sentences), np.float32)
        for i, encoding in enumerate(self._tokens.encode_batch(list(sentences))):
            ids = np.asarray(encoding.ids, np.int64)[None]
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            if "token_type_ids" in self._types:
                inputs["token_type_ids"] = np.zeros_like(ids)
            output = np.asarray(self._session.run(None, inputs)[0]).ravel()
            found[i] = output[-1] - (output[0] if len(output) == 2 else 0)
        return found


def _digest(folder: Path) -> str:
    import hashlib

    digest = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


@cache
def load_neural(model: str) -> NeuralModel:
    """The encoder that ``model`` names: "" for the one that ships, a folder, or a name on the Hugging Face hub.

    Raises :class:`MtqaError` when it cannot be had, saying what to do.
    """
    if not model:
        return NeuralModel.shipped()
    if Path(model).is_dir():
        return NeuralModel(Path(model))
    if model.count("/") != 1 or model.startswith((".", "/", "~")):
        raise MtqaError(
            f"[neural] model: no folder {model}", remedy="give a folder, or owner/name on the Hugging Face hub"
        )
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MtqaError(
            f"[neural] model: no folder {model}, and huggingface_hub is missing",
            remedy="python -m pip install huggingface_hub, or give a folder",
        ) from error
    try:
        return NeuralModel(Path(snapshot_download(model, allow_patterns=["model.onnx", "tokenizer.json"])))
    except MtqaError:
        raise
    except Exception as error:  # whatever the network gives
        raise MtqaError(
            f"cannot get the neural model {model}: {error}", remedy="check the name and the network"
        ) from error
