"""Checkers for what a YAML pattern cannot say, one module each, and the list of them.

A rule's ``kind`` chooses its checker; the rule supplies ids, messages, options and examples.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mtqa.rules.match import PatternChecker

if TYPE_CHECKING:
    from mtqa.finding import Checker
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import RuleSet

# kind of rule -> module with a `build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> Checker`
_KINDS = {
    "encoding": "mtqa.checkers.encoding",
    "quotes": "mtqa.checkers.quotes",
    "loop": "mtqa.checkers.loop",
    "residue": "mtqa.checkers.residue",
    "truncation": "mtqa.checkers.truncation",
    "garble": "mtqa.checkers.garble",
    "consistency": "mtqa.checkers.consistency",
    "insertion": "mtqa.checkers.insertion",
}


def build_checkers(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> list[Checker]:
    """The checkers that ``rules`` need, in a fixed order.

    ``knowledge`` is what the corpus tells, ``engines`` what runs besides the rules.
    """
    checkers: list[Checker] = [PatternChecker(rules)]
    for kind, module in _KINDS.items():
        if rules.of_kind(kind):
            checkers.append(import_module(module).build(rules, knowledge, engines))
    return checkers
