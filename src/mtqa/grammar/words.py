"""The project's own correct words: a text file, one word a line; ``#`` begins a comment.

It is read by the speller, and grown from the review with one key.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from mtqa.errors import MtqaError, Place
from mtqa.grammar import EngineError

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_WAIT = 10.0  # seconds for another process to write the list


def read_words(file: Path) -> frozenset[str]:
    """The words of a list; none when there is no such file."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"cannot read the word list {file}: {error}", remedy="it must be UTF-8 text") from error
    return frozenset(word for line in lines if (word := _word_of(line)))


def add_word(file: Path, word: str) -> bool:
    """Put a word in its place in the list, which is made if need be; False when it is there already.

    Other lines stay as they are, byte for byte; the file is replaced whole, and two processes do not lose each other's
    words. Raises :class:`MtqaError` for what is no word, and for a list that cannot be read or written.
    """
    from filelock import FileLock, Timeout

    if not _WORD.fullmatch(word):
        raise MtqaError(f"“{word}” is not one word", remedy="select a single word")
    try:
        with FileLock(_lock(file), timeout=_WAIT):
            if word.casefold() in {known.casefold() for known in read_words(file)}:
                return False
            _insert(file, word)
    except (OSError, Timeout) as error:
        raise MtqaError(
            f"cannot write: {getattr(error, 'strerror', None) or error}",
            place=Place(str(file)),
            remedy="nothing was changed; make it writable and try again",
        ) from error
    return True


def _insert(file: Path, word: str) -> None:
    """Before the first word that sorts after it."""
    text = file.read_bytes().decode("utf-8") if file.exists() else ""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    if lines[-1]:
        lines[-1] += end[:-1]
        lines.append("")
    later = (n for n, line in enumerate(lines) if (other := _word_of(line)) and other.casefold() > word.casefold())
    lines.insert(next(later, len(lines) - 1), word + end[:-1])
    _replace(file, "\n".join(lines).encode())


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    target = file.resolve()  # a link stays a link
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def _lock(file: Path) -> Path:
    """A lock for this list, outside the project."""
    from platformdirs import user_state_path

    folder = user_state_path("mtqa") / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / hashlib.sha256(str(file.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]


def _word_of(line: str) -> str:
    return line.partition("#")[0].strip()
