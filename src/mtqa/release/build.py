"""Build a release: beside its place first, renamed when everything is on the disk.

Nothing half-written ever bears the release's name: a build that fails or is killed leaves at most a hidden folder
``.<name>.part``, which the next build takes up where it was left.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.ledger import sync_folder
from mtqa.corrections.store import checked_path
from mtqa.errors import MtqaError, Place
from mtqa.release.article import Maker, article_id
from mtqa.release.assemble import Assembly
from mtqa.release.dedup import clusters, keep_first
from mtqa.release.libraries import library, tools
from mtqa.release.manifest import VERSION, files_of, safe_path
from mtqa.release.record import Record, ReleaseError
from mtqa.release.shard import Piece, make_pieces, read_piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mtqa.config import Config
    from mtqa.linter import Source
    from mtqa.release.manifest import Previous
    from mtqa.rules.load import RuleSet


@dataclass(frozen=True)
class Request:
    """What is asked for. ``date`` is that of the release (ISO); ``changelog`` and ``told_previous`` replace the
    changelog that would be written and what it compares with.

    ``formats`` come beside Parquet, which is always written; ``jobs`` 0 means one process per core.
    """

    version: str
    to: Path
    formats: tuple[str, ...] = ()
    previous: Path | None = None
    allow_open: bool = False
    drop_duplicates: bool = False
    jobs: int = 1
    shard_size: int = 100_000
    date: str = ""
    changelog: bytes | None = None
    told_previous: Previous | None = None


@dataclass(frozen=True)
class Built:
    """What came of it: with ``errors``, or with ``blockers`` that were not allowed, there is no release."""

    release_id: str = ""
    blockers: tuple[str, ...] = ()
    errors: tuple[MtqaError, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def build(config: Config, sources: Sequence[Source], request: Request) -> Built:
    """Build the release that ``request`` asks for from ``sources``.

    Raises :class:`ReleaseError` when it cannot be started or written, naming what stands in the way.
    """
    from filelock import FileLock, Timeout

    _refuse_impossible(config, request)
    ordered = _in_order(config, sources)
    part = request.to.parent / f".{request.to.name}.part"
    try:
        part.mkdir(parents=True, exist_ok=True)
        with FileLock(part / "lock", timeout=0):
            built = _build(config, ordered, request, part)
            if built.release_id:
                shutil.rmtree(part)
            return built
    except Timeout as error:
        raise ReleaseError("another build of this release is running", place=Place(str(part))) from error
    except OSError as error:
        shutil.rmtree(part / "release", ignore_errors=True)
        raise ReleaseError(
            f"the release could not be written: {error.strerror or error}",
            place=Place(str(error.filename or request.to)),
            remedy="nothing was released; make room or the folder writable, and build again",
        ) from error


def release_date() -> str:
    """The date of SOURCE_DATE_EPOCH, or today's, in UTC."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseError(f"SOURCE_DATE_EPOCH is no number of seconds: {given!r}") from error
    return moment.date().isoformat()


# -- what must hold before anything is written


def _refuse_impossible(config: Config, request: Request) -> None:
    if not re.fullmatch(VERSION, request.version):
        raise ReleaseError(f"not a version: {request.version!r}", remedy="a version looks like 1.0.0")
    if request.to.exists() or request.to.is_symlink():
        raise ReleaseError(
            "is already there", place=Place(str(request.to)), remedy="releases are never written over; name another"
        )
    target = request.to.resolve()
    for name in (*config.settings.originals, config.settings.corrections):
        if target.is_relative_to((config.root / name).resolve()):
            raise ReleaseError(f"a release cannot live in {name}", place=Place(str(request.to)))
    for name in ("pyarrow.parquet", "rensa", *(["zstandard"] if "jsonl.zst" in request.formats else [])):
        library(name)


def _in_order(config: Config, sources: Sequence[Source]) -> list[Source]:
    """The sources by id; two of one id, or one that leads out of the project, are refused."""
    folders = config.settings.originals
    found: dict[str, Source] = {}
    for source in sources:
        safe_path(checked_path(source.name).as_posix(), source.name)
        name = article_id(source.name, folders)
        if name in found:
            raise ReleaseError(
                f"has the same id as {found[name].name}: {name!r}",
                place=Place(source.name),
                remedy="an id is the path below its folder of originals, without the suffix; rename one of them",
            )
        found[name] = source
    return [found[name] for name in sorted(found)]


