r"""Sheets in CriticMarkup (http://criticmarkup.com): ``{--old--}``, ``{++new++}``, ``{~~old~>new~~}``, ``{>>note<<}``.

CriticMarkup has no way to write its own marks as text; here a backslash before a brace, a tilde or a backslash takes
that literally.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.exchange import Piece, Sheet
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = re.compile(r"\\[\\{}~]|\{\+\+|\{--|\{~~|\{>>|\{==|\+\+\}|--\}|~~\}|<<\}|==\}|~>")
_SPECIAL = re.compile(r"[\\{}~]")
_CLOSING = {"{++": "++}", "{--": "--}", "{~~": "~~}", "{>>": "<<}"}
_ID = re.compile(r"\[([0-9a-f]{20})\] ?")


def write_sheet(sheet: Sheet) -> str:
    """The file's text. Its first line says which article, version and edits it holds."""
    head = json.dumps({"path": sheet.path, "sha256": sheet.source_sha256, "edits": list(sheet.edits)})
    parts = [f"{{>>mtqa {_escaped(head)}<<}}\n"]
    for piece in sheet.pieces:
        if piece.new is None:
            parts.append(_escaped(piece.old))
            continue
        parts.append(_mark(piece))
        if piece.edit:
            parts.append(f"{{>>{_escaped(f'[{piece.edit}] {piece.note}')}<<}}")
    return "".join(parts)


def _mark(piece: Piece) -> str:
    old, new = _escaped(piece.old), _escaped(piece.new or "")
    if not old:
        return f"{{++{new}++}}"
    return f"{{~~{old}~>{new}~~}}" if new else f"{{--{old}--}}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def read_sheet_text(text: str, path: str) -> Sheet:
    """Read a file back; ``path`` names it in messages. The sheet's path is empty where the file does not say.

    Raises :class:`CorrectionsError` naming the line of a mark that is not closed.
    """
    pieces = _merged(_pieces(text, path))
    head: dict[str, object] = {}
    if pieces and pieces[0].note.startswith("mtqa ") and pieces[0].new is None:
        try:
            head = json.loads(pieces[0].note.removeprefix("mtqa "))
        except json.JSONDecodeError as error:
            raise CorrectionsError("the first line was damaged", place=Place(path, 1), remedy="export again") from error
        pieces = pieces[1:]
        if pieces and pieces[0].new is None:
            pieces[0] = Piece(pieces[0].old.removeprefix("\r").removeprefix("\n"))
        pieces = [piece for piece in pieces if piece.old or piece.new is not None]
    names = head.get("edits", [])
    edits = tuple(str(name) for name in names) if isinstance(names, list) else ()
    return Sheet(str(head.get("path", "")), str(head.get("sha256", "")), edits, tuple(pieces))


def _pieces(text: str, path: str) -> Iterator[Piece]:
    """Pieces in order; a note on its own is a piece without text."""
    at = 0
    plain: list[str] = []
    while (kind := _until(text, at, None, plain)) is not None:
        mark, at = kind
        if any(plain):
            yield Piece("".join(plain))
        plain.clear()
        parts: list[list[str]] = [[], []]
        place = Place(path, text.count("\n", 0, at) + 1)
        if mark == "{~~":
            at = _through(text, at, "~>", parts[0], place)
            at = _through(text, at, "~~}", parts[1], place)
        else:
            at = _through(text, at, _CLOSING[mark], parts[mark == "{++"], place)
        old, new = "".join(parts[0]), "".join(parts[1])
        yield Piece("", note=old) if mark == "{>>" else Piece(old, new)
    if any(plain):
        yield Piece("".join(plain))


def _until(text: str, at: int, wanted: str | None, into: list[str]) -> tuple[str, int] | None:
    """Collect text up to ``wanted`` (None: any opening mark); that mark and where it ends, or None at the end."""
    for found in _MARK.finditer(text, at):
        mark = found[0]
        into.append(text[at : found.start()])
        at = found.end()
        if mark.startswith("\\"):
            into.append(mark[1:])
        elif mark == wanted or (wanted is None and mark in _CLOSING):
            return mark, at
        elif mark not in ("{==", "==}"):  # highlighting says nothing about the text
            into.append(mark)
    into.append(text[at:])
    return None


def _through(text: str, at: int, wanted: str, into: list[str], place: Place) -> int:
    found = _until(text, at, wanted, into)
    if found is None:
        raise CorrectionsError(f"a mark is opened here and {wanted} never follows", place=place)
    return found[1]


def _merged(pieces: Iterator[Piece]) -> list[Piece]:
    """Notes given to the change before them; neighbouring plain pieces joined."""
    kept: list[Piece] = []
    for piece in pieces:
        last = kept[-1] if kept else None
        if piece.note and last and last.new is not None:
            name = _ID.match(piece.note)
            kept[-1] = Piece(last.old, last.new, name[1] if name else "", piece.note[name.end() if name else 0 :])
        elif piece.new is None and not piece.note and last and last.new is None and not last.note:
            kept[-1] = Piece(last.old + piece.old)
        elif piece.old or piece.new is not None or not kept:
            kept.append(piece)
    return kept
