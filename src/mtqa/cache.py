"""Results of linting, remembered between runs: an article that has not changed is not checked again.

An entry is found by a hash of everything its result depends on: the article's bytes, encoding and settings, the rules,
this program's code and the libraries that enter, and of the corpus' knowledge what this article reads of it, so that a
new article elsewhere sends back to work only those that share its names. Paths and times do not enter.

Entries live in one SQLite file of the user's cache folder, which any number of processes may use at once. Losing it, or
being unable to write it, costs time only. Over ``LIMIT`` bytes, what has not been used for longest goes.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from array import array
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.errors import MtqaError
from mtqa.knowledge import Knowledge, recurs
from mtqa.linter import Result
from mtqa.packed import packed, unpacked
from mtqa.rules.memo import cache_folder
from mtqa.workers import gather_each, gather_knowledge, lint_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Linter, Source

LIMIT = 256_000_000
_NAME = "findings-v1.sqlite3"
_PATIENCE = 5.0  # seconds to wait for another writer
_BATCH = 200
_LIBRARIES = (
    *("ahocorasick-rs", "ftfy", "google-re2", "harper-py", "language-tool-python", "rapidfuzz", "sentencex"),
    *("onnxruntime", "symspellpy", "tokenizers", "wordfreq"),
)
_ASIDE = frozenset(("__pycache__", "encoder"))  # folders
# Packages that find nothing; the rules' own files are known by their digest.
_ELSEWHERE = ("__pycache__", "cli", "corrections", "evaluate", "lsp", "release", "report", "review", "rules")


class _Told(msgspec.Struct, array_like=True, frozen=True):
    """What one article tells its corpus.

    Forms by entry id; words that no dictionary has; its site, and the keys of its lines as 64-bit numbers.
    """

    forms: dict[str, list[str]] = {}
    words: list[str] = []
    sites: list[str] = []
    lines: bytes = b""

    @classmethod
    def of(cls, part: Knowledge) -> _Told:
        forms = {entry: list(counts) for entry, counts in part.forms.items()}
        return cls(forms, list(part.words), list(part.articles), array("Q", part.lines).tobytes())

    @property
    def keys(self) -> Sequence[int]:
        """The keys of its lines."""
        return array("Q", self.lines)

    def knowledge(self) -> Knowledge:
        """The same as a part of what the corpus tells."""
        forms = {entry: dict.fromkeys(met, 1) for entry, met in self.forms.items()}
        words, lines = dict.fromkeys(self.words, 1), dict.fromkeys(self.keys, 1)
        return Knowledge(forms, words, lines, dict.fromkeys(self.sites, 1))


_encode = msgspec.msgpack.Encoder().encode
_decode_told = msgspec.msgpack.Decoder(_Told).decode


class Store:
    """Bytes by key in an SQLite file; every failure to read or write is a miss. Without a file it remembers nothing.

    ``stamp`` counts openings, so that the least recently used entries can be told without a clock.
    """

    def __init__(self, file: Path | None = None, limit: int = LIMIT) -> None:
        self._limit = limit
        self._used: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}
        self._stamp = 0
        self._base = _opened(file) if file is not None else None
        if self._base is not None:
            with suppress(sqlite3.Error):
                self._stamp = self._base.execute("SELECT coalesce(max(stamp), 0) + 1 FROM entries").fetchone()[0]

    @classmethod
    def open(cls) -> Store:
        """The store of this user."""
        return cls(cache_folder() / _NAME)

    @property
    def remembers(self) -> bool:
        """False for a store without a file, or whose file cannot be used."""
        return self._base is not None

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is stored under these keys."""
        found: dict[bytes, bytes] = dict(self._select("key, value", keys))
        self._used.update(found)
        return found

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of these keys under which something is stored."""
        return {key for (key,) in self._select("key", keys)}

    def _select(self, columns: str, keys: Sequence[bytes]) -> Iterator[Any]:
        if self._base is None:
            return
        with suppress(sqlite3.Error):
            for start in range(0, len(keys), _BATCH):
                some = keys[start : start + _BATCH]
                marks = ",".join("?" * len(some))
                yield from self._base.execute(f"SELECT {columns} FROM entries WHERE key IN ({marks})", some)  # noqa: S608

    def put(self, key: bytes, value: bytes) -> None:
        """Store a value; written in batches, the last one by :meth:`close`."""
        if self._base is None:
            return
        self._new[key] = value
        if len(self._new) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        rows = [(key, value, self._stamp) for key, value in self._new.items()]
        self._new.clear()
        if self._base is not None and rows:
            with suppress(sqlite3.Error), self._base:
                self._base.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Write what is left, note what was used, and drop the oldest where there is too much."""
        self._flush()
        if self._base is None:
            return
        with suppress(sqlite3.Error):
            full = self._pages(self._base) > self._limit
            age = 0 if full else 20  # seldom, so that a run that only reads writes next to nothing
            with self._base:
                old = [(self._stamp, key, self._stamp - age) for key in self._used]
                self._base.executemany("UPDATE entries SET stamp = ? WHERE key = ? AND stamp < ?", old)
            if full:
                self._shrink(self._base)
        self._base.close()
        self._base = None

    @staticmethod
    def _pages(base: sqlite3.Connection) -> int:
        """The size of the file in bytes."""
        pages, size = (base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages * size)

    def _shrink(self, base: sqlite3.Connection) -> None:
        """Drop what has not been used for longest until half of the limit is free, and pack the file."""
        left = base.execute("SELECT coalesce(sum(length(value) + 64), 0) FROM entries").fetchone()[0]
        with base:
            while left > self._limit // 2:
                oldest = "SELECT key, length(value) + 64 FROM entries ORDER BY stamp, key LIMIT 50"
                rows = base.execute(oldest).fetchall()
                base.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key, _ in rows])
                left -= sum(length for _, length in rows)
        base.execute("VACUUM")


