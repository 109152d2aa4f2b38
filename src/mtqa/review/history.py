"""What can be taken back and made again: steps, each of one or many decisions in one or many articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.decision import Verdict

if TYPE_CHECKING:
    from mtqa.review.work import Work

DONE = {
    Verdict.REJECT: "Rejected",
    Verdict.DEFER: "Deferred",
    Verdict.RETRANSLATE: "Marked to be translated again",
    Verdict.DROP: "Marked to be dropped",
}


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


def step_from_ledger(work: Work, by: str) -> Step | None:
    """The last decision of this editor on the article that still stands, of whatever session."""
    state = work.article.state
    for decision in reversed(tuple(state.decisions.values())):
        gone = decision.id in state.undone or decision.id in state.superseded
        if decision.by == by and decision.verdict not in (Verdict.UNDO, Verdict.REBASE) and not gone:
            label = DONE.get(decision.verdict, "Changed")
            return Step(label, ((work.path, (decision.id,)),), work.path, decision.fingerprint)
    return None
