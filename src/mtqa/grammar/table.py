"""The tables that say what an engine may report, and as what (``data/<engine>.yaml``).

A table maps the engine's own rules or categories to an MQM category, a severity and a confidence. What no entry
names is not reported: style, and what mtqa's own rules already say better.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from mtqa.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a finding of one engine's rule is for mtqa; ``when`` must match the text from where it begins."""

    mqm: str
    severity: Severity
    confidence: float
    when: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Table:
    """``rules`` by the engine's rule id, ``categories`` by its category; ``dropped`` rules win over categories."""

    rules: Mapping[str, Meaning]
    categories: Mapping[str, Meaning]
    dropped: frozenset[str]
    text: str

    @cached_property
    def digest(self) -> str:
        """Changes whenever the table does."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def meaning(self, rule: str, category: str = "") -> Meaning | None:
        """What a finding of ``rule`` is, or None when it is not to be reported."""
        if rule in self.dropped:
            return None
        return self.rules.get(rule) or self.categories.get(category)


@lru_cache
def load_table(engine: str) -> Table:
    """The table of one engine."""
    text = data_text(f"{engine}.yaml")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    rules: dict[str, Meaning] = {}
    for group in data.get("rules", []):
        rules |= dict.fromkeys(group["ids"], _meaning(group))
    categories = {name: _meaning(row) for name, row in data.get("categories", {}).items()}
    return Table(rules, categories, frozenset(data.get("dropped", [])), text)


def data_text(name: str) -> str:
    """The text of a file in ``data/``."""
    return (files("mtqa.grammar") / "data" / name).read_text(encoding="utf-8")


def _meaning(row: Mapping[str, Any]) -> Meaning:
    when = re.compile(row["when"]) if "when" in row else None
    return Meaning(row["mqm"], Severity[str(row["severity"]).upper()], float(row["confidence"]), when)
