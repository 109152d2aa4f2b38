"""From an original and its decisions to what a release holds of it: a pure function of their bytes, rules and settings.

The text is ``apply(original, patch(ledger(original)))`` and nothing else; findings are those of that text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import Offsets, split_corrected
from mtqa.corrections.patch import plain_edits
from mtqa.corrections.state import State
from mtqa.document import Span
from mtqa.errors import Place
from mtqa.finding import Severity
from mtqa.release.metadata import fields_of, standing
from mtqa.release.record import EditRow, Record, ReleaseError
from mtqa.score import score, sentence_penalties, verdict
from mtqa.segment import count_words
from mtqa.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored
    from mtqa.corrections.store import Article, Corrections
    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Linter, Source
    from mtqa.settings import Release

OVERRIDES = {Verdict.DROP: "drop", Verdict.RETRANSLATE: "retranslate", Verdict.REJECT: "publish"}
FIELD_FAMILIES = ("metadata", "boilerplate")
_REPAIR = "see `mtqa patch verify`"
_UNDECIDED = State()


@dataclass(frozen=True)
class Maker:
    """What it takes to make records: ``linter`` checks cleaned texts, ``fields`` finds metadata in originals.

    ``folders`` are the originals' folders, relative to the project: the id of an article that is a file is its path
    below the first that holds it, without the suffix. ``decided`` are the paths of all articles that have corrections.
    """

    linter: Linter
    fields: Linter
    corrections: Corrections
    settings: Release
    folders: tuple[str, ...] = ()
    decided: frozenset[str] = frozenset()

    def make(self, source: Source) -> Record:
        """The record of one article.

        Raises an MtqaError when the original cannot be read or checked, or when ledger, patch and original do not
        belong together.
        """
        document = source.read()
        name = source.id or article_id(document.path, self.folders)
        if document.path not in self.decided:
            return self._record(name, _Judged(document, _UNDECIDED, document, self.linter.check(document)))
        article = self.corrections.article(document)
        refuse_altered(article)
        patch, cleaned = article.patch(), article.corrected()
        record = self._record(name, _Judged(document, article.state, cleaned, self.linter.check(cleaned)))
        return msgspec.structs.replace(
            record,
            edits=tuple(_edit_rows(name, article)),
            patch=patch.data,
            patch_sha256=hashlib.sha256(patch.data).hexdigest() if patch.data else "",
            ledger_sha256=ledger_sha256(article),
        )

    def _record(self, name: str, judged: _Judged) -> Record:
        document, cleaned = judged.document, judged.cleaned
        words = count_words(cleaned.text)
        points = score(judged.penalties, words)
        said, by, reason = judged.decided or (verdict(points, self.settings), "score", "")
        left_out, reason = self._left_out(said, by, reason, words)
        return Record(
            id=name,
            path=document.path,
            text=cleaned.text,
            fields=fields_of(document, self._metadata(judged), cleaned, judged.findings),
            source_sha256=document.sha256,
            text_sha256=hashlib.sha256(cleaned.text.encode()).hexdigest(),
            words=words,
            score=points,
            verdict=said,
            decided=by,
            open_critical=judged.open_at(Severity.CRITICAL),
            open_major=judged.open_at(Severity.MAJOR),
            open_minor=judged.open_at(Severity.MINOR),
            blockers=() if left_out else judged.blockers,
            left_out=left_out,
            reason=reason,
        )

    def _metadata(self, judged: _Judged) -> list[Finding]:
        """Findings of metadata and page furniture in the original that no editor rejected."""
        if judged.document is judged.cleaned and self._checks_all:
            return [one for one in judged.findings if one.family in FIELD_FAMILIES]
        return standing(judged.state, self.fields.check(judged.document))

    @cached_property
    def _checks_all(self) -> bool:
        """True when the linter finds whatever ``fields`` finds: an original without edits need not be checked twice."""
        return self.linter.selection == Selection() and not self.linter.overrides

    def _left_out(self, said: str, by: str, reason: str, words: int) -> tuple[str, str]:
        if said == "drop" and by != "score":
            return "decided", reason
        if not words:
            return "empty", "no words are left of its text"
        if said in self.settings.exclude:
            return "excluded", f"the verdict {said!r} is excluded by the configuration"
        return "", reason


def article_id(path: str, folders: Iterable[str]) -> str:
    """The path below the folder of originals that holds it, without its suffix."""
    pure = PurePosixPath(path)
    for folder in folders:
        if pure != PurePosixPath(folder) and pure.is_relative_to(folder):
            pure = pure.relative_to(folder)
            break
    return pure.with_suffix("").as_posix()


def ledger_sha256(article: Article) -> str:
    """SHA-256 of the ledger's bytes; "" without a ledger."""
    file = article.home.ledger(article.path).file
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def refuse_altered(article: Article) -> None:
    """Raise :class:`ReleaseError` where ledger or patch were altered, torn or are not of each other."""
    if article.reading.problems:
        first = article.reading.problems[0]
        raise ReleaseError(first.message, place=first.place, remedy=_REPAIR)
    ledger, (file, shown) = article.home.ledger(article.path), article.home.patch_file(article.path)
    for name in article.state.missing:
        raise ReleaseError(f"refers to decision {name}, whose line is gone", place=Place(ledger.shown), remedy=_REPAIR)
    if article.state.edits(article.document.sha256).stale:
        return  # the patch is of another version of the original; the gate says so
    if (file.read_bytes() if file.exists() else b"") != article.patch().data:
        raise ReleaseError(
            "is not what the ledger yields", place=Place(shown), remedy=f"{_REPAIR}, then `mtqa patch rebuild`"
        )


