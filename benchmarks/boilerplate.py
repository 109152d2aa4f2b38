"""The whole boilerplate pass (rules, metadata, recurrence, blocks) beside jusText, on the same lines, in one run.

    python benchmarks/boilerplate.py                 20 MB; about a minute
    python benchmarks/boilerplate.py --quick         2 MB, to see that it works
    python benchmarks/boilerplate.py --data FILE     with the false flags on clean text, JSON rows with a text

Needs Linux and the dependency group ``bench``. Times are CPU times (user and system) on one core. jusText reads HTML:
it gets the lines as paragraphs of a page, which is how it is used on text, and a sixteenth of the articles. What the
two take for boilerplate is compared on the seeds' gold and on tests/boilerplate/lookalikes.yaml, where all is content.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import corpus
import yaml
from lint import LINT, MB, PEAK, sample, size_of

from mtqa.document import Document
from mtqa.evaluate.clean import load_clean
from mtqa.finding import Layer
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.segment import count_words
from mtqa.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Counts the lines of made-up articles: 40 that occur once and 20 of a frame that all share; tells seconds and MiB.
COUNTING = """
import random, sys, time
from mtqa.knowledge import Knowledge
draw = random.Random(1)
frame = [draw.getrandbits(64) for _ in range(20)]
def parts():
    for _ in range(int(sys.argv[1])):
        yield Knowledge(lines=dict.fromkeys([*frame, *(draw.getrandbits(64) for _ in range(40))], 1), articles={"": 1})
