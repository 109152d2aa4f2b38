"""What a release is made of: ``MANIFEST.json``, ``SHA256SUMS``, and the digest that identifies its content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from mtqa.errors import Place
from mtqa.release.record import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANIFEST = "MANIFEST.json"
SUMS = "SHA256SUMS"
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")
_CHUNK = 1 << 20
VERSION = r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+.][0-9A-Za-z.+-]+)?"


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article's sources, by SHA-256; empty where it has no ledger or patch.

    A table is named once, with its number of ``rows`` and without an id; of its rows only those that have corrections.
    """

    id: str
    path: str
    sha256: str
    ledger_sha256: str = ""
    patch_sha256: str = ""
    rows: int = 0


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the release: path within it, bytes, SHA-256."""

    path: str
    size: int
    sha256: str


class Previous(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The release that CHANGELOG.md compares with."""

    version: str
    release_id: str


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the build was told; ``settings`` is the ``[release]`` table of the configuration in force."""

    formats: list[Literal["parquet", "jsonl.zst", "txt"]]
    shard_size: Annotated[int, msgspec.Meta(ge=1)]
    allow_open: bool
    drop_duplicates: bool
    settings: dict[str, Any]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a release depends on and consists of. ``counts`` are articles, left_out, edits, words and so on.

    ``unsettled`` are the first points that were let pass; ``counts["unsettled"]`` is their number.
    """

    format: int
    name: str
    version: Annotated[str, msgspec.Meta(pattern=f"^{VERSION}$")]
    date: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    release_id: str
    tools: dict[str, str]
    rules_sha256: str
    models: list[str]
    knowledge_sha256: str
    parameters: Parameters
    previous: Previous | None
    counts: dict[str, int]
    unsettled: list[str]
    inputs: list[Input]
    files: list[FileEntry]


def release_id(pairs: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over ``id NUL text_sha256 LF`` of all articles, sorted by id in code-point order."""
    total = hashlib.sha256()
    for name, digest in sorted(pairs):
        total.update(f"{name}\0{digest}\n".encode())
    return total.hexdigest()


def file_sha256(file: Path) -> str:
    """SHA-256 of a file, read in parts."""
    total = hashlib.sha256()
    with file.open("rb") as stream:
        while part := stream.read(_CHUNK):
            total.update(part)
    return total.hexdigest()


def files_of(root: Path) -> list[str]:
    """Paths of all files below ``root``, sorted.

    Raises :class:`ReleaseError` for links and anything else that is neither file nor folder: what is hashed must be
    what is read.
    """
    return sorted(_walk(root, ""))


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_symlink():
            raise ReleaseError("is a symbolic link; a release has none", place=Place(name))
        if entry.is_dir():
            yield from _walk(entry, f"{name}/")
        elif entry.is_file():
            yield name
        else:
            raise ReleaseError("is neither a file nor a folder", place=Place(name))


def safe_path(path: str, place: str) -> str:
    """``path`` if it stays inside the release; raises :class:`ReleaseError` naming the file that says otherwise."""
    pure = PurePosixPath(path)
    bad = pure.is_absolute() or ".." in pure.parts or str(pure) != path or "\\" in path or not path.isprintable()
    if bad or path == "." or re.match(r"[A-Za-z]:", path):
        raise ReleaseError(f"names a path that a release cannot have: {path!r}", place=Place(place))
    return path


def entries(root: Path, *, without: Iterable[str] = (), known: Iterable[FileEntry] = ()) -> list[FileEntry]:
    """All files of a release with size and digest, sorted by path; those that are ``known`` are not read again."""
    left_out, told = set(without), {entry.path: entry for entry in known}
    return [
        told.get(name) or FileEntry(name, (root / name).stat().st_size, file_sha256(root / name))
        for name in files_of(root)
        if name not in left_out
    ]


def write_sums(root: Path, known: Iterable[FileEntry] = ()) -> None:
    """Write SHA256SUMS, in the form that ``sha256sum -c`` reads, over every other file."""
    listed = "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries(root, without=[SUMS], known=known))
    (root / SUMS).write_bytes(listed.encode())


def read_sums(root: Path) -> dict[str, str]:
    """Digest by path; raises :class:`ReleaseError` for a line of another form, an unsafe or repeated path."""
    found: dict[str, str] = {}
    for number, line in enumerate(_text(root / SUMS, SUMS).split("\n")[:-1], 1):
        match = _SUM_LINE.fullmatch(line)
        if not match:
            raise ReleaseError("not a line of sha256sum", place=Place(SUMS, number))
        path = safe_path(match[2], SUMS)
        if path in found:
            raise ReleaseError(f"names {path} twice", place=Place(SUMS, number))
        found[path] = match[1]
    return found


def write_manifest(root: Path, manifest: Manifest) -> None:
    data = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1)
    (root / MANIFEST).write_bytes(data + b"\n")


def read_manifest(root: Path) -> Manifest:
    """The manifest; raises :class:`ReleaseError` when it is missing, of another form, or names unsafe paths."""
    try:
        manifest = msgspec.json.decode(_text(root / MANIFEST, MANIFEST), type=Manifest)
    except msgspec.DecodeError as error:
        raise ReleaseError(f"not a manifest of a release: {error}", place=Place(MANIFEST)) from error
    if manifest.format != 1:
        raise ReleaseError(f"format {manifest.format}; this mtqa reads format 1", place=Place(MANIFEST))
    paths = [safe_path(entry.path, MANIFEST) for entry in manifest.files]
    for entry in manifest.inputs:
        safe_path(entry.path, MANIFEST)
    if len(set(paths)) != len(paths):
        raise ReleaseError("names a file twice", place=Place(MANIFEST))
    return manifest


def _text(file: Path, shown: str) -> str:
    try:
        if file.is_symlink():
            raise ReleaseError("is a symbolic link; a release has none", place=Place(shown))
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ReleaseError(
            f"cannot be read: {reason}", place=Place(shown), remedy="name a folder that `mtqa release build` made"
        ) from error
