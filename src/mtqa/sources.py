"""From what a user names to the articles to read: files, folders, globs, ``-`` for standard input.

Articles are named relative to the project root, with "/" on every system, each once, in order of name.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from fnmatch import translate
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.errors import DocumentError, MtqaError, Place
from mtqa.linter import Source
from mtqa.tables import Columns, is_table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.config import Config

STDIN = "-"


def find_sources(paths: Sequence[str], config: Config) -> list[Source]:
    """The articles that ``paths`` name (default: the configured originals), in order of name.

    Raises :class:`DocumentError` for a path that does not exist or holds no article.
    """
    if not paths and not config.settings.originals:
        raise DocumentError(
            "nothing to lint: no paths given and no originals configured",
            remedy='name files or folders, or set originals = ["…"] in mtqa.toml',
        )
    base = Path.cwd() if paths else config.root
    found: dict[str, Source] = {}
    for path in paths or config.settings.originals:
        if path == STDIN:
            found["<stdin>"] = Source("<stdin>", data=sys.stdin.buffer.read())
            continue
        for name, file in _files(path, base, config):
            found[name] = Source(name, file, config.encoding_of(name))
    return [found[name] for name in sorted(found)]


def articles(sources: Iterable[Source], columns: Columns) -> Iterator[Source]:
    """The sources with each table replaced by its rows, read as they are asked for.

    What is wrong with a table becomes the error of a source that bears its name, after the rows before it.
    """
    for source in sources:
        if source.data is None and is_table(source.name):
            yield from rows(source, columns)
        else:
            yield source


def rows(table: Source, columns: Columns) -> Iterator[Source]:
    """The rows of one table; see :func:`articles`."""
    try:
        for row in read_table(Path(table.file or table.name), table.name, columns):
            try:
                yield Source(row.path, table.file, data=row.text.encode(), id=row.id)
            except UnicodeEncodeError as error:
                raise DocumentError("a lone surrogate", place=Place(table.name, row.number)) from error
    except MtqaError as error:
        yield Source(table.name, table.file, error=error)


def _files(path: str, base: Path, config: Config) -> list[tuple[str, str]]:
    """``(name, file)`` of every article that a path stands for."""
    given, include = base / path, config.settings.include
    if given.is_dir():
        wanted = re.compile("|".join(map(translate, include)))
        start = "" if (name := _name(given, config.root)) == "." else f"{name}/"
        files = list(_walk(str(given), start, wanted))
        if not files:
            raise DocumentError(
                f"a folder without articles (looked for {', '.join(include)})",
                place=Place(path),
                remedy="set include in the configuration if articles have other names",
            )
        return files
    if given.exists() or given.is_symlink():
        return [(_name(given, config.root), str(given))]
    matches = sorted(glob.glob(str(given), recursive=True)) if glob.has_magic(path) else []  # noqa: PTH207
    files = [(_name(Path(match), config.root), match) for match in matches if Path(match).is_file()]
    if not files:
        raise DocumentError("no such file, folder or match", place=Place(path))
    return files


def _walk(folder: str, name: str, wanted: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """All articles under a folder, as plain strings: ten thousand ``Path`` objects take a fifth of a second."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{name}{entry.name}/", wanted)
            elif wanted.match(entry.name) and entry.is_file():
                yield name + entry.name, entry.path


def _name(file: Path, root: Path) -> str:
    whole = Path(os.path.abspath(file))  # noqa: PTH100 - symbolic links keep their own names
    try:
        return whole.relative_to(root).as_posix()
    except ValueError:
        return file.as_posix()
