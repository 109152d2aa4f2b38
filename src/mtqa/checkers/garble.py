"""Garbled sentences: hard to understand, inverted or nonsense, judged on the English alone (`kind: garble`).

The model is in :mod:`mtqa.garble`; the rule supplies the wording. With an encoder the sentences of which the fast model
is unsure are judged by both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtqa.document import Span
from mtqa.finding import Finding, Layer
from mtqa.garble.evidence import carrying_words, odd_pairs
from mtqa.garble.passages import Passage, fast_scores, load_calibration, probabilities
from mtqa.garble.store import data_digest
from mtqa.segment import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document
    from mtqa.garble.neural import NeuralModel
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet


def build(rules: RuleSet, knowledge: Knowledge) -> GarbleChecker:  # noqa: ARG001 - one shape for all checkers
    return GarbleChecker(rules)


class GarbleChecker:
    """The ``kind: garble`` rules; ``neural`` is the encoder for a second opinion, if there is to be one."""

    name = "garble"

    def __init__(self, rules: RuleSet, neural: NeuralModel | None = None) -> None:
        self._rules = rules.of_kind("garble")
        self._neural = neural
        self.version = f"{rules.digest} {data_digest()} {neural.version if neural else ''}"

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
        calibration = load_calibration()
        scores = fast_scores(document.text, [(span.start, span.end) for span in spans])
        sizes = scores.measured.last - scores.measured.first
        chance = probabilities(scores.logits[:, None], sizes, calibration.fast)
        blend = calibration.fast
        if self._neural is not None and chance.max() >= calibration.unsure:
            blend = calibration.both
            texts = [document.slice(span) for span in spans]
            logits = np.stack([scores.logits, self._neural.logits(texts)], 1)
            chance = probabilities(logits, sizes, blend)
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
