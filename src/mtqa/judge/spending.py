"""What a run of the judge has cost so far, and the hard limit on its calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.judge import JudgeOptions


@dataclass(frozen=True, slots=True)
class Spending:
    """Counts of one run.

    ``calls``: requests sent, ``retries`` among them; tokens as the server reports them, ``unreported`` counts the calls
    for which it may have taken some and did not say; ``seconds``: from request to answer, summed over calls;
    ``remembered``: answers from the cache; ``refused``: answers that could not be used; ``spans_refused`` and
    ``corrections_refused``: parts of answers that could not. Every passage is either ``judged`` or ``not_judged``.
    """

    calls: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unreported: int = 0
    seconds: float = 0.0
    remembered: int = 0
    refused: int = 0
    spans_refused: int = 0
    corrections_refused: int = 0
    judged: int = 0
    not_judged: int = 0
    price_in: float | None = None
    price_out: float | None = None

    @property
    def cost(self) -> float | None:
        """In the currency of the prices; a lower bound when ``unreported``."""
        if self.price_in is None and self.price_out is None:
            return None
        paid = self.prompt_tokens * (self.price_in or 0) + self.completion_tokens * (self.price_out or 0)
        return paid / 1_000_000

    def told(self) -> str:
        """All of it in one line."""
        parts = [
            f"{_count(self.judged, 'passage')} judged, {self.not_judged:,} not judged",
            f"{_count(self.calls, 'call')} in {self.seconds:,.1f} s"
            + (f", {self.retries:,} retries" * bool(self.retries)),
            f"{_count(self.remembered, 'answer')} from the cache",
            f"{self.prompt_tokens:,} prompt and {self.completion_tokens:,} completion tokens"
            + f" (not reported for {_count(self.unreported, 'call')})" * bool(self.unreported),
            f"{_count(self.refused, 'answer')}, {_count(self.spans_refused, 'span')} and "
            f"{_count(self.corrections_refused, 'correction')} refused",
        ]
        if self.cost is not None:
            parts.append(f"cost {'at least ' * bool(self.unreported)}{self.cost:,.4f}")
        return "; ".join(parts)


class Account:
    """The spending of a run, counted from several threads; ``take_call`` keeps it within ``max_calls``."""

    def __init__(self, options: JudgeOptions) -> None:
        self._lock = Lock()
        self._left = options.max_calls
        self._spent = Spending(price_in=options.price_in, price_out=options.price_out)

    @property
    def spent(self) -> Spending:
        """As it stands now."""
        return self._spent

    def add(self, **amounts: float) -> None:
        """Add to the counts of these names."""
        with self._lock:
            self._spent = replace(
                self._spent, **{name: getattr(self._spent, name) + amount for name, amount in amounts.items()}
            )

    def take_call(self) -> bool:
        """Set one call aside; False when none is left."""
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return True


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