def _refuse_orphans(maker: Maker, sources: Sequence[Source]) -> None:
    known = {source.name for source in sources}
    for path in maker.corrections.paths():
        if path not in known:
            raise ReleaseError(
                f"has corrections in {maker.corrections.folder}, but is not among the originals",
                place=Place(path),
                remedy="restore the original, or remove its ledger and patch",
            )


# -- the build


def _build(config: Config, sources: Sequence[Source], request: Request, part: Path) -> Built:
    maker, rules = _maker(config, sources, request.jobs)
    _refuse_orphans(maker, sources)
    folder = part / "pieces"
    folder.mkdir(exist_ok=True)
    pieces = make_pieces(maker, _key(maker, rules, config), sources, folder, request.jobs)
    if errors := tuple(error for piece in pieces for error in piece.errors):
        return Built(errors=errors)
    blockers = tuple(line for record in _records(pieces) for line in record.blockers)
    if blockers and not request.allow_open:
        return Built(blockers=blockers)
    root = part / "release"
    shutil.rmtree(root, ignore_errors=True)
    cluster = _clusters(pieces, config.settings.release.near_duplicate)
    dropped = _duplicates_to_drop(pieces, cluster) if request.drop_duplicates else {}
    assembly = Assembly(root, config, request, rules.digest, maker.linter.knowledge.digest)
    done = assembly.write(_records(pieces), cluster, dropped, blockers)
    _sync(root)
    root.rename(request.to)
    sync_folder(request.to.parent)
    return Built(done.release_id, blockers, counts=done.counts)


def _maker(config: Config, sources: Sequence[Source], jobs: int) -> tuple[Maker, RuleSet]:
    from mtqa.linter import Linter, Selection, gather_knowledge
    from mtqa.project import corrected_sources, corrections_of
    from mtqa.rules.load import load_rules

    rules = load_rules(*config.rule_folders())
    corrections = corrections_of(config)
    longest = config.settings.max_line_length
    linter: Linter = Linter(rules, config.selection, config.overrides, max_line=longest)
    linter = linter.knowing(gather_knowledge(linter, corrected_sources(sources, corrections), jobs))
    fields = Linter(rules, Selection(select=("metadata", "boilerplate")), max_line=longest)
    maker = Maker(linter, fields, corrections, config.settings.release, tuple(config.settings.originals))
    return maker, rules


def _key(maker: Maker, rules: RuleSet, config: Config) -> str:
    """Names everything but the articles that a piece depends on."""
    settings = msgspec.json.encode(config.settings, order="deterministic")
    versions = msgspec.json.encode(tools(), order="deterministic")
    digests = f"{rules.digest} {maker.linter.knowledge.digest} ".encode()
    return hashlib.sha256(digests + settings + versions).hexdigest()


def _records(pieces: Sequence[Piece]) -> Iterator[Record]:
    for piece in pieces:
        yield from read_piece(piece.file)


def _clusters(pieces: Sequence[Piece], threshold: float) -> dict[str, str]:
    home: dict[str, Path] = {}
    signatures = []
    for piece in pieces:
        for record in read_piece(piece.file):
            if not record.left_out:
                home[record.id] = piece.file
                signatures.append((record.id, record.signature))

    def texts(names: Sequence[str]) -> dict[str, str]:
        wanted = set(names)
        files = sorted({home[name] for name in names})
        return {one.id: one.text for file in files for one in read_piece(file) if one.id in wanted}

    return clusters(signatures, texts, threshold)


def _duplicates_to_drop(pieces: Sequence[Piece], cluster: Mapping[str, str]) -> dict[str, str]:
    """For each article to leave out, the one of its cluster that stays."""
    best: dict[str, Record] = {}
    members = [record for record in _records(pieces) if record.id in cluster]
    for record in members:
        name = cluster[record.id]
        if name not in best or keep_first(record) < keep_first(best[name]):
            best[name] = record
    kept = {name: record.id for name, record in best.items()}
    return {one.id: kept[cluster[one.id]] for one in members if kept[cluster[one.id]] != one.id}


def _sync(root: Path) -> None:
    """Everything on the disk before the name is."""
    for name in files_of(root):
        handle = os.open(root / name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    for folder in {(root / name).parent for name in files_of(root)}:
        sync_folder(folder)
