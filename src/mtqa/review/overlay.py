"""An original under its standing edits: what is kept, what is replaced, and where each is in the corrected text.

Offsets "here" are code points of the corrected text. Editors act on the text as they see it; :meth:`Overlay.rewrite`
says what that means for the original and which earlier edits it takes in.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.corrections.decision import Change, Decision
    from mtqa.corrections.state import Anchored
    from mtqa.document import Document


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the original and of the corrected text; without ``decision`` the two are the same text."""

    original: Span
    here: Span
    text: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits of the original, sorted, and the earlier decisions that they take the place of."""

    edits: tuple[Edit, ...]
    takes_in: tuple[Decision, ...] = ()


class Overlay:
    """The standing edits of one document laid over its text."""

    def __init__(self, document: Document, standing: Sequence[Anchored]) -> None:
        self.document = document
        self.standing = tuple(standing)
        self.pieces = tuple(self._pieces())

    def _pieces(self) -> Iterator[Piece]:
        changes = sorted(
            ((change, edit.decision) for edit in self.standing for change in edit.changes if change.new is not None),
            key=lambda pair: (pair[0].span.start, pair[0].span.end),
        )
        at = here = 0
        for change, decision in changes:
            if change.span.start > at:
                yield self._kept(at, change.span.start, here)
                here += change.span.start - at
            new = change.new or ""
            yield Piece(change.span, Span(here, here + len(new)), new, decision)
            here += len(new)
            at = change.span.end
        if at < len(self.document.text) or not changes:
            yield self._kept(at, len(self.document.text), here)

    def _kept(self, start: int, end: int, here: int) -> Piece:
        return Piece(Span(start, end), Span(here, here + end - start), self.document.text[start:end])

    @cached_property
    def text(self) -> str:
        """The corrected text."""
        return "".join(piece.text for piece in self.pieces)

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.here.start for piece in self.pieces]

    # -- from here to the original

    def touched(self, here: Span) -> list[Piece]:
        """The changed pieces that a span shares text with, or that lie strictly inside it."""
        first = max(0, bisect_right(self._starts, here.start) - 2)
        found = []
        for piece in self.pieces[first:]:
            if piece.here.start > here.end:
                break
            if piece.decision and (piece.here.overlaps(here) or (piece.here == here and here)):
                found.append(piece)
        return found

    def original(self, here: Span) -> Span:
        """The part of the original that a span shows, changed pieces taken whole."""
        return Span(self._start(here), max(self._start(here), self._end(here)))

    def _start(self, here: Span) -> int:
        for piece in reversed(self.pieces[: bisect_right(self._starts, here.start)]):
            if piece.here.start <= here.start < piece.here.end:
                if piece.decision:
                    return piece.original.start
                return piece.original.start + here.start - piece.here.start
        if not here:
            return self._end(here)
        return len(self.document.text)

    def _end(self, here: Span) -> int:
        for piece in self.pieces:
            if piece.here.end >= here.end and (piece.here.end > 0 or here.end == 0):
                if piece.decision:
                    return piece.original.end
                return piece.original.start + here.end - piece.here.start
        return len(self.document.text)

    def here(self, original: Span) -> Span:
        """Where a span of the original is in the corrected text; what was replaced counts with its replacement."""
        start = end = None
        for piece in self.pieces:
            if start is None and original.start < piece.original.end:
                start = self._inside(piece, original.start, end=False)
            if piece.original.start < original.end <= piece.original.end:
                end = self._inside(piece, original.end, end=True)
        last = self.pieces[-1].here.end
        start = last if start is None else start
        return Span(start, max(start, start if end is None else end))

    @staticmethod
    def _inside(piece: Piece, offset: int, *, end: bool) -> int:
        if piece.decision:
            return piece.here.end if end else piece.here.start
        return piece.here.start + max(0, offset - piece.original.start)

    # -- editing what is seen

    def rewrite(self, edits: Sequence[Edit]) -> Rewrite:
        """What ``edits`` of the corrected text mean for the original.

        Earlier edits that they reach into are taken in: one edit then says what all of them together come to.
        """
        groups: list[tuple[int, int, list[Edit]]] = []
        touched: list[Piece] = []
        for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end)):
            pieces = self.touched(edit.span)
            touched += [piece for piece in pieces if piece not in touched]
            start = min([edit.span.start, *(piece.here.start for piece in pieces)])
            end = max([edit.span.end, *(piece.here.end for piece in pieces)])
            if groups and start < groups[-1][1]:
                start, before, others = groups.pop()
                groups.append((start, max(end, before), [*others, edit]))
            else:
                groups.append((start, end, [edit]))
        result = [self._merged(start, end, inside) for start, end, inside in groups]
        decisions = list({piece.decision.id: piece.decision for piece in touched if piece.decision}.values())
        spans = {piece.original for piece in touched}
        result += [
            Edit(change.span, change.new)
            for change in self._changes_of(decisions)
            if change.span not in spans and change.new is not None
        ]
        kept = tuple(sorted(result, key=lambda one: (one.span.start, one.span.end)))
        return Rewrite(kept, tuple(decisions))

    def _merged(self, start: int, end: int, inside: Sequence[Edit]) -> Edit:
        text, at = "", start
        for edit in inside:
            text += self.text[at : edit.span.start] + edit.replacement
            at = edit.span.end
        return Edit(self.original(Span(start, end)), text + self.text[at:end])

    def _changes_of(self, decisions: Sequence[Decision]) -> Iterator[Change]:
        wanted = {decision.id for decision in decisions}
        for edit in self.standing:
            if edit.decision.id in wanted:
                yield from edit.changes
