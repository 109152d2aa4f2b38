"""What can be taken back and made again: steps, each of one or many decisions in one or many articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the editor did. ``parts`` are decision ids, in order, by article; ``key`` is the finding it was on."""

    label: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    article: str = ""
    key: str = ""

    @property
    def size(self) -> int:
        """How many decisions the step is made of."""
        return sum(len(ids) for _, ids in self.parts)


class History:
    """Steps done and undone in this session."""

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []

    def add(self, step: Step) -> None:
        """A new step; what was undone before cannot be redone any more."""
        self.done.append(step)
        self.undone.clear()
