"""Word lists in the options of a rule: words of one string, separated by white space."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.rules.load import Rule


def listed(rule: Rule, option: str) -> frozenset[str]:
    """The words of ``option``; none where the rule does not have it."""
    return _split(str(rule.spec.options.get(option, "")))


@lru_cache(maxsize=256)
def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())
