"""The clean articles that vectors and weights are made from; which text serves what is decided by a hash of its name.

``mlqe_train.jsonl``: human post-edits of Wikipedia sentences (MLQE-PE, CC0), in the order of their article;
``mqm_zh_en_dev.jsonl``: human translations of news (WMT MQM, Apache-2.0), or where there is none the first engine's.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

MOST_WORDS = 1_100
LEAST_WORDS = 200


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    with (data / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def for_vectors(document: str) -> bool:
    """Half of the articles teach which words come together, the other half what is normal in an article."""
    return zlib.crc32(document.encode()) % 2 == 0


def wikipedia(data: Path, name: str = "mlqe_train.jsonl", *, all_of_it: bool = False) -> list[str]:
    """Articles of up to about ``MOST_WORDS`` words, one sentence a line; longer ones are cut."""
    sentences: dict[tuple[str, str], list[str]] = {}
    for row in rows(data, name):
        sentences.setdefault((row["lp"], str(row["doc"])), []).append(row["pe"])
    found = []
    for (_, document), lines in sentences.items():
        if for_vectors(document) and not all_of_it:
            continue
        part: list[str] = []
        words = 0
        for line in lines:
            part.append(line)
            words += len(line.split())
            if words >= MOST_WORDS:
                found.append("\n".join(part))
                part, words = [], 0
        if words >= LEAST_WORDS:
            found.append("\n".join(part))
    return found


def news(data: Path) -> list[str]:
    """One version of each article."""
    versions: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows(data, "mqm_zh_en_dev.jsonl"):
        versions.setdefault(row["doc"], {}).setdefault(row["system"], []).append(row)
    found = []
    for by_system in versions.values():
        human = sorted(system for system, of_it in by_system.items() if of_it[0]["human"])
        text = "\n".join(row["text"] for row in by_system[(human or sorted(by_system))[0]])
        if len(text.split()) >= LEAST_WORDS:
            found.append(text)
    return found


def phrases(file: Path) -> list[str]:
    """The phrases of a list, comments left out."""
    lines = file.read_text(encoding="utf-8").split("\n")
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
