"""The corrections of a project: one ledger and one patch for each article, and the only way to add to them.

Every decision is made under a lock, on the state as it is at that moment, and is on the disk when the call returns.
The patch follows from the ledger and is rewritten after each decision; when that was interrupted it is rebuilt.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError, Decision
from mtqa.corrections.ledger import Ledger, Problem, Reading, replace_file
from mtqa.corrections.state import State
from mtqa.document import Document
from mtqa.errors import Place
from mtqa.tables import Columns, read_row, read_table, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.corrections.choice import Choice
    from mtqa.corrections.patch import Patch

LEDGER_ENDING = ".decisions.jsonl"
PATCH_ENDING = ".patch"


def utc_now() -> datetime:
    """The clock, unless another is given."""
    return datetime.now(UTC)


def no_encoding(_path: str) -> str | None:
    """Originals say themselves how they are encoded, unless settings say it for them."""
    return None


@dataclass(frozen=True)
class Corrections:
    """All corrections of a project.

    ``root`` is the project's folder; ``folder`` that of the corrections and ``originals`` those of the originals, both
    relative to it. ``clock`` gives the time of decisions, ``encoding_of`` an original's encoding where it is not UTF-8;
    ``columns`` says how tables hold articles; ``patience`` is how long to wait for the lock, in seconds.
    """

    root: Path
    folder: str = "corrections"
    originals: tuple[str, ...] = ()
    clock: Callable[[], datetime] = utc_now
    encoding_of: Callable[[str], str | None] = no_encoding
    patience: float = 10.0
    columns: Columns = field(default_factory=Columns)
    _rows: dict[str, tuple[tuple[int, int], dict[str, str]]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        home = self.home.resolve()
        for name in self.originals:
            if home.is_relative_to((self.root / name).resolve()):
                raise CorrectionsError(
                    f"corrections cannot live in {name}, a folder of originals",
                    place=Place(self.folder),
                    remedy="originals are never written; name another folder",
                )

    @property
    def home(self) -> Path:
        """The folder of ledgers and patches."""
        return self.root / self.folder

    def article(self, document: Document) -> Article:
        """The corrections of one original."""
        return Article(self, document)

    def read(self, path: str, encoding: str | None = None) -> Article:
        """The corrections of the original at ``path`` (relative to the root).

        Raises DocumentError when it cannot be read, :class:`CorrectionsError` when it is none of the originals.
        """
        pure = checked_path(path)
        if self.originals and not any(pure.is_relative_to(PurePosixPath(name)) for name in self.originals):
            raise CorrectionsError(
                f"is not among the originals ({', '.join(self.originals)})",
                place=Place(path),
                remedy="add its folder to `originals` in the settings",
            )
        if table := table_of(path):
            return self.article(Document.from_text(self._row(table, path), path))
        return self.article(Document.read(self.root / pure, path, encoding or self.encoding_of(path)))

    def _row(self, table: str, path: str) -> str:
        """The text of a table's row. All rows with corrections are found in one reading and kept while the file is."""
        file = self.root / checked_path(table)
        try:
            status = file.stat()
            stamp = (status.st_size, status.st_mtime_ns)
        except OSError:
            stamp = (0, 0)
        if table not in self._rows or self._rows[table][0] != stamp:
            wanted = {name for name in self.paths() if table_of(name) == table}
            rows = read_table(file, table, self.columns) if wanted else ()
            self._rows[table] = stamp, {row.path: row.text for row in rows if row.path in wanted}
        found = self._rows[table][1].get(path)
        return read_row(file, table, self.columns, path).text if found is None else found

    def paths(self) -> list[str]:
        """Paths of the articles that have a ledger or a patch, sorted."""
        found = set()
        for ending in (LEDGER_ENDING, PATCH_ENDING):
            for file in self.home.rglob(f"*{ending}"):
                if not file.name.startswith("."):
                    found.add(file.relative_to(self.home).as_posix().removesuffix(ending))
        return sorted(found)

    def ledger(self, path: str) -> Ledger:
        """The ledger of the article at ``path``."""
        return Ledger(*self._beside(path, LEDGER_ENDING))

    def has_ledger(self, path: str) -> bool:
        """True when there is a ledger for the article at ``path``; never for one outside of the project."""
        outside = path.startswith("/") or ".." in path.split("/") or "\0" in path
        return not outside and os.path.lexists(f"{self._home}/{path}{LEDGER_ENDING}")

    @cached_property
    def _home(self) -> str:
        return str(self.home)

    def patch_file(self, path: str) -> tuple[Path, str]:
        """The patch of the article at ``path``: the file, and its name in messages."""
        return self._beside(path, PATCH_ENDING)

    def _beside(self, path: str, ending: str) -> tuple[Path, str]:
        relative = str(checked_path(path)) + ending
        file, shown = self.home / relative, f"{self.folder}/{relative}"
        if not file.resolve().is_relative_to(self.home.resolve()):
            raise CorrectionsError("leads out of the folder of corrections through a link", place=Place(shown))
        return file, shown


