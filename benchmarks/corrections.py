"""How long corrections take: 10,000 decisions over 1,000 articles, a tenth and a half of it (growth), one long ledger.

Run ``python benchmarks/corrections.py [articles]``; it works in a temporary folder and prints seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from mtqa.corrections import choice
from mtqa.corrections.copies import apply_to
from mtqa.corrections.rebase import rebase
from mtqa.corrections.status import status
from mtqa.corrections.store import Corrections
from mtqa.corrections.verify import verify
from mtqa.document import Document, Span
from mtqa.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (
    "the",
    "trade",
    "union",
    "of",
    "workers",
    "in",
    "Dalian",
    "held",
    "a",
    "meeting",
    "on",
    "quality",
    "instructions",
)
PER_ARTICLE = 10


def article_text(random: Random, words: int = 900) -> str:
    lines = []
    while words > 0:
        size = random.randrange(20, 200)
        lines.append(" ".join(random.choice(WORDS) + random.choice(("", "", "", str(words))) for _ in range(size)))
        words -= size
    return "\n\n".join(lines)


def edits_of(document: Document, count: int) -> list[choice.Choice]:
    step = len(document.text) // count
    starts = [document.text.index(" ", number * step) + 1 for number in range(count)]
    return [choice.edit(document, [Edit(Span(start, start + 2), "XX")], "benchmark") for start in starts]


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"  {what:42} {time.perf_counter() - start:8.2f} s")


def whole_project(root: Path, articles: int) -> None:
    random = Random(1)
    corrections = Corrections(root, originals=("seeds",))
    (root / "seeds").mkdir(parents=True)
    for number in range(articles):
        (root / f"seeds/{number:05d}.txt").write_text(article_text(random), encoding="utf-8")
    print(f"{articles} articles, {articles * PER_ARTICLE} decisions")
    with timed("decide (one write per article)"):
        for number in range(articles):
            article = corrections.read(f"seeds/{number:05d}.txt")
            assert not article.decide_all(edits_of(article.document, PER_ARTICLE), "Ana").refusals
    with timed("status (without linting)"):
        rows = [status(corrections, path) for path in corrections.paths()]
    assert sum(row.accepted for row in rows) == articles * PER_ARTICLE
    with timed("verify"):
        assert not any(verify(corrections, path) for path in corrections.paths())
    with timed("apply --to"):
        for path in corrections.paths():
            apply_to(corrections.read(path), root / "out")
    for file in (root / "seeds").iterdir():
        file.write_text("A new first line\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with timed("rebase (every original changed)"):
        done = [rebase(corrections.read(path), "Ana") for path in corrections.paths()]
    assert sum(len(one.carried) for one in done) == articles * PER_ARTICLE


def one_long_ledger(root: Path, decisions: int) -> None:
    corrections = Corrections(root)
    document = Document.from_text(article_text(Random(2), decisions * 3), "long.txt")
    article = corrections.article(document)
    print(f"one article of {len(document.text):,} characters, {decisions} decisions")
    with timed("decide (one write)"):
        article.decide_all(edits_of(document, decisions), "Ana")
    one_more = choice.edit(document, [Edit(Span(0, 0), "XX ")], "benchmark")
    with timed("one more decision"):
        article.decide(one_more, "Ana")


def main() -> None:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        for number, size in enumerate((articles // 10, articles // 2, articles)):
            whole_project(Path(folder) / str(number), size)
        one_long_ledger(Path(folder) / "long", 2000)


if __name__ == "__main__":
    main()
