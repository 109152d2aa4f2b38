"""Garble of our own making, with the exact words that are wrong.

Each operation imitates one thing that weak or half-trained translators do to English: wrong words that fit locally,
clauses from elsewhere, lost function words, scrambled order, stutter, noun stacks, source words left over, cuts. It
takes and gives a list of ``Word``; the wrong ones are marked. Nothing depends on anything but the arguments.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from wordfreq import zipf_frequency

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_FUNCTION_TEXT = (
    "the a an of to in on at by for from with as and or but that which who is are was were be been has "
    "have had it its this these those their his her will would can could not into over than"
)
_FUNCTION = frozenset(_FUNCTION_TEXT.split(" "))
_PREPOSITIONS = ("of", "to", "in", "on", "at", "by", "for", "from", "with", "over", "into", "under", "about")
_SUFFIX = re.compile(r"(tion|tions|ment|ments|ness|ity|ing|ed|ly|er|ers|est|al|ive|ous|ful|s)$")
_CORE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_SYLLABLES_TEXT = (
    "zhang xiang zhong jian guan xue qing yang hui ling bao dian shang jing qiu rong ping lian zheng gong "
    "hua shen tai wei xin yuan zhi cheng fu kai lu min nan ou pei qi shi tong"
)
_SYLLABLES = _SYLLABLES_TEXT.split(" ")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with the punctuation around it; ``bad`` when an operation broke it."""

    text: str
    bad: bool = False

    @property
    def core(self) -> str:
        """The word without punctuation, lower-case."""
        match = _CORE.match(self.text)
        return match[2].lower() if match else ""

    def saying(self, core: str, *, bad: bool = True) -> Word:
        """Another word in the same place: its case and punctuation stay."""
        match = _CORE.match(self.text)
        before, old, after = match.groups() if match else ("", self.text, "")
        return Word(before + (core.capitalize() if old[:1].isupper() else core) + after, bad)


class Material:
    """What the operations draw on: which words follow which in clean text, and clauses to splice in."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.followers: dict[tuple[str, str], list[str]] = defaultdict(list)  # by left neighbour and class
        self.by_class: dict[str, list[str]] = defaultdict(list)
        self.clauses: list[str] = []
        seen: set[str] = set()
        for text in texts:
            cores = [Word(token).core for token in text.split()]
            for left, right in pairwise(cores):
                if content(right):
                    self.followers[left, word_class(right)].append(right)
            for core in cores:
                if content(core) and core not in seen:
                    seen.add(core)
                    self.by_class[word_class(core)].append(core)
            for clause in re.split(r"[,;:]\s+|\sand\s", text):
                if 3 <= len(clause.split()) <= 9 and clause[:1].islower():
                    self.clauses.append(clause.rstrip(".!?\"'"))


def content(core: str) -> bool:
    return len(core) > 3 and core.isalpha() and core not in _FUNCTION


@cache
def word_class(core: str) -> str:
    """A rough stand-in for the part of speech: the ending, and how common the word is."""
    match = _SUFFIX.search(core)
    return f"{match[1] if match else '-'}{int(zipf_frequency(core, 'en')) // 2}"


def corrupt(text: str, rng: random.Random, material: Material) -> tuple[str, list[tuple[int, int]]] | None:
    """``text`` garbled by one to three operations, and the spans of wrong words; None where none applied."""
    words = [Word(token) for token in text.split()]
    for _ in range(min(3, 1 + rng.randrange(1 + len(words) // 12))):
        operation = rng.choices(_OPERATIONS, _WEIGHTS)[0]
        words = operation(words, rng, material)
    if not any(word.bad for word in words):
        return None
    spans, offset = [], 0
    for word in words:
        if word.bad:
            spans.append((offset, offset + len(word.text)))
        offset += len(word.text) + 1
    return " ".join(word.text for word in words), spans


def substitute(words: list[Word], rng: random.Random, material: Material) -> list[Word]:
    """Words that go with their left neighbour, but not with the sentence."""
    places = [i for i, word in enumerate(words) if i and content(word.core) and not word.text[:1].isupper()]
    for i in rng.sample(places, min(len(places), rng.randint(1, 1 + len(places) // 5))):
        kind = word_class(words[i].core)
        fitting = material.followers.get((words[i - 1].core, kind)) or material.by_class.get(kind) or [words[i].core]
        choice = rng.choice(fitting)
        if choice != words[i].core:
            words[i] = words[i].saying(choice)
    return words


def exchange(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """Two content words of the sentence in each other's place: on topic, and nonsense."""
    places = [i for i, word in enumerate(words) if content(word.core) and not word.text[:1].isupper()]
    for _ in range(rng.randint(1, 2)):
        if len(places) >= 2:
            one, two = rng.sample(places, 2)
            words[one], words[two] = words[one].saying(words[two].core), words[two].saying(words[one].core)
    return words


