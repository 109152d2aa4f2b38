"""What the translator left untranslated or broke: source script, romanised words, broken tokens, unsteady names.

Each ``kind: residue`` rule takes one ``options.mode``:

``script``   letters of another script in English prose; not a gloss in brackets or quotes, nor what the text speaks of.
``pinyin``   romanised Chinese read as a word: "the dangwei decided".
``words``    a sentence with at least ``least`` different words that no dictionary has: transliteration run wild.
``stutter``  a word with a part doubled: "governmentment", "Constantant".
``syllable`` one syllable four times or more within a word: "matonononono".
``glued``    two words in one: "Secretariand", "the TheatreThe".
``capitals`` unknown words in capitals amid small letters: "the Shaoxing SHANGER TRE Company".
``names``    an unknown name that one article writes in several ways.

Words count as known when wordfreq has counted them at all, or when they are formed regularly on known ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.checkers.script import foreign_runs
from mtqa.checkers.strange import Strange, Word
from mtqa.checkers.wordlist import listed
from mtqa.document import Span
from mtqa.finding import Finding, Layer
from mtqa.rules.schema import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

_SHOWN = 4


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> ResidueChecker:  # noqa: ARG001 - one shape for all
    return ResidueChecker(rules)


class ResidueChecker:
    """The ``kind: residue`` rules."""

    name = "residue"

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.digest
        chosen = rules.of_kind("residue")
        self._scripts = [rule for rule in chosen if rule.spec.options["mode"] == "script"]
        self._words = [(_READERS[mode], r) for r in chosen if (mode := r.spec.options["mode"]) in _READERS]

    def check(self, document: Document) -> Iterator[Finding]:
        if not document.text.isascii():
            for rule in self._scripts:
                for start, end in foreign_runs(document.text):
                    yield _finding(rule, Span(start, end), document.text[start:end])
        strange = Strange(document.text)
        for read, rule in self._words if strange.rare else ():
            for start, end, said in read(strange, rule):
                yield _finding(rule, Span(start, end), said)


def _pinyin(strange: Strange, rule: Rule) -> Iterator[tuple[int, int, str]]:
    for word in strange.rare:
        if word.islower() and strange.is_romanised(word) and word not in listed(rule, "loans"):
            yield from strange.places(word, unless_glossed=True)


def _several(strange: Strange, rule: Rule) -> Iterator[tuple[int, int, str]]:
    least = int(rule.spec.options["least"])
    odd = [word for word in strange.together(least) if strange.is_odd(word)]
    by_sentence: dict[tuple[int, int], list[Word]] = {}
    for word in odd if len(odd) >= least else ():
        for start, end, said in strange.places(word, unless_glossed=True):
            by_sentence.setdefault(strange.sentence(start), []).append((start, end, said))
    for found in by_sentence.values():
        found.sort()
        different = list(dict.fromkeys(said for _, _, said in found))
        if len(different) >= least:
            more = ", …" if len(different) > _SHOWN else ""
            yield found[0][0], found[-1][1], ", ".join(f"“{word}”" for word in different[:_SHOWN]) + more


def _each(test: str) -> Callable[[Strange, Rule], Iterator[tuple[int, int, str]]]:
    def read(strange: Strange, rule: Rule) -> Iterator[tuple[int, int, str]]:  # noqa: ARG001 - one shape for all modes
        for word in strange.rare:
            if getattr(strange, test)(word):
                yield from strange.places(word)

    return read


def _syllable(strange: Strange, rule: Rule) -> Iterator[tuple[int, int, str]]:
    for word in strange.rare:
        if (said := strange.stuck(word)) and said not in listed(rule, "doubled"):
            yield from strange.places(word)


def _names(strange: Strange, rule: Rule) -> Iterator[tuple[int, int, str]]:  # noqa: ARG001 - one shape for all modes
    for (start, end, _), forms in strange.unsteady():
        yield start, end, ", ".join(f"“{form}”" for form in forms)


_READERS: dict[str, Callable[[Strange, Rule], Iterator[tuple[int, int, str]]]] = {
    "pinyin": _pinyin,
    "words": _several,
    "stutter": _each("is_stutter"),
    "syllable": _syllable,
    "glued": _each("is_glued"),
    "capitals": _each("is_shouted"),
    "names": _names,
}


def _finding(rule: Rule, span: Span, said: str) -> Finding:
    return Finding(
        rule=rule.id,
        span=span,
        message=rule.spec.message.replace("{match}", said),
        severity=rule.severity,
        mqm=rule.spec.mqm,
        confidence=CONFIDENCE[rule.spec.confidence],
        layer=Layer.PASSAGE if rule.spec.options["mode"] == "words" else Layer.WORDS,
        explanation=rule.spec.note,
    )
