"""Tier 2: a small encoder that reads a whole sentence, asked where the fast model is unsure (extra ``mtqa[neural]``).

A model is a folder with three files: ``model.onnx`` (inputs ``input_ids`` and ``attention_mask``, int64 (1, tokens);
outputs ``sentence`` (1,) and ``token`` (1, tokens), float32 logits), ``tokenizer.json`` (Hugging Face tokenizers) and
``mtqa.json`` (:class:`Settings`: how its logits become probabilities). One ships with mtqa; ``[neural] model`` names
another, as a folder or as ``owner/name`` on the Hugging Face hub. Each sentence is read by itself, on one thread, so
that a result depends on nothing else.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from mtqa.errors import MtqaError
from mtqa.garble.evidence import strongest
from mtqa.garble.store import DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.grammar.cache import Cache

INSTALL = 'python -m pip install "mtqa[neural]"'
SHIPPED = DATA / "encoder"
_FILES = ("mtqa.json", "model.onnx", "tokenizer.json")
_HUB = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
_LONGEST = 8  # tokens of the words that are named


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Logistic regression over what both tiers say of a sentence and of the other sentences of its article.

    ``own`` and ``others`` weigh the encoder's logits, ``fast`` and ``fast_others`` the fast model's, ``length`` the
    logarithm of the number of words; ``usual`` and ``fast_usual`` are the means that ``strength`` imaginary sentences
    pull towards. Sentences whose first-tier doubt (:func:`mtqa.garble.passages.doubt`) is below ``sure`` are not read
    and count as if their logit were ``unread``. From the probability ``threshold`` on there is a finding, from
    ``doubt`` on a sentence is worth a second look. ``note`` says how often a finding is right.
    """

    own: float
    others: float
    fast: float
    fast_others: float
    length: float
    bias: float
    usual: float
    fast_usual: float
    strength: float
    threshold: float
    doubt: float
    sure: float
    unread: float
    max_tokens: int
    note: str


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """What the encoder says of a sentence: its logit, and the offsets of the words that it finds worst."""

    logit: float
    start: int
    end: int


def require(model: str) -> None:
    """Raise :class:`MtqaError`, with what to do, where the encoder cannot run."""
    missing = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    if missing:
        raise MtqaError(f"[neural] is enabled and {missing[0]} is not installed", remedy=INSTALL)
    load_settings(located(model))


@lru_cache
def located(model: str) -> Path:
    """The folder of a model, downloaded from the hub where it is named so and not known yet.

    Raises :class:`MtqaError` when there is none.
    """
    if not model:
        return SHIPPED
    folder = Path(model).expanduser()
    if not folder.is_dir():
        if not (name := _HUB.fullmatch(model)):
            raise MtqaError(f"[neural] model: no folder {model}", remedy="name a folder, or owner/name on the hub")
        folder = _downloaded(name[1], name[2])
    if missing := [name for name in _FILES if not (folder / name).is_file()]:
        raise MtqaError(
            f"[neural] model: {folder} has no {missing[0]}", remedy="training/garble/export.py makes such a folder"
        )
    return folder


def _downloaded(name: str, revision: str | None) -> Path:
    """What was downloaded before is taken as it is, so that a run needs no network and nothing changes unseen."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as error:
        raise MtqaError(
            f"[neural] model: {name} is no folder, and the hub needs huggingface-hub", remedy=INSTALL
        ) from error
    asked: dict[str, Any] = {"revision": revision, "allow_patterns": list(_FILES)}
    with suppress(LocalEntryNotFoundError):
        folder = Path(snapshot_download(name, local_files_only=True, **asked))
        if all((folder / file).is_file() for file in _FILES):  # else the download was cut off
            return folder
    try:
        return Path(snapshot_download(name, **asked))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().split("\n")[0]
        raise MtqaError(
            f"[neural] model: {name} cannot be had: {reason}", remedy="is the name right, and the hub reachable?"
        ) from error


@lru_cache
def load_settings(folder: Path) -> Settings:
    """The settings of a model. Raises :class:`MtqaError` when they are missing or not of the agreed shape."""
    file = folder / "mtqa.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError) as error:
        raise MtqaError(f"[neural] model: cannot read {file}: {error}", remedy="export the model again") from error


@lru_cache
def digest(folder: Path) -> str:
    """Changes whenever a file of the model does."""
    found = hashlib.sha256()
    for name in _FILES:
        try:
            found.update((folder / name).read_bytes())
        except OSError as error:
            raise MtqaError(f"[neural] model: cannot read {folder / name}: {error.strerror}") from error
    return found.hexdigest()[:16]


class Encoder:
    """A model; ``cache`` is a file of known answers, for a sentence's reading depends on nothing but the sentence."""

    def __init__(self, model: str = "", cache: Path | None = None) -> None:
        self._folder = located(model)
        self._file = cache
        self.settings = load_settings(self._folder)
        self.version = digest(self._folder)

    @cached_property
    def _cache(self) -> Cache:
        from mtqa.grammar.cache import Cache

        return Cache(self._file, f"encoder {self.version}")

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            made = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise self._damaged("tokenizer.json", error) from error
        made.enable_truncation(self.settings.max_tokens)
        made.no_padding()
        return made

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own classes have no common one
            raise self._damaged("model.onnx", error) from error

    def _damaged(self, name: str, error: Exception) -> MtqaError:
        file, reason = self._folder / name, str(error).strip().split("\n")[0]
        return MtqaError(f"[neural] model: cannot load {file}: {reason}", remedy="export the model again")

    def readings(self, sentences: Sequence[str]) -> list[Reading]:
        """What the model says of each sentence; white space in it is as good as one space."""
        known = {text: msgspec.convert(value, Reading) for text, value in self._cache.get(sentences).items()}
        new = {text: self._read(text) for text in dict.fromkeys(sentences) if text not in known}
        self._cache.put({text: msgspec.to_builtins(reading) for text, reading in new.items()})
        known |= new
        return [known[text] for text in sentences]

    def _read(self, sentence: str) -> Reading:
        encoding = self._tokenizer.encode(sentence)
        ids = np.array([encoding.ids], np.int64)
        logits, tokens = self._session.run(
            ["sentence", "token"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        start, end = _whole_words(sentence, *_worst(encoding.offsets, tokens[0]))
        return Reading(round(float(logits[0]), 4), start, end)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def _worst(offsets: Sequence[tuple[int, int]], logits: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Offsets of the few tokens in a row that stand out most; special tokens left out."""
    real = [place for place, (start, end) in enumerate(offsets) if end > start]
    if not real:
        return 0, 0
    span = strongest(np.asarray(logits, np.float64)[real], 1, _LONGEST)
    return offsets[real[span[0]]][0], offsets[real[span[1] - 1]][1]
