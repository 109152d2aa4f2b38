"""Answers of grammar engines, remembered: by the hash of the text, the engine and the version of its rules.

A SQLite file that several processes may use at once. It is bounded: past ``_MOST`` answers the oldest go. Losing it, or
being unable to write it, costs time only; a file that is damaged is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_MOST = 500_000
_WAIT = 5.0  # seconds to wait for another writer
_AT_ONCE = 500
_of_parents: list[sqlite3.Connection] = []  # opened before a fork: to use them, or to close them, would be an error


class Cache:
    """``get`` and ``put`` answers (JSON values) by text; without a file it remembers nothing."""

    def __init__(self, file: Path | None, version: str) -> None:
        self._file = file
        self._version = version
        self._base: sqlite3.Connection | None = None
        self._process = 0

    def get(self, texts: Iterable[str]) -> dict[str, Any]:
        """The answers that are known, by text."""
        base = self._connection()
        if base is None:
            return {}
        keys = {self._key(text): text for text in texts}
        found: dict[str, Any] = {}
        with suppress(sqlite3.Error, ValueError):
            listed = list(keys)
            for start in range(0, len(listed), _AT_ONCE):
                some = listed[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = base.execute(f"SELECT key, value FROM answers WHERE key IN ({marks})", some)  # noqa: S608
                found |= {keys[key]: json.loads(value) for key, value in rows}
        return found

    def put(self, answers: Mapping[str, Any]) -> None:
        """Remember answers by text."""
        base = self._connection()
        if base is None or not answers:
            return
        rows = [(self._key(text), json.dumps(answer)) for text, answer in answers.items()]
        with suppress(sqlite3.Error), base:
            base.executemany("INSERT OR REPLACE INTO answers (key, value) VALUES (?, ?)", rows)
            base.execute("DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?", (_MOST,))

    def _connection(self) -> sqlite3.Connection | None:
        """A connection of this process, not of the one that it was forked from."""
        if self._file is not None and self._process != os.getpid():
            if self._base is not None:
                _of_parents.append(self._base)
            self._process = os.getpid()
            self._base = _opened(self._file)
        return self._base

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._version}\x1f{text}".encode(errors="surrogatepass")).hexdigest()


def _opened(file: Path) -> sqlite3.Connection | None:
    """The database, made anew where it is damaged; None where there can be none."""
    for _ in range(2):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(file, timeout=_WAIT, check_same_thread=False)
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = OFF")
            base.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except (OSError, sqlite3.OperationalError):
            return None
        except sqlite3.DatabaseError:
            with suppress(OSError):
                file.unlink()
        else:
            return base
    return None
