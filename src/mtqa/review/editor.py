"""The editor's own program for a passage."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from mtqa.review.session import ReviewError


def edit_text(text: str) -> str:
    """``text`` as it comes back from $VISUAL or $EDITOR; the file for it is gone afterwards.

    Raises :class:`ReviewError` when no editor is set or it fails. One line end that editors add is taken off again.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise ReviewError("no editor is set", remedy="set the environment variable EDITOR")
    handle, name = tempfile.mkstemp(suffix=".txt", prefix="mtqa-")
    file = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
        try:
            done = subprocess.run([*shlex.split(command), name], check=False)  # noqa: S603 - the user's own editor
        except (OSError, ValueError) as error:
            raise ReviewError(f"{command} cannot be started: {error}", remedy="set EDITOR to a program") from error
        if done.returncode:
            raise ReviewError(f"{command} ended with {done.returncode}; nothing was changed")
        return _without_added_end(text, file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReviewError(f"{command} did not write UTF-8; nothing was changed") from error
    finally:
        file.unlink(missing_ok=True)


def _without_added_end(before: str, after: str) -> str:
    return after.removesuffix("\n").removesuffix("\r") if not before.endswith("\n") else after
