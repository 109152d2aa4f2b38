"""One decision for many findings: first every place in context, then all at once, as one step to take back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from mtqa.corrections.choice import hold
from mtqa.corrections.decision import Verdict
from mtqa.errors import MtqaError
from mtqa.review.characters import one_line, shortened
from mtqa.review.effect import choices_of
from mtqa.review.history import Step
from mtqa.review.session import ReviewError
from mtqa.review.work import Work, is_safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.corrections.choice import Choice
    from mtqa.finding import Fix
    from mtqa.review.queue import Item
    from mtqa.review.session import Session

_AROUND = 44
_TITLE = 28


class Scope(Enum):
    """What a batch takes together."""

    RULE_HERE = "the same rule in this article"
    TEXT_EVERYWHERE = "the same text in all articles"
    SAFE_HERE = "all safe fixes in this article"
    SAFE_EVERYWHERE = "all safe fixes in all articles"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a batch: article, line, the words around it, what goes and what comes."""

    index: int
    path: str
    line: int
    key: str
    before: str
    old: str
    new: str
    after: str

    @property
    def place(self) -> tuple[int, str]:
        """What tells it from all other spots; equal findings of two articles share their key."""
        return (self.index, self.key)


@dataclass
class Batch:
    """Findings to be decided together. ``checked`` of ``articles`` articles had been looked at when it was drawn up.

    ``number`` of ``candidates`` is the one to accept, counted from 1; findings that have fewer get their first.
    """

    scope: Scope
    verdict: Verdict
    rule: str = ""
    text: str = ""
    why: str = ""
    spots: list[Spot] = field(default_factory=list)
    checked: int = 0
    articles: int = 0
    number: int = 1
    candidates: int = 1

    @property
    def label(self) -> str:
        """The batch in words."""
        verb = "Accept" if self.verdict is Verdict.ACCEPT else "Reject"
        which = f", candidate {self.number}" if self.number > 1 else ""
        return f"{verb}: {self.scope.value}{which}"

    def fix(self, item: Item) -> Fix:
        """What the batch accepts for a finding."""
        return item.fixes[self.number - 1 if self.number <= len(item.fixes) else 0]


def describe(session: Session, scope: Scope) -> str:
    """What a scope would take now, in words and numbers; for choosing one."""
    item, work, corpus = session.current, session.work, session.corpus
    here = work.items if work else ()
    if scope is Scope.SAFE_HERE:
        return f"{scope.value}: {sum(map(is_safe, here)):,}"
    if scope is Scope.SAFE_EVERYWHERE:
        return f"{scope.value}: {corpus.alike(lambda brief: brief.safe):,}"
    if item is None or work is None:
        return f"{scope.value}: 0"
    rule, text = item.finding.rule, work.matched(item)
    if scope is Scope.RULE_HERE:
        return f"{scope.value}: {sum(one.finding.rule == rule for one in here):,}  {shortened(rule, _TITLE)}"
    number = corpus.alike(lambda brief: brief.rule == rule and brief.text == text)
    return f"{scope.value}: {number:,}  “{shortened(one_line(text), _TITLE)}”"


def draw_up(session: Session, scope: Scope, verdict: Verdict, why: str = "", number: int = 1) -> Batch:
    """A batch like the current finding, without its spots; raises ReviewError where that makes no sense."""
    if scope in (Scope.SAFE_HERE, Scope.SAFE_EVERYWHERE):
        return Batch(scope, verdict, why=why, articles=len(session.corpus))
    item, work = session.current, session.work
    if item is None or work is None:
        raise ReviewError("no finding is selected")
    if verdict is Verdict.ACCEPT and not item.fixes:
        raise ReviewError("no candidate is known for this finding", remedy="edit it, or reject all of them")
    if verdict is Verdict.ACCEPT and not 1 <= number <= len(item.fixes):
        raise ReviewError(f"there is no candidate {number}", remedy=f"there are {len(item.fixes)}")
    batch = Batch(scope, verdict, item.finding.rule, work.matched(item), why, articles=len(session.corpus))
    return replace(batch, number=number, candidates=max(1, len(item.fixes)))


def check_all(session: Session, scope: Scope) -> None:
    """Look at the articles not reached yet, where a batch is over all of them."""
    if scope in (Scope.TEXT_EVERYWHERE, Scope.SAFE_EVERYWHERE):
        for index in range(len(session.corpus)):
            if index not in session.corpus.briefs and (work := _work(session, index)) is not None:
                session.corpus.note(index, work.briefs(), whole=not work.unchecked)


