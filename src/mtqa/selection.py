"""Which findings to keep, and how much they weigh: by ids of rules, families and globs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mtqa.finding import Severity
from mtqa.rules.load import RuleSet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Selection:
    """Which findings to keep: ids, families (``term``) or globs (``term.*``); ``ignore`` wins over ``select``.

    ``severities`` gives rules another severity by the same kinds of name, later entries winning.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity = Severity.NEUTRAL
    severities: tuple[tuple[str, Severity], ...] = ()

    def keeps(self, rule: str) -> bool:
        chosen = not self.select or any(names(pattern, rule) for pattern in self.select)
        return chosen and not any(names(pattern, rule) for pattern in self.ignore)

    def asks_for(self, rule: str) -> bool:
        """True when the rule is selected by its name or its family's, not merely by a glob."""
        return any(rule == pattern or rule.startswith(f"{pattern}.") for pattern in self.select)

    def renamed(self, aliases: Mapping[str, str]) -> Selection:
        """With former ids of rules replaced by their present ones."""
        if not aliases:
            return self
        return replace(
            self,
            select=tuple(aliases.get(name, name) for name in self.select),
            ignore=tuple(aliases.get(name, name) for name in self.ignore),
            severities=tuple((aliases.get(name, name), severity) for name, severity in self.severities),
        )

    def severity(self, rule: str, default: Severity) -> Severity:
        for pattern, severity in reversed(self.severities):
            if names(pattern, rule):
                return severity
        return default


def names(pattern: str, rule: str) -> bool:
    """True when ``pattern`` is the rule's id, a prefix of it at a dot, or a glob that matches it."""
    return rule == pattern or rule.startswith(f"{pattern}.") or fnmatchcase(rule, pattern)


def select_rules(rules: RuleSet, selection: Selection, *, kinds: Collection[str] = ()) -> RuleSet:
    """``rules`` without those of which no finding could be kept, so that they cost nothing, and those not asked for.

    ``kinds``: of these, optional rules are asked for by other means.
    """
    kept = []
    for rule in rules.rules:
        if rule.spec.optional and rule.spec.kind not in kinds and not selection.asks_for(rule.id):
            continue
        entries = tuple(entry for entry in rule.entries if selection.keeps(entry.id))
        whole = not rule.entries and (selection.keeps(rule.id) or _some_row(rule.id, selection))
        if entries or whole:
            kept.append(type(rule)(rule.spec, rule.path, entries))
    return RuleSet(tuple(kept), rules.contexts, rules.digest)


def family_wanted(family: str, selection: Selection) -> bool:
    """False when no rule of an engine could be kept, so that the engine need not run."""
    chosen = not selection.select or any(
        re.split(r"[.*?\[]", pattern, maxsplit=1)[0] in (family, "") for pattern in selection.select
    )
    return chosen and not any(names(pattern, family) for pattern in selection.ignore)


def _some_row(rule_id: str, selection: Selection) -> bool:
    return any(pattern.startswith(f"{rule_id}.") for pattern in selection.select) and rule_id not in selection.ignore
