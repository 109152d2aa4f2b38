"""Titles, paragraphs and lists of which a part is missing.

Each ``kind: truncation`` rule takes one ``options.mode``:

``end``      a line whose last word needs another one: "Secretary of the Party group of".
``word``     a line that breaks off inside a word which the article has in full elsewhere: "Meeting on moderniz".
``bracket``  a paragraph that opens a bracket and never closes it, or breaks off inside a quotation.
``list``     an enumeration whose head is missing: "Second, …" where nothing was first, or "3." after "1.".

Only whole paragraphs are judged: a line that the next one continues, as in hard-wrapped text or verse, is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from mtqa.checkers.enumeration import gaps
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

_AND = frozenset(("and", "or", "nor"))
# A preposition may end a clause that has one of these: a question, a relative or infinitive clause, a passive.
_STRANDING = re.compile(
    r"\b(?:what|which|who|whom|whose|where|how|why|that|there|i|you|we|they|he|she|it|us|me|them|him|nothing|something|"
    r"anything|everything|somebody|someone|one|is|are|was|were|be|been|being|to (?!the\b|a\b|an\b)\w+(?: \w+){0,5})\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 4  # "Get in", "Sign up for": shorter lines are labels
_SHORT = 6  # words of a clause that may be a phrasal verb with its object left out
_RELATIVE = re.compile(
    r"\b(?:what|which|who|whom|where|how|that)\b|\bto (?!(?:an?|the|its|their|his|her|our|my|your)\b)\w+(?: \w+){0,3} $"
)
_LONG = 120  # code points of a line that no one wraps by hand
_PUNCTUATION = ".,;:!?()[]\"'“”‘’"
_BRACKET = re.compile(r"[(（)）]")
_OPENING = "(（“"
_LEAST_INSIDE = 3  # words after a bracket: less is a sign or a slip
_EMOTICON = re.compile(r"[:;=8xX]['’]?-?[(\[]+$")
_FINAL = re.compile(r"[.!?…:;。！？]['\"’”)\]]*$|[)\]]$")
_LEAST_LETTERS = 4  # of a word that is said to be cut
_INFLECTED = re.compile(r"(?:['’]s|s|es|d|ed|ing|r|er|ers|rs|ly|y|al|n|en|ness|st|est|able|ful|less)$")


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> TruncationChecker:  # noqa: ARG001 - one shape for all
    return TruncationChecker(rules)


class _Words:
    """The words of a document in small letters, as they stand between spaces, for looking up by their beginnings."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._document.text.lower().split())

    def beginning(self, letters: str) -> list[str]:
        """All words that begin so, a word as often as it comes."""
        start = bisect_left(self._sorted, letters)
        return list(takewhile(lambda word: word.startswith(letters), islice(self._sorted, start, None)))


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A line with text in it that the next line does not continue."""

    text: str
    start: int
    last: bool  # no further line with text
    opens: str  # the first character of the next line with text
    words: _Words


class TruncationChecker:
    """The ``kind: truncation`` rules."""

    name = "truncation"

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.digest
        chosen = rules.of_kind("truncation")
        self._by_line = [(_READERS[mode], r) for r in chosen if (mode := r.spec.options["mode"]) in _READERS]
        self._after_stop = [(read, rule) for read, rule in self._by_line if read is _bracket]
        self._lists = [rule for rule in chosen if rule.spec.options["mode"] == "list"]

    def check(self, document: Document) -> Iterator[Finding]:
        after_stop = self._after_stop if any(mark in document.text for mark in _OPENING) else ()
        for paragraph in _paragraphs(document):
            for read, rule in self._by_line if paragraph.text[-1].isalpha() else after_stop:
                found = read(paragraph, rule)
                if found:
                    start, end = found
                    yield _finding(rule, document, Span(paragraph.start + start, paragraph.start + end))
        for rule in self._lists:
            for start, end, missing in gaps(document.text):
                yield _finding(rule, document, Span(start, end), missing)


def _paragraphs(document: Document) -> Iterator[_Paragraph]:
    words = _Words(document)
    texts = [(line.start, document.text[line.start : line.end].rstrip()) for line in document.lines]
    following = ""  # the next line with text
    found = []
    for index in range(len(texts) - 1, -1, -1):
        start, text = texts[index]
        if not text:
            continue
        after = texts[index + 1][1] if index + 1 < len(texts) else ""
        title = index == 0 and _FINAL.search(after)  # the first line, before a paragraph
        continued = after and (after[0].islower() or (len(text) < _LONG and not title))
        if not continued:
            found.append(_Paragraph(text, start, not following, following[:1], words))
        following = text.lstrip()
    return reversed(found)


def _end(paragraph: _Paragraph, rule: Rule) -> tuple[int, int] | None:
    text = paragraph.text
    start, last = _last_word(text)
    word = last.lower()
    preposition = word in listed(rule, "prepositions")
    if not preposition and word not in listed(rule, "needy"):
        return None
    before = text[:start]
    if before.count(" ") + 1 < _LEAST_WORDS or (last.isupper() and word in ("a", "an")):
        return None
    if word in _AND and before.rstrip().endswith((",", ";")) and not paragraph.last:
        return None  # an item of a list that goes on
    if preposition and _stranded(rule, word, before):
        return None
    return _clause(before), len(text)


def _stranded(rule: Rule, word: str, before: str) -> bool:
    """True where the preposition may close a clause: "what the bridge is made of", "the shops we used to go to"."""
    clause = before[_clause(before) :].lower()
    words = clause.split()
    if not words or words[-1] in listed(rule, f"before_{word}"):
        return True
    if word == "of":
        return _RELATIVE.search(clause) is not None
    return _STRANDING.search(clause) is not None or (words[-1].endswith(("ed", "ing")) and len(words) < _SHORT)


def _clause(before: str) -> int:
    """Where the last sentence of ``before`` starts."""
    return max((match.end() for match in re.finditer(r"[.!?:;]['\"’”)]* +", before)), default=0)


def _last_word(text: str) -> tuple[int, str]:
    """Where the last word of a line starts, and the word; empty where the line ends in anything but letters."""
    start = text.rfind(" ") + 1
    return start, text[start:] if text[start:].isalpha() else ""


def _word(paragraph: _Paragraph, _rule: Rule) -> tuple[int, int] | None:
    text = paragraph.text
    start, word = _last_word(text)
    if len(word) < _LEAST_LETTERS or not word.islower() or text.count(" ") + 1 < _LEAST_WORDS:
        return None
    alike = [found.strip(_PUNCTUATION) for found in paragraph.words.beginning(word)]
    longer = {found.removeprefix(word) for found in alike if found != word and found.isalpha()}
    if alike.count(word) > 1 or not longer or any(map(_INFLECTED.fullmatch, longer)) or _known(word):
        return None
    return start, len(text)


def _known(word: str) -> bool:
    from mtqa.grammar.lexicon import words, zipf

    return word in words() or zipf(word) >= 2.0


def _bracket(paragraph: _Paragraph, _rule: Rule) -> tuple[int, int] | None:
    text = paragraph.text
    if text.count("“") > text.count("”") and not _FINAL.search(text):
        start = text.rindex("“")
        if len(text) > start + 1 and not any(mark in text[start:] for mark in '”"') and paragraph.opens != "“":
            return start, len(text)
    open_at: list[int] = []
    for match in _BRACKET.finditer(text) if "(" in text or "（" in text else ():
        if match[0] in ")）":
            del open_at[-1:]
        else:
            open_at.append(match.start())
    for start in open_at:
        spaced = start == 0 or text[start - 1].isspace()
        labelled = _EMOTICON.search(text[max(0, start - 3) : start + 1])
        if spaced and not labelled and len(text[start + 1 :].split()) >= _LEAST_INSIDE:
            return start, len(text)
    return None


_READERS: dict[str, Callable[[_Paragraph, Rule], tuple[int, int] | None]] = {
    "end": _end,
    "word": _word,
    "bracket": _bracket,
}


def _finding(rule: Rule, document: Document, span: Span, missing: str = "") -> Finding:
    text = document.slice(span)
    return Finding(
        rule=rule.id,
        span=span,
        message=rule.spec.message.replace("{match}", text.rpartition(" ")[2] or text).replace("{missing}", missing),
        severity=rule.severity,
        mqm=rule.spec.mqm,
        confidence=CONFIDENCE[rule.spec.confidence],
        layer=Layer.PASSAGE,
        explanation=rule.spec.note,
    )
