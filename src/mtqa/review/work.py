"""One article under review: its findings in the light of what was decided, as they stand at this moment.

After an edit the corrected text is checked again. What an edit resolves, be it for another finding, is open no longer;
what it brings up is open at once. A finding of the original that is still there keeps its identity, so that a rejection
holds although something else in its sentence was mended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import split
from mtqa.document import Document, Span
from mtqa.finding import Layer, Safety, Severity
from mtqa.review.overlay import Overlay
from mtqa.review.queue import Item
from mtqa.segment import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import State
    from mtqa.corrections.store import Article
    from mtqa.finding import Finding
    from mtqa.grammar import EngineError
    from mtqa.linter import Linter


class Brief(NamedTuple):
    """What the corpus-wide queue keeps of an open finding; ``text`` is the matched text, white space folded."""

    rule: str
    severity: Severity
    safe: bool
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage set aside: its verdict (retranslate or drop) and where it is."""

    decision: Decision
    original: Span
    here: Span


class Work:
    """The open findings of one article, as of the last :meth:`refresh`.

    ``items`` are open, ``deferred`` put off, ``marks`` passages to be translated again or dropped, ``blocks`` the
    boilerplate; ``decided`` counts the findings decided on; ``unchecked`` are the engines that could not check the
    original. ``linter`` may be exchanged when more is known.
    """

    def __init__(self, article: Article, linter: Linter | None) -> None:
        self.article = article
        self.linter = linter
        self.findings: list[Finding] = []
        self.unchecked: tuple[EngineError, ...] = ()
        self.items: tuple[Item, ...] = ()
        self.deferred: tuple[Item, ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.blocks: tuple[Span, ...] = ()
        self.decided = 0
        self.overlay = Overlay(article.document, ())
        self._checked: tuple[str, list[Finding]] | None = None
        if linter:
            self.relint(linter)
        else:
            self.refresh()

    @property
    def document(self) -> Document:
        return self.article.document

    @property
    def path(self) -> str:
        return self.article.path

    def relint(self, linter: Linter) -> None:
        """Check the original with ``linter`` and sort its findings by what was decided."""
        self.linter = linter
        examined = linter.examine(self.document)
        self.findings, self.unchecked = examined.findings, examined.unchecked
        self._checked = None
        self.refresh()

    def refresh(self) -> None:
        """Bring everything up to what the ledger says now."""
        state = self.article.state
        standing = state.edits(self.document.sha256).standing
        self.overlay = Overlay(self.document, standing)
        parts = split(self.document, self.findings, state)
        held = {decided.finding.fingerprint: decided.decision for decided in parts.held}
        contradicted = {finding.fingerprint for finding in parts.contradicted}
        if not standing:
            found = [Item(f, f.span, f.span, f.fixes) for f in self.findings]
        else:
            found = list(self._corrected_items())
        settled = state.settled
        deferred = [i for i in found if _verdict(settled.get(i.key)) is Verdict.DEFER and i.key not in contradicted]
        away = set(held) | {i.key for i in found if (d := settled.get(i.key)) and d.verdict.holds_back}
        self.items = tuple(i for i in found if i.key not in away or i.key in contradicted)
        self.deferred = tuple(deferred)
        self.marks = tuple(self._marked(state))
        self.decided = len([1 for subject in settled.values() if subject.fingerprint])
        self.blocks = tuple(f.span for f in self.findings if f.layer is Layer.BLOCK and f.fingerprint not in held)

    def _corrected_items(self) -> Iterator[Item]:
        """Findings of the corrected text, those of the original that they are told by their own identity."""
        known = {(f.rule, f.span.start, f.span.end): f for f in self.findings}
        for found in self._recheck():
            original = self.overlay.original(found.span)
            untouched = not self.overlay.touched(found.span)
            same = known.get((found.rule, original.start, original.end)) if untouched else None
            finding = same or replace(found, span=original)
            yield Item(finding, original, found.span, found.fixes)

    def _recheck(self) -> list[Finding]:
        text = self.overlay.text
        if self._checked is None or self._checked[0] != text:
            corrected = Document.from_text(text, self.path)
            self._checked = (text, self.linter.examine(corrected).findings if self.linter else [])
        return self._checked[1]

    def _marked(self, state: State) -> Iterator[Mark]:
        for decision in state.settled.values():
            if decision.verdict not in (Verdict.RETRANSLATE, Verdict.DROP):
                continue
            for change in state.anchor(decision, self.document.sha256) or ():
                yield Mark(decision, change.span, self.overlay.here(change.span))

    def matched(self, item: Item) -> str:
        """The words that an item is about, as they stand now, white space folded."""
        return normalised(self.overlay.text[item.here.start : item.here.end])

    def briefs(self) -> tuple[Brief, ...]:
        """The open findings as the corpus-wide queue keeps them."""
        return tuple(Brief(i.finding.rule, i.finding.severity, is_safe(i), self.matched(i)) for i in self.items)

    def find(self, keys: Sequence[str]) -> list[Item]:
        """Open items by key."""
        wanted = set(keys)
        return [item for item in self.items if item.key in wanted]


def _verdict(decision: Decision | None) -> Verdict | None:
    return decision.verdict if decision else None


def is_safe(item: Item) -> bool:
    """True when the first candidate may be applied in bulk."""
    return bool(item.fixes) and item.fixes[0].safety is Safety.SAFE
