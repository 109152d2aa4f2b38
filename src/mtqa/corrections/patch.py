"""The patch of one article: its standing edits as a unified diff that git and GNU patch take, with a preamble.

The preamble says what the patch belongs to and whose edits it holds. Each of its lines is ``Key: value``, so that no
tool takes one for a part of the diff.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.diff import apply_hunks, blocks_of, file_header, hunks, read_diff, split_lines
from mtqa.errors import Place
from mtqa.finding import Edit, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.corrections.decision import Decision
    from mtqa.corrections.state import Anchored, State
    from mtqa.document import Document

_MOST_LINE_SUMS = 2000


@dataclass(frozen=True, slots=True)
class Patch:
    """``data`` are the bytes of the patch file (empty: no edits, no file), ``result`` those of the cleaned text."""

    data: bytes
    result: bytes

    @property
    def result_sha256(self) -> str:
        return hashlib.sha256(self.result).hexdigest()


def build_patch(document: Document, state: State) -> Patch:
    """The patch that a ledger yields for its original; the same bytes for the same decisions, whatever their order.

    Raises :class:`CorrectionsError` for an original in UTF-16 or UTF-32, whose lines no patch tool can tell.
    """
    standing = state.edits(document.sha256).standing
    edits = plain_edits(standing)
    if not edits:
        return Patch(b"", document.data)
    refuse_wide(document)
    result = document.encode(apply_edits(document.text, edits))
    if result == document.data:
        return Patch(b"", result)
    body = hunks(split_lines(document.data), blocks_of(document, edits))
    preamble = "".join(f"{line}\n" for line in _preamble(document, state, standing, result)).encode("utf-8")
    return Patch(preamble + file_header(document.path) + body, result)


def plain_edits(standing: Sequence[Anchored]) -> list[Edit]:
    """The edits of ``standing`` in document order, insertions before replacements; those that change nothing left out.

    An insertion where a replacement begins stands before it.
    """
    edits = [
        Edit(change.span, change.new)
        for anchored in standing
        for change in anchored.changes
        if change.new is not None and change.new != change.old
    ]
    return sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))


def refuse_wide(document: Document) -> None:
    """Raise :class:`CorrectionsError` for an encoding of two or four bytes a character."""
    if document.encoding.startswith(("utf-16", "utf-32")):
        raise CorrectionsError(
            f"{document.encoding} has no lines that patch tools can tell",
            place=Place(document.path),
            remedy="convert the original to UTF-8, then correct that",
        )


def apply_patch(original: bytes, patch: bytes) -> bytes:
    """``original`` with a patch file applied exactly; raises :class:`mtqa.corrections.diff.DiffError`."""
    for diff in read_diff(patch):
        original = apply_hunks(original, diff)
    return original


# -- the preamble


def _preamble(document: Document, state: State, standing: Sequence[Anchored], result: bytes) -> Iterator[str]:
    in_patch = [edit for edit in standing if any(change.new != change.old for change in edit.changes)]
    yield "Mtqa-Patch: 1"
    yield f"Path: {field_value(document.path)}"
    yield f"Source-Sha256: {document.sha256}"
    yield f"Result-Sha256: {hashlib.sha256(result).hexdigest()}"
    if sums := line_sums(document.data):
        yield f"Source-Lines: {sums}"
    yield f"Ledger: {len(state.decisions)} {' '.join(state.last)}"
    for editor in sorted({edit.decision.by for edit in in_patch}):
        yield f"Editor: {field_value(editor)}"
    for edit in in_patch:
        yield ""
        yield from _stanza(document, edit.decision, edit.start)
    yield ""


def _stanza(document: Document, decision: Decision, start: int) -> Iterator[str]:
    yield f"Edit: {decision.id}"
    yield f"Line: {document.line_column(start)[0]}"
    if decision.rule:
        yield f"Rule: {field_value(decision.rule)}"
    yield f"By: {field_value(decision.by)}"
    yield f"Date: {field_value(decision.at)}"
    if decision.why:
        yield f"Why: {field_value(decision.why)}"


def field_value(value: str) -> str:
    """``value`` on one line: as it is, or as a JSON string where that could be misread."""
    if value.isprintable() and value == value.strip() and not value.startswith('"'):
        return value
    return json.dumps(value)


def line_sums(data: bytes) -> str:
    """Four hex digits for each line of ``data`` (CRC-32, low half), by which a changed line is found.

    Empty for long texts, where it would only be in the way.
    """
    lines = split_lines(data)
    return "".join(f"{zlib.crc32(line) & 0xFFFF:04x}" for line in lines) if len(lines) <= _MOST_LINE_SUMS else ""


def preamble_fields(patch: bytes) -> dict[str, str]:
    """The fields of the preamble's first paragraph; the last of several of one name."""
    fields = {}
    for line in split_lines(patch):
        name, found, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
        if not found:
            break
        fields[name] = value
    return fields
