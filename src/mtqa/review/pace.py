"""How fast decisions come, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST = 3
_PAUSE = 300.0


class Pace:
    """Seconds per decision: the median of the last thirty; pauses of more than five minutes do not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._taken: deque[float] = deque(maxlen=30)

    def tick(self) -> None:
        """A decision was made."""
        now = self._clock()
        if now - self._last < _PAUSE:
            self._taken.append(now - self._last)
        self._last = now

    def minutes(self, left: int) -> float | None:
        """Minutes for ``left`` more decisions; None before there is anything to go by."""
        return left * median(self._taken) / 60 if len(self._taken) >= _LEAST else None


def minutes_label(minutes: float | None) -> str:
    """The time left in words; empty when it is not known."""
    if minutes is None:
        return ""
    if minutes < 1:
        return "under 1 min left"
    return f"~{minutes:.0f} min left" if minutes < 90 else f"~{minutes / 60:.1f} h left"