def collect(session: Session, batch: Batch) -> Iterator[int]:
    """Fill in the spots, article by article; yields how many there are so far."""
    batch.checked = session.corpus.checked
    for index in _articles(session, batch):
        work = _work(session, index)
        if work is None:
            continue
        batch.spots += [_spot(work, index, item, batch) for item in _matching(work, batch)]
        yield len(batch.spots)


def carry_out(session: Session, batch: Batch, without: frozenset[tuple[int, str]] = frozenset()) -> Iterator[str]:
    """Decide on all spots but those whose places are in ``without``; yields progress, at last what was done."""
    parts: list[tuple[str, tuple[str, ...]]] = []
    refused: list[str] = []
    wanted: dict[int, list[str]] = {}
    for spot in batch.spots:
        if spot.place not in without:
            wanted.setdefault(spot.index, []).append(spot.key)
    for done, (index, keys) in enumerate(wanted.items(), 1):
        work = _work(session, index)
        if work is None:
            continue
        before = set(work.article.state.decisions)
        outcome = work.article.decide_all(_choices(work, keys, batch), session.by)
        refused += [str(refusal.error) for refusal in outcome.refusals]
        new = tuple(d.id for d in outcome.decisions if d.id not in before)
        session.decided(work, new)
        parts.append((work.path, new))
        if index != session.index:
            work.refresh()
            session.corpus.note(index, work.briefs(), whole=not work.unchecked)
        yield f"{done} of {len(wanted)} articles"
    step = Step(batch.label, tuple(parts), session.work.path if session.work else "", session.key)
    if step.size:
        session.history.add(step)
    yield f"{batch.label}: {step.size} decisions" + (f" · {len(refused)} refused: {refused[0]}" if refused else "")


def settle(session: Session) -> None:
    """Bring the open article up to date after a batch."""
    if session.work:
        session.work.refresh()
    item = session.current
    session.show()
    if item and not session.queue.find(item.key) and not session.queue.items:
        session.step_article(1, only_open=True)
    session.remember()


def _articles(session: Session, batch: Batch) -> Sequence[int]:
    if batch.scope in (Scope.RULE_HERE, Scope.SAFE_HERE):
        return [session.index]
    known = sorted(session.corpus.briefs.items())
    if batch.scope is Scope.SAFE_EVERYWHERE:
        return [index for index, briefs in known if any(brief.safe for brief in briefs)]
    return [
        index
        for index, briefs in known
        if any(brief.rule == batch.rule and brief.text == batch.text for brief in briefs)
    ]


def _work(session: Session, index: int) -> Work | None:
    if index == session.index and session.work:
        return session.work
    try:
        return Work(session.corpus.corrections.article(session.corpus.sources[index].read()), session.linter)
    except MtqaError as error:
        session.corpus.fail(index, str(error))
        return None


def _matching(work: Work, batch: Batch) -> Iterator[Item]:
    for item in work.items:
        if batch.verdict is Verdict.ACCEPT and not item.fixes:
            continue
        if batch.scope in (Scope.SAFE_HERE, Scope.SAFE_EVERYWHERE):
            matches = is_safe(item)
        elif batch.scope is Scope.RULE_HERE:
            matches = item.finding.rule == batch.rule
        else:
            matches = item.finding.rule == batch.rule and work.matched(item) == batch.text
        if matches:
            yield item


def _choices(work: Work, keys: Sequence[str], batch: Batch) -> list[Choice]:
    choices: list[Choice] = []
    for item in work.find(keys):
        if batch.verdict is Verdict.ACCEPT:
            choices += choices_of(work, batch.fix(item).edits, item, accepted=True)
        else:
            choices.append(hold(work.document, batch.verdict, item.finding, batch.why))
    return choices


def _spot(work: Work, index: int, item: Item, batch: Batch) -> Spot:
    text = work.overlay.text
    start, end, new = item.here.start, item.here.end, ""
    if batch.verdict is Verdict.ACCEPT:
        edits = batch.fix(item).edits
        start, end = edits[0].span.start, edits[-1].span.end
        at = start
        for edit in edits:
            new += text[at : edit.span.start] + edit.replacement
            at = edit.span.end
    old = text[start:end]
    line, _ = work.document.line_column(item.original.start)
    before = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    after = text[end : end + _AROUND].partition("\n")[0]
    return Spot(index, work.path, line, item.key, before, old, new, after)
