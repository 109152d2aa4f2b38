"""One writer at a time, over all processes that share a corrections folder.

The lock is the operating system's (flock, or its like on Windows), so it goes when its process does, however it ends.
What is written in the lock file only tells others who holds it.
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = ".mtqa.lock"


@contextmanager
def locked(folder: Path, shown: str, timeout: float) -> Iterator[None]:
    """Hold the lock of a corrections folder, which is made if need be.

    Raises :class:`CorrectionsError` naming the holder after ``timeout`` seconds, or what prevents locking.
    """
    import filelock

    file = folder / LOCK_NAME
    lock = filelock.FileLock(file, timeout=timeout)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(poll_interval=0.02)
    except filelock.Timeout as error:
        raise CorrectionsError(
            f"another process is writing corrections: {_holder(file)}",
            place=Place(shown),
            remedy="wait for it to finish, or end it; the lock goes with the process",
        ) from error
    except OSError as error:
        raise CorrectionsError(
            f"cannot be written: {error.strerror or error}",
            place=Place(shown),
            remedy="nothing was recorded; make the folder writable and decide again",
        ) from error
    try:
        _sign(file)
        yield
    finally:
        lock.release()


def clear_lock(folder: Path) -> None:
    """Take the lock file away, unless somebody holds the lock; for a program that is done with the folder.

    Whoever waits on the file meanwhile finds that it has no name any more when they get it, and makes a new one.
    """
    import filelock

    file = folder / LOCK_NAME
    with suppress(filelock.Timeout, OSError):
        if file.exists():
            with filelock.FileLock(file, timeout=0):
                file.unlink()


def _sign(file: Path) -> None:
    try:
        file.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", encoding="utf-8")
    except OSError:  # a full disk must not keep us from the ledger's own, clearer error
        return


def _holder(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip() or "a process that did not sign"
    except OSError:
        return "a process that did not sign"
