"""The project that ``mtqa patch`` works on: its settings, its originals, its rules, and paths as people type them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.config import Config, load_config
from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.store import checked_path
from mtqa.errors import Place
from mtqa.linter import Source
from mtqa.project import corrections_of
from mtqa.sources import find_sources, rows
from mtqa.tables import is_table, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mtqa.corrections.store import Article, Corrections
    from mtqa.document import Document
    from mtqa.finding import Finding


def find_project(root: Path | None = None) -> Corrections:
    """The project around the working folder: the nearest configured one, else one with corrections, else a git root."""
    config = load_config(root)
    if config.file is None and root is None:
        here = Path.cwd()
        marks = ("corrections", ".git")
        found = next((f for f in (here, *here.parents) if any((f / mark).exists() for mark in marks)), here)
        config = replace(config, root=found)
    return corrections_of(config)


def _config(corrections: Corrections) -> Config:
    """The configuration of this very project, not of one around it."""
    config = load_config(corrections.root)
    return config if config.root == corrections.root.resolve() else Config(root=corrections.root.resolve())


def article_path(corrections: Corrections, path: Path) -> str:
    """A path as typed, relative to the project; also that of a ledger or patch, which stands for its article."""
    root = corrections.root.resolve()
    full = Path(os.path.normpath(Path.cwd().resolve() / path))
    if not full.is_relative_to(root):
        raise CorrectionsError("outside of the project", place=Place(str(path)), remedy=f"the project is {root}")
    shown = full.relative_to(root).as_posix()
    for ending in (".patch", ".decisions.jsonl"):
        if shown.startswith(f"{corrections.folder}/") and shown.endswith(ending):
            return shown.removeprefix(f"{corrections.folder}/").removesuffix(ending)
    return shown


def articles_at(corrections: Corrections, paths: Sequence[Path]) -> list[str]:
    """The articles that paths name; a folder names those in it that have corrections, or else the originals in it."""
    found: list[str] = []
    for path in paths:
        shown = article_path(corrections, path)
        if (corrections.root / shown).is_dir():
            inside = [one for one in (*corrections.paths(), *originals_of(corrections)) if _is_inside(one, shown)]
            found += sorted(set(inside))
        else:
            found.append(shown)
    return found


def decided_at(corrections: Corrections, paths: Sequence[Path]) -> list[str]:
    """The articles that paths name; of a table, the rows that have corrections."""
    found: list[str] = []
    for path in articles_at(corrections, paths):
        found += [one for one in corrections.paths() if table_of(one) == path] if is_table(path) else [path]
    return found


def files_of(corrections: Corrections) -> list[str]:
    """The originals that are files of their own."""
    return [path for path in originals_of(corrections) if not is_table(path)]


def _is_inside(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def originals_of(corrections: Corrections) -> list[str]:
    """The project's originals as its configuration names them, sorted; none where it names none. A table is one."""
    return [source.name for source in _sources(corrections)]


def _sources(corrections: Corrections) -> list[Source]:
    config = _config(corrections)
    originals = config.settings.originals or list(corrections.originals)
    there = [name for name in originals if set(name) & set("*?[") or (corrections.root / name).exists()]
    if not there:
        return []
    return find_sources((), config.replaced("command line", originals=there))


def articles_of(corrections: Corrections, path: str) -> Iterator[Article]:
    """The article at ``path``, or all those of a table. Raises an MtqaError when one cannot be read."""
    if not is_table(path):
        yield corrections.read(path)
        return
    for source in rows(Source(path, str(corrections.root / checked_path(path))), corrections.columns):
        yield corrections.article(source.read())


def name_of(corrections: Corrections, by: str) -> str:
    from mtqa.corrections.editor import editor_name

    return editor_name(by, corrections.root)


def finder(corrections: Corrections) -> Callable[[Document], Sequence[Finding]]:
    """What finds: the rules as the project configures them, knowing all its originals."""
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules
    from mtqa.sources import articles
    from mtqa.workers import gather_knowledge

    config = _config(corrections)
    linter = Linter(load_rules(*config.rule_folders()), config.selection, config.overrides)
    sources = articles(_sources(corrections), config.columns)
    return linter.knowing(gather_knowledge(linter, sources)).check
