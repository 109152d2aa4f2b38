"""Speed of the grammar and spelling engines, cold, warm and remembered, and the memory of the LanguageTool server.

    python benchmarks/grammar.py                  Harper and the speller
    python benchmarks/grammar.py --languagetool   LanguageTool, too; starts the shared server if need be
    python benchmarks/grammar.py --data FOLDER    with the *.jsonl rows of FOLDER among the text

Text is the clean English of tests/clean. "cold" is a first pass that includes loading; "new text" is text of which
nothing was seen; "remembered" is the same text from the cache of answers, as another run finds it. "harper, all"
sends every sentence to Harper, without the sieve. Seconds are CPU seconds of this process, and for
LanguageTool of the server, too, so that a busy machine does not enter. docs/grammar.md has results.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.document import Document
from mtqa.grammar import Engines, LanguageToolOptions, build_engines, server
from mtqa.grammar.languagetool import LanguageToolChecker
from mtqa.grammar.server import read_state
from mtqa.grammar.table import load_table
from mtqa.knowledge import Knowledge
from mtqa.segment import sentences as sentences_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    parts = (documents[:half], documents[half:])
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        measure("harper", Engines("harper", cache=cache), *parts)
        every_sentence(*parts)
        measure("speller", Engines("off", spelling=True), *parts)
        if options.languagetool:
            server.ensure(LanguageToolOptions())
            measure("languagetool", Engines("languagetool", languagetool=LanguageToolOptions(), cache=cache), *parts)
            one_by_one(parts[0][:4])
            memory()


def measure(name: str, engines: Engines, first: Sequence[Document], second: Sequence[Document]) -> None:
    clock = server_clock if name == "languagetool" else time.process_time
    for label, documents in (("cold", first), ("new text", second), ("remembered", second)):
        if label != "new text":  # a process of its own, as far as it goes: nothing is kept but the file
            (checker,) = build_engines(engines, (name,), Knowledge())
        start = clock()
        found = sum(len(list(checker.check(document))) for document in documents)
        show(name, label, documents, clock() - start, found)


def every_sentence(first: Sequence[Document], second: Sequence[Document]) -> None:
    """Harper as it would be without the sieve."""
    import harper

    linter = harper.Linter()
    linter.set_lint_config({rule: rule in load_table("harper").rules for rule in linter.get_lint_config()})
    for label, documents in (("warm", first), ("new text", second)):
        start = time.process_time()
        found = 0
        for document in documents:
            said = linter.organized_lints(document.text, language="plaintext", dedup=False)
            found += sum(len(lints) for lints in said.values())
        show("harper, all", label, documents, time.process_time() - start, found)


def one_by_one(documents: Sequence[Document]) -> None:
    """LanguageTool asked about each sentence by itself, against paragraphs together."""
    sentences = [Document.from_text(document.slice(span)) for document in documents for span in sentences_of(document)]
    for label, texts in (("paragraphs", documents), ("sentences", sentences)):
        checker = LanguageToolChecker(LanguageToolOptions())
        start, wall = server_clock(), time.perf_counter()
        found = sum(len(list(checker.check(text))) for text in texts)
        show(f"by {label}", f"{time.perf_counter() - wall:.1f} s wall", texts, server_clock() - start, found)


def show(name: str, label: str, documents: Sequence[Document], used: float, found: int) -> None:
    print(f"{name:14}{label:12}{size(documents) / KB / max(used, 1e-4):10,.0f} KB/s{used:9.2f} s{found:6} findings")


def server_clock() -> float:
    """CPU seconds of this process and of the server together."""
    import psutil

    state = read_state()
    used = sum(psutil.Process(state.java).cpu_times()[:2]) if state else 0.0
    return time.process_time() + used


def memory() -> None:
    import psutil

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
