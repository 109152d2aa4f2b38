"""A large corpus of rows, the same bytes on every machine: the articles of a crawl, most of them clean.

    python benchmarks/scale_corpus.py FOLDER --mb 2000

writes FOLDER/articles/part-00000.jsonl.zst, part-00001.parquet, part-00002.jsonl.gz, part-00003.jsonl and so on, each
with 40 MB of text, and FOLDER/mtqa.toml. All text comes from the repository:

- 199 of 200 articles are sentences of tests/clean (CC BY-SA 4.0, see its README; so is what is made from it), each in
  one of 60 variants in which two words are exchanged for others of these texts, so that few articles are alike;
- 1 of 200 is sentences of the seeds with their page furniture, as `corpus.py` makes them;
- 1 of 200 nearly repeats the article before it, 1 of 1,000 is one of 50 that stand in many places.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import re
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from math import ceil
from pathlib import Path

import corpus
import msgspec
import pyarrow
import pyarrow.parquet
import zstandard

SHARD = 40.0  # MB of text
FORMS = ("jsonl.zst", "parquet", "jsonl.gz", "jsonl")
SENTENCES = (20, 70)
VARIANTS = 60
SYNDICATED = 50
MB = 1_000_000
_SEED = 20261127
_WORD = re.compile(r"\b[a-z]{4,}\b")
_VOWELS = "aeiouh"  # words are exchanged for words that take the same article
SETTINGS = """originals = ["articles"]
include = ["*.jsonl", "*.jsonl.gz", "*.jsonl.zst", "*.parquet"]
[release]
name = "scale"
license = "CC-BY-SA-4.0"
"""


@lru_cache(maxsize=1)
def sentences() -> list[str]:
    """All variants of the clean sentences."""
    pool = corpus.clean([corpus.ROOT / "tests" / "clean" / "ewt.jsonl"]).sentences
    words = sorted({word for sentence in pool for word in _WORD.findall(sentence)})
    draw = random.Random(_SEED)
    return [_varied(sentence, words, draw) for sentence in pool for _ in range(VARIANTS)]


def _varied(sentence: str, words: list[str], draw: random.Random) -> str:
    places = list(_WORD.finditer(sentence))
    for place in sorted(draw.sample(places, min(2, len(places))), key=lambda found: -found.start()):
        like = [word for word in words if (word[0] in _VOWELS) == (place[0][0] in _VOWELS)]
        sentence = sentence[: place.start()] + draw.choice(like) + sentence[place.end() :]
    return sentence


def clean_article(draw: random.Random) -> str:
    chosen = draw.choices(sentences(), k=draw.randint(*SENTENCES))
    return "\n\n".join(" ".join(chosen[start : start + 5]) for start in range(0, len(chosen), 5))


def articles(shard: int, most: float = SHARD) -> list[tuple[str, str]]:
    """``(id, text)`` of one shard's rows."""
    draw = random.Random(_SEED + 1 + shard)
    faulty = corpus.translated()
    found: list[tuple[str, str]] = []
    size = 0
    while size < most * MB:
        kind = draw.random()
        if kind < 0.005:
            text = corpus.article(faulty, draw)
        elif kind < 0.01 and found:
            text = found[-1][1].replace("and", "or", 1)
        elif kind < 0.011:
            text = clean_article(random.Random(draw.randrange(SYNDICATED)))
        else:
            text = clean_article(draw)
        found.append((f"web-{shard:05}-{len(found):06}", text))
        size += len(text.encode())
    return found


def write_shard(folder: Path, shard: int, most: float = SHARD) -> int:
    """Write one shard, if it is not there; returns the bytes of its texts."""
    form = FORMS[shard % len(FORMS)]
    file, fresh, told = folder / f"part-{shard:05}.{form}", folder / f".part-{shard:05}", folder / f".size-{shard:05}"
    if file.exists() and told.exists():
        return int(told.read_text())
    rows = articles(shard, most)
    if form == "parquet":
        columns = {"id": [name for name, _ in rows], "text": [text for _, text in rows]}
        pyarrow.parquet.write_table(pyarrow.table(columns), fresh, compression="zstd", row_group_size=2000)
    else:
        lines = b"".join(msgspec.json.encode({"id": name, "text": text}) + b"\n" for name, text in rows)
        fresh.write_bytes(_packed(form, lines))
    size = sum(len(text.encode()) for _, text in rows)
    told.write_text(str(size))
    fresh.rename(file)
    return size


def _packed(form: str, data: bytes) -> bytes:
    if form.endswith(".zst"):
        return zstandard.ZstdCompressor(level=3).compress(data)
    return gzip.compress(data, 1, mtime=0) if form.endswith(".gz") else data


def make(root: Path, megabytes: float, most: float = SHARD) -> int:
    """Make the corpus of at least so much text, ``most`` MB to a shard; returns the bytes of text."""
    folder = root / "articles"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "mtqa.toml").write_text(SETTINGS, encoding="utf-8")
    shards = range(max(1, ceil(megabytes / most)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(write_shard, [folder] * len(shards), shards, [most] * len(shards)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mb", type=float, default=2000, help="MB of text")
    parser.add_argument("--shard-mb", type=float, default=SHARD, help="MB of text to a shard")
    asked = parser.parse_args()
    print(f"{make(asked.folder, asked.mb, asked.shard_mb) / MB:,.1f} MB of text")
