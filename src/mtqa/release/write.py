"""Write one data file of a release, with the edits, patches and texts of its articles: a task by itself.

``written/<number>`` in the working folder then tells what was written, with sums and figures, and from what; a build
that was killed writes only what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.corrections.ledger import replace_file
from mtqa.release.manifest import FileEntry, file_sha256
from mtqa.release.order import Pieces
from mtqa.release.piece import sum_of
from mtqa.release.plan import read_plan
from mtqa.release.record import COLUMNS, EDIT_COLUMNS, edit_row_of, row_of
from mtqa.release.statistics import Statistics
from mtqa.release.table import Table, write_text
from mtqa.release.work import Work, decoded

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.release.record import Record


class Written(msgspec.Struct, frozen=True):
    """What a task wrote, and the digest of everything it was made from."""

    digest: str
    files: list[FileEntry]
    figures: dict[str, Any]


@dataclass
class WriteStage:
    """Writes the data files; one task a file. ``root`` is the folder of the release to be, ``pieces`` their number."""

    work: Work
    root: Path
    tasks: int
    pieces: int
    formats: tuple[str, ...]
    language: str
    name: str = "files"

    def run(self, number: int) -> None:
        pieces = Pieces(self.work, self.pieces)
        rows = read_plan(self.work, number)
        digest = self._digest(number, pieces, {piece for piece, _, _ in rows})
        done: Written | None = decoded(self.work.file("written", number), Written)
        if done is not None and done.digest == digest and all(_is_there(self.root, entry) for entry in done.files):
            return
        names, figures = [], Statistics()
        parts = [Table(self.root, folder, number, self.formats) for folder in ("data", "edits")]
        with parts[0] as data, parts[1] as edits:
            data.start(COLUMNS)
            for piece, row, cluster in rows:
                record = pieces.record(piece, row)
                figures.add(record, cluster)
                data.add(row_of(record, self.language, cluster))
                for edit in record.edits:
                    edits.start(EDIT_COLUMNS)
                    edits.add(edit_row_of(edit))
                names += self._beside(record)
        names += [name for part in parts for name in part.names]
        entries = [_entry(self.root, name) for name in sorted(names)]
        replace_file(
            self.work.file("written", number), msgspec.json.encode(Written(digest, entries, figures.as_dict()))
        )

    def _digest(self, number: int, pieces: Pieces, used: set[int]) -> str:
        """Of the plan, the pieces it takes from, and what else decides about a byte."""
        made_from = [pieces[piece].done.digest for piece in sorted(used)]
        settings = msgspec.json.encode([self.work.key, self.formats, self.language, made_from])
        return sum_of(self.work.file("plan", number).read_bytes(), settings)

    def _beside(self, record: Record) -> list[str]:
        """Write the article's patch, the very file, and its text where texts are wanted."""
        names = []
        if record.patch:
            names.append(f"patches/{record.path}.patch")
            file = self.root / names[-1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(record.patch)
        if "txt" in self.formats:
            names.append(write_text(self.root, record))
        return names


def _entry(root: Path, name: str) -> FileEntry:
    return FileEntry(name, (root / name).stat().st_size, file_sha256(root / name))


def _is_there(root: Path, entry: FileEntry) -> bool:
    try:
        return _entry(root, entry.path) == entry
    except OSError:
        return False
