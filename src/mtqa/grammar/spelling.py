"""Misspelt words, with names left alone.

A word is looked at only when it is written in small letters and stands apart from digits, hyphens and addresses, so
that names, acronyms and file names are never called wrong. It is reported when it is a known misspelling, or when no
dictionary has it, it is no pinyin, it does not recur, and either a list knows it, or it is no regular formation on
known words and a far more common word lies one slip (two in a long word) away. A rare but real word counts as a slip of
the keyboard where swapping two neighbouring letters gives a word about a thousand times as common ("paly").
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Severity
from mtqa.grammar import lexicon
from mtqa.grammar.pinyin import is_pinyin
from mtqa.knowledge import recurs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mtqa.document import Document

RULE = "speller.misspelling"
_WORD = re.compile(r"(?<![\w\u0300-\u036f@#/\\.&'’*\-])[a-z]{4,}(?![\w\u0300-\u036f@/\\'’*\-]|\.\w|:\S)")
_FOREIGN = re.compile(r"[^\W\d_]+")
_RECURS = 3  # so often in one document a word is meant
_A_WORD = 1.5  # what wordfreq counts more often is a word, of however few: "propter", "marae"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """``candidates`` best first; ``sure``: holds however often the word occurs."""

    candidates: tuple[str, ...]
    confidence: float
    sure: bool


class SpellingChecker:
    """Finds misspelt words.

    ``words``: the project's own; ``recurring``: words no dictionary has, with the number of documents of each.
    """

    name = "speller"

    def __init__(self, words: frozenset[str] = frozenset(), recurring: Mapping[str, int] | None = None) -> None:
        self._own = frozenset(word.casefold() for word in words)
        self._meant = frozenset(word for word, count in (recurring or {}).items() if recurs(count))
        listed = hashlib.sha256("\n".join(sorted(self._own | self._meant)).encode()).hexdigest()[:12]
        self.version = f"1 wordfreq {version('wordfreq')} symspellpy {version('symspellpy')} {listed}"

    def check(self, document: Document) -> Iterator[Finding]:
        text = document.text
        wrong: dict[str, Verdict] = {}
        counts: Counter[str] = Counter(_WORD.findall(text))
        for word, count in counts.items():
            verdict = None if word in self._own else judge(word)
            if verdict and (verdict.sure or (word not in self._meant and count < _RECURS)):
                wrong[word] = verdict
        if not wrong:
            return
        for match in _WORD.finditer(text):
            if (verdict := wrong.get(match[0])) and (verdict.sure or not _in_foreign_words(text, match)):
                yield _finding(Span(*match.span()), verdict)


def unknown_words(text: str) -> set[str]:
    """Words of ``text`` that would be reported if they did not recur."""
    return {word for word in set(_WORD.findall(text)) if (verdict := judge(word)) and not verdict.sure}


@lru_cache(maxsize=1 << 17)
def judge(word: str) -> Verdict | None:
    """What is wrong with a word in small letters, None if nothing is known to be."""
    if right := lexicon.misspellings().get(word):
        return Verdict((right,), 0.95, sure=True)
    if word in lexicon.words():
        return _swapped(word)
    if is_pinyin(word):
        return None
    if listed := lexicon.typos().get(word):
        return Verdict(_ranked(word, listed), 0.85, sure=False)
    own = lexicon.zipf(word)
    if own > _A_WORD or lexicon.is_derived(word):
        return None
    slips = _one_slip(word) if len(word) > 4 else _transpositions(word) & lexicon.words()
    near = [c for c in slips if lexicon.zipf(c) >= max(3.4, own + 1.7)]
    if not near and len(word) >= 9:
        near = [c for c in _two_slips(word) if lexicon.zipf(c) >= max(3.6, own + 2.0)]
    if not near:
        return None
    return Verdict(_ranked(word, near), 0.85 if len(word) >= 6 else 0.7, sure=False)


def _ranked(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The most likely first."""
    return tuple(sorted(candidates, key=lambda c: (-_likelihood(word, c), c))[:_MOST_CANDIDATES])


def _likelihood(word: str, candidate: str) -> float:
    """How likely ``candidate`` was meant: common words first; letters get lost or swapped more often than changed."""
    score = lexicon.zipf(candidate) - 2.0 * (candidate[0] != word[0])
    if sorted(candidate) == sorted(word):
        return score + 1.0
    letters = iter(candidate)
    return score + 1.0 * (len(candidate) > len(word) and all(letter in letters for letter in word))


def _swapped(word: str) -> Verdict | None:
    """A rare word that is a very common one with two neighbouring letters swapped."""
    own = lexicon.zipf(word)
    if own >= 2.2:
        return None
    known = lexicon.words()
    near = sorted(
        (c for c in _transpositions(word) if c in known and lexicon.zipf(c) >= max(4.5, own + 2.8)),
        key=lambda c: (-lexicon.zipf(c), c),
    )
    return Verdict(tuple(near[:_MOST_CANDIDATES]), 0.8, sure=False) if near else None


def _transpositions(word: str) -> set[str]:
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}


def _one_slip(word: str) -> set[str]:
    """Known words that one letter too many, too few, wrong, or swapped with its neighbour makes into ``word``."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    forms = _transpositions(word)
    forms.update(a + b[1:] for a, b in cuts if b)
    forms.update(a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS)
    forms.update(a + letter + b for a, b in cuts for letter in _LETTERS)
    return forms & lexicon.words()


def _two_slips(word: str) -> list[str]:
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import extract

    found = extract(
        word, lexicon.common_words(), scorer=DamerauLevenshtein.distance, score_cutoff=2, limit=5, processor=None
    )
    return [candidate for candidate, _, _ in found if candidate[0] == word[0]]


def _in_foreign_words(text: str, match: re.Match[str]) -> bool:
    """True when a neighbouring word is no English either: a quotation in another language, a Latin name."""
    before = _FOREIGN.findall(text[max(0, match.start() - 30) : match.start()])[-1:]
    after = _FOREIGN.findall(text[match.end() : match.end() + 30])[:1]
    known = lexicon.words()
    return any(len(word) > 2 and word.islower() and word not in known for word in (*before, *after))


def _finding(span: Span, verdict: Verdict) -> Finding:
    return Finding(
        rule=RULE,
        span=span,
        message=f"Misspelt: perhaps “{verdict.candidates[0]}”.",
        severity=Severity.MINOR,
        mqm="fluency/spelling",
        confidence=verdict.confidence,
        fixes=tuple(Fix((Edit(span, candidate),)) for candidate in verdict.candidates),
    )
