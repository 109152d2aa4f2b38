"""Carry edits over to a changed original: by exact quotation, by context, by a three-way merge of words, or not at all.

Context is believed only as far as it told the place from all others in the source (see :mod:`mtqa.corrections.anchor`).
Two candidates, or changes on both sides to the same words, are a conflict for a person; nothing is guessed. The result
is a function of the decision and the text, so a second rebase finds nothing left to do.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.anchor import occurrences, occurs_once, quote
from mtqa.corrections.choice import Choice
from mtqa.corrections.decision import Change, Decision, Verdict
from mtqa.corrections.state import State, Taken
from mtqa.corrections.wording import merge, tokens
from mtqa.document import Document, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.corrections.store import Article

_TWO_WORDS = re.compile(r"(?:\W*\w+){2}")
_LEAST_NEAR = 12  # code points of context on each side before a changed quotation is recognised by it


@dataclass(frozen=True, slots=True)
class Carried:
    """An edit in its new place. ``how``: "exact", "context", "merge", or "already" when upstream made the same fix."""

    decision: Decision
    changes: tuple[Change, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """An edit that needs a person: ``reason``, our ``change``, and ``theirs``, what the original now says there."""

    decision: Decision
    change: Change
    reason: str
    theirs: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Rebase:
    """What a rebase would do, or did."""

    carried: tuple[Carried, ...] = ()
    conflicts: tuple[Stuck, ...] = ()


def plan(state: State, document: Document) -> Rebase:
    """Where the edits that have no anchor in ``document`` belong now. Pure."""
    edits = state.edits(document.sha256)
    if not edits.stale:
        return Rebase()
    folded = Folded(document.text)
    taken = Taken()
    for edit in edits.standing:
        taken.add(edit.changes, edit.decision)
    carried, conflicts = [], []
    for decision in edits.stale:
        found = _carry(decision, state, document, folded)
        if isinstance(found, Carried) and (holder := taken.holder(found.changes)):
            place = found.changes[0].span
            found = Stuck(
                decision,
                decision.changes[0],
                f"it now overlaps edit {holder.id} by {holder.by}",
                document.slice(place),
                document.line_column(place.start)[0],
            )
        if isinstance(found, Carried):
            taken.add(found.changes, decision)
            carried.append(found)
        else:
            conflicts.append(found)
    return Rebase(tuple(carried), tuple(conflicts))


def rebase(article: Article, by: str) -> Rebase:
    """Carry over what can be, and record it; idempotent. Raises CorrectionsError when it cannot be written."""
    planned = plan(article.state, article.document)
    if planned.carried:
        choices = [
            Choice(Verdict.REBASE, one.changes, of=one.decision.id, why=f"original changed; carried over by {one.how}")
            for one in planned.carried
        ]
        article.decide_all(choices, by)
    else:
        article.rebuild()
    return planned


def _carry(decision: Decision, state: State, document: Document, folded: Folded) -> Carried | Stuck:
    """By the newest anchor first; by an older one where the newest says that upstream had made the fix itself."""
    first: Carried | Stuck | None = None
    for changes in state.anchors(decision):
        found = _carry_changes(decision, changes, document, folded)
        if isinstance(found, Carried) and any(change.old != change.new for change in found.changes):
            return found
        if first is None or (isinstance(first, Stuck) and isinstance(found, Carried)):
            first = found
    assert first is not None  # a decision has its own anchor at least
    return first


def _carry_changes(
    decision: Decision, changes: tuple[Change, ...], document: Document, folded: Folded
) -> Carried | Stuck:
    placed: list[Change] = []
    worst = 0
    ways = ("exact", "context", "merge", "already")
    for change in changes:
        found = _place(change, document, folded)
        if isinstance(found, str):
            near = _nearest(change, folded)
            return Stuck(decision, change, found, near[0], near[1])
        how, parts = found
        worst = max(worst, ways.index(how))
        placed += parts
    return Carried(decision, tuple(sorted(placed, key=lambda change: change.span)), ways[worst])


def _place(change: Change, document: Document, folded: Folded) -> tuple[str, list[Change]] | str:
    """How and where a change belongs now; or, in words, why that cannot be said."""
    quoted = _Quoted(change)
    text = folded.text
    whole = [at + len(quoted.before) for at in occurrences(text, quoted.before + quoted.old + quoted.after)]
    if len(whole) > 1:
        return f"its text and context are there {len(whole)} times"
    places = set(whole) or _by_context(quoted, text) or _by_words_around(quoted, text)
    if len(places) > 1:
        return f"its context fits {len(places)} places"
    if places:
        start = places.pop()
        span = folded.span(start, start + len(quoted.old))
        new = _with_endings(change, document, span)
        return ("exact" if whole else "context"), [quote(document, span, new)]
    return _by_merge(quoted, change, document, folded)


class _Quoted:
    """A change's quotation with line endings folded."""

    def __init__(self, change: Change) -> None:
        self.before, self.old, self.after = fold(change.before), fold(change.old), fold(change.after)
        unique = change.unique
        self.alone = unique.alone
        self.both = (
            None
            if unique.both is None
            else (_end_of(change.before, unique.both[0]), _start_of(change.after, unique.both[1]))
        )
        self.left = None if unique.before is None else _end_of(change.before, unique.before)
        self.right = None if unique.after is None else _start_of(change.after, unique.after)
        self.follows_word = bool(self.before[-1:].isalnum() and self.old[:1].isalnum())
        self.runs_on = bool(self.after[:1].isalnum() and self.old[-1:].isalnum())


