"""Planted foreign phrases in clean articles: how many are found, at how many false findings per 1,000 words.

    python benchmarks/insertion.py --data FOLDER [--show 30]

``FOLDER`` holds clean_dev.jsonl, mlqe_dev.jsonl and mqm_zh_en_dev.jsonl. Articles are whole documents (Wikipedia ones
of more than 1,100 words in parts). False findings are counted over all of them; phrases of ``insertion_phrases.txt``
are planted into those that the checker judges at all, three each, one at a time. A planted phrase counts as found when
a finding lies at least half inside it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "training" / "insertion"))

import articles  # noqa: E402
from planting import plant  # noqa: E402

from mtqa.checkers.insertion import InsertionChecker  # noqa: E402
from mtqa.document import Document  # noqa: E402
from mtqa.insertion.passages import LEAST_WORDS, foreign_passages  # noqa: E402
from mtqa.insertion.space import shipped_model, shipped_space  # noqa: E402
from mtqa.insertion.words import Reader, token_spans  # noqa: E402
from mtqa.rules.load import load_rules, shipped_rules  # noqa: E402
from mtqa.rules.match import PatternChecker  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANTS = 3
LONG = 250
LOWEST = -4.0
RATES = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def clean_dev(data: Path) -> Iterator[tuple[str, str]]:
    """Genre and text of each document."""
    documents: dict[tuple[str, str], list[str]] = {}
    with (data / "clean_dev.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            documents.setdefault((row["genre"], row["doc"]), []).append(row["text"])
    for (genre, _), paragraphs in documents.items():
        yield genre, "\n".join(paragraphs)


class Scorer:
    """The shipped model without a threshold."""

    def __init__(self) -> None:
        self._space, self._model = shipped_space(), shipped_model()
        self._reader = Reader(self._space)

    def judges(self, text: str) -> bool:
        """Whether the text holds enough content words."""
        return len(self._reader.read(text)) >= LEAST_WORDS

    def passages(self, text: str) -> list[tuple[float, int, int]]:
        """Score, start and end of each passage, whatever its score."""
        words = self._reader.read(text)
        if len(words) < LEAST_WORDS:
            return []
        found, _ = foreign_passages(words, self._space, self._model, LOWEST)
        spans = token_spans(text)
        return [(p.score, spans[words.place[p.start]][0], spans[words.place[p.stop - 1]][1]) for p in found]


def wilson(count: int, total: int) -> str:
    if not total:
        return "-"
    p, z = count / total, 1.96
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{p:.3f} [{middle - half:.3f}, {middle + half:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0, help="show this many of the strongest false findings")
    parser.add_argument("--missed", type=int, default=0, help="show this many phrases, the least found first")
    parser.add_argument("--scores", type=Path, help="add all scores to this file")
    parser.add_argument("--threshold", type=float, default=2.35, help="count at this threshold, too")
    parser.add_argument("--machine", type=int, default=0, help="show this many findings on other engines' output")
    options = parser.parse_args()
    phrases = articles.phrases(HERE / "insertion_phrases.txt")
    sets = {
        "clean_dev": list(clean_dev(options.data)),
        "mlqe_dev post-edits": [
            ("wikipedia", text) for text in articles.wikipedia(options.data, "mlqe_dev.jsonl", all_of_it=True)
        ],
    }
    for name, documents in sets.items():
        measure(name, documents, phrases, options)
    machine_output(options.data, options.threshold, options.machine)
    speed([text for documents in sets.values() for _, text in documents])


def machine_output(data: Path, threshold: float, show: int) -> None:
    """What fires on other engines' Chinese-English output, the versions that the model was fitted on left out."""
    fitted = set(articles.news(data))
    versions: dict[tuple[str, str], list[str]] = {}
    for row in articles.rows(data, "mqm_zh_en_dev.jsonl"):
        if not row["human"]:
            versions.setdefault((row["doc"], row["system"]), []).append(row["text"])
    scorer, words, hits = Scorer(), 0, Counter[tuple[str, str]]()
    for (document, _), lines in versions.items():
        text = "\n".join(lines)
        if text in fitted:
            continue
        words += len(text.split())
        for score, start, end in scorer.passages(text):
            if score > threshold:
                hits[document, f"{text[max(0, start - 70) : start]}[{text[start:end]}]{text[end : end + 40]}"] += 1
    print(f"other engines: {words:,} words, {hits.total()} findings, {len(hits)} of them different")
    chosen = random.Random(1).sample(sorted(hits), min(show, len(hits)))
    for document, shown in chosen:
        print(f"    {document}: {shown}".replace("\n", " / "))


