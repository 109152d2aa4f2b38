"""Figures of a release, gathered row by row; distributions in fixed classes, so that memory does not grow."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mtqa.release.record import Record

WORD_EDGES = (0, 100, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000)
SCORE_EDGES = (0, 5, 10, 25, 50, 100, 150, 200, 300, 400, 600, 800)


@dataclass
class Histogram:
    """Counts by class; class ``i`` holds values from ``edges[i]`` on, below the next edge; the last has no end."""

    edges: tuple[int, ...]
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = [0] * len(self.edges)

    def add(self, value: float) -> None:
        self.counts[bisect_right(self.edges, value) - 1] += 1


@dataclass
class Statistics:
    """What the card and the manifest tell."""

    articles: int = 0
    words: int = 0
    characters: int = 0
    penalty: int = 0
    edits: int = 0
    near_duplicates: int = 0
    open: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    editors: Counter[str] = field(default_factory=Counter)
    by_words: Histogram = field(default_factory=lambda: Histogram(WORD_EDGES))
    by_score: Histogram = field(default_factory=lambda: Histogram(SCORE_EDGES))

    def add(self, record: Record, cluster: str) -> None:
        self.articles += 1
        self.words += record.words
        self.characters += len(record.text)
        self.penalty += record.score.penalty
        self.edits += len(record.edits)
        self.near_duplicates += bool(cluster)
        self.open.update(critical=record.open_critical, major=record.open_major, minor=record.open_minor)
        self.verdicts[record.verdict] += 1
        self.rules.update(edit.rule or "(editor's own)" for edit in record.edits)
        self.editors.update(edit.editor for edit in record.edits)
        self.by_words.add(record.words)
        self.by_score.add(record.score.value)

    def as_dict(self) -> dict[str, Any]:
        """The figures as they stand in JSON; :meth:`include` takes them."""
        return {name: value.counts if isinstance(value, Histogram) else value for name, value in vars(self).items()}

    def include(self, figures: Mapping[str, Any]) -> None:
        """Add the figures of another part of the release."""
        for name, value in figures.items():
            present = getattr(self, name)
            if isinstance(present, Counter):
                present.update(value)
            elif isinstance(present, Histogram):
                present.counts = [one + other for one, other in zip(present.counts, value, strict=True)]
            else:
                setattr(self, name, present + value)

    def counts(self) -> dict[str, int]:
        """The figures of the manifest."""
        return {
            "articles": self.articles,
            "left_out": sum(self.left_out.values()),
            "words": self.words,
            "characters": self.characters,
            "edits": self.edits,
            "penalty": self.penalty,
            "near_duplicates": self.near_duplicates,
            **{f"open_{name}": number for name, number in sorted(self.open.items())},
            **{f"verdict_{name}": number for name, number in sorted(self.verdicts.items())},
        }
