"""What a whole corpus tells: gathered in a first pass, explicit, mergeable in any order, hashable.

It holds which forms of one name occur, and in how many documents (see ``kind: consistency``); which words that no
dictionary has occur in several documents (see :mod:`mtqa.grammar.spelling`); and which lines stand in several articles
of a site (see ``kind: recurrence``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mtqa.recurrence import keyed_lines, site_of
from mtqa.tally import MOST, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mtqa.document import Document
    from mtqa.rules.load import Rule, RuleSet


RECURS = 3  # documents


@dataclass(frozen=True)
class Knowledge:
    """What is known.

    ``forms``: for each consistency entry id, the forms met (case folded) and the number of documents with each;
    ``words``: words that no dictionary has, and the number of documents with each; ``lines``: keys of lines and of
    pairs of neighbouring lines (see :mod:`mtqa.recurrence`), and the number of articles with each; ``articles``: the
    number of articles of each site.
    """

    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[int, int] = field(default_factory=dict)
    articles: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.forms or self.words or self.lines)

    @classmethod
    def merged(cls, parts: Iterable[Knowledge]) -> Knowledge:
        """All parts together, exactly; the order of the parts does not matter. Memory grows with what they hold."""
        lines: Counter[int] = Counter()
        rest = cls._merged(parts, lines.update)
        return replace(rest, lines=dict(sorted(lines.items())))

    @classmethod
    def of_corpus(cls, parts: Iterable[Knowledge], most: int = MOST) -> Knowledge:
        """What the parts tell as a whole corpus: :meth:`merged`, then :meth:`settled`, with at most ``most`` lines.

        The parts are read as a stream, and of their lines no more than ``most`` are held in memory at a time.
        """
        tally = Tally(most)
        rest = cls._merged(parts, tally.add)
        return replace(rest, lines=tally.recurring()).settled()

    @classmethod
    def _merged(cls, parts: Iterable[Knowledge], add_lines: Callable[[Mapping[int, int]], None]) -> Knowledge:
        counts: dict[str, Counter[str]] = {}
        words: Counter[str] = Counter()
        articles: Counter[str] = Counter()
        for part in parts:
            words.update(part.words)
            articles.update(part.articles)
            for entry, forms in part.forms.items():
                counts.setdefault(entry, Counter()).update(forms)
            add_lines(part.lines)
        return cls(
            {entry: dict(sorted(forms.items())) for entry, forms in sorted(counts.items())},
            dict(sorted(words.items())),
            articles=dict(sorted(articles.items())),
        )

    def settled(self) -> Knowledge:
        """For a corpus that is complete: lines of more than one article, and their numbers as they are told.

        Numbers from 100 keep their first two digits, so that one more article does not change what is known of all
        others.
        """
        return replace(
            self,
            lines={key: _told(count) for key, count in self.lines.items() if count > 1},
            articles={site: _told(count) for site, count in self.articles.items()},
        )

    @cached_property
    def digest(self) -> str:
        """Changes whenever what is known changes."""
        known = [self.forms, self.words, sorted(self.lines.items()), self.articles]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _told(count: int) -> int:
    unit = int("1" + "0" * (len(str(count)) - 2)) if count >= 100 else 1
    return count // unit * unit


def recurs(documents: int) -> bool:
    """True when a word that no dictionary has is meant, for it stands in so many documents."""
    return documents >= RECURS


class Gatherer:
    """Reads documents for what their corpus tells: forms and lines, if ``rules`` look for them.

    With ``words`` also for words that no dictionary has.
    """

    def __init__(self, rules: RuleSet, *, words: bool = False) -> None:
        from mtqa.rules.scan import compile_filter

        self._words = words
        recurrence = rules.of_kind("recurrence")
        self._lines = bool(recurrence)
        self._site = site_pattern(recurrence)
        self._entries = tuple(entry for entry in rules.entries if entry.kind == "consistency")
        self._set = compile_filter([entry.guard for entry in self._entries])

    def read(self, document: Document) -> Knowledge:
        """What one document tells."""
        from mtqa.rules.programs import compiled

        found = {}
        for index in self._set.Match(document.text) or () if self._entries else ():
            entry = self._entries[index]
            forms = {fold(match[0]) for match in compiled(entry.pattern).finditer(document.text)}
            if forms:
                found[entry.id] = dict.fromkeys(sorted(forms), 1)
        known = Knowledge(found)
        if self._lines:
            site = site_of(document, self._site)
            keyed = keyed_lines(document, site)
            keys = {line.key for line in keyed} | {line.pair for line in keyed}
            known = replace(known, lines=dict.fromkeys(sorted(keys - {0}), 1), articles={site: 1})
        if not self._words:
            return known
        from mtqa.grammar.spelling import unknown_words

        return replace(known, words=dict.fromkeys(sorted(unknown_words(document.text)), 1))


def site_pattern(rules: Sequence[Rule]) -> re.Pattern[str] | None:
    """What in an article's path names its site, as a rule of kind recurrence says; None where none does."""
    patterns = [str(rule.spec.options["site"]) for rule in rules if rule.spec.options.get("site")]
    return re.compile(patterns[-1]) if patterns else None


def fold(form: str) -> str:
    """A form as it is compared: case and kind of apostrophe do not count."""
    return " ".join(form.casefold().replace("’", "'").split())
