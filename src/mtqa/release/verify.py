"""Does a release still hold? Its files, its rows and patches, its sources; and does building it again give the same?

Nothing that a release says is trusted on the way: paths are checked before they are opened, links are refused.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.ledger import Problem
from mtqa.corrections.patch import preamble_fields
from mtqa.errors import MtqaError, Place
from mtqa.release.build import Request, build
from mtqa.release.libraries import library, tools
from mtqa.release.manifest import (
    MANIFEST,
    SUMS,
    Manifest,
    entries,
    file_sha256,
    files_of,
    read_manifest,
    read_sums,
    safe_path,
)
from mtqa.release.record import COLUMNS, EDIT_COLUMNS, ReleaseError
from mtqa.release.table import read_rows
from mtqa.tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.config import Config


@dataclass(frozen=True)
class Verified:
    """What was found: ``problems`` (none: it holds), and ``notes`` on what could not be compared."""

    manifest: Manifest | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def verify(root: Path, config: Config | None = None, previous: Path | None = None, jobs: int = 1) -> Verified:
    """Check the release in ``root``; with ``config``, against its originals, ledgers and patches, by building it again.

    ``previous`` is the release that its changelog compares with; without it the changelog is only checked by its sum.
    Raises an MtqaError when it cannot be built again for a reason that is not the release's.
    """
    library("pyarrow.parquet")
    try:
        problems = list(_files(root))
        if problems:
            return Verified(None, tuple(problems))
        manifest = read_manifest(root)
        problems = [*_manifest(root, manifest), *_rows(root, manifest), *_patches(root, manifest)]
        if not problems and config is not None:
            problems = list(_sources(config, manifest))
            told = _as_built(config, manifest)
    except MtqaError as error:
        return Verified(None, (Problem(error.place or Place(str(root)), error.problem),))
    except OSError as error:
        place = Place(str(error.filename or root))
        return Verified(None, (Problem(place, f"cannot be read: {error.strerror or error}"),))
    if problems or config is None:
        return Verified(manifest, tuple(problems))
    return _rebuilt(root, told, manifest, previous, jobs)


# -- the release by itself


def _files(root: Path) -> Iterator[Problem]:
    """Every file there and listed, none besides, each with its sum."""
    if root.is_symlink() or not root.is_dir():
        raise ReleaseError("is not the folder of a release", place=Place(str(root)))
    present = {safe_path(name, name) for name in files_of(root)}
    sums = read_sums(root)
    for name in sorted(sums.keys() - present):
        yield Problem(Place(name), "is missing")
    for name in sorted(present - sums.keys() - {SUMS}):
        yield Problem(Place(name), f"is not listed in {SUMS}")
    for name in sorted(sums.keys() & present):
        if file_sha256(root / name) != sums[name]:
            yield Problem(Place(name), f"is not the file that {SUMS} lists: a byte has changed")


def _manifest(root: Path, manifest: Manifest) -> Iterator[Problem]:
    listed = {entry.path: entry for entry in manifest.files}
    present = {entry.path: entry for entry in entries(root, without=[MANIFEST, SUMS])}
    for name in sorted(listed.keys() | present.keys()):
        if listed.get(name) != present.get(name):
            yield Problem(Place(name), f"is not as {MANIFEST} lists it")


def _rows(root: Path, manifest: Manifest) -> Iterator[Problem]:
    """Each text has its digest, each article its source, all together, sorted by id, the release's id."""
    total, last = hashlib.sha256(), ""
    sources = {entry.id: entry.sha256 for entry in manifest.inputs if not entry.rows}
    tables = {entry.path for entry in manifest.inputs if entry.rows}
    for row in read_rows(root / "data", ("id", "path", "text", "text_sha256", "source_sha256")):
        name, digest = row["id"] or "", hashlib.sha256((row["text"] or "").encode()).hexdigest()
        total.update(f"{name}\0{digest}\n".encode())
        if digest != row["text_sha256"]:
            yield Problem(Place("data"), f"the text of {name} is not that of its text_sha256")
        told = sources.get(name)
        if told is None and table_of(row["path"] or "") in tables:
            told = digest  # a row without corrections is released as it is
        if told != row["source_sha256"]:
            yield Problem(Place("data"), f"{name} has another source than {MANIFEST} says")
        if name <= last:
            twice = "an id stands twice" if name == last else "its articles are not sorted by id"
            yield Problem(Place("data"), f"{twice}: {name}")
        last = name
    if total.hexdigest() != manifest.release_id:
        yield Problem(Place(MANIFEST), "its release_id is not that of the articles in data/")


def _patches(root: Path, manifest: Manifest) -> Iterator[Problem]:
    """Each patch is of the original that the manifest names."""
    patched = {entry.id for entry in manifest.inputs if entry.patch_sha256}
    released = {row["id"] for row in read_rows(root / "data", ("id",)) if row["id"] in patched}
    for entry in manifest.inputs:
        name = f"patches/{entry.path}.patch"
        file = root / name
        if not entry.patch_sha256 or entry.id not in released:
            if file.exists():
                yield Problem(Place(name), f"{MANIFEST} knows of no such patch")
        elif not file.exists():
            yield Problem(Place(name), "is missing")
        elif file_sha256(file) != entry.patch_sha256:
            yield Problem(Place(name), f"is not the patch that {MANIFEST} names")
        elif preamble_fields(file.read_bytes()).get("Source-Sha256") != entry.sha256:
            yield Problem(Place(name), "is of another original")


