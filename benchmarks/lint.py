"""Speed and memory of mtqa against proselint and codespell, on the same text, on one core, in one run.

    python benchmarks/lint.py                 20 MB; a few minutes
    python benchmarks/lint.py --quick         1 MB, to see that it works
    python benchmarks/lint.py --data FOLDER   with the *.jsonl rows of FOLDER among the clean text

Needs Linux and the dependency group ``bench``. CPU time is user and system time; a slow peer gets a sample of the
articles, and its speed is its bytes over its time. benchmarks/README.md has results.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mtqa.document import Document
    from mtqa.finding import Finding

MB = 1_000_000
SEED = corpus.ROOT / "seeds" / "001_de9d7ff1b9ca9843.txt"
LINT = (sys.executable, "-m", "mtqa", "lint", "--jobs", "1", "--format", "jsonl", "--output", os.devnull)
# Runs mtqa in a process of its own and tells its own peak, which what the parent holds does not enter.
PEAK = """
import sys
from mtqa.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1])
"""


@dataclass(frozen=True)
class Speed:
    """CPU seconds that ``size`` bytes took, and the findings in them where they were counted."""

    name: str
    size: int
    seconds: float
    found: int | None = None

    @property
    def rate(self) -> float:
        """Megabytes per CPU-second."""
        return self.size / MB / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=20.0, help="megabytes of text (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="1 MB, small samples")
    parser.add_argument("--data", type=Path, help="folder with further clean text, *.jsonl with rows that have a text")
    options = parser.parse_args()
    size = int((1.0 if options.quick else options.size) * MB)
    extra = sorted(options.data.glob("*.jsonl")) if options.data else []
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written = corpus.write(folder / "all", size, extra)
        files = sorted((folder / "all").rglob("*.txt"))
        print(f"{written / MB:.1f} MB in {len(files):,} articles; one core; Python {sys.version.split()[0]}")
        measure_speed(folder, files, size)
        measure_start()
        measure_memory(folder, files, size // 16)


def measure_speed(folder: Path, files: Sequence[Path], size: int) -> None:
    """The rule engine, its parts, and every tool end to end."""
    results = [*engine(files), command("mtqa lint, end to end", LINT, folder / "all", size_of(files))]
    for name, arguments, part in (
        ("codespell", (sys.executable, "-m", "codespell_lib"), size // 4),
        ("proselint", (sys.executable, "-m", "proselint", "-o", "compact", "check"), size // 16),
    ):
        chosen = sample(folder / name, files, part)
        results.append(command(name, arguments, folder / name, size_of(chosen)))
    slowest = results[-1].rate
    print(f"\n{'':34}{'MB':>7}{'CPU s':>9}{'MB/CPU s':>10}{'× proselint':>13}{'findings/MB':>13}")
    for result in results:
        row = f"{result.name:34}{result.size / MB:7.2f}{result.seconds:9.2f}{result.rate:10.2f}"
        density = "" if result.found is None else f"{result.found / result.size * MB:13,.0f}"
        print(f"{row}{result.rate / slowest:13.1f}{density}")


def engine(files: Sequence[Path]) -> Iterable[Speed]:
    """``Linter.check`` of all checkers: on everything, on each kind of article, then each checker alone on a tenth."""
    from mtqa.document import Document
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules, shipped_rules

    linter = Linter(load_rules(shipped_rules()))
    linter.check(Document.read(SEED))  # compiles what is compiled on first use
    for name, chosen in (
        ("rule engine (Linter.check)", files),
        ("  translated articles only", files[0::2]),
        ("  clean articles only", files[1::2]),
    ):
        yield checked(name, linter.check, [Document.read(file) for file in chosen])
    for checker in linter.checkers:
        documents = [Document.read(file) for file in files[: max(1, len(files) // 10)]]
        yield checked(f"  checker {checker.name} alone", checker.check, documents)


def checked(name: str, check: Callable[[Document], Iterable[Finding]], documents: Sequence[Document]) -> Speed:
    start = time.process_time()
    found = sum(sum(1 for _ in check(document)) for document in documents)
    used = time.process_time() - start
    return Speed(name, sum(len(document.data) for document in documents), used, found)


def command(name: str, arguments: Sequence[str], folder: Path, size: int) -> Speed:
    """CPU time of a command over a folder; that it finds something, and fails for it, is as it should be."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*arguments, folder.name], cwd=folder.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 65):  # 65: codespell found misspellings
        sys.exit(f"{name} exited with {done.returncode}: {done.stderr.decode()[-2000:]}")
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Speed(name, size, used)


def sample(folder: Path, files: Sequence[Path], size: int) -> list[Path]:
    """Copies of the first articles, of ``size`` bytes together."""
    folder.mkdir()
    chosen: list[Path] = []
    total = 0
    for file in files:
        if total >= size:
            break
        chosen.append(Path(shutil.copy(file, folder)))
        total += file.stat().st_size
    return chosen


def size_of(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def measure_start() -> None:
    """Wall time of the two commands a user waits for."""
    print()
    for name, arguments in (
        ("--help", ("--help",)),
        ("lint of one seed", ("lint", str(SEED.relative_to(corpus.ROOT)))),
    ):
        times = []
        for _ in range(10):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "mtqa", *arguments], cwd=corpus.ROOT, capture_output=True, check=False
            )
            times.append(time.perf_counter() - start)
        print(f"mtqa {name}: {1000 * statistics.median(times):.0f} ms wall, median of 10")


def measure_memory(folder: Path, files: Sequence[Path], base: int) -> None:
    """Peak memory of ``mtqa lint`` on a corpus, on four and on sixteen times as much."""
    print()
    for times in (1, 4, 16):
        part = folder / f"memory{times}"
        chosen = sample(part, files, times * base)
        program = [sys.executable, "-c", PEAK, *LINT[3:], part.name]
        done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)
        print(f"peak memory, {size_of(chosen) / MB:6.2f} MB of text: {int(done.stdout.split()[-1]) / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