def speed(texts: list[str]) -> None:
    """CPU time of the checker and, for comparison, of the pattern rules, on the clean articles."""
    rules = load_rules(shipped_rules())
    documents = [Document.from_text(text) for text in texts]
    size = sum(len(document.data) for document in documents) / 1e6
    rates = {}
    for checker in (InsertionChecker(rules), PatternChecker(rules)):
        list(checker.check(documents[0]))
        began = time.process_time()
        for document in documents:
            list(checker.check(document))
        rates[checker.name] = size / (time.process_time() - began)
    print(f"MB per CPU-second on {size:.1f} MB: " + ", ".join(f"{name} {rate:.2f}" for name, rate in rates.items()))


def measure(name: str, documents: list[tuple[str, str]], phrases: list[str], options: argparse.Namespace) -> None:
    scorer, chance = Scorer(), random.Random(name)
    false: list[tuple[float, str, str]] = []
    found: list[tuple[float, str]] = []
    words, silent, by_genre = 0, 0, Counter[str]()
    for genre, text in documents:
        count = len(text.split())
        words += count
        by_genre[genre] += count
        for score, start, end in scorer.passages(text):
            shown = f"{text[max(0, start - 60) : start]}[{text[start:end]}]{text[end : end + 40]}".replace("\n", " / ")
            false.append((score, genre, shown))
        judged = scorer.judges(text)
        silent += count >= LONG and not judged
        for _ in range(PLANTS if judged else 0):
            phrase = chance.choice(phrases)
            if (planted := plant(text, phrase, chance)) is None:
                continue
            changed, low, high = planted
            scores = [
                score
                for score, start, end in scorer.passages(changed)
                if 2 * (min(end, high) - max(start, low)) > end - start
            ]
            found.append((max(scores, default=LOWEST), phrase))
    false.sort(reverse=True)
    print(f"{name}: {len(documents)} articles, {words:,} words, {len(found)} planted;", end=" ")
    print(f"{silent} articles of {LONG} words and more are too short of content words to be judged")
    thresholds = [
        (f"{rate} per 1,000 words", false[min(int(rate * words / 1000), len(false) - 1)][0]) for rate in RATES
    ]
    thresholds.append(("the threshold", options.threshold))
    for label, threshold in thresholds:
        hits = sum(score > threshold for score, _ in found)
        wrong = [genre for score, genre, _ in false if score > threshold]
        rates = {genre: round(1000 * n / by_genre[genre], 2) for genre, n in Counter(wrong).most_common()}
        print(f"  {label}: score > {threshold:.2f}, {len(wrong)} false, recall {wilson(hits, len(found))}; {rates}")
    for score, genre, shown in false[: options.show]:
        print(f"    {score:.2f} {genre}: {shown}")
    if options.scores:
        lines = [f"{score:.4f}\tplanted\t{phrase}" for score, phrase in found]
        lines += [f"{score:.4f}\tfalse\t{genre}" for score, genre, _ in false]
        with options.scores.open("a", encoding="utf-8") as file:
            file.write("".join(f"{name}\t{line}\n" for line in lines))
    for score, phrase in sorted(found)[: options.missed]:
        print(f"    {score:.2f} {phrase}")


if __name__ == "__main__":
    main()
