"""A review going on: where the editor is, and the verbs. Screens show it and call it; it knows none of them.

Every verb is on the disk when it returns and says in words what it did. What cannot be done raises an
:class:`mtqa.errors.MtqaError` that says why; nothing has changed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.choice import hold, judge, undo
from mtqa.corrections.decision import Verdict
from mtqa.errors import MtqaError
from mtqa.finding import Edit
from mtqa.review.bookmark import Bookmark, Spot
from mtqa.review.corpus import Corpus
from mtqa.review.effect import choices_of, deletion, record
from mtqa.review.history import DONE, History, Step, step_from_ledger
from mtqa.review.pace import Pace
from mtqa.review.queue import Filter, Key, Order, Queue, sort_key
from mtqa.review.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.corrections.choice import Choice
    from mtqa.corrections.store import Corrections
    from mtqa.document import Span
    from mtqa.linter import Source
    from mtqa.review.queue import Item
    from mtqa.review.work import Checks, Lint


class ReviewError(MtqaError):
    """Something that cannot be done here and now."""


class Session:
    """One editor's review of a corpus. Without a ``linter`` texts can be read until :meth:`equip` brings one."""

    def __init__(
        self,
        sources: Sequence[Source],
        corrections: Corrections,
        by: str,
        linter: Checks | None = None,
        bookmark: Bookmark | None = None,
    ) -> None:
        self.corpus = Corpus(sources, corrections)
        self.by = by
        self.linter = linter
        self.words: Path | None = None  # the project's word list
        self.order = Order.WEIGHT
        self.filter = Filter()
        self.with_deferred = False
        self.history = History()
        self.pace = Pace()
        self.index = 0
        self.work: Work | None = None
        self.queue = Queue()
        self.key = ""
        self._bookmark = bookmark or Bookmark()
        self._touched = self.corpus.last_touched(by)
        self._decided = self._touched[1].at if self._touched else ""
        self._marked = self._mark_in_force()
        if self._marked:
            self.open(self.corpus.index[self._marked.article])
        else:
            self.open(self._touched[0] if self._touched else 0)
        if linter:
            self._find_place()

    def equip(self, linter: Checks, known: Lint | None = None) -> None:
        """Take a linter that knows more than the one before; the editor stays where they are.

        ``known`` is what it finds in the open article, where that was found out already.
        """
        is_first = self.linter is None
        self.linter = linter
        if self.work:
            self.work.relint(linter, known)
        self._requeue()
        if is_first:
            self._find_place()
        elif not self.current:
            self.key = self.queue.items[0].key if self.queue.items else ""

    def remember(self) -> None:
        """Keep where the editor is, so that the next session opens there."""
        if self.linter:
            self._bookmark.write(Spot(self.corpus.sources[self.index].name, self.key, self._decided))

    def decided(self, work: Work, ids: Sequence[str]) -> None:
        """Take note of new decisions of this editor."""
        decisions = work.article.state.decisions
        self._decided = max([self._decided, *(decisions[name].at for name in ids if name in decisions)])

    def _mark_in_force(self) -> Spot | None:
        """The bookmark, unless its article is not among these or a later decision was made without it."""
        spot = self._bookmark.read()
        known = spot is not None and spot.article in self.corpus.index and spot.decided >= self._decided
        return spot if known else None

    def add_word(self, here: Span) -> str:
        """Put the word at a place of the corrected text into the project's list; what was said against it is gone."""
        from mtqa.grammar.words import add_word

        if self.linter is None or self.words is None:
            raise ReviewError("this review has no word list")
        word = self._working.overlay.text[here.start : here.end]
        said = f"“{word}” is in {self.words.name} {'now' if add_word(self.words, word) else 'already'}"
        key, place = self.key, self._place_of(self.key)
        self.equip(self.linter.accepting(word))
        if not self.linter.engines.spelling:
            return f"{said}; the speller is off"
        gone = place is not None and self.queue.find(key) is None
        return " · ".join(filter(None, (said, self._advance(place) if gone and place else "")))

    # -- where we are

    @property
    def current(self) -> Item | None:
        """The finding that verbs are about."""
        return self.queue.find(self.key)

    def _item(self) -> Item:
        item = self.current
        if item is None:
            raise ReviewError("no finding is selected", remedy="go to one, or select words to correct")
        return item

    @property
    def _working(self) -> Work:
        if self.work is None:
            raise ReviewError(self.corpus.problems.get(self.index, "no article is open"))
        return self.work

    def open(self, index: int, key: str = "") -> None:
        """Show an article. One that cannot be read is shown as such: ``work`` is None, the corpus holds the problem."""
        self.index = index
        self.work = None
        try:
            source = self.corpus.sources[index]
            self.work = Work(self.corpus.corrections.article(source.read()), self.linter)
        except MtqaError as error:
            self.corpus.fail(index, str(error))
        self._requeue()
        self.key = key or (self.queue.items[0].key if self.queue.items else "")

    def _requeue(self) -> None:
        items: tuple[Item, ...] = ()
        if self.work:
            items = self.work.items + (self.work.deferred if self.with_deferred else ())
            if self.linter:
                self.corpus.note(self.index, self.work.briefs(), whole=not self.work.unchecked)
        self.queue = Queue.of(items, self.order, self.filter)

    def _find_place(self) -> None:
        """Go where the editor left off: to the bookmark, else behind the last finding decided on (or taken back)."""
        if self._marked and bool(self._marked.finding) == bool(self.queue.find(self._marked.finding)):
            self.key = self._marked.finding or (self.queue.items[0].key if self.queue.items else "")
            return
        last = self._touched[1] if self._touched and self._touched[0] == self.index else None
        if last and self.work:
            if last.verdict is Verdict.UNDO and self.queue.find(last.fingerprint):
                self.key = last.fingerprint
                return
            if place := self._place_of(last.fingerprint):
                self._advance(place)
                return
        if not self.queue.items:
            self._advance_article()
        else:
            self.key = self.queue.items[0].key

    def _place_of(self, key: str) -> Key | None:
        """Where a finding of the original stands in the queue, or would if it were open."""
        findings = self.work.findings if self.work else []
        found = next((f for f in findings if f.fingerprint == key), None)
        return sort_key(found, found.span, self.order) if found else None

    def _advance(self, place: Key) -> str:
        found = self.queue.after(place) or (self.queue.items[0] if self.queue.items else None)
        if found:
            self.key = found.key
            return ""
        return self._advance_article()

    def _advance_article(self) -> str:
        """To the next article with something open, from the first again behind the last one."""
        start, self.key = self.index, ""
        for begin in (start, -1):
            index = self.corpus.next_open(begin, 1, self.filter)
            while index is not None:
                self.open(index)
                if self.queue.items:
                    return "article done"
                index = self.corpus.next_open(index, 1, self.filter)
        if self.index != start:
            self.open(start)
        return "nothing is open any more"

    # -- moving

    def step(self, by: int) -> None:
        """To the next (+1) or previous (-1) finding, over article borders."""
        found = self.queue.step(self.key, by) if self.key else None
        if found is None and self.queue.items and not self.current:
            found = self.queue.items[0]
        if found:
            self.key = found.key
        elif not self.step_article(by, only_open=True):
            raise ReviewError(self._end_reached(by))
        elif by < 0 and self.queue.items:
            self.key = self.queue.items[-1].key

    def _end_reached(self, by: int) -> str:
        left = sum(self.corpus.left(self.filter).values()) - len(self.queue.items)
        where = f"; {left:,} open in {'earlier' if by > 0 else 'later'} articles" if left > 0 else ""
        return f"this is the {'last' if by > 0 else 'first'} finding{where}"

    def step_article(self, by: int, *, only_open: bool = False) -> bool:
        """To the next or previous article; with ``only_open`` to one with open findings. False when there is none."""
        start, key = self.index, self.key
        index = self._next_article(start, by, only_open=only_open)
        while index is not None:
            self.open(index)
            if self.queue.items or not only_open:
                return True
            index = self._next_article(index, by, only_open=only_open)
        if self.index != start:
            self.open(start, key)
        return False

    def _next_article(self, index: int, by: int, *, only_open: bool) -> int | None:
        if only_open:
            return self.corpus.next_open(index, by, self.filter)
        return index + by if 0 <= index + by < len(self.corpus) else None

    def step_severity(self, by: int) -> None:
        """To the next finding of another severity, or the group before."""
        found = self.queue.other_severity(self.key, by)
        if found is None:
            raise ReviewError("no other severity in this direction")
        self.key = found.key

    def go(self, key: str) -> None:
        """To a finding of this article."""
        if self.queue.find(key):
            self.key = key

    def show(self, *, order: Order | None = None, chosen: Filter | None = None, deferred: bool | None = None) -> None:
        """Change what is queued and how; the current finding stays current if it is still there."""
        self.order = order or self.order
        self.filter = self.filter if chosen is None else chosen
        self.with_deferred = self.with_deferred if deferred is None else deferred
        self._requeue()
        if not self.current:
            self.key = self.queue.items[0].key if self.queue.items else ""

    # -- deciding on the current finding

    def accept(self, number: int = 1) -> str:
        """Take a candidate, counted from 1."""
        item = self._item()
        if not item.fixes:
            raise ReviewError("no candidate is known for this finding", remedy="edit it in your own words")
        if not 1 <= number <= len(item.fixes):
            raise ReviewError(f"there is no candidate {number}", remedy=f"there are {len(item.fixes)}")
        return self._change(item.fixes[number - 1].edits, "Accepted", item, accepted=True)

    def edit(self, text: str) -> str:
        """Replace the words of the current finding."""
        item = self._item()
        return self._change((Edit(item.here, text),), "Edited", item)

    def delete(self) -> str:
        """Delete the passage that the current finding is about."""
        item = self._item()
        return self._change((Edit(deletion(self._working.overlay.text, item.here), ""),), "Deleted", item)

    def hold(self, verdict: Verdict, why: str = "") -> str:
        """Leave the text as it is: reject or defer."""
        item = self._item()
        return self._decide(DONE[verdict], [hold(self._working.document, verdict, item.finding, why)], item)

    def give_up(self, verdict: Verdict, why: str = "") -> str:
        """Have the sentence of the current finding translated again or dropped, with all that is found in it."""
        item = self._item()
        here = self._working.sentences_around(item.here)
        if here == item.here:
            return self.hold(verdict, why)
        return self._give_up(here, verdict, why, item)

    # -- deciding on any words

    def take_out(self, here: Span) -> str:
        """Delete any words of the corrected text."""
        return self._change((Edit(deletion(self._working.overlay.text, here), ""),), "Deleted", None)

    def replace(self, edits: Sequence[Edit], why: str = "") -> str:
        """Change any words of the corrected text."""
        if not edits:
            raise ReviewError("nothing was changed")
        return self._change(edits, "Corrected", None, why=why)

    def mark(self, here: Span, verdict: Verdict, why: str = "") -> str:
        """Have a passage translated again or dropped, with all that is found in it."""
        return self._give_up(here, verdict, why, None)

    def _give_up(self, here: Span, verdict: Verdict, why: str, item: Item | None) -> str:
        work = self._working
        return self._decide(DONE[verdict], [judge(work.document, verdict, work.overlay.original(here), why)], item)

    # -- recording

    def _change(
        self, edits: Sequence[Edit], label: str, item: Item | None, *, accepted: bool = False, why: str = ""
    ) -> str:
        return self._decide(label, choices_of(self._working, edits, item, accepted=accepted, why=why), item)

    def _decide(self, label: str, choices: Sequence[Choice], item: Item | None) -> str:
        work = self._working
        place = sort_key(item.finding, item.original, self.order) if item else None
        before = {(i.finding.rule, i.original) for i in work.items if i != item}
        ids = record(work, choices, self.by)
        if not ids:
            return "That is decided already"
        self.decided(work, ids)
        self.history.add(Step(label, ((work.path, ids),), work.path, item.key if item else self.key))
        self.pace.tick()
        work.refresh()
        self._requeue()
        said = [label]
        now = {(i.finding.rule, i.original) for i in work.items}
        if gone := len(before - now):
            said.append(f"{gone} more {'put away' if choices[0].verdict.gives_up else 'resolved'}")
        if new := len(now - before):
            said.append(f"{new} new")
        if place:
            said.append(self._advance(place))
        elif not self.current and self.queue.items:
            self.key = self.queue.items[0].key
        return " · ".join(part for part in said if part)

    # -- taking back

    def undo(self) -> str:
        """Take the last step back: of this session, or before it the last standing decision on this article."""
        step = self.history.done.pop() if self.history.done else None
        if step is None and self.work:
            step = step_from_ledger(self.work, self.by)
        if step is None:
            raise ReviewError("there is nothing to undo")
        self.history.undone.append(Step(step.label, self._take_back(step), step.article, step.key))
        self._return_to(step)
        return f"Undone: {step.label.lower()}" + (f" ({step.size} decisions)" if step.size > 2 else "")

    def redo(self) -> str:
        """Make the step that was undone last again."""
        if not self.history.undone:
            raise ReviewError("there is nothing to redo")
        step = self.history.undone.pop()
        parts = self._take_back(step)
        self.history.done.append(Step(step.label, parts, step.article, step.key))
        self._return_to(step)
        if place := self._place_of(step.key):
            self._advance(place)
        return f"Redone: {step.label.lower()}"

    def _take_back(self, step: Step) -> tuple[tuple[str, tuple[str, ...]], ...]:
        parts = []
        for path, ids in reversed(step.parts):
            source = self.corpus.sources[self.corpus.index[path]]
            is_here = self.work is not None and self.work.path == path
            work = self._working if is_here else Work(self.corpus.corrections.article(source.read()), self.linter)
            new = record(work, [undo(name) for name in reversed(ids)], self.by)
            self.decided(work, new)
            parts.append((path, new))
            work.refresh()
            if not is_here and self.linter:
                self.corpus.note(self.corpus.index[path], work.briefs(), whole=not work.unchecked)
        return tuple(parts)

    def _return_to(self, step: Step) -> None:
        index = self.corpus.index.get(step.article, self.index)
        if index != self.index:
            self.open(index)
        self._requeue()
        if self.queue.find(step.key):
            self.key = step.key
        elif not self.current:
            self.key = self.queue.items[0].key if self.queue.items else ""
