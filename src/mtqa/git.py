"""The little that mtqa asks of git, through its command line: what has changed since a revision, and old contents.

File names go in and come out NUL-separated, and contents are asked for by object id, so that no name can be taken for
anything else. Nothing is ever written.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINK_OR_MODULE = ("120000", "160000")
_NO_FILE = "000000"


class GitError(MtqaError):
    """Git is missing, this is no repository, or its history does not hold what was asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs: ``old`` and ``new`` are paths below the top of the repository, None where there is none.

    ``blob`` is the object id of the old content.
    """

    old: str | None
    new: str | None
    blob: str


@dataclass(frozen=True)
class Repository:
    """A working tree; ``top`` is its folder, with symbolic links resolved."""

    top: Path

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that ``folder`` lies in; raises :class:`GitError` when there is none."""
        done = _git(folder, "rev-parse", "--show-toplevel")
        if done.returncode:
            raise GitError(
                f"not in a git repository: {_said(done)}",
                remedy="run it in a clone; in a container, git may need safe.directory to be set",
            )
        return cls(Path(os.fsdecode(done.stdout.removesuffix(b"\n"))).resolve())

    def base(self, revision: str) -> str:
        """The commit at which the history of HEAD and that of ``revision`` part: what a change is compared with.

        Before the first commit HEAD is the empty tree: everything is new.

        Raises :class:`GitError`, saying so where the clone is shallow.
        """
        commit = _git(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if commit.returncode:
            if revision == "HEAD" and self._has_no_commit():
                return self._run("hash-object", "-t", "tree", "--stdin", given=b"").decode().strip()
            raise self._missing(f"git knows no commit {revision!r} here")
        found = _git(self.top, "merge-base", "HEAD", commit.stdout.decode().strip())
        if found.returncode:
            raise self._missing(f"{revision!r} and HEAD have no common history here")
        return found.stdout.decode().strip()

    def _has_no_commit(self) -> bool:
        """True where HEAD names a branch that has yet to be born."""
        return _git(self.top, "symbolic-ref", "--quiet", "HEAD").returncode == 0

    def _missing(self, problem: str) -> GitError:
        shallow = _git(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        if shallow:
            return GitError(
                f"{problem}, for this clone is shallow",
                remedy="fetch the whole history: git fetch --unshallow, or fetch-depth: 0 where CI checks out",
            )
        return GitError(problem, remedy="name a branch, a tag or a commit of this clone, such as origin/main")

    def changes(self, commit: str) -> list[Change]:
        """Files that differ between ``commit`` and the working tree, renames followed; untracked files are not seen."""
        fields = self._names(
            "diff-index",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-ext-diff",
            "-M",
            "-l0",
            "--ignore-submodules",
            commit,
            "--",
        )
        found = []
        while fields:
            old_mode, new_mode, blob, _, status = fields.pop(0).removeprefix(":").split(" ")
            old = new = fields.pop(0)
            if status[0] in "RC":
                new = fields.pop(0)
            there = old_mode != _NO_FILE and old_mode not in _LINK_OR_MODULE
            here = new_mode != _NO_FILE
            found.append(Change(old if there else None, new if here else None, blob if there else ""))
        return found

    def tracked(self) -> set[str]:
        """All files that git looks after in the working tree."""
        return set(self._names("ls-files", "-z"))

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """What these objects hold, by object id."""
        wanted = sorted(set(blobs))
        if not wanted:
            return {}
        data = self._run("cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted).encode())
        found, place = {}, 0
        for blob in wanted:
            end = data.index(b"\n", place)
            head = data[place:end].decode().split(" ")
            if len(head) != 3:
                raise self._missing(f"git has lost the object {blob}")
            size = int(head[2])
            found[blob] = data[end + 1 : end + 1 + size]
            place = end + size + 2
        return found

    def tree(self, revision: str, folder: str) -> dict[str, bytes]:
        """The files below ``folder`` (relative to the top) as they were at ``revision``, by path from the top."""
        commit = _git(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if commit.returncode:
            raise self._missing(f"git knows no commit {revision!r} here")
        names = self._names(
            "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit.stdout.decode().strip(), "--", folder
        )
        blobs = {}
        for entry in names:
            head, _, path = entry.partition("\t")
            mode, kind, blob = head.split(" ")
            if kind == "blob" and mode not in _LINK_OR_MODULE:
                blobs[path] = blob
        contents = self.contents(blobs.values())
        return {path: contents[blob] for path, blob in blobs.items()}

    def path_of(self, file: str | Path) -> str | None:
        """A file's path below the top of the repository, or None where it lies outside."""
        whole = Path(os.path.abspath(file))  # noqa: PTH100 - a link keeps its own name, its folder does not
        try:
            return (whole.parent.resolve() / whole.name).relative_to(self.top).as_posix()
        except ValueError:
            return None

    def _names(self, *arguments: str) -> list[str]:
        return [os.fsdecode(name) for name in self._run(*arguments).split(b"\0") if name]

    def _run(self, *arguments: str, given: bytes | None = None) -> bytes:
        done = _git(self.top, *arguments, given=given)
        if done.returncode:
            raise GitError(f"git {arguments[0]} failed: {_said(done)}")
        return done.stdout


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, arguments as a list
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git that the user has on the path
            input=given,
            capture_output=True,
            check=False,
            env=environment,
        )
    except OSError as error:
        raise GitError(f"cannot run git: {error.strerror or error}", remedy="install git") from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode(errors="replace").strip().removeprefix("fatal: ") or f"exit code {done.returncode}"
