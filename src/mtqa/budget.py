"""What a run may find before it fails: by severity, by number, by penalty points per article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.linter import Result


@dataclass(frozen=True, slots=True)
class Budget:
    """``fail_on``: the least severity that counts; ``max_findings``: how many of those are allowed;
    ``max_score``: MQM penalty points per 1,000 words that one article may have.

    With a score alone, findings count by their points only; in every other case more than ``max_findings`` (0) fail.
    """

    fail_on: Severity | None = None
    max_findings: int | None = None
    max_score: float | None = None

    @property
    def least(self) -> Severity:
        """The severity from which findings count."""
        return Severity.MINOR if self.fail_on is None else self.fail_on

    @property
    def allowed(self) -> int | None:
        """How many findings may count; None: any number."""
        if self.max_findings is None:
            return None if self.max_score is not None and self.fail_on is None else 0
        return self.max_findings


class Spending:
    """What has been found so far, against a budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._counted = 0
        self._over: list[tuple[str, float]] = []

    def add(self, result: Result) -> None:
        """Count the findings of one article, those that are reported as new."""
        budget = self._budget
        self._counted += sum(finding.severity >= budget.least for finding in result.findings)
        if budget.max_score is not None and result.penalty_per_1000_words > budget.max_score:
            self._over.append((result.source.name, result.penalty_per_1000_words))

    def failures(self) -> Iterator[str]:
        """Why the run fails, a sentence each; nothing when it does not."""
        budget = self._budget
        if budget.allowed is not None and self._counted > budget.allowed:
            noun = "finding" if self._counted == 1 else "findings"
            yield f"{self._counted:,} {noun} of severity {budget.least.label} or above; allowed: {budget.allowed:,}"
        for name, score in self._over:
            yield f"{name}: {score:,.1f} points per 1,000 words; allowed: {budget.max_score:,.1f}"
