"""A baseline: findings that were there when it was written, so that lint speaks of the others only.

Entries are fingerprints (rule, sentence, matched text and occurrence; see :func:`mtqa.finding.identify`), so they
outlive moves within an article, re-wrapping, and changes around them. They belong to an article by its path; entries of
an article that is gone may be claimed by any other, so that a renamed article stays quiet.

The file is JSON Lines in a fixed order, one entry a line: it merges, and a review shows what was taken in.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.errors import MtqaError, Place
from mtqa.report.escape import json_text
from mtqa.segment import normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mtqa.linter import Result

VERSION = 1
_HEAD = {"mtqa": "baseline", "version": VERSION}
_SHOWN = 80
STDIN_NAME = "<stdin>"


class BaselineError(MtqaError):
    """A baseline that cannot be read or written."""


class Entry(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One finding: where it was, and its fingerprint. ``rule`` and ``text`` are for those who read the file."""

    path: str
    rule: str
    fingerprint: str
    text: str = ""


@dataclass(frozen=True)
class Matched:
    """A result without what the baseline holds, of which there were ``held``."""

    result: Result
    held: int


class Baseline:
    """The entries of a baseline file, and which of them have been met in this run.

    ``exists`` tells whether an article of that name is still there.
    """

    def __init__(self, entries: Iterable[Entry], exists: Callable[[str], bool]) -> None:
        self.entries = sorted(entries)
        self._exists = exists
        self._by_path: dict[str, Counter[str]] = {}
        for entry in self.entries:
            self._by_path.setdefault(entry.path, Counter())[entry.fingerprint] += 1
        self._loose: Counter[str] = Counter()
        self._gone = {path for path in self._by_path if not exists(path)}
        for path in self._gone:
            self._loose.update(self._by_path[path])
        self._met: set[str] = set()

    @classmethod
    def read(cls, file: Path, root: Path) -> Baseline:
        """Read a baseline; raises :class:`BaselineError` with the line for anything that is none."""
        return cls(read_entries(file), lambda path: path == STDIN_NAME or os.path.lexists(root / path))

    def hold_back(self, result: Result) -> Matched:
        """Take what the baseline knows out of a result. Each entry stands for one finding."""
        if result.document is None:
            return Matched(result, 0)
        own = self._by_path.get(result.source.name, Counter())
        self._met.add(result.source.name)
        new = []
        for finding in result.findings:
            if own[finding.fingerprint] > 0:
                own[finding.fingerprint] -= 1
            elif self._loose[finding.fingerprint] > 0:
                self._loose[finding.fingerprint] -= 1
            else:
                new.append(finding)
        return Matched(replace(result, findings=tuple(new)), len(result.findings) - len(new))

    def stale(self, *, whole: bool) -> list[Entry]:
        """Entries that stand for nothing any more: of the articles that were checked and, after a ``whole`` run, of
        those that are gone.
        """
        left = {path: Counter(self._by_path[path]) for path in self._met if path in self._by_path}
        loose = Counter(self._loose) if whole else Counter()
        found = []
        for entry in self.entries:
            counts = loose if entry.path in self._gone else left.get(entry.path)
            if counts is not None and counts[entry.fingerprint] > 0:
                counts[entry.fingerprint] -= 1
                found.append(entry)
        return found


def entries_of(result: Result) -> list[Entry]:
    """The entries that would hold back all findings of a result."""
    document = result.document
    if document is None:
        return []
    return [
        Entry(result.source.name, finding.rule, finding.fingerprint, _short(document.slice(finding.span)))
        for finding in result.findings
    ]


def _short(text: str) -> str:
    text = normalised(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def read_entries(file: Path) -> list[Entry]:
    """All entries of a baseline file."""
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise BaselineError(
            f"cannot read the baseline: {error.strerror or error}",
            place=Place(str(file)),
            remedy="make one with mtqa baseline write",
        ) from error
    _check_head(lines[0], file)
    entries = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        try:
            entries.append(msgspec.convert(json.loads(line), Entry))  # msgspec reads no lone surrogates
        except (msgspec.ValidationError, ValueError) as error:
            conflict = line.startswith((b"<<<<<<<", b"=======", b">>>>>>>"))
            raise BaselineError(
                "an unresolved merge conflict" if conflict else f"no baseline entry: {error}",
                place=Place(str(file), number),
                remedy="keep the lines of both sides" if conflict else "restore the line from version control",
            ) from error
    return entries


def _check_head(line: bytes, file: Path) -> None:
    head: object = None
    with suppress(ValueError):
        head = json.loads(line)
    if not isinstance(head, dict) or head.get("mtqa") != "baseline":
        raise BaselineError("this is no baseline of mtqa", place=Place(str(file), 1))
    if head.get("version") != VERSION:
        raise BaselineError(
            f"a baseline of version {head.get('version')!r}; this mtqa reads version {VERSION}",
            place=Place(str(file), 1),
            remedy="write it again with mtqa baseline write",
        )


def write_entries(file: Path, entries: Iterable[Entry]) -> None:
    """Write a baseline, all or nothing."""
    rows = [_HEAD, *(msgspec.to_builtins(entry) for entry in sorted(entries))]
    text = "".join(json_text(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    try:
        with tempfile.NamedTemporaryFile("wb", dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            stream.write(text.encode())
        written = Path(stream.name)
        try:
            written.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
            written.replace(file)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise BaselineError(f"cannot write: {error.strerror or error}", place=Place(str(file))) from error
