"""Garbled sentences: hard to understand, inverted or nonsense, judged on the English alone (`kind: garble`).

The models are in :mod:`mtqa.garble`; the rule supplies the wording. Where ``[neural]`` asks for it both tiers run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtqa.document import Span
from mtqa.finding import Finding, Layer
from mtqa.garble.evidence import carrying_words, odd_pairs
from mtqa.garble.passages import SURE, Passage, doubt, fast_scores, load_calibration, probabilities
from mtqa.garble.second import second_tier
from mtqa.garble.store import data_digest
from mtqa.segment import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mtqa.document import Document
    from mtqa.garble.encoder import Encoder, Reading
    from mtqa.garble.fast import Scores
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> GarbleChecker:  # noqa: ARG001 - one shape for all
    return GarbleChecker(rules, engines)


class GarbleChecker:
    """The ``kind: garble`` rules."""

    name = "garble"

    def __init__(self, rules: RuleSet, engines: Engines | None = None) -> None:
        self._rules = rules.of_kind("garble")
        self._encoder: Encoder | None = None
        self._threshold = load_calibration().threshold
        if engines is not None and engines.neural.enabled:
            from mtqa.garble.encoder import Encoder

            self._encoder = Encoder(engines.neural.model, engines.cache)
            self._threshold = engines.neural.threshold or self._encoder.settings.threshold
        second = f" {self._encoder.version} {self._threshold}" if self._encoder else ""
        self.version = f"{rules.digest} {data_digest()}{second}"

    def check(self, document: Document) -> Iterator[Finding]:
        found = self.passages(document)
        for rule in self._rules:
            note = self._encoder.settings.note if self._encoder else rule.spec.note
            for passage in found:
                yield _finding(document, rule, passage, note)

    def passages(self, document: Document) -> list[Passage]:
        """The sentences above the threshold, in document order."""
        spans, scores = _scored(document)
        if scores is None:
            return []
        readings: dict[int, Reading] = {}
        if self._encoder is None:
            chance = probabilities(scores.logits, _sizes(scores), load_calibration())
        else:
            second = second_tier(self._encoder, _texts(document, spans), scores.logits, _sizes(scores))
            chance, readings = second.chance, second.readings
        return [
            Passage(
                spans[i].start,
                spans[i].end,
                float(chance[i]),
                _carrying(scores, i, spans[i], readings.get(i)),
                odd_pairs(scores, i),
            )
            for i in np.flatnonzero(chance >= self._threshold).tolist()
        ]

    def unsure(self, document: Document) -> list[Span]:
        """What a judge should look at, whether there is a finding or not."""
        spans, scores = _scored(document)
        if scores is None:
            return []
        if self._encoder is None:
            chosen = doubt(scores.logits, _sizes(scores)) >= SURE
        else:
            chosen = second_tier(self._encoder, _texts(document, spans), scores.logits, _sizes(scores)).doubtful
        return [span for span, odd in zip(spans, chosen, strict=True) if odd]


def _scored(document: Document) -> tuple[list[Span], Scores | None]:
    """The sentences of a document and what the fast model says of them; None where there are none."""
    spans = sentences(document)
    return spans, fast_scores(document.text, [(span.start, span.end) for span in spans]) if spans else None


def _sizes(scores: Scores) -> NDArray[np.int64]:
    return scores.measured.last - scores.measured.first


def _texts(document: Document, spans: Sequence[Span]) -> list[str]:
    return [document.slice(span) for span in spans]


def _carrying(scores: Scores, sentence: int, span: Span, reading: Reading | None) -> tuple[int, int]:
    """The words that weigh most, by the encoder where it has read the sentence."""
    if reading is None or reading.start == reading.end:
        return carrying_words(scores, sentence)
    return span.start + reading.start, span.start + reading.end


def _finding(document: Document, rule: Rule, passage: Passage, note: str) -> Finding:
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
        explanation=odd + note,
    )
