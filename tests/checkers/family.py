"""The findings of one family of the shipped rules, resolved as they are in a run."""

from __future__ import annotations

from collections.abc import Callable

from mtqa.document import Document
from mtqa.finding import Finding
from mtqa.linter import Linter
from mtqa.rules.load import RuleSet, load_rules, shipped_rules

Check = Callable[[str], list[Finding]]


def family(name: str) -> Check:
    """``check(text)`` runs the family's rules alone."""
    rules = load_rules(shipped_rules())
    chosen = RuleSet(tuple(rule for rule in rules.rules if rule.family == name), rules.contexts, rules.digest)
    linter = Linter(chosen)
    return lambda text: linter.check(Document.from_text(text))