def checked_path(path: str) -> PurePosixPath:
    """``path`` if it stays inside the folder it is relative to; raises :class:`CorrectionsError` if not."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path or Path(path).drive:
        raise CorrectionsError(
            "an article's path must be relative to the project and stay inside it",
            place=Place(path),
            remedy="run mtqa in the project's folder and name files inside it",
        )
    return pure


@dataclass(frozen=True, slots=True)
class Refusal:
    """A choice that could not be recorded, and why."""

    choice: Choice
    error: CorrectionsError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of several choices: decisions recorded (or already standing), and refusals."""

    decisions: tuple[Decision, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass
class Article:
    """The decisions about one original, in the version that ``document`` holds."""

    home: Corrections
    document: Document
    _stamp: tuple[int, ...] | None = field(default=None, init=False, repr=False)
    _reading: Reading = field(default_factory=Reading, init=False, repr=False)
    _state: State = field(default_factory=State, init=False, repr=False)

    @property
    def path(self) -> str:
        return self.document.path

    # -- what was decided

    @property
    def state(self) -> State:
        """What the ledger amounts to now; read again whenever the file has changed."""
        self._refresh()
        return self._state

    @property
    def reading(self) -> Reading:
        """The ledger as read, with its damaged lines."""
        self._refresh()
        return self._reading

    def _refresh(self) -> None:
        ledger = self.home.ledger(self.path)
        try:
            status = ledger.file.stat()
            stamp: tuple[int, ...] = (status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError:
            stamp = ()
        if stamp != self._stamp or not stamp:
            self._reading = ledger.read()
            self._state = State(self._reading.decisions)
            self._stamp = stamp

    def decision_on(self, fingerprint: str) -> Decision | None:
        """The decision that counts for a finding; None when there is none, or a contradiction."""
        return self.state.settled.get(fingerprint)

    @property
    def damage(self) -> tuple[Problem, ...]:
        """Damaged ledger lines, a torn last one apart: until they are mended no patch is made."""
        reading = self.reading
        return reading.problems[:-1] if reading.torn else reading.problems

    # -- deciding

    def decide(self, choice: Choice, by: str) -> Decision:
        """Record one choice; it is on the disk when this returns.

        Returns the standing decision instead when it already says the same. Raises :class:`CorrectionsError` when the
        choice cannot stand beside earlier ones, or cannot be written; the ledger is then as it was.
        """
        outcome = self.decide_all([choice], by)
        if outcome.refusals:
            raise outcome.refusals[0].error
        return outcome.decisions[0]

    def decide_all(self, choices: Sequence[Choice], by: str) -> Outcome:
        """Record many choices with one write; those that cannot stand are refused, the others recorded."""
        from mtqa.corrections.lock import locked
        from mtqa.corrections.session import Session

        with locked(self.home.home, self.home.folder, self.home.patience):
            session = Session(self.document, self.state, by, self.home.clock)
            said: list[Decision] = []
            refusals: list[Refusal] = []
            for choice in choices:
                try:
                    said.append(session.decide(choice))
                except CorrectionsError as error:
                    refusals.append(Refusal(choice, error))
            if session.new:
                self.home.ledger(self.path).append(session.new, self._reading)
                self._write_patch()
        return Outcome(tuple(said), tuple(refusals))

    # -- the patch

    def patch(self) -> Patch:
        """The patch that the ledger yields. Raises :class:`CorrectionsError` when ledger lines are damaged."""
        from mtqa.corrections.patch import build_patch

        if self.damage:
            first = self.damage[0]
            raise CorrectionsError(
                f"no patch can be made from a damaged ledger: {first.message}",
                place=first.place,
                remedy="restore the line from version control",
            )
        return build_patch(self.document, self.state)

    def corrected(self) -> Document:
        """The cleaned text, as a document of the same name."""
        return Document.from_bytes(self.patch().result, self.path, self.document.encoding)

    def rebuild(self) -> bool:
        """Make the patch file what the ledger says, and set a torn ledger line aside; True when the patch changed."""
        from mtqa.corrections.lock import locked

        with locked(self.home.home, self.home.folder, self.home.patience):
            if self.reading.torn:
                self.home.ledger(self.path).append((), self._reading)
            return self._write_patch()

    def _write_patch(self) -> bool:
        if self.damage:
            return False  # what the damaged line said must not drop out of the patch; the decision is safe
        file, shown = self.home.patch_file(self.path)
        data = self.patch().data
        try:
            present = file.read_bytes() if file.exists() else b""
            if data == present:
                return False
            if data:
                replace_file(file, data)
            else:
                file.unlink()
        except OSError as error:
            raise CorrectionsError(
                f"the decision is recorded, but the patch could not be written: {error.strerror or error}",
                place=Place(shown),
                remedy="run `mtqa patch rebuild` once there is room",
            ) from error
        return True