@dataclass(frozen=True)
class _Judged:
    """The findings of a cleaned text in the light of what was decided about its original, ``document``."""

    document: Document
    state: State
    cleaned: Document
    findings: Sequence[Finding]

    @cached_property
    def _edits(self) -> Sequence[Anchored]:
        return self.state.edits(self.document.sha256).standing

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets(plain_edits(self._edits))

    @cached_property
    def _split(self) -> tuple[list[Finding], list[Finding]]:
        """Findings nobody decided on, and those that stay faults although somebody did (put off, given up)."""
        sorted_out = split_corrected(self.findings, self.state, self.document.sha256)
        faults = [each.finding for each in sorted_out.held if each.decision.verdict is not Verdict.REJECT]
        return list(sorted_out.open), faults

    @cached_property
    def penalties(self) -> list[int]:
        """MQM points of each sentence of the cleaned text that has any."""
        return sentence_penalties(self.cleaned, (found for group in self._split for found in group))

    def open_at(self, severity: Severity) -> int:
        """The number of findings of this severity that nobody decided on."""
        return sum(finding.severity is severity for finding in self._split[0])

    @cached_property
    def _whole(self) -> list[Decision]:
        """Standing decisions on the article as a whole."""
        return [one for one in self.state.settled.values() if is_whole(self.document, self.state, one)]

    @property
    def decided(self) -> tuple[str, str, str] | None:
        """An editor's verdict on the article: ``(verdict, by, why)``; None without one, or with several."""
        said = {decision.verdict for decision in self._whole}
        if len(said) != 1:
            return None
        first = min(self._whole, key=lambda decision: decision.order)
        return OVERRIDES[first.verdict], first.by, first.why

    @property
    def blockers(self) -> tuple[str, ...]:
        """What must be settled before a release, one line each, in order of the text."""
        document, state = self.document, self.state
        path = document.path
        edits = state.edits(document.sha256)
        lines = [
            f"{path}: {conflict.kind}: "
            + " / ".join(f"{one.verdict.value} by {one.by} ({one.id})" for one in conflict.decisions)
            for conflict in (*state.contradictions.values(), *edits.overlaps)
        ]
        lines += [f"{path}: stale: edit {one.id} by {one.by} was made on another version" for one in self._stale]
        if len({decision.verdict for decision in self._whole}) > 1:
            said = " / ".join(f"{one.verdict.value} by {one.by} ({one.id})" for one in self._whole)
            lines.append(f"{path}: contradiction: verdicts on the article: {said}")
        lines += [
            f"{path}:{document.line_column(span.start)[0]}: unfinished: {decision.verdict.value} by {decision.by}, "
            f"but the passage is as it was ({decision.id})"
            for decision, span in self._unfinished
        ]
        for finding in self._split[0]:
            if finding.severity >= Severity.MAJOR:
                line = document.line_column(self._offsets.original(finding.span.start))[0]
                lines.append(f"{path}:{line}: {finding.severity.label}: {finding.rule}: {finding.message}")
        return tuple(lines)

    @property
    def _stale(self) -> list[Decision]:
        state, sha256 = self.state, self.document.sha256
        held = [
            decision
            for decision in state.settled.values()
            if _judges(decision) and state.anchor(decision, sha256) is None
        ]
        return [*state.edits(sha256).stale, *held]

    @property
    def _unfinished(self) -> list[tuple[Decision, Span]]:
        """Passages given up on whose text would be released unchanged."""
        taken = [change.span for edit in self._edits for change in edit.changes]
        found = []
        for decision in self.state.settled.values():
            if decision.verdict.gives_up and not is_whole(self.document, self.state, decision):
                changes = self.state.anchor(decision, self.document.sha256) or ()
                spans = (change.span for change in changes)
                found += [(decision, span) for span in spans if not any(one.contains(span) for one in taken)]
        return sorted(found, key=lambda each: each[1])