def _by_context(quoted: _Quoted, text: str) -> set[int]:
    """Places of the quotation that context speaks for, each piece of it unique in the source."""
    old = quoted.old
    both: set[int] = set()
    if quoted.both is not None:
        left, right = quoted.both
        found = {at + len(left) for at in occurrences(text, left + old + right)}
        both = {at for at in found if _same_edges(quoted, text, at)}
    left_only = set() if quoted.left is None else {at + len(quoted.left) for at in occurrences(text, quoted.left + old)}
    right_only = set() if quoted.right is None else set(occurrences(text, old + quoted.right))
    if not old:  # an insertion stands between its neighbours; one of them alone does not say where
        return both | (left_only & right_only)
    return {at for at in both | left_only | right_only if _same_word(quoted, text, at)}


def _by_words_around(quoted: _Quoted, text: str) -> set[int]:
    """The only place of a quotation that was alone in its source: at least half of the words around it are there
    still, two of them next to it on one side.
    """
    if not quoted.alone or not occurs_once(text, quoted.old):
        return set()
    at = text.index(quoted.old)
    end = at + len(quoted.old)
    before, after = _words(quoted.before), _words(quoted.after)
    kept = _kept(before, _words(text[max(0, at - 2 * len(quoted.before)) : at]))
    kept += _kept(after, _words(text[end : end + 2 * len(quoted.after)]))
    enough = 2 * kept >= len(before) + len(after) > 0
    beside = (left := _two_words(quoted.before[::-1])[::-1]) and text.endswith(left, 0, at)
    beside = beside or ((right := _two_words(quoted.after)) and text.startswith(right, end))
    return {at} if enough and beside and _same_word(quoted, text, at) else set()


def _two_words(text: str) -> str:
    """What ``text`` begins with, up to the end of its second word; empty when it has none."""
    found = _TWO_WORDS.match(text)
    return found[0] if found else ""


def _words(text: str) -> list[str]:
    return [token for token in tokens(text) if token[0].isalnum()]


def _kept(words: list[str], now: list[str]) -> int:
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(words, now)


def _same_edges(quoted: _Quoted, text: str, at: int) -> bool:
    """What stood at an end of its text must at least stand at an end of a line."""
    end = at + len(quoted.old)
    begins = bool(quoted.before) or text[at - 1 : at] in ("", "\n")
    return begins and (bool(quoted.after) or text[end - 1 : end] == "\n" or text[end : end + 1] in ("", "\n"))


