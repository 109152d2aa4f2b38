"""Real garble: clean English through a rule-based translator and back (Apertium, GPL, a program that is only run).

The round trip through a language for which Apertium's data is thin gives what a weak engine gives: wrong senses,
calques, broken agreement, lost function words, with the sentence that was meant beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from garble.clean import Clean

ROUTES = (("eng-cat", "cat-eng"), ("en-eo", "eo-en"), ("eng-spa", "spa-eng"))
_BATCH = 500
_DEBRIS = re.compile(r"parquote|[*@#\[\]\\^$]")


def round_trip(texts: list[str], route: tuple[str, str], jobs: int = 2) -> list[str | None]:
    """Each text after the round trip; None where the translator failed or left debris."""
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    with ThreadPoolExecutor(jobs) as pool:
        done = pool.map(lambda batch: _batch(batch, route), batches)
        return [text for batch in done for text in batch]


def _batch(texts: list[str], route: tuple[str, str]) -> list[str | None]:
    """A batch; where the translator dies or loses lines, its halves, down to the sentence that does it."""
    lines = _translated(texts, route)
    if lines is not None and len(lines) == len(texts):
        return [None if _DEBRIS.search(line) or "\n" in line else " ".join(line.split()) for line in lines]
    if len(texts) == 1:
        return [None]
    half = len(texts) // 2
    return _batch(texts[:half], route) + _batch(texts[half:], route)


def _translated(texts: list[str], route: tuple[str, str]) -> list[str] | None:
    text = "\n\n".join(texts) + "\n"
    for mode in route:
        done = subprocess.run(
            ["apertium", "-u", mode], input=text, capture_output=True, text=True, check=False, encoding="utf-8"
        )
        if done.returncode:
            return None
        text = done.stdout
    return text.rstrip("\n").split("\n\n")


def routes_of(text: str, source: str) -> list[int]:
    """Which of ROUTES a sentence takes, by its hash: modern prose one or two, three in eight of the addresses one."""
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 8
    wanted = [bucket] if source == "addresses" else [bucket % 4, (bucket + 1) % 4]
    return [number for number in wanted if number < len(ROUTES)]


def round_trips(sentences: list[Clean], work: Path) -> list[tuple[Clean, int, str]]:
    """All round trips as (sentence, route, garbled text); what has been translated before is read from ``work``."""
    found = []
    for number, route in enumerate(ROUTES):
        chosen = [sentence for sentence in sentences if number in routes_of(sentence.text, sentence.source)]
        texts = [sentence.text for sentence in chosen]
        name = hashlib.sha256("\n".join((*route, *texts)).encode()).hexdigest()[:16]
        file = work / f"roundtrip-{route[0]}-{name}.json"
        if not file.exists():
            file.write_text(json.dumps(round_trip(texts, route)), encoding="utf-8")
        garbled = json.loads(file.read_text(encoding="utf-8"))
        found += [(s, number, text) for s, text in zip(chosen, garbled, strict=True) if text]
    return found
