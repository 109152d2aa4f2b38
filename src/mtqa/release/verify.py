"""Does a release still hold? Its files, its rows and patches, its sources; and does building it again give the same?

Nothing that a release says is trusted on the way: paths are checked before they are opened, links are refused.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.corrections.ledger import Problem
from mtqa.corrections.patch import preamble_fields
from mtqa.errors import MtqaError, Place
from mtqa.release.build import Request, build
from mtqa.release.difference import compare
from mtqa.release.libraries import tools
from mtqa.release.manifest import (
    MANIFEST,
    SUMS,
    Manifest,
    entries,
    file_sha256,
    files_of,
    read_manifest,
    read_sums,
    release_id,
    safe_path,
)
from mtqa.release.record import ReleaseError
from mtqa.release.table import read_rows

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
    """
    try:
        problems = list(_files(root))
        if problems:
            return Verified(None, tuple(problems))
        manifest = read_manifest(root)
        problems = [*_manifest(root, manifest), *_rows(root, manifest), *_patches(root, manifest)]
        if problems or config is None:
            return Verified(manifest, tuple(problems))
        problems = list(_sources(config, manifest))
        if problems:
            return Verified(manifest, tuple(problems))
        return _rebuilt(root, config, manifest, previous, jobs)
    except MtqaError as error:
        return Verified(None, (Problem(error.place or Place(str(root)), error.problem),))
    except OSError as error:
        place = Place(str(error.filename or root))
        return Verified(None, (Problem(place, f"cannot be read: {error.strerror or error}"),))


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
    """Each text has its digest, each article its source, all together the release's id."""
    pairs: list[tuple[str, str]] = []
    sources = {entry.id: entry.sha256 for entry in manifest.inputs}
    for row in read_rows(root / "data", ("id", "text", "text_sha256", "source_sha256")):
        name, digest = row["id"], hashlib.sha256(row["text"].encode()).hexdigest()
        pairs.append((name, digest))
        if digest != row["text_sha256"]:
            yield Problem(Place("data"), f"the text of {name} is not that of its text_sha256")
        if sources.get(name) != row["source_sha256"]:
            yield Problem(Place("data"), f"{name} has another source than {MANIFEST} says")
    if len({name for name, _ in pairs}) != len(pairs):
        yield Problem(Place("data"), "an id stands twice")
    if release_id(pairs) != manifest.release_id:
        yield Problem(Place(MANIFEST), "its release_id is not that of the articles in data/")


def _patches(root: Path, manifest: Manifest) -> Iterator[Problem]:
    """Each patch is of the original that the manifest names."""
    released = {row["id"] for row in read_rows(root / "data", ("id",))}
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
        wanted = (
            (config.root / entry.path, entry.path, entry.sha256),
            (ledger.file, ledger.shown, entry.ledger_sha256),
            (patch, shown, entry.patch_sha256),
        )
        for file, name, digest in wanted:
            found = file_sha256(file) if file.is_file() else ""
            if found != digest:
                what = "is missing" if not found else "has changed since the release" if digest else "is new"
                yield Problem(Place(name), what)


def _rebuilt(root: Path, config: Config, manifest: Manifest, previous: Path | None, jobs: int) -> Verified:
    """Build it again, as it says it was built, and compare."""
    from mtqa.sources import find_sources

    told = _as_built(config, manifest)
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
    from mtqa.config import Release

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
    if manifest.tools != tools():
        differing = sorted(
            name for name in {*manifest.tools, *tools()} if manifest.tools.get(name) != tools().get(name)
        )
        note = f"built with other versions of {', '.join(differing)}: articles were compared, not files byte for byte"
        return _compare_articles(root, again), [note]
    olds, news = read_sums(root), read_sums(again)
    follows = (MANIFEST, "README.md", "croissant.json")  # they repeat what differs elsewhere
    differing = sorted(name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name))
    first = [name for name in differing if name not in follows] or differing
    return [Problem(Place(name), "building it again gives another file") for name in first], []


def _compare_articles(root: Path, again: Path) -> list[Problem]:
    found = compare(root, again)
    groups = ((found.came, "is missing"), (found.left, "is too many"), (found.changed, "has another text"))
    return [Problem(Place("data"), f"built again, {name} {what}") for names, what in groups for name in names]
