"""Text to measure speed on: articles recombined from the seeds and from clean English, the same on every machine.

Half of the articles (by number) are machine translation: sentences of the seeds' content in a new order, with the
furniture that stands around such articles on the web as it is. Half are clean: sentences of tests/clean, and of further
files in the same format. Sentences are drawn anew for every paragraph, so hardly a line occurs twice and no cache of
lines can help; within one kind, words and faults are as frequent as in the texts they come from.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
PARAGRAPHS = 12
SENTENCES = (2, 7)
FURNITURE_SHARE = 0.5
_SEED = 20261120


@dataclass(frozen=True)
class Pool:
    """What articles of one kind are drawn from."""

    sentences: tuple[str, ...]
    furniture: tuple[str, ...] = ()


def translated() -> Pool:
    """Content sentences of the seeds, and the whole blocks of boilerplate and metadata after them."""
    sentences: list[str] = []
    furniture: list[str] = []
    for file in sorted((ROOT / "tests" / "gold").glob("*.json")):
        gold = json.loads(file.read_bytes())
        lines = (ROOT / "seeds" / gold["file"]).read_bytes().decode().split("\n")
        labels = {label["line"]: label["label"] for label in gold["lines"]}
        for number, line in enumerate(lines, 1):
            if labels.get(number) in ("content", "title"):
                sentences += [line[start:end] for start, end in sentences_of(line)]
        after = max(number for number, label in labels.items() if label == "content")
        if tail := "\n".join(lines[after:]).strip("\n"):
            furniture.append(tail)
    return Pool(tuple(sentences), tuple(furniture))


def clean(files: Iterable[Path]) -> Pool:
    """All sentences of files of JSON rows with a ``text``."""
    rows = [json.loads(line) for file in files for line in file.read_bytes().decode().split("\n") if line]
    return Pool(tuple(row["text"][start:end] for row in rows for start, end in sentences_of(row["text"])))


def article(pool: Pool, draw: random.Random) -> str:
    """One article: paragraphs of one line, an empty line after each, furniture at the end of half of them."""
    paragraphs = [" ".join(draw.choices(pool.sentences, k=draw.randint(*SENTENCES))) for _ in range(PARAGRAPHS)]
    if pool.furniture and draw.random() < FURNITURE_SHARE:
        paragraphs.append(draw.choice(pool.furniture))
    return "\n\n".join(paragraphs)


def write(folder: Path, size: int, extra: Iterable[Path] = ()) -> int:
    """Write articles into ``folder`` until they hold ``size`` bytes; returns the bytes written."""
    pools = translated(), clean([ROOT / "tests" / "clean" / "ewt.jsonl", *extra])
    draw = random.Random(_SEED)
    written = number = 0
    while written < size:
        data = article(pools[number % 2], draw).encode()
        file = folder / f"{number // 500:03}" / f"{number:06}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        written += len(data)
        number += 1
    return written
