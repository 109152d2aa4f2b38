"""Who decides: a name to put under every decision."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from mtqa.corrections.decision import CorrectionsError

if TYPE_CHECKING:
    from pathlib import Path


def editor_name(by: str = "", folder: Path | None = None) -> str:
    """``by`` if given, else the environment's MTQA_EDITOR, else git's user.name and user.email.

    Raises :class:`CorrectionsError` when none of them says who it is: no decision is anonymous.
    """
    name = (by or os.environ.get("MTQA_EDITOR", "")).strip() or _git_identity(folder)
    if not name:
        raise CorrectionsError(
            "nobody to attribute decisions to",
            remedy="say --by 'Ana <ana@example.org>', set MTQA_EDITOR, or configure git's user.name",
        )
    if not name.isprintable():
        raise CorrectionsError(f"an editor's name on one line is needed, not {name!r}")
    return name


def _git_identity(folder: Path | None) -> str:
    name, address = _git_setting("user.name", folder), _git_setting("user.email", folder)
    return f"{name} <{address}>" if name and address else name or address


def _git_setting(key: str, folder: Path | None) -> str:
    try:
        asked = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "config", key],  # noqa: S607 - the user's own git
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.decode("utf-8", "replace").strip()
