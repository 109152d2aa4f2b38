"""What a whole run gave: counts that any number of results can be added to in constant memory."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtqa.finding import Safety, Severity
from mtqa.grammar import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.finding import Finding, Fix
    from mtqa.linter import Result

_WORST = 10


@dataclass
class RuleTally:
    """Counts of one rule: its findings, the articles with one, MQM penalty points, findings with a fix."""

    severity: Severity = Severity.NEUTRAL
    findings: int = 0
    articles: int = 0
    points: int = 0
    fixable: int = 0
    safe: int = 0


@dataclass
class Summary:
    """Counts over all results added so far.

    ``checkers`` names what ran; ``held_back`` counts findings that are not reported, by reason ("in the baseline").
    Both are filled in by the caller. ``unchecked`` counts the articles that an engine could not check, by engine.
    """

    checkers: Sequence[str] = ()
    held_back: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    articles_with_findings: int = 0
    words: int = 0
    findings: int = 0
    points: int = 0
    safe: int = 0
    errors: int = 0
    unchecked: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    by_family: defaultdict[str, RuleTally] = field(default_factory=lambda: defaultdict(RuleTally))
    by_rule: defaultdict[str, RuleTally] = field(default_factory=lambda: defaultdict(RuleTally))
    _worst: list[tuple[float, _Reversed]] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count one result."""
        self.errors += len(result.errors)
        self.unchecked.update({error.engine for error in result.errors if isinstance(error, EngineError)})
        if result.document is None:
            return
        self.articles += 1
        self.words += result.words
        if not result.findings:
            return
        self.articles_with_findings += 1
        for finding in result.findings:
            self._count(finding)
        for rule in {finding.rule for finding in result.findings}:
            self.by_rule[rule].articles += 1
        for family in {finding.family for finding in result.findings}:
            self.by_family[family].articles += 1
        entry = (result.penalty_per_1000_words, _Reversed(result.document.path))
        if len(self._worst) < _WORST:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heappushpop(self._worst, entry)

    def _count(self, finding: Finding) -> None:
        safe = safe_fix(finding) is not None
        severity, penalty, fixable = finding.severity, finding.severity.penalty, bool(finding.fixes)
        self.findings += 1
        self.safe += safe
        self.points += penalty
        self.by_severity[severity] += 1
        for tally in (self.by_rule[finding.rule], self.by_family[finding.family]):
            tally.severity = max(tally.severity, severity)
            tally.findings += 1
            tally.points += penalty
            tally.fixable += fixable
            tally.safe += safe

    @property
    def complete(self) -> bool:
        """False when something could not be checked, so that "no findings" may not be said."""
        return not self.errors

    @property
    def not_checked(self) -> list[str]:
        """For each engine that could not check everything, a sentence with the count."""
        read = count(self.articles, "article")
        return [f"not checked by {engine}: {number:,} of {read}" for engine, number in sorted(self.unchecked.items())]

    @property
    def points_per_1000_words(self) -> float:
        """MQM penalty points per 1,000 words over all articles; 0 without words."""
        return 1000 * self.points / self.words if self.words else 0.0

    @property
    def worst(self) -> list[tuple[str, float]]:
        """Up to ten articles with the most penalty points per 1,000 words: ``(path, points)``, worst first."""
        return [(entry.path, points) for points, entry in sorted(self._worst, reverse=True)]

    def record(self) -> dict[str, Any]:
        """The summary as it stands in JSON."""
        return {
            "complete": self.complete,
            "articles": self.articles,
            "articles_with_findings": self.articles_with_findings,
            "words": self.words,
            "findings": self.findings,
            "safely_fixable": self.safe,
            "errors": self.errors,
            "not_checked": dict(sorted(self.unchecked.items())),
            "points": self.points,
            "points_per_1000_words": round(self.points_per_1000_words, 2),
            "by_severity": {severity.label: self.by_severity[severity] for severity in reversed(Severity)},
            "by_family": {name: _tally_record(tally) for name, tally in sorted(self.by_family.items())},
            "by_rule": {
                name: {"severity": tally.severity.label, **_tally_record(tally)}
                for name, tally in sorted(self.by_rule.items())
            },
            "checkers": list(self.checkers),
            "held_back": dict(sorted(self.held_back.items())),
        }


@dataclass(frozen=True, slots=True)
class _Reversed:
    """A path that sorts backwards: of articles with equal scores, the first in the alphabet ranks as worse."""

    path: str

    def __lt__(self, other: _Reversed) -> bool:
        return self.path > other.path


def safe_fix(finding: Finding) -> Fix | None:
    """The first fix that may be applied without a person, if there is one."""
    return next((fix for fix in finding.fixes if fix.safety is Safety.SAFE), None)


def _tally_record(tally: RuleTally) -> dict[str, int]:
    return {
        "findings": tally.findings,
        "articles": tally.articles,
        "points": tally.points,
        "fixable": tally.fixable,
        "safely_fixable": tally.safe,
    }


def count(number: int, noun: str) -> str:
    """``1 article``, ``2,000 articles``, ``3 fixes``."""
    plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