start = time.process_time()
known = Knowledge.of_corpus(parts())
assert len(known.lines) == 20
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - start, int(peak.split()[1]) / 1024)
"""
SELECTED = ("boilerplate", "metadata")
LOOKALIKES = corpus.ROOT / "tests" / "boilerplate" / "lookalikes.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=20.0, help="megabytes of text (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="2 MB")
    parser.add_argument("--data", type=Path, help="clean text, as mtqa evaluate --clean reads it")
    options = parser.parse_args()
    size = int((2.0 if options.quick else options.size) * MB)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        corpus.write(folder / "all", size)
        files = sorted((folder / "all").rglob("*.txt"))
        measure_speed(files)
        measure_memory(folder, files, size // 16)
    measure_counting((10_000, 40_000) if options.quick else (10_000, 100_000, 400_000))
    compare()
    if options.data:
        measure_false_flags(options.data)


def measure_speed(files: Sequence[Path]) -> None:
    """Both passes over everything, patterns compiled on the way; then jusText on every sixteenth article."""
    size = size_of(files)
    print(f"{size / MB:.1f} MB in {len(files):,} articles; one core; Python {sys.version.split()[0]}")
    documents = [Document.read(file) for file in files]
    start = time.process_time()
    linter = Linter(load_rules(shipped_rules()), Selection(select=SELECTED))
    loaded = time.process_time()
    gatherer = Gatherer(linter.rules)
    knowledge = Knowledge.of_corpus(map(gatherer.read, documents))
    gathered = time.process_time()
    linter = linter.knowing(knowledge)
    found = sum(len(linter.check(document)) for document in documents)
    checked = time.process_time()
    chosen = documents[::16]
    for document in chosen:
        by_justext(document)
    peer = time.process_time() - checked
    whole = size / MB / (checked - loaded)
    other = sum(len(document.data) for document in chosen) / MB / peer
    print(f"rules loaded in {loaded - start:.2f} s; {found:,} findings; {len(knowledge.lines):,} lines and pairs recur")
    print(f"gathering        {size / MB / (gathered - loaded):8.2f} MB per CPU-second")
    print(f"checking         {size / MB / (checked - gathered):8.2f}")
    print(f"whole pass       {whole:8.2f}   {whole / other:.1f} x jusText")
    print(f"jusText          {other:8.2f}")


def measure_memory(folder: Path, files: Sequence[Path], base: int) -> None:
    """Peak memory of the pass by command line on a corpus, on four and on sixteen times as much."""
    for times in (1, 4, 16):
        part = folder / f"memory{times}"
        chosen = sample(part, files, times * base)
        arguments = [*LINT[3:], "--no-cache", "--select", ",".join(SELECTED), part.name]
        program = [sys.executable, "-c", PEAK, *arguments]
        done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)
        print(f"peak memory, {size_of(chosen) / MB:6.2f} MB of text: {int(done.stdout.split()[-1]) / 1024:.0f} MiB")


def measure_counting(sizes: Iterable[int]) -> None:
    """Time and peak memory of counting lines, for more and more articles."""
    for articles in sizes:
        program = [sys.executable, "-c", COUNTING, str(articles)]
        told = subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()
        print(f"counting lines of {articles:7,} articles: {float(told[0]):6.1f} CPU seconds, {float(told[1]):.0f} MiB")


# -- what is taken for boilerplate, line by line


def by_justext(document: Document) -> set[int]:
    """Numbers of the lines that jusText takes for boilerplate, each line a paragraph."""
    import justext

    lines = [line for line in document.lines if document.slice(line.span).strip()]
    page = "".join(f"<p>{html.escape(document.slice(line.span))}</p>" for line in lines)
    paragraphs = justext.justext(f"<html><body>{page}</body></html>", justext.get_stoplist("English"))
    if len(paragraphs) != len(lines):
        raise ValueError(f"{document.path}: {len(lines)} lines became {len(paragraphs)} paragraphs")
    return {line.number for line, paragraph in zip(lines, paragraphs, strict=True) if paragraph.is_boilerplate}


def by_mtqa(documents: Sequence[Document]) -> Callable[[Document], set[int]]:
    """The same of mtqa, which knows the documents as one corpus; metadata count as taken out, too."""
    linter = Linter(load_rules(shipped_rules()), Selection(select=SELECTED))
    linter = linter.knowing(Knowledge.of_corpus(map(Gatherer(linter.rules).read, documents)))

    def taken(document: Document) -> set[int]:
        return {
            line.number
            for finding in linter.check(document)
            for line in document.lines
            if finding.layer in (Layer.BLOCK, Layer.METADATA)
            and finding.span.overlaps(line.span)
            and (finding.layer is Layer.BLOCK or finding.span.contains(line.span))
        }

    return taken


def compare() -> None:
    """Lines of the seeds and of the look-alikes: furniture found, content lost."""
    gold = [json.loads(file.read_bytes()) for file in sorted((corpus.ROOT / "tests" / "gold").glob("*.json"))]
    seeds = [Document.read(corpus.ROOT / "seeds" / entry["file"]) for entry in gold]
    entries = yaml.safe_load(LOOKALIKES.read_text(encoding="utf-8"))
    alike = [Document.from_text(entry["text"], f"{number}.txt") for number, entry in enumerate(entries)]
    print(f"\n{'':10}{'furniture and metadata found':>30}{'content lost':>20}{'look-alike lines lost':>24}")
    for name, on_seeds, on_alike in (
        ("mtqa", by_mtqa(seeds), by_mtqa(alike)),
        ("jusText", by_justext, by_justext),
    ):
        found = total = lost = content = 0
        for entry, document in zip(gold, seeds, strict=True):
            taken = on_seeds(document)
            for line in entry["lines"]:
                if line["label"] in SELECTED:
                    total += 1
                    found += line["line"] in taken
                elif line["label"] == "content":
                    content += 1
                    lost += line["line"] in taken
        lines = sum(filled(document) for document in alike)
        dropped = sum(len(on_alike(document)) for document in alike)
        print(f"{name:10}{f'{found} of {total}':>30}{f'{lost} of {content}':>20}{f'{dropped} of {lines}':>24}")


def filled(document: Document) -> int:
    return sum(bool(document.slice(line.span).strip()) for line in document.lines)


def measure_false_flags(file: Path) -> None:
    """Words of clean text that would leave it, each data set a corpus of its own."""
    datasets: dict[str, list[Document]] = {}
    for text in load_clean([file]):
        datasets.setdefault(text.dataset, []).append(text.document)
    print(f"\n{'clean text':12}{'words':>9}{'mtqa flags':>12}{'jusText flags':>15}")
    for name, documents in sorted(datasets.items()):
        words = sum(count_words(document.text) for document in documents)
        shares = [words_of(documents, take) / words for take in (by_mtqa(documents), by_justext)]
        print(f"{name:12}{words:9,}" + f"{shares[0]:12.3%}{shares[1]:15.2%}")


def words_of(documents: Iterable[Document], taken: Callable[[Document], set[int]]) -> int:
    return sum(
        count_words(document.slice(document.lines[number - 1].span))
        for document in documents
        for number in taken(document)
    )


if __name__ == "__main__":
    main()
