"""Decisions out of files made elsewhere: patches, cleaned copies, and sheets that come back from an editor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtqa.corrections.choice import edit
from mtqa.corrections.criticmarkup import read_sheet_text
from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.diff import DiffError, FileDiff, apply_hunks, read_diff
from mtqa.corrections.exchange import Import, Sheet, read_sheet
from mtqa.corrections.page import read_page
from mtqa.corrections.rebase import Folded, fold
from mtqa.corrections.wording import changed_words
from mtqa.document import Document
from mtqa.errors import Place
from mtqa.finding import Edit

if TYPE_CHECKING:
    from mtqa.corrections.store import Article, Corrections

_DIFF = re.compile(rb"^--- .*\n\+\+\+ .*\n@@ -", re.MULTILINE)
_CRITIC = re.compile(r"(?<!\\)\{(?:\+\+|--|~~|>>)")
_PAGE = '<script type="application/json" id="mtqa">'


def read_import(corrections: Corrections, data: bytes, name: str, of: str = "", why: str = "") -> list[Import]:
    """What the file ``name`` with content ``data`` asks for, article by article. Nothing is recorded yet.

    ``of`` is the article it belongs to, where the file does not say. A patch (mtqa's, git's, or by hand) must fit its
    original exactly; a sheet (CriticMarkup, HTML) may change, drop and add edits; anything else is taken for a
    cleaned copy of ``of`` and compared with it word by word.

    Raises :class:`CorrectionsError` or :class:`DocumentError` naming file and line.
    """
    found = _read(corrections, data, name, of, why or f"imported from {name}")
    for one in found:
        _leave_out_known(one)
    return found


def _read(corrections: Corrections, data: bytes, name: str, of: str, why: str) -> list[Import]:
    if _DIFF.search(data):
        return _patches(corrections, data, name, of, why)
    copy = Document.from_bytes(data, name)
    sheet = _sheet(copy.text, name)
    of = of or (sheet.path if sheet else "")
    if not of:
        raise CorrectionsError(
            "a text alone does not say which article it is a copy of",
            place=Place(name),
            remedy="name the original with --of",
        )
    article = corrections.read(of)
    return [read_sheet(article, sheet, why) if sheet else _copy(article, copy, why)]


def _sheet(text: str, name: str) -> Sheet | None:
    if _PAGE in text:
        return read_page(text, name)
    if text.startswith("{>>mtqa ") or (_CRITIC.search(text) and name.endswith((".md", ".criticmarkup"))):
        return read_sheet_text(text, name)
    return None


def _leave_out_known(found: Import) -> None:
    """Drop what the ledger holds already, whoever decided it."""
    article = found.article
    standing = article.state.edits(article.document.sha256).standing
    known = {(change.span, change.new) for one in standing for change in one.changes}
    fresh = [
        choice
        for choice in found.choices
        if choice.of or choice.replaces or not all((one.span, one.new) in known for one in choice.changes)
    ]
    if len(fresh) < len(found.choices):
        found.notes.append(f"{len(found.choices) - len(fresh)} edits are in the ledger already")
    found.choices = fresh


# -- patches


def _patches(corrections: Corrections, data: bytes, name: str, of: str, why: str) -> list[Import]:
    try:
        diffs = read_diff(data)
    except DiffError as error:
        raise CorrectionsError(str(error), place=Place(name, error.line)) from error
    if of and len(diffs) > 1:
        raise CorrectionsError(f"patches {len(diffs)} files, so --of cannot name one", place=Place(name))
    return [_patch(corrections, diff, name, of, why) for diff in diffs]


def _patch(corrections: Corrections, diff: FileDiff, name: str, of: str, why: str) -> Import:
    if "/dev/null" in (diff.old_name, diff.new_name):
        raise CorrectionsError(
            "the patch makes or removes a file",
            place=Place(name, diff.line),
            remedy="corrections change originals' text only; to drop an article, give it the verdict `drop`",
        )
    article = corrections.read(of or diff.new_name)
    try:
        result = apply_hunks(article.document.data, diff)
    except DiffError as error:
        raise CorrectionsError(
            f"does not fit {article.path}: {error}",
            place=Place(name, error.line),
            remedy="make the patch against the original as it is; nothing is searched or guessed",
        ) from error
    after = Document.from_bytes(result, article.path, article.document.encoding if not article.document.bom else None)
    if after.bom != article.document.bom:
        raise CorrectionsError("the patch adds or removes a byte order mark", place=Place(name, diff.line))
    edits = changed_words(article.document.text, after.text)
    return Import(article, [edit(article.document, [one], why) for one in edits])


# -- cleaned copies


def _copy(article: Article, copy: Document, why: str) -> Import:
    """A copy that somebody cleaned in an editor of their own; what only that editor did to line ends is left aside."""
    document = article.document
    found = Import(article)
    folded = Folded(document.text)
    new = fold(copy.text)
    if document.text.count("\r\n") != copy.text.count("\r\n") and _one_kind(document.text) != _one_kind(copy.text):
        found.notes.append("line endings differ; they were left as they are in the original")
    if new.endswith("\n") and not folded.text.endswith("\n") and folded.text:
        new = new[:-1]
        found.notes.append("the copy's final line ending was left aside; the original has none")
    if copy.bom != document.bom:
        found.notes.append("the byte order mark was left as it is in the original")
    ending = "\r\n" if _one_kind(document.text) == "\r\n" else "\n"
    found.choices = [
        edit(document, [Edit(folded.span(one.span.start, one.span.end), one.replacement.replace("\n", ending))], why)
        for one in changed_words(folded.text, new)
    ]
    return found


def _one_kind(text: str) -> str:
    windows, all_endings = text.count("\r\n"), text.count("\n")
    if windows == all_endings and windows:
        return "\r\n"
    return "" if windows else "\n"