def splice(words: list[Word], rng: random.Random, material: Material) -> list[Word]:
    """A clause from elsewhere, after a comma or an "and", or in place of the rest of a clause."""
    places = [
        i + 1 for i, w in enumerate(words[:-1]) if w.text.endswith(",") or w.core in ("and", "of", "that", "with")
    ]
    if not places or not material.clauses:
        return words
    at = rng.choice(places)
    clause = [Word(token, bad=True) for token in rng.choice(material.clauses).split()]
    drop = rng.choice((0, 0, rng.randint(1, 5)))
    return words[:at] + clause + words[min(at + drop, len(words) - 1) :]


def drop_function_words(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """Articles, prepositions and auxiliaries lost; the word after the gap is marked."""
    share = rng.uniform(0.3, 0.9)
    kept: list[Word] = []
    gap = False
    for word in words:
        if word.text.lower() in _FUNCTION and rng.random() < share:
            gap = True
        else:
            kept.append(Word(word.text, word.bad or gap))
            gap = False
    return kept


def scramble(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """The words of a short stretch in another order."""
    length = min(len(words), rng.randint(4, 8))
    start = rng.randint(0, len(words) - length)
    stretch = words[start : start + length]
    mixed = rng.sample(stretch, length)
    moved = [Word(new.text, new.bad or new.text != old.text) for old, new in zip(stretch, mixed, strict=True)]
    return words[:start] + moved + words[start + length :]


def move_phrase(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """A phrase where the source language has it, not English."""
    if len(words) < 8:
        return words
    length = rng.randint(2, 5)
    start = rng.randint(1, len(words) - length)
    phrase = [Word(word.text, bad=True) for word in words[start : start + length]]
    rest = words[:start] + words[start + length :]
    at = rng.choice([0, rng.randint(0, len(rest))])
    return rest[:at] + phrase + rest[at:]


def stutter(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """A word or phrase said again, once or many times."""
    length = rng.choice((1, 1, 2, 3, 4))
    if len(words) < length + 2:
        return words
    start = rng.randint(0, len(words) - length - 1)
    phrase = [Word(word.text, bad=True) for word in words[start : start + length]]
    if all(not word.core.isalpha() for word in phrase):
        return words
    times = rng.choice((1, 1, 2, rng.randint(3, 8)))
    glue = [Word("and", bad=True)] if rng.random() < 0.3 else []
    return words[: start + length] + (glue + phrase) * times + words[start + length :]


def stack_nouns(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """Genitives as noun stacks, "the A of the B" as "B A", again and again."""
    changed: list[Word] = []
    i = 0
    while i < len(words):
        j = i + 1
        if 0 < i < len(words) - 2 and words[j].text.lower() in ("of", "in", "for") and content(words[i].core):
            j += 1
            if words[j].text.lower() in ("the", "a", "an", "our", "its", "their") and j + 1 < len(words):
                j += 1
            if content(words[j].core) and rng.random() < 0.8:
                end = _CORE.match(words[j].text)
                changed += [Word(words[j].core, bad=True), Word(words[i].core + (end[3] if end else ""), bad=True)]
                i = j + 1
                continue
        changed.append(words[i])
        i += 1
    return changed


def wrong_prepositions(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """Most prepositions exchanged for others."""
    return [
        word.saying(rng.choice(_PREPOSITIONS)) if word.core in _PREPOSITIONS and rng.random() < 0.6 else word
        for word in words
    ]


def leave_source(words: list[Word], rng: random.Random, material: Material) -> list[Word]:  # noqa: ARG001
    """A content word left as something like pinyin, or as a broken token."""
    places = [i for i, word in enumerate(words) if i and content(word.core)]
    for i in rng.sample(places, min(len(places), rng.randint(1, 2))):
        strange = "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 3)))
        if rng.random() < 0.3:
            strange = words[i].core[: rng.randint(2, 4)] + strange
        words[i] = words[i].saying(strange)
    return words


def cut(words: list[Word], rng: random.Random, material: Material) -> list[Word]:
    """The sentence breaks off, and perhaps another one goes on."""
    if len(words) < 10:
        return words
    at = rng.randint(5, len(words) - 3)
    head = [*words[: at - 1], Word(words[at - 1].text.rstrip(",;.") + rng.choice(("", ".")), bad=True)]
    if rng.random() < 0.6 and material.clauses:
        return head + [Word(token, bad=True) for token in rng.choice(material.clauses).split()] + words[-2:]
    return head


_WEIGHTED: tuple[tuple[Callable[[list[Word], random.Random, Material], list[Word]], float], ...] = (
    (substitute, 5),
    (exchange, 3),
    (splice, 3),
    (drop_function_words, 2),
    (scramble, 1.5),
    (move_phrase, 2),
    (stutter, 1.5),
    (stack_nouns, 1.5),
    (wrong_prepositions, 1),
    (leave_source, 0.7),
    (cut, 1),
)
_OPERATIONS = [operation for operation, _ in _WEIGHTED]
_WEIGHTS = [weight for _, weight in _WEIGHTED]
