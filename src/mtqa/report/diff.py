"""All safe fixes as one patch: a standard unified diff against the originals, which are not touched.

``git apply`` (also ``-R``) and ``patch -p1`` take it, byte for byte: CRLF, byte order marks, a missing final newline.
Of safe fixes that overlap, the first stands; the others come back when the patch has been applied. On a terminal, from
where nobody applies a patch, control characters are spelled out instead.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, BinaryIO

from mtqa.finding import apply_edits
from mtqa.report.escape import git_path, visible
from mtqa.report.summary import count, safe_fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document, Span
    from mtqa.finding import Edit, Finding, Fix
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary

_CONTEXT = 3
_COLORS = {b"+": b"\x1b[32m", b"-": b"\x1b[31m", b"@": b"\x1b[36m"}


class DiffReport:
    """Writes the diff of each article at once; errors and fixes left out become comment lines, which git skips."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self._stream = stream
        self._terminal = options.terminal
        self._left_out = 0

    def add(self, result: Result) -> None:
        for error in result.errors:
            self._comment(f"not checked: {error if error.place else f'{result.source.name}: {error}'}")
        if result.document is None:
            return
        fixes, left_out = safe_fixes(result.document, result.findings)
        self._left_out += left_out
        for line in patch_of(result.document, [edit for fix in fixes for edit in fix.edits]):
            self._write(line)

    def finish(self, summary: Summary) -> None:  # noqa: ARG002 - all formats finish alike
        if self._left_out:
            self._comment(
                f"{count(self._left_out, 'safe fix')} not in this patch, for others were in the way: run again"
            )

    def _comment(self, text: str) -> None:
        self._write(f"# mtqa: {visible(text)}\n".encode())

    def _write(self, line: bytes) -> None:
        if self._terminal.interactive:
            color = _COLORS.get(line[:1], b"") if self._terminal.color else b""
            shown = visible(line.removesuffix(b"\n").decode("utf-8", "surrogateescape")).encode()
            line = color + shown + (b"\x1b[0m\n" if color else b"\n")
        self._stream.write(line)


def safe_fixes(document: Document, findings: Iterable[Finding]) -> tuple[list[Fix], int]:
    """The safe fixes that can be applied together, first come first served, and the number of those left out."""
    taken: list[Span] = []
    chosen, left_out = [], 0
    for finding in findings:
        fix = safe_fix(finding)
        if fix is None:
            continue
        if any(_clashes(edit, taken) for edit in fix.edits) or not _fits(document, fix):
            left_out += 1
        else:
            chosen.append(fix)
            for edit in fix.edits:
                insort(taken, edit.span)
    return chosen, left_out


def _clashes(edit: Edit, taken: Sequence[Span]) -> bool:
    """True when an edit overlaps one of the sorted, disjoint spans or begins where one begins."""
    index = bisect_left(taken, edit.span)
    near = taken[max(0, index - 1) : index + 1]
    return any(edit.span.overlaps(span) or edit.span.start == span.start for span in near)


def _fits(document: Document, fix: Fix) -> bool:
    """True when the document's encoding can hold what the fix puts in."""
    try:
        for edit in fix.edits:
            edit.replacement.encode(document.encoding)
    except UnicodeEncodeError:
        return False
    return True


def patch_of(document: Document, edits: Sequence[Edit]) -> Iterator[bytes]:
    """The lines of a unified diff from a document to itself with ``edits``; none when nothing changes."""
    before, after = document.data, document.encode(apply_edits(document.text, edits))
    if before == after:
        return
    old, new = git_path(f"a/{document.path.lstrip('/')}"), git_path(f"b/{document.path.lstrip('/')}")
    # The "diff --git" line tells git that an emptied file stays; without it git would take it for a deleted one.
    yield b"diff --git %s %s\n" % (old, new)
    yield b"--- %s\n" % _ended(old)
    yield b"+++ %s\n" % _ended(new)
    yield from _hunks(_lines(before), _lines(after))


def _ended(name: bytes) -> bytes:
    """A tab ends a name with spaces, as git writes it, so that no program takes the rest for a date."""
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _hunks(a: list[bytes], b: list[bytes]) -> Iterator[bytes]:
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(_CONTEXT):
        _, a1, _, b1, _ = group[0]
        _, _, a2, _, b2 = group[-1]
        yield b"@@ -%s +%s @@\n" % (_range(a1, a2), _range(b1, b2))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(b" ", a[i1:i2])
            else:
                yield from _marked(b"-", a[i1:i2])
                yield from _marked(b"+", b[j1:j2])


def _range(start: int, stop: int) -> bytes:
    """Line numbers of a hunk; an empty range names the line before it."""
    length = stop - start
    return b"%d,%d" % (start + 1 if length else start, length)


def _marked(mark: bytes, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line if line.endswith(b"\n") else mark + line + b"\n"
        if not line.endswith(b"\n"):
            yield b"\\ No newline at end of file\n"
