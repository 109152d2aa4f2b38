"""Where each article stands, in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import settled
from mtqa.corrections.rebase import plan
from mtqa.errors import DocumentError, MtqaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtqa.corrections.store import Article, Corrections
    from mtqa.document import Document
    from mtqa.finding import Finding


@dataclass(frozen=True, slots=True)
class Status:
    """Figures of one article.

    ``open`` is None where nobody looked for findings; ``original`` is "unchanged", "changed" since edits were
    accepted, or "missing". ``conflicting`` counts contradictions, overlaps, and stale edits that no rebase carries.
    """

    path: str
    open: int | None = None
    accepted: int = 0
    rejected: int = 0
    deferred: int = 0
    marked: int = 0
    stale: int = 0
    conflicting: int = 0
    original: str = "unchanged"
    error: str = ""


def status(corrections: Corrections, path: str, find: Callable[[Document], Sequence[Finding]] | None = None) -> Status:
    """The figures of the article at ``path``; ``find`` gives the findings of a document, for the open ones."""
    try:
        article = corrections.read(path)
        state = article.state
        edits = state.edits(article.document.sha256)
        conflicts = len(state.contradictions) + len(edits.overlaps) + len(plan(state, article.document).conflicts)
        opened = None if find is None else _opened(article, find)
    except DocumentError as error:
        return Status(path, original="missing", error=str(error))
    except MtqaError as error:
        return Status(path, error=str(error))
    said = Counter(decision.verdict for decision in state.settled.values())
    return Status(
        path,
        open=opened,
        accepted=len(edits.standing),
        rejected=said[Verdict.REJECT],
        deferred=said[Verdict.DEFER],
        marked=said[Verdict.RETRANSLATE] + said[Verdict.DROP],
        stale=len(edits.stale),
        conflicting=conflicts,
        original="changed" if edits.stale else "unchanged",
        error="; ".join(map(str, article.reading.problems)),
    )


def _opened(article: Article, find: Callable[[Document], Sequence[Finding]]) -> int:
    found = find(article.document)
    return len(settled(article.document, found, article.state, lambda: find(article.corrected())).open)
