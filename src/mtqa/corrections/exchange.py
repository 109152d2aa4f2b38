"""Corrections on paper: an article with its edits marked, given to an editor without a terminal, and read back.

:mod:`mtqa.corrections.criticmarkup` and :mod:`mtqa.corrections.page` write and read the two file formats; what they
share is a list of pieces. Text changed outside any mark is taken as a further edit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mtqa.corrections.anchor import quote
from mtqa.corrections.choice import Choice, edit, undo
from mtqa.corrections.decision import CorrectionsError, Verdict
from mtqa.corrections.rebase import Folded, fold
from mtqa.corrections.wording import changed_words
from mtqa.document import Span
from mtqa.errors import Place
from mtqa.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.corrections.store import Article
    from mtqa.document import Document


@dataclass(frozen=True, slots=True)
class Piece:
    """Plain text (``new`` is None), or one change with the id and note of its edit, where it has one."""

    old: str
    new: str | None = None
    edit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An article as it is handed out: which version, which edits it shows, and its pieces in order."""

    path: str
    source_sha256: str
    edits: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass
class Import:
    """What an imported file asks for: choices about one article, and what was left aside, in words."""

    article: Article
    choices: list[Choice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sheet_of(article: Article) -> Sheet:
    """The sheet of an article: its original with the standing edits marked."""
    document = article.document
    standing = article.state.edits(document.sha256).standing
    marked = sorted(
        ((change, one.decision) for one in standing for change in one.changes),
        key=lambda mark: mark[0].span,
    )
    pieces: list[Piece] = []
    at = 0
    for change, decision in marked:
        if at < change.span.start:
            pieces.append(Piece(document.text[at : change.span.start]))
        note = " · ".join(part for part in (decision.rule, decision.by, decision.why) if part)
        pieces.append(Piece(change.old, change.new or "", decision.id, note))
        at = change.span.end
    if at < len(document.text):
        pieces.append(Piece(document.text[at:]))
    return Sheet(document.path, document.sha256, tuple(one.decision.id for one in standing), tuple(pieces))


def read_sheet(article: Article, sheet: Sheet, why: str) -> Import:
    """What an editor did to a sheet: edits changed, taken out (undone) and added.

    Raises :class:`CorrectionsError` when the sheet is of another version of the original, or text beside a mark was
    changed so that the mark's place is no longer clear.
    """
    document = article.document
    if sheet.source_sha256 and sheet.source_sha256 != document.sha256:
        raise CorrectionsError(
            "the original has changed since this was exported",
            place=Place(document.path),
            remedy="export it again and repeat the changes there",
        )
    folded = Folded(document.text, exact="".join(piece.old for piece in sheet.pieces) == document.text)
    marked, loose = _placed(document, folded, _as_saved(folded, sheet.pieces))
    state = article.state
    standing = {one.id for kept in state.standing.values() for one in kept}
    undos = [undo(name, why) for name in sheet.edits if name not in marked and name in standing]
    others: list[Choice] = []
    for name, edits in marked.items():
        decision = state.decisions.get(name)
        anchored = state.anchor(decision, document.sha256) if decision else None
        if decision is None or anchored is None:
            loose += edits
        elif _said(edits) != [(one.span, fold(one.new or "")) for one in anchored]:
            changes = tuple(quote(document, one.span, one.replacement) for one in edits)
            others.append(Choice(Verdict.EDIT, changes, decision.rule, decision.fingerprint, why, replaces=decision.id))
    free = [edit(document, [one], why) for one in sorted(loose, key=lambda one: one.span)]
    return Import(article, [*undos, *others, *free])


def _said(edits: Sequence[Edit]) -> list[tuple[Span, str]]:
    return [(one.span, fold(one.replacement)) for one in edits]


def _as_saved(folded: Folded, pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces with folded line endings, without the line ending that many editors put after the last line."""
    if folded.exact:
        return list(pieces)
    kept = [
        Piece(fold(piece.old), None if piece.new is None else fold(piece.new), piece.edit, piece.note)
        for piece in pieces
    ]
    text = "".join(piece.old for piece in kept)
    ends, ended = len(text) - len(text.rstrip("\n")), len(folded.text) - len(folded.text.rstrip("\n"))
    if kept and kept[-1].new is None and ends == ended + 1:
        kept[-1] = Piece(kept[-1].old[:-1])
    return kept


def _placed(document: Document, folded: Folded, pieces: Sequence[Piece]) -> tuple[dict[str, list[Edit]], list[Edit]]:
    """The marks by edit id, and the edits without one, all at offsets of the document."""
    text = "".join(piece.old for piece in pieces)
    unmarked = changed_words(folded.text, text) if text != folded.text else []
    windows = not folded.exact and 0 < folded.text.count("\n") == document.text.count("\r\n")
    ending = "\r\n" if windows else "\n"
    marked: dict[str, list[Edit]] = {}
    loose = [Edit(folded.span(one.span.start, one.span.end), one.replacement.replace("\n", ending)) for one in unmarked]
    at = 0
    for piece in pieces:
        start, end = at, at + len(piece.old)
        at = end
        if piece.new is None:
            continue
        span = _original_span(Span(start, end), unmarked, document, folded)
        marked_edit = Edit(span, piece.new.replace("\n", ending))
        if piece.edit:
            marked.setdefault(piece.edit, []).append(marked_edit)
        elif piece.new != piece.old:
            loose.append(marked_edit)
    return marked, loose


def _original_span(mark: Span, unmarked: Sequence[Edit], document: Document, folded: Folded) -> Span:
    """``mark``, given at offsets of the sheet's text, at offsets of the document."""
    shift = 0
    for one in unmarked:
        start, end = one.span.start + shift, one.span.start + shift + len(one.replacement)
        if end <= mark.start:
            shift += len(one.replacement) - len(one.span)
        elif start < mark.end:
            line = document.line_column(folded.span(one.span.start, one.span.end).start)[0]
            raise CorrectionsError(
                "the old wording inside a mark was changed",
                place=Place(document.path, line),
                remedy="leave the old wording as it is and change the new one",
            )
        else:
            break
    return folded.span(mark.start - shift, mark.end - shift)
