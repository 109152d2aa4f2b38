"""mtqa: quality assurance and clean-up of machine-translated articles.

The Python entry points are :class:`mtqa.Document` and :func:`mtqa.lint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Document", "Finding", "Fix", "Span", "__version__", "lint"]

if TYPE_CHECKING:
    from mtqa.document import Document, Span
    from mtqa.finding import Finding, Fix
    from mtqa.linter import lint

_HOMES = {
    "Document": "mtqa.document",
    "Span": "mtqa.document",
    "Finding": "mtqa.finding",
    "Fix": "mtqa.finding",
    "lint": "mtqa.linter",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then, so that start-up stays fast."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mtqa' has no attribute {name!r}")
