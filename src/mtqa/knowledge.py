"""What a whole corpus tells: gathered in a first pass, explicit, mergeable in any order, hashable.

It holds which forms of one name occur, and in how many documents (see ``kind: consistency``), and which words that no
dictionary has occur in several documents (see :mod:`mtqa.grammar.spelling`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mtqa.rules.match import compiled
from mtqa.rules.scan import compile_filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mtqa.document import Document
    from mtqa.rules.load import RuleSet


RECURS = 3  # documents


@dataclass(frozen=True)
class Knowledge:
    """What is known.

    ``forms``: for each consistency entry id, the forms met (case folded) and the number of documents with each;
    ``words``: words that no dictionary has, and the number of documents with each.
    """

    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def merged(cls, parts: Iterable[Knowledge]) -> Knowledge:
        """All parts together; the order of the parts does not matter."""
        counts: dict[str, Counter[str]] = {}
        words: Counter[str] = Counter()
        for part in parts:
            words.update(part.words)
            for entry, forms in part.forms.items():
                counts.setdefault(entry, Counter()).update(forms)
        return cls(
            {entry: dict(sorted(forms.items())) for entry, forms in sorted(counts.items())},
            dict(sorted(words.items())),
        )

    @cached_property
    def digest(self) -> str:
        """Changes whenever what is known changes."""
        return hashlib.sha256(json.dumps([self.forms, self.words], sort_keys=True).encode()).hexdigest()


def recurs(documents: int) -> bool:
    """True when a word that no dictionary has is meant, for it stands in so many documents."""
    return documents >= RECURS


class Gatherer:
    """Reads documents for what their corpus tells: forms that ``rules`` look for; with ``words``, unknown words."""

    def __init__(self, rules: RuleSet, *, words: bool = False) -> None:
        self._words = words
        self._entries = tuple(entry for entry in rules.entries if entry.kind == "consistency")
        self._set = compile_filter([entry.guard for entry in self._entries])

    def read(self, document: Document) -> Knowledge:
        """What one document tells."""
        found = {}
        for index in self._set.Match(document.text) or () if self._entries else ():
            entry = self._entries[index]
            forms = {fold(match[0]) for match in compiled(entry.pattern).finditer(document.text)}
            if forms:
                found[entry.id] = dict.fromkeys(sorted(forms), 1)
        if not self._words:
            return Knowledge(found)
        from mtqa.grammar.spelling import unknown_words

        return Knowledge(found, dict.fromkeys(sorted(unknown_words(document.text)), 1))


def fold(form: str) -> str:
    """A form as it is compared: case and kind of apostrophe do not count."""
    return " ".join(form.casefold().replace("’", "'").split())
