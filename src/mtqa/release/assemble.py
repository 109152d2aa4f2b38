"""The second pass of a build: records in, the files of a release out, one shard in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from mtqa.errors import Place
from mtqa.release.card import write_card
from mtqa.release.croissant import write_croissant
from mtqa.release.difference import changelog, compare
from mtqa.release.libraries import tools
from mtqa.release.manifest import (
    MANIFEST,
    SUMS,
    Input,
    Manifest,
    Parameters,
    Previous,
    entries,
    read_manifest,
    release_id,
    write_manifest,
    write_sums,
)
from mtqa.release.record import COLUMNS, EDIT_COLUMNS, ReleaseError, edit_row_of, row_of
from mtqa.release.statistics import Statistics
from mtqa.release.table import FORMATS, Format, Table, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mtqa.config import Config
    from mtqa.release.build import Request
    from mtqa.release.record import Record


@dataclass
class Assembly:
    """Writes one release to ``root``."""

    root: Path
    config: Config
    request: Request
    rules: str
    knowledge: str
    _inputs: list[Input] = field(default_factory=list, init=False)
    _texts: list[tuple[str, str]] = field(default_factory=list, init=False)
    _left_out: list[dict[str, object]] = field(default_factory=list, init=False)
    _statistics: Statistics = field(default_factory=Statistics, init=False)

    def write(
        self,
        records: Iterable[Record],
        cluster: Mapping[str, str],
        dropped: Mapping[str, str],
        unsettled: Sequence[str],
    ) -> Manifest:
        """All files; returns the manifest. ``dropped`` maps near duplicates to leave out to the article that stays."""
        self.root.mkdir(parents=True)
        formats, size = self._formats, self.request.shard_size
        with (
            Table(self.root, "data", COLUMNS, size, formats) as data,
            Table(self.root, "edits", EDIT_COLUMNS, size, formats) as edits,
        ):
            for record in records:
                self._inputs.append(_input(record))
                if record.left_out or record.id in dropped:
                    self._leave_out(record, dropped.get(record.id, ""))
                    continue
                self._texts.append((record.id, record.text_sha256))
                self._statistics.add(record, cluster.get(record.id, ""))
                self._write_patch(record)
                data.add(row_of(record, self.config.settings.release.language, cluster.get(record.id, "")))
                for edit in record.edits:
                    edits.add(edit_row_of(edit))
                if "txt" in formats:
                    write_text(self.root, record)
        if not self._texts:
            raise ReleaseError("no article is left to release", place=Place(str(self.request.to)))
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in self._left_out)
        (self.root / "DROPPED.jsonl").write_bytes(lines)
        return self._finish(unsettled)

    @property
    def _formats(self) -> list[Format]:
        return [form for form in FORMATS if form == "parquet" or form in self.request.formats]

    def _write_patch(self, record: Record) -> None:
        """The very file: an article's patch is what its ledger yields, or the build would have stopped."""
        if record.patch:
            file = self.root / "patches" / f"{record.path}.patch"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(record.patch)

    def _leave_out(self, record: Record, stays: str) -> None:
        why, reason = record.left_out, record.reason
        if stays and not why:
            why, reason = "near duplicate", f"nearly repeats {stays}, which stays"
        self._statistics.left_out[why] += 1
        self._left_out.append(
            {
                "id": record.id,
                "path": record.path,
                "why": why,
                "by": record.decided if why == "decided" else "mtqa",
                "reason": reason,
                "verdict": record.verdict,
                "words": record.words,
                "mqm_score": record.score.value,
                "source_sha256": record.source_sha256,
                "text_sha256": record.text_sha256,
            }
        )

    def _finish(self, unsettled: Sequence[str]) -> Manifest:
        previous = self._changelog()
        settings = self.config.settings.release
        manifest = Manifest(
            format=1,
            name=settings.name,
            version=self.request.version,
            date=self.request.date,
            release_id=release_id(self._texts),
            tools=tools(),
            rules_sha256=self.rules,
            models=[],
            knowledge_sha256=self.knowledge,
            parameters=Parameters(
                formats=self._formats,
                shard_size=self.request.shard_size,
                allow_open=self.request.allow_open,
                drop_duplicates=self.request.drop_duplicates,
                settings=msgspec.to_builtins(settings),
            ),
            previous=previous,
            counts=self._statistics.counts(),
            unsettled=list(unsettled),
            inputs=self._inputs,
            files=[],
        )
        write_croissant(self.root, manifest, settings)
        write_card(self.root, manifest, settings, self._statistics)
        manifest = msgspec.structs.replace(manifest, files=entries(self.root, without=[MANIFEST, SUMS]))
        write_manifest(self.root, manifest)
        write_sums(self.root)
        return manifest

    def _changelog(self) -> Previous | None:
        request, file = self.request, self.root / "CHANGELOG.md"
        before = read_manifest(request.previous) if request.previous else None
        if request.changelog is not None:
            file.write_bytes(request.changelog)
            return request.told_previous
        found = compare(request.previous, self.root)
        file.write_bytes(changelog(found, before, request.version, request.date).encode())
        return Previous(before.version, before.release_id) if before else None


def _input(record: Record) -> Input:
    return Input(record.id, record.path, record.source_sha256, record.ledger_sha256, record.patch_sha256)
