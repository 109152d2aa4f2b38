"""What the grammar and spelling engines find: on the seeds against the gold, and on clean human English.

    python benchmarks/grammar_findings.py                          seeds; Harper and the speller
    python benchmarks/grammar_findings.py --languagetool           LanguageTool, too; starts the server if need be
    python benchmarks/grammar_findings.py --data clean_dev.jsonl   false findings per 1,000 words of this text
    python benchmarks/grammar_findings.py --data ... --list        every finding on it, to be judged

Engines run alone, without the rules that would absorb their findings. Whether a finding on clean text is false was
judged by hand: grammar_judged.tsv holds the verdicts by document, rule and offset; without one it counts as false.
docs/grammar.md has the results.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.evaluate import load_clean, load_gold
from mtqa.evaluate.interval import rate, share
from mtqa.grammar import Engines, LanguageToolOptions
from mtqa.linter import Linter
from mtqa.rules.load import RuleSet
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtqa.evaluate.clean import CleanText
    from mtqa.evaluate.interval import Figure

ROOT = Path(__file__).resolve().parent.parent
JUDGED = Path(__file__).with_name("grammar_judged.tsv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languagetool", action="store_true", help="LanguageTool, too")
    parser.add_argument("--data", type=Path, action="append", default=[], help="clean text, *.jsonl or *.txt")
    parser.add_argument("--list", action="store_true", help="list the findings on clean text")
    options = parser.parse_args()
    both = Engines("both" if options.languagetool else "harper", spelling=True, languagetool=LanguageToolOptions())
    linter = Linter(RuleSet(()), engines=both)
    seeds(linter)
    if options.data:
        clean(linter, load_clean(options.data), listed=options.list)


def seeds(linter: Linter) -> None:
    """Counts per rule, what both annotators confirm, and the precision with its interval over documents."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    pairs = []
    for gold in load_gold(ROOT / "tests" / "gold", [ROOT / "seeds"]).documents:
        spans = [(gold.span(mark), mark) for mark in gold.marks.errors]
        findings = linter.check(gold.document)
        confirmed = 0
        for finding in findings:
            marks = [mark for span, mark in spans if span.overlaps(finding.span)]
            both = any(mark.agreed for mark in marks)
            confirmed += both
            said = "both" if both else "one" if marks else "none"
            fixed = any(fix.edits[0].replacement in mark.fixes for fix in finding.fixes for mark in marks)
            for rule in (finding.rule, *finding.related):
                counts[rule][said] += 1
            print(f"  {said:5}{finding.rule:44}{gold.document.slice(finding.span)!r}{'  (gold fix)' if fixed else ''}")
        pairs.append((confirmed, len(findings)))
    for rule, said in sorted(counts.items()):
        print(f"{rule:48}{said['both']:4} both {said['one']:4} one {said['none']:4} none")
    print(f"precision on the seeds: {_percent(share(pairs))}")


def clean(linter: Linter, texts: Iterable[CleanText], *, listed: bool) -> None:
    """Findings and false findings per 1,000 words, by engine and by genre."""
    judged = read_judgements()
    by_engine: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    by_genre: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for text in texts:
        words = count_words(text.document.text)
        found: Counter[str] = Counter()
        false: Counter[str] = Counter()
        for finding in linter.check(text.document):
            key = (text.document.path, finding.rule, finding.span.start)
            wrong = judged.get(key, "false") == "false"
            for family in {rule.partition(".")[0] for rule in (finding.rule, *finding.related)} | {"all"}:
                found[family] += 1
                false[family] += wrong
            if listed:
                print("\t".join((*map(str, key), judged.get(key, "?"), _context(text, finding.span.start))))
        for family in ("harper", "languagetool", "speller", "all"):
            by_engine[family].append((found[family], false[family], words))
        by_genre[f"{text.dataset} {text.genre}"].append((found["all"], false["all"], words))
    for name, rows in (*by_engine.items(), *sorted(by_genre.items())):
        words = sum(row[2] for row in rows)
        every, wrong = rate((row[0], row[2]) for row in rows), rate((row[1], row[2]) for row in rows)
        print(f"{name:32}{words:8,} words  findings {_per_thousand(every)}  false {_per_thousand(wrong)}")


def read_judgements() -> dict[tuple[str, str, int], str]:
    """Verdicts (real or false) by document, rule and offset."""
    lines = JUDGED.read_text(encoding="utf-8").split("\n") if JUDGED.exists() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {(document, rule, int(start)): verdict for document, rule, start, verdict in rows}


def _context(text: CleanText, start: int) -> str:
    return " ".join(text.document.text[max(0, start - 60) : start + 50].split())


def _percent(figure: Figure) -> str:
    assert figure.value is not None
    return f"{figure.hits}/{figure.total} = {figure.value:.0%} [{figure.low:.0%}, {figure.high:.0%}]"


def _per_thousand(figure: Figure) -> str:
    assert figure.value is not None
    return f"{figure.hits:4} = {figure.value:5.2f} [{figure.low:.2f}, {figure.high:.2f}]"


if __name__ == "__main__":
    main()
