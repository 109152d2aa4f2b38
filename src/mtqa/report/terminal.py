"""What the output can show: colour, width, characters."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

_NARROWEST, _WIDEST = 40, 120


@dataclass(frozen=True, slots=True)
class Terminal:
    """``width`` in columns; ``encoding`` of the stream; ``interactive``: a person reads it as it comes."""

    color: bool = False
    width: int = 80
    encoding: str = "utf-8"
    interactive: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str] | None = None) -> Terminal:
        """What ``stream`` and the environment say.

        Colour: ``NO_COLOR`` wins, then ``FORCE_COLOR``, else a terminal that is not dumb. Width: ``COLUMNS``, else the
        terminal's, else 80; never under 40, and never over 120, where prose becomes hard to read.
        """
        environ = os.environ if environ is None else environ
        encoding = getattr(stream, "encoding", None) or "utf-8"
        interactive = stream.isatty()
        if not interactive and not environ.get("FORCE_COLOR"):
            return cls(False, _bounded(environ.get("COLUMNS", "")), encoding, False)
        from rich.console import Console

        console = Console(file=stream, _environ=environ)
        color = console.color_system is not None and not environ.get("NO_COLOR") and not console.legacy_windows
        return cls(color, _bounded(environ.get("COLUMNS", "") or str(console.width)), encoding, interactive)


def _bounded(columns: str) -> int:
    width = int(columns) if columns.isdecimal() and int(columns) > 0 else 80
    return min(max(width, _NARROWEST), _WIDEST)
