"""How long lint takes in CI, with and without what it remembers: 1,000 articles of 5 KB, 2 workers.

    python benchmarks/cache.py                nine clean articles to each machine-translated one
    python benchmarks/cache.py --faulty 1     machine translation only: some 60 findings an article
    python benchmarks/cache.py --peers        proselint and codespell on the same files, in the same run

Whole processes are timed, start-up and report included, in wall time and in CPU time (user and system, of all
processes; the one to compare where the machine has other things to do). "first" is with an empty cache folder, as right
after an installation; "cold" knows the rules but no article; "warm": nothing has changed, or one article; "counts" is
--statistics. Medians.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import corpus

if TYPE_CHECKING:
    from collections.abc import Iterable

ARTICLES = 1_000
BYTES = 5_000
JSONL = ("--format", "jsonl")
Times = tuple[float, float]  # wall, CPU


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faulty", type=int, default=10, metavar="N", help="each N-th article is machine translation")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="proselint and codespell, too (dependency group bench)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), options.faulty, options.rounds)
        if options.peers:
            peers(Path(name))


def measure(folder: Path, faulty: int, rounds: int) -> None:
    size = write(folder / "news", faulty)
    (folder / "mtqa.toml").write_text('originals = ["news"]\njobs = 2\n', encoding="utf-8")
    print(f"{ARTICLES:,} articles, {size / 1e6:.1f} MB, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    rules = folder / "rules-only"
    lint(folder, rules, *JSONL, "--no-cache")
    show("first", (lint(folder, folder / f"f{n}", *JSONL) for n in range(rounds)))
    for number in range(rounds):
        shutil.copytree(rules, folder / f"c{number}")
    show("cold", (lint(folder, folder / f"c{n}", *JSONL) for n in range(rounds)))
    show("warm", (lint(folder, folder / "c0", *JSONL) for _ in range(rounds)))
    show("warm, counts", (lint(folder, folder / "c0", "--statistics") for _ in range(rounds)))
    show("one changed", (changed(folder, n) for n in range(rounds)))
    show("no cache", (lint(folder, rules, *JSONL, "--no-cache") for _ in range(rounds)))


def peers(folder: Path) -> None:
    """What else one might run over the same articles; each on one core, for that is what they use."""
    for name, command in (
        ("codespell", ("-m", "codespell_lib", "news")),
        ("proselint", ("-m", "proselint", "-o", "compact", "check", "news")),
    ):
        show(name, [timed([sys.executable, *command], folder, os.environ.copy())])


def show(name: str, times: Iterable[Times]) -> None:
    wall, cpu = zip(*times, strict=True)
    print(f"{name:14}{statistics.median(wall):7.2f} s wall {statistics.median(cpu):7.2f} s CPU", flush=True)


def changed(folder: Path, number: int) -> Times:
    file = folder / "news" / f"{number:04}.txt"
    file.write_bytes(file.read_bytes() + b"\n\nOne more line.\n")
    return lint(folder, folder / "c0", *JSONL)


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


def lint(folder: Path, cache: Path, *more: str) -> Times:
    environment = {**os.environ, "MTQA_CACHE_DIR": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed mtqa has its bytecode
    return timed([sys.executable, "-m", "mtqa", "lint", "--output", os.devnull, *more], folder, environment)


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> Times:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 65):  # 65: codespell found misspellings
        raise SystemExit(f"{command[2]} failed: {done.returncode}: {done.stderr.decode()[-2000:]}")
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
