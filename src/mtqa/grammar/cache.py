"""Answers of slow engines, remembered: by the hash of the text, the engine and the version of its rules.

A SQLite file that several processes may use at once. It is bounded: past ``_MOST`` answers the oldest go.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from mtqa.grammar import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MOST = 500_000
_WAIT = 30.0


class Cache:
    """``get`` and ``put`` answers (JSON values) by text; raises :class:`EngineError` for a file that is damaged.

    ``table`` is the one of the configuration that can turn it off.
    """

    def __init__(self, file: Path, version: str, table: str = "grammar") -> None:
        self._file = file
        self._table = table
        self._version = version
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise self._broken(error) from error

    def get(self, text: str) -> Any:
        """The remembered answer, None when there is none."""
        try:
            row = self._db.execute("SELECT value FROM answers WHERE key = ?", (self._key(text),)).fetchone()
            return json.loads(row[0]) if row else None
        except (sqlite3.Error, ValueError) as error:
            raise self._broken(error) from error

    def put(self, answers: Iterable[tuple[str, Any]]) -> None:
        """Remember ``(text, answer)`` pairs."""
        rows = [(self._key(text), json.dumps(answer)) for text, answer in answers]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)
            self._db.execute(
                "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?",
                (_MOST,),
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def close(self) -> None:
        self._db.close()

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._version}\x1f{text}".encode()).hexdigest()

    def _broken(self, error: Exception) -> EngineError:
        return EngineError(
            f"the cache {self._file} cannot be used: {error}",
            remedy=f"delete it, or set cache = false under [{self._table}]",
        )