def _same_word(quoted: _Quoted, text: str, at: int) -> bool:
    """False where the quotation is a part of another word, as "union" is of "unions"."""
    end = at + len(quoted.old)
    follows_word = at > 0 and text[at - 1].isalnum() and text[at].isalnum()
    runs_on = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return (follows_word, runs_on) == (quoted.follows_word, quoted.runs_on)


def _by_merge(quoted: _Quoted, change: Change, document: Document, folded: Folded) -> tuple[str, list[Change]] | str:
    """The context is there and the quotation is not: upstream changed it. Merge what both sides did, word by word."""
    gaps = list(_gaps(quoted, folded.text))
    if len(gaps) > 1:
        return f"its text has changed and its context fits {len(gaps)} places"
    if not gaps:
        return "its text or its context is gone"
    start, end = gaps[0]
    theirs = folded.text[start:end]
    new = fold(change.new or "")
    if theirs == new:
        span = folded.span(start, end)
        return "already", [quote(document, span, document.slice(span))]
    edits = merge(quoted.old, new, theirs)
    if not edits:
        return "its words were changed on both sides"
    parts = []
    for edit in edits:
        span = folded.span(start + edit.span.start, start + edit.span.end)
        parts.append(quote(document, span, _with_endings(change, document, span, edit.replacement)))
    return "merge", parts


def _gaps(quoted: _Quoted, text: str) -> Iterator[tuple[int, int]]:
    """Where the whole context, or else the nearer part that was unique with the quotation, encloses something else."""
    reach = 2 * len(quoted.old) + 200
    for left, right in ((quoted.before, quoted.after), quoted.both or ("", "")):
        if min(len(left), len(right)) < _LEAST_NEAR:
            continue
        found = []
        for at in occurrences(text, left):
            start = at + len(left)
            end = text.find(right, start, start + reach + len(right))
            if end >= 0:
                found.append((start, end))
        if found:
            yield from found
            return


def _nearest(change: Change, folded: Folded) -> tuple[str, int | None]:
    """The line most like the quoted one, to be shown beside a conflict."""
    from rapidfuzz import fuzz, process

    quoted = _line_around(change)
    lines = folded.text.split("\n")
    best = process.extractOne(quoted, lines, scorer=fuzz.ratio, score_cutoff=40) if quoted.strip() else None
    return (best[0], best[2] + 1) if best else ("", None)


def _line_around(change: Change) -> str:
    before = change.before.rpartition("\n")[2]
    return fold(before + change.old + change.after.partition("\n")[0])


# -- line endings


def fold(text: str) -> str:
    """``text`` with every CRLF as LF."""
    return text.replace("\r\n", "\n")


class Folded:
    """A text with line endings folded, and the way back to its own offsets. ``exact``: nothing is folded after all."""

    def __init__(self, text: str, *, exact: bool = False) -> None:
        self.text = text if exact else fold(text)
        self.exact = exact
        self._starts = [] if exact else [at - index for index, at in enumerate(occurrences(text, "\r\n"))]

    def span(self, start: int, end: int) -> Span:
        """The span in the text itself."""
        return Span(self._back(start), self._back(end))

    def _back(self, offset: int) -> int:
        return offset + bisect_right(self._starts, offset - 1)


def _end_of(text: str, length: int) -> str:
    return fold(text[len(text) - length :])


def _start_of(text: str, length: int) -> str:
    piece = text[:length]
    return fold(piece[:-1] if piece.endswith("\r") and text[length : length + 1] == "\n" else piece)


def _with_endings(change: Change, document: Document, span: Span, new: str | None = None) -> str:
    """The replacement with the line endings of its new surroundings, where both sides have one kind and it changed."""
    new = change.new or "" if new is None else new
    here = document.text[max(0, span.start - 400) : span.end + 400]
    was, now = _kind(change.before + change.old + change.after), _kind(here)
    if was and now and was != now:
        return fold(new).replace("\n", now)
    return new


def _kind(text: str) -> str:
    """The one kind of line ending in ``text``; empty for none or several."""
    windows, all_endings = text.count("\r\n"), text.count("\n")
    if not all_endings or 0 < windows < all_endings:
        return ""
    return "\r\n" if windows else "\n"