def _opened(file: Path) -> sqlite3.Connection | None:
    """The database, made anew where it is damaged; None where there can be none."""
    for _ in range(2):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(file, timeout=_PATIENCE)
            base.execute("PRAGMA synchronous = OFF")
            base.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB, stamp INTEGER)")
            base.execute("CREATE INDEX IF NOT EXISTS by_stamp ON entries (stamp, key)")
        except (OSError, sqlite3.OperationalError):
            return None
        except sqlite3.DatabaseError:
            with suppress(OSError):
                file.unlink()
        else:
            return base
    return None


@dataclass(frozen=True)
class _Known:
    """What is known of a source before it is checked: the hash of its content, and what it tells its corpus."""

    content: bytes
    told: _Told
    stamp: tuple[int, ...]


class CachedLinter:
    """Lints sources as :func:`mtqa.workers.lint_sources` does, with the same results, checking only what is new."""

    def __init__(self, linter: Linter, store: Store) -> None:
        self._linter = linter
        self._store = store
        self._known: dict[str, _Known] = {}
        settings = (
            linter.rules.digest,
            linter.selection,
            linter.max_line,
            [r.id for r in linter.rules.rules],
            linter.engines.key,
            _engine(),
        )
        self._settings = _hash(repr(settings).encode())

    def gather(self, sources: Iterable[Source], jobs: int = 1) -> Knowledge:
        """What the sources together tell (see :func:`mtqa.workers.gather_knowledge`)."""
        if not self._store.remembers:
            return gather_knowledge(self._linter, sources, jobs)
        if not self._linter.compares:
            return Knowledge()
        listed = list(sources)
        stamps = {source.name: _stamp(source) for source in listed}
        contents = {source.name: content for source in listed if (content := _content(source)) is not None}
        # What an article tells may depend on its path, which can name its site.
        keys = {
            name: _hash(b"told", self._settings, repr(name).encode(), content) for name, content in contents.items()
        }
        found = self._store.get(list(keys.values()))
        told = {name: _told_in(found.get(key)) for name, key in keys.items()}
        missing = [source for source in listed if told.get(source.name) is None]
        for source, knowledge in zip(missing, gather_each(self._linter, missing, jobs), strict=True):
            told[source.name] = one = _Told.of(knowledge)
            if source.name in keys:
                self._store.put(keys[source.name], _encode(one))
        self._known = {name: _Known(content, told[name] or _Told(), stamps[name]) for name, content in contents.items()}
        return Knowledge.of_corpus((one or _Told()).knowledge() for one in told.values())

    def lint(self, linter: Linter, sources: Iterable[Source], jobs: int = 1) -> Iterator[Result]:
        """Lint every source in order; ``linter`` is the one this was made for, with the knowledge gathered.

        A store that remembers nothing needs no list of the sources: they are taken as they come, however many.
        """
        if not self._store.remembers:
            yield from lint_sources(linter, sources, jobs)
            return
        listed = list(sources)
        keys = [self._key(linter, source, self._content_now(source)) for source in listed]
        known = self._store.known([key for key in keys if key is not None])
        fresh = lint_sources(linter, [s for s, key in zip(listed, keys, strict=True) if key not in known], jobs)
        for start in range(0, len(listed), _BATCH):
            some = list(zip(listed, keys, strict=True))[start : start + _BATCH]
            values = self._store.get([key for _, key in some if key is not None and key in known])
            for source, key in some:
                revived = self._revived(linter, source, key, values.get(key, b"")) if key is not None else None
                if revived is None:
                    revived = next(fresh) if key not in known else linter.lint(source)
                    self._remember(linter, revived)
                yield revived

    def check(self, linter: Linter, document: Document) -> list[Finding]:
        """As :meth:`mtqa.linter.Linter.check`, for a text that is no source: what was found in it before is remembered.

        The engines that could not check it raise :class:`mtqa.grammar.EngineError`, and nothing is remembered.
        """
        if not self._store.remembers:
            return linter.check(document)
        heard = _heard(_Told.of(linter.told(document)), linter.knowledge)
        active = [selection for pattern, selection in linter.overrides if fnmatchcase(document.path, pattern)]
        key = _hash(
            b"checked", self._settings, document.data, repr((document.path, document.encoding, heard, active)).encode()
        )
        with suppress(msgspec.MsgspecError, LookupError, ValueError):
            return list(unpacked(self._store.get([key])[key])[0])
        findings = linter.check(document)
        self._store.put(key, packed(findings, 0))
        return findings

    def _content_now(self, source: Source) -> bytes | None:
        """The hash of a source's content; the one gathered where the file has not been touched since."""
        known = self._known.get(source.name)
        return known.content if known is not None and known.stamp == _stamp(source) else _content(source)

    def _revived(self, linter: Linter, source: Source, key: bytes, value: bytes) -> Result | None:
        """A stored result, with its document read anew; None where either cannot be had, or the file has changed."""
        try:
            (findings, words), document = unpacked(value), source.read()
        except (msgspec.MsgspecError, MtqaError, LookupError, ValueError):
            return None
        content = _hash(document.data, (source.encoding or "").encode())
        if self._key(linter, source, content) != key:
            return None
        return Result(source, document, findings, words)

    def _key(self, linter: Linter, source: Source, content: bytes | None) -> bytes | None:
        """The key of a result; None for what cannot be read, or has changed since it was gathered."""
        known = self._known.get(source.name)
        if content is None or (known is not None and known.content != content):
            return None
        told = _heard(known.told, linter.knowledge) if known is not None else ()
        active = [selection for pattern, selection in linter.overrides if fnmatchcase(source.name, pattern)]
        return _hash(b"result", self._settings, content, repr((told, active)).encode())

    def _remember(self, linter: Linter, result: Result) -> None:
        if result.document is None or result.errors:
            return
        content = _hash(result.document.data, (result.source.encoding or "").encode())
        if (key := self._key(linter, result.source, content)) is not None:
            self._store.put(key, result.packed)

    def checkers(self, linter: Linter) -> list[str]:
        """The names of the checkers that ``linter`` runs."""
        key = _hash(b"checkers", self._settings)
        with suppress(KeyError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(self._store.get([key])[key], type=list[str])
        names = [checker.name for checker in linter.checkers]
        self._store.put(key, _encode(names))
        return names

    def close(self) -> None:
        """Write what was found out."""
        self._store.close()


def _content(source: Source) -> bytes | None:
    """A hash of what a source holds, or None where it cannot be read: then linting says why."""
    if source.error is not None:
        return None
    data = source.data
    if data is None:
        try:
            with open(source.file or source.name, "rb") as stream:  # noqa: PTH123 - a Path costs more than reading
                data = stream.read()
        except (OSError, ValueError):
            return None
    return _hash(data, (source.encoding or "").encode())


def _stamp(source: Source) -> tuple[int, ...]:
    """What changes when a file is written; () for what is no file, or cannot be looked at."""
    if source.data is not None or source.error is not None:
        return ()
    try:
        status = os.stat(source.file or source.name)  # noqa: PTH116 - a Path would cost more than the call
    except (OSError, ValueError):
        return (-1,)
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _told_in(value: bytes | None) -> _Told | None:
    if value is not None:
        with suppress(msgspec.MsgspecError):
            return _decode_told(value)
    return None


def _heard(told: _Told, knowledge: Knowledge) -> tuple[object, ...]:
    """What of the corpus' knowledge is about an article: other forms of its names, which of its words recur, and the
    numbers of its lines and its site; the size of the site only where one of the lines recurs.
    """
    forms = [(entry, sorted(knowledge.forms.get(entry, ()))) for entry in sorted(told.forms)]
    words = sorted(word for word in told.words if recurs(knowledge.words.get(word, 0)))
    lines = [(key, count) for key in told.keys if (count := knowledge.lines.get(key))]
    sites = [(site, knowledge.articles.get(site)) for site in told.sites] if lines else []
    return forms, words, lines, sites


def _hash(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


@cache
def _engine() -> str:
    """A digest of the program, of the models and tables its checkers bring, Python, and the libraries that enter."""
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).parent
    files = [*package.glob("*.py"), *package.glob("rules/*.py")]
    for folder in package.iterdir():
        if folder.is_dir() and folder.name not in _ELSEWHERE:
            files += _files_of(folder)
    for file in sorted(files):
        digest.update(file.read_bytes())
    installed = _installed()
    for library in _LIBRARIES:
        digest.update(f"{library}={installed.get(library) or _version(library)}".encode())
    return digest.hexdigest()


def _files_of(folder: Path) -> list[Path]:
    """Everything in a folder of the package but bytecode, and the encoder, which the key of the engines knows."""
    return [file for file in folder.rglob("*") if file.is_file() and _ASIDE.isdisjoint(file.parts)]


def _installed() -> dict[str, str]:
    """Version by name, from the names of the folders that installers leave: ten times faster than reading them."""
    found: dict[str, str] = {}
    for folder in reversed(sys.path):  # the first on the path is the one that is imported
        with suppress(OSError):
            for name in os.listdir(folder or "."):  # noqa: PTH208 - a Path for each name would cost more than the rest
                if name.endswith(".dist-info"):
                    library, _, version = name.removesuffix(".dist-info").partition("-")
                    found[library.lower().replace("_", "-")] = version
    return found


def _version(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return "none"
