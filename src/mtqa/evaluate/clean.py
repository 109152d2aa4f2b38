"""Clean human English, on which every finding is a false alarm: from plain text files or rows of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from mtqa.document import Document
from mtqa.errors import Place
from mtqa.evaluate.gold import GoldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class CleanText:
    """One document that a person wrote; ``dataset`` and ``genre`` say which figures it counts towards."""

    document: Document
    dataset: str
    genre: str = ""
    licence: str = ""


class _Row(msgspec.Struct, frozen=True):
    """One paragraph of a JSON-lines file; other keys are left aside."""

    text: str
    dataset: str
    doc: str
    genre: str = ""
    licence: str = ""


def load_clean(paths: Iterable[Path]) -> tuple[CleanText, ...]:
    """Read files, or all ``*.txt`` and ``*.jsonl`` below folders.

    A text file is one document. In JSON lines each row is a paragraph; the rows of one ``dataset`` and ``doc`` make one
    document, a line and an empty line for each paragraph.

    Raises :class:`GoldError` for what is missing or malformed.
    """
    return tuple(text for path in paths for file in _files(path) for text in _read(file))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in (".txt", ".jsonl") and file.is_file())
        if not found:
            raise GoldError("holds no clean text (*.txt, *.jsonl)", place=Place(str(path)))
        return found
    if not path.is_file():
        raise GoldError("no such file or folder of clean text", place=Place(str(path)))
    return [path]


def _read(file: Path) -> Iterator[CleanText]:
    document = Document.read(file)
    if file.suffix != ".jsonl":
        yield CleanText(document, file.resolve().parent.name)
        return
    rows: dict[tuple[str, str], list[_Row]] = {}
    decoder = msgspec.json.Decoder(_Row)
    for line in document.lines:
        if text := document.slice(line.span).strip():
            try:
                row = decoder.decode(text)
            except msgspec.DecodeError as error:
                raise GoldError(str(error), place=Place(document.path, line.number)) from error
            rows.setdefault((row.dataset, row.doc), []).append(row)
    for (dataset, name), group in rows.items():
        text = "\n\n".join(row.text.replace("\n", " ") for row in group)
        yield CleanText(Document.from_text(text, name), dataset, group[0].genre, group[0].licence)
