"""Foreign phrases: noun phrases of another field that a decoder put in, which nothing else in the article is about.

``options.threshold`` is the score from which a passage is reported and ``options.least_words`` the number of content
words below which an article is no evidence (see docs/insertion.md for what the scores mean).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mtqa.document import Span
from mtqa.finding import Finding, Layer
from mtqa.insertion.passages import foreign_passages
from mtqa.insertion.relation import NOTHING, masked
from mtqa.insertion.space import digest, shipped_model, shipped_space
from mtqa.insertion.words import Reader, token_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.insertion.passages import Passage
    from mtqa.insertion.relation import Relation
    from mtqa.insertion.words import Words
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

_NAMED = 3  # words of a passage that the message names
_NEAREST = 2
_FEW_CHARACTERS = 3  # per content word; a text with fewer characters cannot hold enough of them


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> InsertionChecker:  # noqa: ARG001 - one shape for all
    return InsertionChecker(rules)


class InsertionChecker:
    """The ``kind: insertion`` rules."""

    name = "insertion"

    def __init__(self, rules: RuleSet) -> None:
        self.version = f"{rules.digest} {digest()}"
        self._rules = rules.of_kind("insertion")
        self._space, self._model = shipped_space(), shipped_model()
        self._reader = Reader(self._space)

    def check(self, document: Document) -> Iterator[Finding]:
        least = min(int(rule.spec.options["least_words"]) for rule in self._rules)
        if len(document.text) < _FEW_CHARACTERS * least:
            return
        words = self._reader.read(document.text)
        for rule in self._rules:
            if len(words) < int(rule.spec.options["least_words"]):
                continue
            threshold = float(rule.spec.options["threshold"])
            found, relation = foreign_passages(words, self._space, self._model, threshold)
            spans = token_spans(document.text) if found else []
            for passage in found:
                yield _finding(document, rule, passage, _Evidence(document, words, relation, spans))


class _Evidence:
    """What a passage's finding says, in words of the article."""

    def __init__(self, document: Document, words: Words, relation: Relation, spans: Sequence[tuple[int, int]]) -> None:
        self._document, self._words, self._relation, self._spans = document, words, relation, spans

    def span(self, passage: Passage) -> Span:
        """From the first to the last of the passage's content words."""
        return Span(self._place(passage.start)[0], self._place(passage.stop - 1)[1])

    def _place(self, word: int) -> tuple[int, int]:
        return self._spans[int(self._words.place[word])]

    def _written(self, word: int) -> str:
        start, end = self._place(word)
        return self._document.text[start:end]

    def isolated(self, passage: Passage) -> list[str]:
        """The passage's most isolated words, in their order."""
        inside = np.arange(passage.start, passage.stop)
        order = inside[np.argsort(-self._relation.surplus[inside], kind="stable")][:_NAMED]
        return list(dict.fromkeys(self._written(int(word)).lower() for word in sorted(order)))

    def nearest(self, passage: Passage) -> list[str]:
        """Of the rest of the article, the two words that are nearest to any of the passage's."""
        size = passage.stop - passage.start
        neighbours, strength = (part.ravel() for part in masked(self._relation, np.array([passage.start]), size))
        found: list[str] = []
        for lemma in neighbours[np.argsort(-strength, kind="stable")][: int((strength > NOTHING).sum())]:
            word = int(self._relation.first[lemma])
            if passage.start <= word < passage.stop:
                word = int(self._relation.last[lemma])
            if self._written(word) not in found:
                found.append(self._written(word))
        return found[:_NEAREST]


def _finding(document: Document, rule: Rule, passage: Passage, evidence: _Evidence) -> Finding:
    span = evidence.span(passage)
    near = " and ".join(f"“{word}”" for word in evidence.nearest(passage))
    about = " or ".join(evidence.isolated(passage))
    quoted = " ".join(document.slice(span).split())
    return Finding(
        rule=rule.id,
        span=span,
        message=f"“{quoted}”: nothing else in this article is about {about} (the nearest words are {near}). "
        f"{rule.spec.message}",
        severity=rule.severity,
        mqm=rule.spec.mqm,
        confidence=_confidence(passage.score),
        layer=Layer.PASSAGE,
        explanation=rule.spec.note,
    )


def _confidence(score: float) -> float:
    """Chance that a passage is foreign in translations of which one in 2,000 words begins a foreign phrase.

    Fitted on the planted and the false passages of benchmarks/insertion.py; see docs/insertion.md.
    """
    return round(1 / (1 + math.exp(4.08 - 1.54 * score)), 2)
