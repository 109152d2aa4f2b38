"""The project that ``mtqa patch`` works on: its settings, its originals, its rules, and paths as people type them."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.store import Corrections
from mtqa.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.document import Document
    from mtqa.finding import Finding


def find_project(root: Path | None = None) -> Corrections:
    """The project around the working folder: the nearest with settings, else with corrections, else a git root."""
    here = Path.cwd()
    if root is None:
        marks = ("corrections", ".git")
        root = next((folder for folder in (here, *here.parents) if _settings(folder)), None) or next(
            (folder for folder in (here, *here.parents) if any((folder / mark).exists() for mark in marks)), here
        )
    settings = _settings(root)
    return Corrections(root, settings.get("corrections", "corrections"), tuple(settings.get("originals", ["seeds"])))


def _settings(folder: Path) -> dict[str, Any]:
    file = folder / "pyproject.toml"
    try:
        return dict(tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("mtqa", {}))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


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


def _is_inside(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def originals_of(corrections: Corrections) -> list[str]:
    """All originals, sorted; hidden files left out."""
    return sorted(
        file.relative_to(corrections.root).as_posix()
        for name in corrections.originals
        for file in (corrections.root / name).rglob("*")
        if file.is_file() and not file.name.startswith(".")
    )


def name_of(corrections: Corrections, by: str) -> str:
    from mtqa.corrections.editor import editor_name

    return editor_name(by, corrections.root)


def finder(corrections: Corrections) -> Callable[[Document], Sequence[Finding]]:
    """What finds: the shipped rules and the project's own."""
    from mtqa.linter import Linter, Source, gather_knowledge
    from mtqa.rules.load import load_rules, shipped_rules

    folders = [shipped_rules()]
    own = corrections.root / "rules"
    if own.is_dir() and own.resolve() != folders[0].resolve():
        folders.append(own)
    linter = Linter(load_rules(*folders))
    sources = [Source(path, str(corrections.root / path)) for path in originals_of(corrections)]
    knowledge = gather_knowledge(linter, sources)
    return Linter(linter.rules, knowledge=knowledge).check
