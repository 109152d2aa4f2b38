"""Where an editor is in a project, kept outside of it: one small file in the user's state folder.

The ledger knows decisions; this knows mere moving. It is written at each step, so that even a killed review opens at
the same finding again. Losing it costs nothing: the ledger then says where the last decision was. ``MTQA_STATE_DIR``
moves the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.corrections.store import Corrections


@dataclass(frozen=True, slots=True)
class Spot:
    """An article, the fingerprint of a finding in it (or nothing), and the time of the editor's last decision then."""

    article: str
    finding: str
    decided: str


class Bookmark:
    """The file of one editor and one project; without ``file`` nothing is kept."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._written: Spot | None = None
        self._has_folder = False

    @classmethod
    def of(cls, corrections: Corrections, by: str) -> Bookmark:
        """The bookmark of ``by`` in the project whose corrections these are."""
        whose = f"{corrections.home.resolve()}\0{by}"
        return cls(state_folder() / "review" / f"{hashlib.sha256(whose.encode()).hexdigest()[:24]}.json")

    def read(self) -> Spot | None:
        """What was written last; None where there is nothing to be read."""
        if self.file is None:
            return None
        try:
            data = json.loads(self.file.read_text(encoding="utf-8"))
            return Spot(str(data["article"]), str(data["finding"]), str(data["decided"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, spot: Spot) -> None:
        """Keep ``spot``; readers never see half a file, and being unable to write it is no reason to stop."""
        if self.file is None or spot == self._written:
            return
        self._written = spot
        data = {"article": spot.article, "finding": spot.finding, "decided": spot.decided}
        fresh = self.file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            if not self._has_folder:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self._has_folder = True
            fresh.write_text(json.dumps(data), encoding="utf-8")
            fresh.replace(self.file)


def state_folder() -> Path:
    """Where mtqa keeps what belongs to a user and not to a project."""
    if folder := os.environ.get("MTQA_STATE_DIR"):
        return Path(folder)
    from platformdirs import user_state_path

    return user_state_path("mtqa", appauthor=False)
