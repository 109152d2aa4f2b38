"""What a checker says: findings, their fixes, and the order in which overlapping ones are resolved.

Severities and categories follow MQM (Multidimensional Quality Metrics, https://themqm.org): minor 1, major 5,
critical 25 penalty points; ``neutral`` (0 points) marks what is no error, such as a byline that belongs in a field.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from mtqa.document import Span
from mtqa.segment import normalised, sentence_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mtqa.document import Document


_PENALTIES = (0, 1, 5, 25)


class Severity(IntEnum):
    """MQM severity; ordered."""

    NEUTRAL = 0
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3

    @property
    def label(self) -> str:
        """The lower-case name used in files and on screen."""
        return self.name.lower()

    @property
    def penalty(self) -> int:
        """MQM penalty points."""
        return _PENALTIES[self]


class Safety(Enum):
    """``safe``: cannot change meaning, may be applied in bulk. ``review``: a person must decide."""

    SAFE = "safe"
    REVIEW = "review"


class Layer(IntEnum):
    """What a finding speaks about; findings compete only with those of their own layer (see :func:`resolve`)."""

    BLOCK = 0
    METADATA = 1
    WORDS = 2
    PASSAGE = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what ``span`` covers by ``replacement``; an empty span inserts."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, sorted and apart from each other."""

    edits: tuple[Edit, ...]
    safety: Safety = Safety.REVIEW

    def __post_init__(self) -> None:
        for before, after in pairwise(self.edits) if len(self.edits) > 1 else ():
            if before.span.end > after.span.start:
                raise ValueError("edits of one fix overlap or are out of order")


@dataclass(frozen=True)
class Finding:
    """One fault at one place.

    ``mqm`` is an MQM category such as ``terminology/wrong-term``; ``confidence`` lies in [0, 1]; ``fixes`` are
    candidates, best first; ``source_wording`` is the likely original (Chinese) wording; ``related`` names further
    rules that this finding stands for; ``fields`` holds metadata captured from the passage. ``fingerprint`` is
    filled in by :func:`identify`.
    """

    rule: str
    span: Span
    message: str
    severity: Severity = Severity.MINOR
    mqm: str = "other"
    confidence: float = 0.9
    fixes: tuple[Fix, ...] = ()
    layer: Layer = Layer.WORDS
    source_wording: str = ""
    explanation: str = ""
    related: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""

    @cached_property
    def family(self) -> str:
        """The first part of the rule id."""
        return self.rule.partition(".")[0]

    @property
    def sort_key(self) -> tuple[int, int, int, str]:
        """Document order; the more severe first at one place."""
        return (self.span.start, self.span.end, -self.severity, self.rule)


class Checker(Protocol):
    """Anything that finds faults in one document.

    ``name`` identifies it in messages; ``version`` enters cache keys and must change when its results may.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def check(self, document: Document) -> Iterable[Finding]:
        """Findings in any order, without fingerprints."""
        ...


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits`` applied from the end, so that offsets stay true.

    Raises ValueError when two edits overlap or one lies outside the text. Of two edits at one place, insertions stand
    before replacements, in the order given.
    """
    ordered = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
    if ordered and (last := max(edit.span.end for edit in ordered)) > len(text):
        raise ValueError(f"an edit ends at offset {last}, the text at {len(text)}")
    for before, after in pairwise(ordered):
        if before.span.end > after.span.start:
            raise ValueError(f"edits overlap at offset {after.span.start}")
    for edit in reversed(ordered):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def resolve(findings: Iterable[Finding]) -> list[Finding]:
    """Drop findings that others already speak for; the written order, in full:

    1. Duplicates (same rule and span) count once.
    2. A block (boilerplate) speaks for everything inside it but metadata, whose fields must not be lost.
    3. Within one layer, of two findings that overlap the one with the longer span stands; then the more severe,
       the more confident, the one with a fix, the earlier, the smaller rule id, and in the end the one whose wording
       sorts first. Layers do not compete otherwise.

    The result is sorted in document order and does not depend on the order of ``findings``.
    """
    ranked = sorted(findings, key=_rank)
    blocks = _Taken()
    taken = {layer: _Taken() for layer in Layer}
    kept: list[Finding] = []
    for finding in ranked:
        if taken[finding.layer].hits(finding.span):
            continue
        if finding.layer in (Layer.WORDS, Layer.PASSAGE) and blocks.covers(finding.span):
            continue
        taken[finding.layer].add(finding.span)
        if finding.layer is Layer.BLOCK:
            blocks.add(finding.span)
        kept.append(finding)
    return sorted(kept, key=lambda f: f.sort_key)


def _rank(f: Finding) -> tuple[object, ...]:
    """Strongest first; findings that rank the same are the same in every field that is written out."""
    fixes = tuple((fix.safety.value, tuple((e.span, e.replacement) for e in fix.edits)) for fix in f.fixes)
    wording = (f.message, f.mqm, f.source_wording, f.explanation, f.related, tuple(sorted(f.fields.items())), fixes)
    return (f.layer, -len(f.span), -f.severity, -f.confidence, not f.fixes, f.span.start, f.rule, wording)


class _Taken:
    """Disjoint spans, kept sorted for look-up by bisection."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def _neighbours(self, span: Span) -> Sequence[Span]:
        index = bisect_left(self._spans, span)
        return self._spans[max(0, index - 1) : index + 1]

    def hits(self, span: Span) -> bool:
        return any(other.overlaps(span) or other == span for other in self._neighbours(span))

    def covers(self, span: Span) -> bool:
        return any(other.contains(span) for other in self._neighbours(span))

    def add(self, span: Span) -> None:
        insort(self._spans, span)


def identify(document: Document, findings: Iterable[Finding]) -> list[Finding]:
    """Give findings their fingerprints: a hash of rule, normalised sentence, matched text and occurrence.

    No line number and no path enters, so a fingerprint survives moves within and between versions of a document.
    Equal (rule, sentence, text) triples of one document are told apart by their order.
    """
    seen: dict[tuple[str, str, str], int] = {}
    named = []
    span, sentence = Span(0, 0), ""  # of the finding before, whose sentence is often this one's too
    for finding in sorted(findings, key=lambda f: f.sort_key):
        matched = normalised(document.slice(finding.span))
        if not span.start <= finding.span.start < span.end:
            span = sentence_at(document, finding.span.start)
            sentence = normalised(document.slice(span))
            if span == document.line_at(span.start).span:  # it may stand for a place in no sentence, and not for others
                span = Span(0, 0)
        key = (finding.rule, sentence, matched)
        occurrence = seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256("\x1f".join((*key, str(occurrence))).encode()).hexdigest()
        named.append(replace(finding, fingerprint=digest[:20]))
    return named
