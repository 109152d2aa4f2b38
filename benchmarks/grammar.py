"""Speed of the grammar and spelling engines: cold (first text of a process), warm, and from the cache.

    python benchmarks/grammar.py                  Harper and the speller
    python benchmarks/grammar.py --languagetool   LanguageTool, too; starts the shared server if need be
    python benchmarks/grammar.py --data FOLDER    with the *.jsonl rows of FOLDER among the text

Text is the clean English of tests/clean. CPU time for what runs in this process, wall time for LanguageTool. "Cold"
includes loading; "new text" is a first pass over text of which nothing was seen. docs/grammar.md has results.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.document import Document
from mtqa.grammar import Engines, LanguageToolOptions, build_engines
from mtqa.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CLEAN = Path(__file__).resolve().parent.parent / "tests" / "clean"
KB = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languagetool", action="store_true", help="measure LanguageTool, too")
    parser.add_argument("--data", type=Path, help="folder with further clean text, *.jsonl with rows that have a text")
    options = parser.parse_args()
    files = [*sorted(CLEAN.glob("*.jsonl")), *(sorted(options.data.glob("*.jsonl")) if options.data else [])]
    rows = dict.fromkeys(
        json.loads(line)["text"] for file in files for line in file.read_bytes().decode().split("\n") if line
    )
    documents = [Document.from_text("\n\n".join(part)) for part in chunks(list(rows), 10)]
    half = len(documents) // 2
    print(f"{size(documents) / KB:.0f} KB in {len(documents)} documents")
    for name in ("harper", "speller"):
        engines = Engines("harper" if name == "harper" else "off", spelling=name == "speller")
        measure(name, engines, documents[:half], documents[half:], time.process_time)
    if options.languagetool:
        with tempfile.TemporaryDirectory() as folder:
            engines = Engines("languagetool", languagetool=LanguageToolOptions(), cache=Path(folder) / "cache")
            measure("languagetool", engines, documents[:half], documents[half:], time.perf_counter)
        memory()


def measure(
    name: str, engines: Engines, first: Sequence[Document], second: Sequence[Document], clock: Callable[[], float]
) -> None:
    start = clock()
    (checker,) = build_engines(engines, (name,), Knowledge())
    for label, documents in (("cold", first), ("new text", second), ("seen", second)):
        found = sum(len(list(checker.check(document))) for document in documents)
        used = clock() - start
        print(f"{name:14}{label:10}{size(documents) / KB / used:10.0f} KB/s {used:8.2f} s {found:6} findings")
        start = clock()


def memory() -> None:
    import psutil

    from mtqa.grammar.server import read_state

    state = read_state()
    assert state is not None
    resident = psutil.Process(state.java).memory_info().rss
    print(f"server: {resident / (1 << 20):.0f} MiB resident, heap limit {state.memory} MiB")


def chunks(texts: Sequence[str], length: int) -> list[list[str]]:
    return [list(texts[i : i + length]) for i in range(0, len(texts), length)]


def size(documents: Sequence[Document]) -> int:
    return sum(len(document.data) for document in documents)


if __name__ == "__main__":
    main()
