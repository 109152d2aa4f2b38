"""How long lint takes with and without its cache: 1,000 articles of 5 KB, 2 workers, as in CI.

    python benchmarks/cache.py                nine clean articles to each machine-translated one
    python benchmarks/cache.py --faulty 1     machine translation only: some 60 findings an article

Times are wall times of whole processes, start-up and report included: cold (an empty cache), warm (nothing changed),
one (one article changed), and warm without a word of output but the counts (--statistics).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

ARTICLES = 1_000
BYTES = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faulty", type=int, default=10, metavar="N", help="each N-th article is machine translation")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), options.faulty, options.rounds)


def measure(folder: Path, faulty: int, rounds: int) -> None:
    size = write(folder / "news", faulty)
    (folder / "mtqa.toml").write_text('originals = ["news"]\njobs = 2\n', encoding="utf-8")
    print(f"{ARTICLES:,} articles, {size / 1e6:.1f} MB, {os.cpu_count()} cores")
    run(folder, folder / "patterns-only")  # rules are worked out once for all
    lint = ("--format", "jsonl")
    plain = median(run(folder, folder / "patterns-only", *lint, "--no-cache") for _ in range(rounds))
    print(f"without cache  {plain:.2f} s")
    for number in range(rounds):
        shutil.copytree(folder / "patterns-only", folder / f"c{number}", ignore=shutil.ignore_patterns("findings*"))
    print(f"cold           {median(run(folder, folder / f'c{n}', *lint) for n in range(rounds)):.2f} s")
    print(f"warm           {median(run(folder, folder / 'c0', *lint) for _ in range(rounds)):.2f} s")
    print(f"warm, counts   {median(run(folder, folder / 'c0', '--statistics') for _ in range(rounds)):.2f} s")
    print(f"one changed    {median(changed(folder, n) for n in range(rounds)):.2f} s")


def changed(folder: Path, number: int) -> float:
    file = folder / "news" / f"{number:04}.txt"
    file.write_bytes(file.read_bytes() + b"\n\nOne more line.\n")
    return run(folder, folder / "c0", "--format", "jsonl")


def write(folder: Path, faulty: int) -> int:
    """Articles of whole lines; the first line is kept however long it is."""
    pools = corpus.translated(), corpus.clean([corpus.ROOT / "tests" / "clean" / "ewt.jsonl"])
    draw = random.Random(9)
    folder.mkdir()
    total = 0
    for number in range(ARTICLES):
        pool = pools[number % faulty > 0]
        text = ""
        for line in corpus.article(pool, draw).split("\n") * 3:
            if len(text.encode()) < BYTES:
                text += f"{line}\n"
        data = text.encode()
        (folder / f"{number:04}.txt").write_bytes(data)
        total += len(data)
    return total


def run(folder: Path, cache: Path, *more: str) -> float:
    command = [sys.executable, "-m", "mtqa", "lint", "--output", os.devnull, *more]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env={**os.environ, "MTQA_CACHE_DIR": str(cache)}, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"lint failed: {done.returncode}")
    return time.perf_counter() - began


def median(times: object) -> float:
    return statistics.median(list(times))  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
