"""Remember what was worked out about patterns, between runs.

Translating and examining some hundred patterns takes longer than linting an article. The results depend on the pattern
and on this package's code alone, so they are kept in one file of the user's cache folder (``MTQA_CACHE_DIR`` moves it),
named by a hash of that code and the Python version. Losing the file, or being unable to write it, costs time only.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Memo:
    """Results by key; only those used in this run are written back, so the file does not grow for ever."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known = _read(file)
        self._used: dict[str, Any] = {}
        self._new = False

    def get(self, key: object, compute: Callable[[], Any]) -> Any:
        """The remembered result for ``key`` (anything with a stable ``repr``), or ``compute()``; it must be JSON."""
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
        if name in self._known:
            value = self._known[name]
        else:
            value = self._known[name] = compute()
            self._new = True
        self._used[name] = value
        return value

    def save(self) -> None:
        """Write what was used, if anything of it is new; readers never see half a file."""
        if self._file is None or not self._new:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._file.parent, delete=False, encoding="utf-8") as stream:
                json.dump(self._used, stream, ensure_ascii=True)
            Path(stream.name).replace(self._file)


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def memo_file(folders: tuple[Path, ...]) -> Path:
    """The file for these rule folders: different projects do not push each other's patterns out."""
    return cache_folder() / f"patterns-{code_digest()}-{place_digest(folders)}.json"


def place_digest(folders: Sequence[Path]) -> str:
    """A short name for where rules come from."""
    return hashlib.sha256("\0".join(str(folder.resolve()) for folder in folders).encode()).hexdigest()[:8]


def cache_folder() -> Path:
    """Where mtqa keeps what it can work out again."""
    if folder := os.environ.get("MTQA_CACHE_DIR"):
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("mtqa", appauthor=False)


@cache
def code_digest() -> str:
    """A short name for this package's code and this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
