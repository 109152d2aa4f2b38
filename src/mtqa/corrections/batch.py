"""Accept in bulk what cannot change meaning; still one decision for each fix, in the name of who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.choice import Choice, accept
from mtqa.corrections.outcome import split
from mtqa.finding import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtqa.corrections.store import Article, Outcome
    from mtqa.finding import Finding


def safe_choices(article: Article, findings: Iterable[Finding], why: str = "") -> list[Choice]:
    """The acceptances of all safe first fixes among ``findings`` that nobody has decided on."""
    return [
        accept(article.document, finding, 0, why)
        for finding in split(article.document, findings, article.state).open
        if finding.fixes
        and finding.fixes[0].safety is Safety.SAFE
        and finding.fingerprint not in article.state.contradictions
    ]


def accept_safe(article: Article, findings: Iterable[Finding], by: str, why: str = "") -> Outcome:
    """Record them with one write; fixes that overlap earlier edits are refused and come back on the next round."""
    return article.decide_all(safe_choices(article, findings, why), by)
