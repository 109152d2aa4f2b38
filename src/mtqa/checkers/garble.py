"""Garbled sentences: hard to understand, inverted or nonsense, judged on the English alone (`kind: garble`).

The model is in :mod:`mtqa.garble`; the rule supplies the wording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtqa.document import Span
from mtqa.finding import Finding, Layer
from mtqa.garble.evidence import carrying_words, odd_pairs
from mtqa.garble.passages import Passage, doubtful, fast_scores, load_calibration, probabilities
from mtqa.garble.store import data_digest
from mtqa.segment import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet


def build(rules: RuleSet, knowledge: Knowledge) -> GarbleChecker:  # noqa: ARG001 - one shape for all checkers
    return GarbleChecker(rules)


class GarbleChecker:
    """The ``kind: garble`` rules."""

    name = "garble"

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules.of_kind("garble")
        self.version = f"{rules.digest} {data_digest()}"

    def check(self, document: Document) -> Iterator[Finding]:
        found = self.passages(document)
        for rule in self._rules:
            for passage in found:
                yield _finding(document, rule, passage)

    def passages(self, document: Document) -> list[Passage]:
        """The sentences above the threshold, in document order."""
        spans = sentences(document)
        if not spans:
            return []
        blend = load_calibration()
        scores = fast_scores(document.text, [(span.start, span.end) for span in spans])
        chance = probabilities(scores.logits, scores.measured.last - scores.measured.first, blend)
        return [
            Passage(
                spans[i].start,
                spans[i].end,
                float(chance[i]),
                carrying_words(scores, int(i)),
                odd_pairs(scores, int(i)),
            )
            for i in np.flatnonzero(chance >= blend.threshold)
        ]

    def unsure(self, document: Document) -> list[Span]:
        """What a judge should look at, whether there is a finding or not."""
        spans = sentences(document)
        scores = fast_scores(document.text, [(span.start, span.end) for span in spans])
        chosen = doubtful(scores.logits, scores.measured.last - scores.measured.first)
        return [span for span, odd in zip(spans, chosen, strict=True) if odd]


def _finding(document: Document, rule: Rule, passage: Passage) -> Finding:
    words = " ".join(document.text[passage.carrying[0] : passage.carrying[1]].split())
    chance = round(passage.probability, 2)
    message = rule.spec.message.replace("{chance}", f"{100 * chance:.0f}").replace("{words}", words)
    pairs = [" ".join(document.text[start:end].split()) for start, end in passage.odd_pairs]
    odd = f"Words that English seldom puts side by side: {', '.join(f'“{pair}”' for pair in pairs)}. " if pairs else ""
    return Finding(
        rule=rule.id,
        span=Span(passage.start, passage.end),
        message=message,
        severity=rule.severity,
        mqm=rule.spec.mqm,
        confidence=chance,
        layer=Layer.PASSAGE,
        explanation=odd + rule.spec.note,
    )