def is_whole(document: Document, state: State, decision: Decision) -> bool:
    """True for a verdict on the article as a whole: one that quotes all of it but white space."""
    text = document.text
    changes = state.anchor(decision, document.sha256) or ()
    spans = [change.span for change in changes]
    return _judges(decision) and any(not text[: one.start].strip() and not text[one.end :].strip() for one in spans)


def _judges(decision: Decision) -> bool:
    """True for what may be a verdict on an article; a finding that was rejected is none."""
    return decision.verdict in OVERRIDES and not (decision.verdict is Verdict.REJECT and decision.rule)


def _edit_rows(name: str, article: Article) -> Iterable[EditRow]:
    for anchored in article.state.edits(article.document.sha256).standing:
        one = anchored.decision
        for change in anchored.changes:
            if change.new is not None and change.new != change.old:
                yield EditRow(
                    id=name,
                    path=article.path,
                    decision=one.id,
                    start=change.span.start,
                    end=change.span.end,
                    old=change.old,
                    new=change.new,
                    rule=one.rule,
                    verdict=one.verdict.value,
                    editor=one.by,
                    time=one.at,
                    reason=one.why,
                )


def decide(article: Article, verdict_: str, by: str, why: str) -> Decision:
    """Record an editor's verdict on a whole article (publish, retranslate, drop); it replaces earlier ones.

    It is a ledger line like any other, one that quotes all of the text and names no rule. Several standing verdicts
    that contradict each other all give way to the new one.
    """
    from mtqa.corrections.anchor import quote
    from mtqa.corrections.choice import Choice, undo

    document, state = article.document, article.state
    if not document.text.strip():
        raise ReleaseError("has no text to judge", place=Place(document.path))
    said = next(one for one, name in OVERRIDES.items() if name == verdict_)
    change = quote(document, Span(0, len(document.text)))
    standing = [one for one in state.settled.values() if is_whole(document, state, one)]
    choice = Choice(said, (change,), why=why, replaces=standing[0].id if standing else "")
    return article.decide_all([*(undo(one, why) for one in standing[1:]), choice], by).decisions[-1]