# -- against its sources


def _sources(config: Config, manifest: Manifest) -> Iterator[Problem]:
    """Originals, ledgers and patches are those that it was built from."""
    from mtqa.project import corrections_of

    corrections = corrections_of(config)
    for entry in manifest.inputs:
        ledger, (patch, shown) = corrections.ledger(entry.path), corrections.patch_file(entry.path)
        wanted = [(ledger.file, ledger.shown, entry.ledger_sha256), (patch, shown, entry.patch_sha256)]
        if not table_of(entry.path):  # the bytes of a row are those of its table
            wanted.insert(0, (config.root / entry.path, entry.path, entry.sha256))
        for file, name, digest in wanted:
            found = file_sha256(file) if file.is_file() else ""
            if found != digest:
                what = "is missing" if not found else "has changed since the release" if digest else "is new"
                yield Problem(Place(name), what)


def _rebuilt(root: Path, told: Config, manifest: Manifest, previous: Path | None, jobs: int) -> Verified:
    """Build it again, as it says it was built, and compare."""
    from mtqa.sources import find_sources

    if manifest.previous and previous is None:
        notes = [f"CHANGELOG.md was not written again: name the release {manifest.previous.version} with --previous"]
    else:
        notes = []
    with tempfile.TemporaryDirectory(prefix="mtqa-verify-") as folder:
        request = Request(
            version=manifest.version,
            to=Path(folder) / "release",
            formats=tuple(manifest.parameters.formats),
            previous=previous,
            allow_open=manifest.parameters.allow_open,
            drop_duplicates=manifest.parameters.drop_duplicates,
            jobs=jobs,
            shard_size=manifest.parameters.shard_size,
            date=manifest.date,
            changelog=(root / "CHANGELOG.md").read_bytes() if notes else None,
            told_previous=manifest.previous if notes else None,
        )
        built = build(told, find_sources((), told), request)
        if built.errors:
            raise built.errors[0]
        if not built.release_id:
            return Verified(
                manifest, tuple(Problem(Place(MANIFEST), f"not settled: {line}") for line in built.blockers)
            )
        problems, further = _compare(root, request.to, manifest)
        return Verified(manifest, tuple(problems), (*notes, *further))


def _as_built(config: Config, manifest: Manifest) -> Config:
    """The project's configuration with the release settings that the manifest records."""
    from mtqa.settings import Release

    try:
        settings = msgspec.convert(manifest.parameters.settings, Release)
    except msgspec.ValidationError as error:
        raise ReleaseError(f"its settings are none: {error}", place=Place(MANIFEST)) from error
    return replace(config, settings=msgspec.structs.replace(config.settings, release=settings))


def _compare(root: Path, again: Path, manifest: Manifest) -> tuple[list[Problem], list[str]]:
    other = read_manifest(again)
    if other.rules_sha256 != manifest.rules_sha256:
        return [
            Problem(Place(MANIFEST), "was built with other rules than those here; check out the rules it names")
        ], []
    if other.models != manifest.models:
        return [Problem(Place(MANIFEST), "was built with other models than those here; install the mtqa it names")], []
    olds, news = read_sums(root), read_sums(again)
    differing = sorted(name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name))
    problems = [Problem(Place(name), "building it again gives another file") for name in differing]
    here = tools()
    if manifest.tools == here:
        return problems, []
    others = sorted(name for name in {*manifest.tools, *here} if manifest.tools.get(name) != here.get(name))
    note = f"built with other versions of {', '.join(others)}: rows were compared instead of the bytes of packed files"
    by_versions = (".parquet", ".zst", MANIFEST, *(["README.md"] if "mtqa" in others else []))
    problems = [problem for problem in problems if not problem.place.path.endswith(by_versions)]
    return [*problems, *_compare_content(root, again, manifest, other)], [note]


def _compare_content(root: Path, again: Path, manifest: Manifest, other: Manifest) -> Iterator[Problem]:
    """What must be the same whatever the versions: every row of every table, and what the manifest tells of them."""
    plain = [msgspec.structs.replace(one, tools={}, files=[]) for one in (manifest, other)]
    if plain[0] != plain[1]:
        yield Problem(Place(MANIFEST), "building it again gives another manifest")
    for table, columns in (("data", COLUMNS), ("edits", EDIT_COLUMNS)):
        rows = zip_longest(*(read_rows(one / table, list(columns)) for one in (root, again)))
        for number, (ours, theirs) in enumerate(rows, 1):
            if ours != theirs:
                name = (ours or theirs)["id"]
                yield Problem(Place(table), f"building it again gives another row {number}, of {name}")
                break
        for file in sorted((root / "jsonl" / table).glob("*.zst")):
            if _unpacked(file) != _unpacked(again / "jsonl" / table / file.name):
                yield Problem(Place(file.relative_to(root).as_posix()), "building it again gives other rows")


def _unpacked(file: Path) -> str:
    """SHA-256 of what a file in Zstandard holds."""
    if not file.exists():
        return ""
    packing = library("zstandard")
    total = hashlib.sha256()
    with file.open("rb") as stream:
        try:
            for part in packing.ZstdDecompressor().read_to_iter(stream):
                total.update(part)
        except packing.ZstdError:
            return ""
    return total.hexdigest()
