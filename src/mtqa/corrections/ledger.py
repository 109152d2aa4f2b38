"""The ledger file: append-only, one decision a line, on the disk before it is acknowledged.

What can go wrong is told apart: a torn last line (a crash while it was written) is set aside into ``<ledger>.torn`` by
the next append; a damaged line elsewhere is reported with its number and the other lines still count.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError, Decision, parse_line
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be looked into: where, and what."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A ledger as read: its decisions in the order of the file, with the line each stands on.

    ``torn`` is the torn last line, which no decision comes from; ``complete`` is the length in bytes before it;
    ``open_end`` is True when the last line is whole and only lacks its line ending.
    """

    decisions: tuple[Decision, ...] = ()
    lines: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    torn: bytes = b""
    complete: int = 0
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger file; ``shown`` is its name in messages."""

    file: Path
    shown: str

    def read(self) -> Reading:
        """Everything in the file; an absent file is an empty ledger.

        Raises :class:`CorrectionsError` when the file is there and cannot be read.
        """
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return Reading()
        except OSError as error:
            raise CorrectionsError(f"cannot be read: {error.strerror or error}", place=Place(self.shown)) from error
        return read_lines(data, self.shown)

    def append(self, decisions: Sequence[Decision], reading: Reading) -> None:
        """Add lines and wait until they are on the disk. The caller holds the lock and has just read ``reading``.

        Raises :class:`CorrectionsError`, with the file as it was before, when that fails.
        """
        data = b"".join(decision.line() for decision in decisions)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if reading.torn:
                self._set_aside(reading.torn)
            is_new = not self.file.exists()
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            try:
                self._write(handle, reading, data)
            finally:
                os.close(handle)
            if is_new:
                sync_folder(self.file.parent)
        except OSError as error:
            raise CorrectionsError(
                f"the decision could not be written: {error.strerror or error}",
                place=Place(self.shown),
                remedy="it is not recorded and the ledger is as it was; make room or the folder writable, decide again",
            ) from error

    def _write(self, handle: int, reading: Reading, data: bytes) -> None:
        size = os.fstat(handle).st_size
        try:
            if reading.torn:
                os.ftruncate(handle, reading.complete)
            os.lseek(handle, 0, os.SEEK_END)
            write_all(handle, (b"\n" if reading.open_end else b"") + data)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, min(size, reading.complete))
                os.fsync(handle)
            raise

    def _set_aside(self, torn: bytes) -> None:
        """Keep a torn line beside the ledger before it is cut off."""
        handle = os.open(self.file.with_name(self.file.name + ".torn"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            write_all(handle, torn + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def read_lines(data: bytes, shown: str) -> Reading:
    """Read a ledger's bytes."""
    decisions: dict[str, tuple[Decision, int]] = {}
    problems: list[Problem] = []
    pieces = data.split(b"\n")
    last = pieces.pop()
    for number, piece in enumerate(pieces, 1):
        try:
            decision = parse_line(piece)
        except ValueError as error:
            problems.append(Problem(Place(shown, number), f"damaged line, left out: {error}"))
            continue
        decisions.setdefault(decision.id, (decision, number))  # a merge may bring one line twice
    torn, open_end = b"", False
    if last:
        try:
            decision = parse_line(last)
            decisions.setdefault(decision.id, (decision, len(pieces) + 1))
            open_end = True
        except ValueError:
            torn = last
            problems.append(
                Problem(
                    Place(shown, len(pieces) + 1),
                    f"torn last line of {len(last)} bytes, left out: writing it was interrupted, so nobody was told "
                    "that it is recorded",
                )
            )
    kept = tuple(decisions.values())
    return Reading(
        tuple(decision for decision, _ in kept),
        tuple(number for _, number in kept),
        tuple(problems),
        torn,
        len(data) - len(torn),
        open_end,
    )


def write_all(handle: int, data: bytes) -> None:
    """Write every byte, or raise OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name survive a power cut, where the system allows it."""
    with suppress(OSError):  # Windows cannot open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_file(file: Path, data: bytes) -> None:
    """Put ``data`` into ``file`` so that others see the old bytes or the new ones, never a part. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.part")  # one name, so that what a crash leaves is used up by the next
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
        try:
            write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        beside.replace(file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_folder(file.parent)
