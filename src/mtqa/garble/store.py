"""The data files of the garble model: read once per process, memory-mapped where possible, checked for completeness."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mtqa.errors import MtqaError
from mtqa.garble.fast import FastModel
from mtqa.garble.ngrams import Ngrams, Table

DATA = Path(__file__).parent / "data"
_TABLES = ("vocabulary", "pairs")


def save_ngrams(ngrams: Ngrams, file: Path) -> None:
    """Write the tables, uncompressed: they do not compress, and reading is faster."""
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    for name in _TABLES:
        table: Table = getattr(ngrams, name)
        arrays[f"{name}_prints"] = table.prints
        arrays[f"{name}_values"] = table.values
    np.savez(file, **arrays)


@cache
def load_ngrams(file: Path = DATA / "ngrams.npz") -> Ngrams:
    """The n-gram tables that ship with mtqa. Raises :class:`MtqaError` when the file is missing or damaged."""
    try:
        with np.load(file) as arrays:
            return Ngrams(*(Table(arrays[f"{name}_prints"], arrays[f"{name}_values"]) for name in _TABLES))
    except (OSError, KeyError, ValueError) as error:
        raise _damaged(file, error) from error


def save_fast(model: FastModel, file: Path) -> None:
    """Write the weights; the word vectors as bytes, scaled by column."""
    arrays = {field.name: getattr(model, field.name) for field in fields(model)}
    vectors = arrays.pop("vectors")
    scale = np.abs(vectors).max(0) / 127
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, scale=scale, vectors=np.rint(vectors / scale).astype(np.int8), **arrays)


@cache
def load_fast(file: Path = DATA / "fast.npz") -> FastModel:
    """The fast model that ships with mtqa. Raises :class:`MtqaError` when the file is missing or damaged."""
    try:
        with np.load(file) as arrays:
            values = {field.name: arrays[field.name] for field in fields(FastModel)}
            values["vectors"] = values["vectors"].astype(np.float32) * arrays["scale"]
            return FastModel(**values)
    except (OSError, KeyError, ValueError) as error:
        raise _damaged(file, error) from error


@cache
def data_digest() -> str:
    """Changes whenever a data file of the garble model does."""
    digest = hashlib.sha256()
    for name in ("ngrams.npz", "fast.npz", "calibration.json"):
        digest.update((DATA / name).read_bytes())
    return digest.hexdigest()[:16]


def _damaged(file: Path, error: Exception) -> MtqaError:
    return MtqaError(f"cannot read {file.name}: {error}", remedy="install mtqa again: a data file is damaged")
