"""The last stage of a build: what is told of the whole release, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from mtqa.release.card import write_card
from mtqa.release.croissant import write_croissant
from mtqa.release.difference import changelog, compare
from mtqa.release.libraries import tools
from mtqa.release.manifest import (
    MANIFEST,
    SUMS,
    Manifest,
    Parameters,
    Previous,
    entries,
    files_of,
    read_manifest,
    write_manifest,
    write_sums,
)
from mtqa.release.record import EDIT_COLUMNS
from mtqa.release.statistics import Statistics
from mtqa.release.table import FORMATS, Format, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.config import Config
    from mtqa.release.build import Request
    from mtqa.release.manifest import FileEntry
    from mtqa.release.order import Ordered, Pieces
    from mtqa.release.plan import Planned
    from mtqa.release.write import Written

DROPPED = "DROPPED.jsonl"


def formats_of(request: Request) -> tuple[Format, ...]:
    """Parquet, and what comes beside it."""
    return tuple(form for form in FORMATS if form == "parquet" or form in request.formats)


@dataclass
class Assembly:
    """Finishes the release in ``root``, whose data files are there."""

    root: Path
    config: Config
    request: Request
    rules: str
    models: list[str]
    knowledge: str

    def finish(self, planned: Planned, written: Sequence[Written], ordered: Ordered, pieces: Pieces) -> Manifest:
        """Write everything but the data files; returns the manifest."""
        figures = Statistics()
        figures.left_out.update(planned.left_out)
        for part in written:
            figures.include(part.figures)
        known = [entry for part in written for entry in part.files]
        self._clear(known)
        if not figures.edits:
            with Table(self.root, "edits", 0, formats_of(self.request)) as empty:
                empty.start(EDIT_COLUMNS)
        settings = self.config.settings.release
        manifest = Manifest(
            format=1,
            name=settings.name,
            version=self.request.version,
            date=self.request.date,
            release_id=planned.release_id,
            tools=tools(),
            rules_sha256=self.rules,
            models=self.models,
            knowledge_sha256=self.knowledge,
            parameters=Parameters(
                formats=list(formats_of(self.request)),
                shard_size=self.request.shard_size,
                allow_open=self.request.allow_open,
                drop_duplicates=self.request.drop_duplicates,
                settings=msgspec.to_builtins(settings),
            ),
            previous=self._changelog(),
            counts=figures.counts() | {"unsettled": ordered.open_points},
            unsettled=ordered.blockers,
            inputs=[entry for piece in pieces for entry in piece.done.inputs],
            files=[],
        )
        write_croissant(self.root, manifest, settings)
        write_card(self.root, manifest, settings, figures)
        listed = entries(self.root, without=[MANIFEST, SUMS], known=known)
        manifest = msgspec.structs.replace(manifest, files=listed)
        write_manifest(self.root, manifest)
        write_sums(self.root, listed)
        return manifest

    def _clear(self, known: Sequence[FileEntry]) -> None:
        """Take away what an earlier, interrupted build left here and this one has no use for."""
        kept = {entry.path for entry in known} | {DROPPED}
        for name in files_of(self.root):
            if name not in kept:
                (self.root / name).unlink()
        for folder in sorted((path for path in self.root.rglob("*") if path.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()

    def _changelog(self) -> Previous | None:
        request, file = self.request, self.root / "CHANGELOG.md"
        before = read_manifest(request.previous) if request.previous else None
        if request.changelog is not None:
            file.write_bytes(request.changelog)
            return request.told_previous
        found = compare(request.previous, self.root)
        file.write_bytes(changelog(found, before, request.version, request.date).encode())
        return Previous(before.version, before.release_id) if before else None
