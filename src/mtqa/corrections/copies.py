"""Write cleaned copies elsewhere: the one place where corrected text reaches the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.ledger import replace_file
from mtqa.corrections.patch import apply_patch
from mtqa.corrections.store import checked_path
from mtqa.corrections.verify import verify
from mtqa.errors import Place

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.corrections.store import Article, Corrections


def apply_to(article: Article, folder: Path) -> Path:
    """Write the cleaned text of one article to ``folder`` under the article's own path; returns the file.

    Raises :class:`CorrectionsError` when anything about the article does not verify, or the target lies among the
    originals, is a link, or leads out of ``folder`` through one.
    """
    target = safe_target(article.home, article.path, folder)
    problems = verify(article.home, article.path)
    if problems:
        raise CorrectionsError(
            f"not applied: {problems[0].message}", place=problems[0].place, remedy="see `mtqa patch verify`"
        )
    try:
        replace_file(target, apply_patch(article.document.data, article.patch().data))
    except OSError as error:
        raise CorrectionsError(f"cannot be written: {error.strerror or error}", place=Place(str(target))) from error
    return target


def safe_target(corrections: Corrections, path: str, folder: Path) -> Path:
    """Where the copy of ``path`` goes; raises :class:`CorrectionsError` where it must not."""
    base = folder.resolve()
    target = base / checked_path(path)
    place = Place(str(folder))
    root = corrections.root.resolve()
    original = root / path
    for name in corrections.originals:
        if target.resolve().is_relative_to((root / name).resolve()):
            raise CorrectionsError(
                f"{path} would be written among the originals in {name}", place=place, remedy=_REMEDY
            )
    if target.resolve() == original.resolve() or base.is_relative_to(corrections.home.resolve()):
        raise CorrectionsError("originals and corrections are never written over", place=place, remedy=_REMEDY)
    for part in (target, *target.parents):
        if part == base:
            break
        if part.is_symlink():
            raise CorrectionsError(
                f"{part} is a link; what is written must stay in the folder named", place=place, remedy=_REMEDY
            )
    return target


_REMEDY = "name an empty folder elsewhere with --to"
