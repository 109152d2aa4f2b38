"""Corrections: what editors decide, kept in ledgers and derived from them as patches (see docs/corrections.md).

:class:`mtqa.corrections.store.Corrections` is the way in: decisions of a project, article by article. The law:
``cleaned(original) = apply(original, patch(ledger(original)))``; nothing else makes text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Article", "Change", "Corrections", "CorrectionsError", "Decision", "Verdict"]

if TYPE_CHECKING:
    from mtqa.corrections.decision import Change, CorrectionsError, Decision, Verdict
    from mtqa.corrections.store import Article, Corrections

_HOMES = {
    "Article": "store",
    "Change": "decision",
    "Corrections": "store",
    "CorrectionsError": "decision",
    "Decision": "decision",
    "Verdict": "decision",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then, so that start-up stays fast."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mtqa.corrections.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mtqa.corrections' has no attribute {name!r}")
