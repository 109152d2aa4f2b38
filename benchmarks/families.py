"""How often the families polarity, loop, residue and truncation fire, and on what; and how fast they are.

    python benchmarks/families.py --data FOLDER              rates on clean English, machine output and its post-edits
    python benchmarks/families.py --data FOLDER --show 40    and so many random findings of each family to read
    python benchmarks/families.py --data FOLDER --speed      megabytes per CPU-second of each family, on clean articles

FOLDER holds clean_dev.jsonl, mlqe_dev.jsonl and mqm_zh_en_dev.jsonl (docs/garble-families.md says what they are). Rates
are findings per 1,000 words with 95 % intervals over documents, as `mtqa evaluate` makes them.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.document import Document
from mtqa.evaluate.interval import rate
from mtqa.finding import resolve
from mtqa.linter import Linter
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.finding import Finding

FAMILIES = ("polarity", "loop", "residue", "truncation")
BYTES = 5_000_000


@dataclass(frozen=True)
class Text:
    """A document and the sets that its figures count towards."""

    document: Document
    sets: tuple[str, ...]


def texts(folder: Path, file: str) -> Iterator[Text]:
    """All documents of a file of rows; MLQE's rows are sentences of their own."""
    rows = [json.loads(line) for line in (folder / file).read_bytes().decode().split("\n") if line]
    if file.startswith("mlqe"):
        name = file.removesuffix(".jsonl")
        for row in rows:
            bad = (f"{name} machine output, DA < 50",) if row["da"] < 50 else ()
            yield Text(Document.from_text(row["text"], row["id"]), (f"{name} machine output", *bad))
            yield Text(Document.from_text(row["pe"], row["id"]), (f"{name} post-edits",))
        return
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        groups[row["dataset"], row["doc"], row.get("system", "")].append(row)
    for (_, doc, system), group in groups.items():
        document = Document.from_text("\n\n".join(row["text"].replace("\n", " ") for row in group), f"{doc}/{system}")
        if file.startswith("clean"):
            yield Text(document, ("clean", f"clean: {group[0]['genre']}"))
        else:
            yield Text(document, ("Chinese–English: people" if group[0]["human"] else "Chinese–English: machines",))


def linters(chosen: Sequence[str]) -> dict[str, Linter]:
    rules = load_rules(shipped_rules())
    return {
        family: Linter(RuleSet(tuple(r for r in rules.rules if r.family == family), rules.contexts, rules.digest))
        for family in chosen
    }


def found(linter: Linter, document: Document) -> list[Finding]:
    return resolve(finding for checker in linter.checkers for finding in checker.check(document))


def measure(folder: Path, files: Sequence[str], chosen: Sequence[str], show: int) -> None:
    every = [text for file in files for text in texts(folder, file)]
    words = [count_words(text.document.text) for text in every]
    names = list(dict.fromkeys(name for text in every for name in text.sets))
    for family, linter in linters(chosen).items():
        findings = [found(linter, text.document) for text in every]
        print(f"\n## {family}: findings per 1,000 words")
        for name in names:
            pairs = [(len(f), n) for f, n, text in zip(findings, words, every, strict=True) if name in text.sets]
            figure = rate(pairs)
            interval = f"[{figure.low:.3f}, {figure.high:.3f}]"
            print(f"{name:45} {figure.value:7.3f} {interval} {figure.hits:5} of {figure.total} words")
        by_rule: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for text, some in zip(every, findings, strict=True):
            for finding in some:
                by_rule[finding.rule][text.sets[0]] += 1
        for rule, counts in sorted(by_rule.items()):
            print(f"  {rule:30} {dict(counts)}")
        for name in names if show else ():
            hits = [(t.document, f) for t, some in zip(every, findings, strict=True) if name == t.sets[0] for f in some]
            sample = hits if len(hits) <= show else random.Random(7).sample(hits, show)
            print(f"\n### {family} on {name}: {len(sample)} of {len(hits)}")
            for document, finding in sample:
                print(f"  {finding.rule.partition('.')[2]:12} {passage(document, finding)}")


def passage(document: Document, finding: Finding, around: int = 70) -> str:
    start, end = finding.span.start, finding.span.end
    text = document.text
    middle = text[start:end] if end - start < 160 else f"{text[start : start + 80]} … {text[end - 60 : end]}"
    return f"{text[max(0, start - around) : start]}«{middle}»{text[end : end + around]}".replace("\n", "⏎")


def speed(folder: Path, chosen: Sequence[str]) -> None:
    """All clean text over and over, in articles of its own paragraphs, until there are five megabytes."""
    pool = [text.document for text in texts(folder, "clean_dev.jsonl") if len(text.document.text) > 500]
    documents, size = [], 0
    while size < BYTES:
        document = pool[len(documents) % len(pool)]
        documents.append(document.text)
        size += len(document.data)
    for family, linter in linters(chosen).items():
        found(linter, pool[0])
        seconds = []
        for _ in range(3):
            fresh = [Document.from_text(text) for text in documents]
            for document in fresh:
                _ = document.lines  # which every checker shares
            before = resource.getrusage(resource.RUSAGE_SELF)
            for document in fresh:
                found(linter, document)
            after = resource.getrusage(resource.RUSAGE_SELF)
            seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        print(f"{family:12} {size / 1e6 / min(seconds):7.1f} MB per CPU-second ({size / 1e6:.1f} MB, best of 3)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--files", nargs="*", default=["clean_dev.jsonl", "mlqe_dev.jsonl", "mqm_zh_en_dev.jsonl"])
    parser.add_argument("--family", nargs="*", default=FAMILIES)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.speed:
        speed(options.data, options.family)
    else:
        measure(options.data, options.files, options.family, options.show)


if __name__ == "__main__":
    main()
