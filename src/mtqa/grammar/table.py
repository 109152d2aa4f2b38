"""The tables that say what an engine may report, and as what (``data/<engine>.yaml``).

``categories`` maps an engine's own categories to an MQM category, a severity and a confidence; ``rules`` says
otherwise for single rules, and ``dropped`` names rules that are not reported. What no entry names is not reported:
style, and what mtqa's own rules already say better.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mtqa.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a finding of one engine's rule is for mtqa."""

    mqm: str
    severity: Severity
    confidence: float


@dataclass(frozen=True)
class Table:
    """``categories`` by the engine's category; ``rules`` by its rule id, each with what differs from its category.

    ``covered``: rules that are off, each with the rule of mtqa's own that finds the same.
    """

    categories: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    dropped: frozenset[str]
    covered: Mapping[str, str]
    text: str

    @cached_property
    def digest(self) -> str:
        """Changes whenever the table does."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @cached_property
    def guards(self) -> dict[str, str]:
        """The patterns of the rules that have one."""
        return {rule: row["guard"] for rule, row in self.rules.items() if "guard" in row}

    def meaning(self, rule: str, category: str) -> Meaning | None:
        """What a finding of ``rule``, of the engine's ``category``, is; None when it is not to be reported."""
        row = {**self.categories.get(category, {}), **self.rules.get(rule, {})}
        if rule in self.dropped or not row.keys() >= {"mqm", "severity", "confidence"}:
            return None
        return Meaning(row["mqm"], Severity[row["severity"].upper()], float(row["confidence"]))


@lru_cache
def load_table(engine: str) -> Table:
    """The table of one engine."""
    import yaml

    text = data_text(f"{engine}.yaml")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    dropped, covered = frozenset(data.get("dropped", [])), data.get("covered", {})
    return Table(data["categories"], data.get("rules", {}), dropped, covered, text)


def data_text(name: str) -> str:
    """The text of a file in ``data/``."""
    return (files("mtqa.grammar") / "data" / name).read_text(encoding="utf-8")
