"""Speed and memory of a release: build with one and two processes, verify, on articles made from the seeds.

    python benchmarks/release.py             20 MB; a few minutes
    python benchmarks/release.py --mb 2      a small corpus, to see that it works

Needs Linux and `mtqa[release]`. Memory is the peak of the largest process (a worker, or the one that assembles).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

MB = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=float, default=20, help="size of the corpus in MB")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mtqa-release-") as name:
        root = Path(name)
        written = corpus.write(root / "articles", int(asked.mb * MB))
        (root / "mtqa.toml").write_text('originals = ["articles"]\n', encoding="utf-8")
        print(f"{written / MB:.1f} MB, {sum(1 for _ in root.rglob('*.txt')):,} articles")
        for jobs in ("1", "2"):
            timed(root, written, "build", "--version", "1.0.0", "--to", f"out{jobs}", "--allow-open", "-j", jobs)
        sums = [(root / f"out{jobs}" / "SHA256SUMS").read_bytes() for jobs in ("1", "2")]
        print("same bytes" if sums[0] == sums[1] else "DIFFERENT BYTES")
        timed(root, written, "verify", "out1", "--files-only")
        timed(root, written, "verify", "out1", "-j", "2")


def timed(root: Path, size: int, *arguments: str) -> None:
    """Run one command and print its speed, and the peak of it and all before it."""
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "mtqa", "release", *arguments],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": "0"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"{' '.join(arguments):<60} {seconds:7.1f} s  {size / MB / seconds:6.2f} MB/s  peak so far {peak:5.0f} MB")


if __name__ == "__main__":
    main()
