"""One article under review: its findings in the light of what was decided, as they stand at this moment.

After an edit the corrected text is checked again. What an edit resolves, be it for another finding, is open no longer;
what it brings up is open at once. A finding of the original that is still there keeps its identity, so that a rejection
holds although something else in its sentence was mended.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import lies_in, set_aside, split
from mtqa.document import Document, Span
from mtqa.finding import Layer, Safety, Severity
from mtqa.review.overlay import Overlay
from mtqa.review.queue import Item
from mtqa.segment import normalised, sentence_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import State
    from mtqa.corrections.store import Article
    from mtqa.finding import Finding
    from mtqa.grammar import EngineError, Engines
    from mtqa.linter import Examined


class Checks(Protocol):
    """What a review asks of a linter."""

    @property
    def engines(self) -> Engines: ...

    def examine(self, document: Document) -> Examined:
        """Findings of one document, in document order, with fingerprints, and the engines that could not check it."""
        ...

    def accepting(self, word: str) -> Checks:
        """With a word that is right."""
        ...


@dataclass(frozen=True, slots=True)
class Lint:
    """What checking an article gave: the findings of the original, and of a corrected ``text`` if there was one.

    ``unchecked`` are the engines that could not check the original.
    """

    findings: list[Finding]
    unchecked: tuple[EngineError, ...] = ()
    text: str | None = None
    corrected: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, linter: Checks, document: Document) -> Lint:
        """What ``linter`` finds in an original."""
        examined = linter.examine(document)
        return cls(examined.findings, examined.unchecked)


class Brief(NamedTuple):
    """What the corpus-wide queue keeps of an open finding; ``text`` is the matched text, white space folded."""

    rule: str
    severity: Severity
    safe: bool
    text: str
    deferred: bool = False


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

    def __init__(self, article: Article, linter: Checks | None) -> None:
        self.article = article
        self.linter = linter
        self.items: tuple[Item, ...] = ()
        self.deferred: tuple[Item, ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.blocks: tuple[Span, ...] = ()
        self.decided = 0
        self.overlay = Overlay(article.document, ())
        self.lint = Lint([])
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

    @property
    def findings(self) -> list[Finding]:
        """The findings of the original."""
        return self.lint.findings

    @property
    def unchecked(self) -> tuple[EngineError, ...]:
        """The engines that could not check the original."""
        return self.lint.unchecked

    def relint(self, linter: Checks, known: Lint | None = None) -> None:
        """Check the original with ``linter`` and sort its findings by what was decided; ``known``: it was already."""
        self.linter = linter
        self.lint = known or Lint.of(linter, self.document)
        self.refresh()

    def refresh(self) -> None:
        """Bring everything up to what the ledger says now."""
        state = self.article.state
        standing = state.edits(self.document.sha256).standing
        self.overlay = Overlay(self.document, standing)
        parts = split(self.document, self.findings, state)
        contradicted = {finding.fingerprint for finding in parts.contradicted}
        if not standing:
            found = [Item(f, f.span, f.span, f.fixes) for f in self.findings]
        else:
            found = list(self._corrected_items())
        self.marks = tuple(self._marked(state))
        passages = {passage for _, passage in set_aside(state, self.document.sha256)}
        held = _Held(state, self.document.sha256, [mark for mark in self.marks if mark.original in passages])
        verdicts = [(item, None if item.key in contradicted else held.verdict(item)) for item in found]
        self.items = tuple(item for item, verdict in verdicts if verdict is None)
        self.deferred = tuple(item for item, verdict in verdicts if verdict is Verdict.DEFER)
        self.decided = len([1 for subject in state.settled.values() if subject.fingerprint])
        away = {decided.finding.fingerprint for decided in parts.held}
        self.blocks = tuple(f.span for f in self.findings if f.layer is Layer.BLOCK and f.fingerprint not in away)

    def _corrected_items(self) -> Iterator[Item]:
        """Findings of the corrected text, those of the original that they are told by their own identity."""
        known = {(f.rule, f.span.start, f.span.end): f for f in self.findings}
        for found in self._recheck():
            original = self.overlay.original(found.span)
            same = known.get((found.rule, original.start, original.end))
            if same and self._is_other(found):
                same = None
            finding = same or replace(found, span=original)
            yield Item(finding, original, found.span, found.fixes)

    def _is_other(self, found: Finding) -> bool:
        """Whether edits have made another fault of what is found; a passage stays the same while parts of it change."""
        touched = self.overlay.touched(found.span)
        if found.layer is Layer.PASSAGE:
            return any(piece.here.contains(found.span) for piece in touched)
        return bool(touched)

    def _recheck(self) -> list[Finding]:
        text = self.overlay.text
        if self.lint.text != text:
            found = self.linter.examine(Document.from_text(text, self.path)).findings if self.linter else []
            self.lint = replace(self.lint, text=text, corrected=found)
        return self.lint.corrected

    def _marked(self, state: State) -> Iterator[Mark]:
        for decision, passage in set_aside(state, self.document.sha256, whole=True):
            yield Mark(decision, passage, self.overlay.here(passage))

    def matched(self, item: Item) -> str:
        """The words that an item is about, as they stand now, white space folded."""
        return normalised(self.overlay.text[item.here.start : item.here.end])

    def briefs(self) -> tuple[Brief, ...]:
        """The open and the deferred findings as the corpus-wide queue keeps them."""
        return tuple(
            Brief(i.finding.rule, i.finding.severity, is_safe(i), self.matched(i), is_deferred)
            for items, is_deferred in ((self.items, False), (self.deferred, True))
            for i in items
        )

    def sentences_around(self, here: Span) -> Span:
        """The whole sentences of the corrected text that a place lies in."""
        seen = Document.from_text(self.overlay.text)
        first, last = sentence_at(seen, here.start), sentence_at(seen, max(here.start, here.end - 1))
        return Span(min(here.start, first.start), max(here.end, last.end))

    def find(self, keys: Sequence[str]) -> list[Item]:
        """Open items by key."""
        wanted = set(keys)
        return [item for item in self.items if item.key in wanted]


class _Held:
    """Which findings are held back: by their own decision, one of the same rule on the same words, or their passage.

    A finding that reaches into an edit is named by the corrected sentence, so its name changes with each further edit
    of that sentence; what it is about does not.
    """

    def __init__(self, state: State, sha256: str, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._settled = {key: one.verdict for key, one in state.settled.items() if one.verdict.holds_back}
        self._places: dict[tuple[str, Span], Verdict] = {}
        for decision in state.settled.values():
            if decision.verdict.holds_back and decision.rule:
                for change in state.anchor(decision, sha256) or ():
                    self._places[decision.rule, change.span] = decision.verdict

    def verdict(self, item: Item) -> Verdict | None:
        """What holds an item back; None when it is open."""
        own = self._settled.get(item.key) or self._places.get((item.finding.rule, item.original))
        around = (mark.decision.verdict for mark in self._marks if lies_in(item.here, item.fixes, mark.here))
        return own or next(around, None)


def is_safe(item: Item) -> bool:
    """True when the first candidate may be applied in bulk."""
    return bool(item.fixes) and item.fixes[0].safety is Safety.SAFE
