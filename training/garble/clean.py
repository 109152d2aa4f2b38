"""Clean English sentences to learn from, from texts whose licence lets weights that saw them be shipped.

Sources (README.md says how to get them): post-edits of MLQE-PE (CC0), human references and faultless outputs of the
WMT MQM data (Apache-2.0), State of the Union addresses and messages (US government, public domain), the prose fields
of the World Factbook (US government, public domain).

Nothing here is taken from `clean_dev`, `garble_dev`, `mlqe_dev` or the seeds: those measure. MQM documents that stand
in `garble_dev` too are left out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sentencex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WORDS = (6, 70)  # shorter says too little, longer is mostly a list
_FIRST_YEAR = 1900
_HUMAN = re.compile(r"^(Human-|ref|reference)", re.IGNORECASE)
_MEASURED = re.compile(r"\(doc ([^,)]+)")
_TAG = re.compile(r"<[^>]+>")
_GOOD_DA = 70.0


@dataclass(frozen=True, slots=True)
class Clean:
    """One sentence; ``source`` is the corpus it is from."""

    text: str
    source: str


def clean_sentences(data: Path, texts: Path) -> list[Clean]:
    """All clean sentences, once each, in a fixed order; ``data``: the benchmark folder, ``texts``: the downloads."""
    found: dict[str, Clean] = {}
    for sentence in (*_mlqe(data), *_mqm(data), *_addresses(texts), *_factbook(texts)):
        if _WORDS[0] <= len(sentence.text.split()) <= _WORDS[1]:
            found.setdefault(sentence.text, sentence)
    return list(found.values())


def _mlqe(data: Path) -> Iterator[Clean]:
    for row in rows(data / "mtq" / "mlqe_train.jsonl"):
        if row["da"] >= _GOOD_DA or row["hter"] > 0.1:  # a bad translation that was hardly edited did not become good
            yield Clean(" ".join(row["pe"].split()), "mlqe")


def _mqm(data: Path) -> Iterator[Clean]:
    for row in mqm_rows(data):
        human = bool(_HUMAN.match(row["system"]))
        if (human and row["mqm"] < 5) or (row["mqm"] <= 1 and not row["p_flu_any"]):
            yield Clean(" ".join(row["text"].split()), "mqm")


def _addresses(texts: Path) -> Iterator[Clean]:
    for file in sorted((texts / "sotu").rglob("*.txt")):
        if file.name[:4].isdigit() and int(file.name[:4]) >= _FIRST_YEAR:
            for line in file.read_text(encoding="utf-8").split("\n"):
                yield from _split(line, "addresses")


def _factbook(texts: Path) -> Iterator[Clean]:
    for file in sorted((texts / "factbook").rglob("*.json")):
        for value in _strings(json.loads(file.read_text(encoding="utf-8"))):
            yield from _split(_TAG.sub(" ", value), "factbook")


def _strings(value: object) -> Iterator[str]:
    """Strings of a factbook page that are prose: they end like a sentence and start like one."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str) and len(value) > 60 and value[:1].isupper() and ";" not in value[:40]:
        yield value


def _split(line: str, source: str) -> Iterator[Clean]:
    line = " ".join(line.split())
    for piece in sentencex.segment("en", line):
        sentence = piece.strip()
        if sentence[:1].isupper() and sentence[-1:] in '.!?"':
            yield Clean(sentence, source)


def rows(file: Path) -> Iterator[dict]:
    """The objects of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def mqm_rows(data: Path) -> Iterator[dict]:
    """The MQM rows that may be learned from: none of a document that `garble_dev` measures with."""
    measured = {
        match[1]
        for row in rows(data / "mtq" / "garble_dev" / "index.jsonl")
        if (match := _MEASURED.search(row["source"]))
    }
    for row in rows(data / "mtq" / "mqm_zh_en_dev.jsonl"):
        if row["doc"] not in measured:
            yield row


def count_by_source(sentences: list[Clean]) -> dict[str, int]:
    """For the model card."""
    return dict(sorted(Counter(sentence.source for sentence in sentences).items()))
