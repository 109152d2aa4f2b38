"""The queue of open findings and its order; no screen.

Articles come in the order of their names. Within an article the order "weight" puts first what costs readers most:
by severity, then by confidence in three bands (0.8 and more, 0.5 and more, less), then by place in the document. That
is severity times confidence with the penalty points of MQM (25, 5, 1, 0): a band never outweighs a severity. Small
differences of confidence do not make the editor jump about. The order "reading" is that of the document alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from mtqa.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.document import Span
    from mtqa.finding import Finding, Fix

_BANDS = (0.8, 0.5)
SEVERITIES = tuple(sorted(Severity, reverse=True))


class Order(Enum):
    """How findings of one article follow each other."""

    WEIGHT = "weight"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Item:
    """An open finding.

    ``finding`` is what decisions are about; ``original`` and ``here`` say where it is in the original and in the
    corrected text; ``fixes`` are its candidates as edits of the corrected text.
    """

    finding: Finding
    original: Span
    here: Span
    fixes: tuple[Fix, ...] = ()

    @property
    def key(self) -> str:
        """What tells this finding from all others of its article."""
        return self.finding.fingerprint


Key = tuple[int, int, int, int, str]


def sort_key(finding: Finding, original: Span, order: Order) -> Key:
    """Position in the queue; earlier is smaller."""
    place = (original.start, original.end, finding.rule)
    if order is Order.READING:
        return (0, 0, *place)
    return (-finding.severity, band(finding.confidence), *place)


def band(confidence: float) -> int:
    """0 for sure, 1 for likely, 2 for unsure."""
    return next((index for index, least in enumerate(_BANDS) if confidence >= least), len(_BANDS))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings are shown; empty sets let everything through."""

    families: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    rules: frozenset[str] = frozenset()

    def keeps(self, rule: str, severity: Severity) -> bool:
        """True when findings of this rule and severity are shown."""
        return (
            (not self.families or rule.partition(".")[0] in self.families)
            and (not self.severities or severity in self.severities)
            and (not self.rules or rule in self.rules)
        )

    def __bool__(self) -> bool:
        return bool(self.families or self.severities or self.rules)

    @property
    def label(self) -> str:
        """What the filter lets through, in words."""
        names = [*sorted(self.families), *(s.label for s in sorted(self.severities, reverse=True)), *sorted(self.rules)]
        return ", ".join(names)


@dataclass(frozen=True)
class Queue:
    """The open findings of one article, filtered and in order."""

    items: tuple[Item, ...] = ()
    order: Order = Order.WEIGHT
    keys: tuple[Key, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, items: Iterable[Item], order: Order = Order.WEIGHT, chosen: Filter | None = None) -> Queue:
        kept = [i for i in items if chosen is None or chosen.keeps(i.finding.rule, i.finding.severity)]
        pairs = sorted(((sort_key(i.finding, i.original, order), i.key, i) for i in kept), key=lambda p: p[:2])
        return cls(tuple(pair[2] for pair in pairs), order, tuple(pair[0] for pair in pairs))

    def find(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)

    def index(self, key: str) -> int:
        """Position of an item; -1 when it is not (or no longer) in the queue."""
        return next((index for index, item in enumerate(self.items) if item.key == key), -1)

    def after(self, place: Key) -> Item | None:
        """The first item behind a place of the queue, whether or not anything is there still."""
        return next((item for item, key in zip(self.items, self.keys, strict=True) if key > place), None)

    def step(self, key: str, by: int) -> Item | None:
        """The item ``by`` places on; None beyond either end."""
        index = self.index(key) + by
        return self.items[index] if 0 <= index < len(self.items) else None

    def other_severity(self, key: str, by: int) -> Item | None:
        """Forward: the next item of another severity. Backward: the first of the group before this one's."""
        index = self.index(key)
        if index < 0:
            return self.items[0] if self.items else None
        severity = self.items[index].finding.severity
        ahead = self.items[index + 1 :] if by > 0 else self.items[:index][::-1]
        found = next((item for item in ahead if item.finding.severity is not severity), None)
        if found is None or by > 0:
            return found
        at = self.index(found.key)
        while at > 0 and self.items[at - 1].finding.severity is found.finding.severity:
            at -= 1
        return self.items[at]


def families_of(rules: Sequence[str]) -> list[str]:
    """The families of rule ids, sorted, each once."""
    return sorted({rule.partition(".")[0] for rule in rules})
