"""Words of a document that English does not know, and where they stand.

The common case is a document of known words: its different words are compared with the 29,000 most common ones in one
set operation, and only what is left is looked at; wordfreq's long list is loaded when that list has a use.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from mtqa.grammar import lexicon
from mtqa.grammar.pinyin import is_pinyin
from mtqa.segment import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Word = tuple[int, int, str]
"""Start, end and form of a word in the text."""

_ONLY_LETTERS = bytes(byte if chr(byte).isalpha() and byte < 128 else ord(" ") for byte in range(256))
_LEAST_RARE = 5  # letters
_SYLLABLE = re.compile(r"([a-z]{2,5}?)\1{3,}")
_TELLING = re.compile(r"zh|x[iu]|q[iu](?!e)|[iu]ang|iong|uan|iao|shou|eng|ong")
_DOUBLED = re.compile(r"([a-z]{3,})\1")
_CAMEL = re.compile(r"[A-Z][a-z]{3,}(?:The|In|On|At|Of|And|For|With|It|He|This)")
_REPEATABLE = frozenset(("sub", "pre", "pro", "non", "anti", "post", "over", "meta", "super", "great", "ultra"))
_JOINTS = ("and", "of", "the", "for", "with", "from")
_SCIENCE = re.compile(
    r"(?:virus(?:es)?|aceae|idae|inae|itis|osis|oses|emia|aemia|ase|ases|oid|oids|ine|ines|ol|ols|ate|ates|ide|ides|ene|enes"
    r"|otomy|ectomy|plasty|scopy|logy|logical|graphy|metry|pathy|phagous|phyte|phytes|cytes?|ema|oma|omas|ata|um|us)$"
)
_SPOKEN_OF = re.compile(
    r"\b(?:called|known as|named|termed|so-called|words?|terms?|dubbed|or|aka|i\.e\.)[ ,]*(?:an? |the )?$"
)
_OPENERS, _CLOSERS = "\"“‘'([*_<«", "\"”’')]*_>»(="
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
_SKELETON = re.compile(r"[aeiouyh]|(.)(?=\1)")
_LEAST_NAME, _LEAST_SKELETON = 6, 3
_SMALL = re.compile(r"\b[a-z]{2,}\b")
_LEAST_SMALL = 4  # words in small letters on a line that is not all capitals
_FAR = 2  # letters in which spellings of one name differ at most
_ENDINGS = (
    *(
        "s",
        "es",
        "d",
        "ed",
        "ing",
        "ly",
        "er",
        "ers",
        "r",
        "y",
        "al",
        "ally",
        "ness",
        "less",
        "able",
        "ment",
        "ity",
        "ize",
    ),
    *(
        "ized",
        "izing",
        "ization",
        "ist",
        "ists",
        "ism",
        "ship",
        "like",
        "ish",
        "ion",
        "ions",
        "or",
        "ors",
        "ation",
        "ability",
    ),
)
_BEGINNINGS = (
    *(
        "un",
        "re",
        "non",
        "pre",
        "anti",
        "over",
        "under",
        "out",
        "inter",
        "sub",
        "mis",
        "dis",
        "co",
        "multi",
        "micro",
        "in",
    ),
    *("up", "down", "mid", "de", "super", "self", "fore", "back"),
)
_LEAST_STUCK = 8  # letters of four syllables
_LEAST_DOUBLED, _LEAST_MENDED = 4, 7  # letters of a doubled whole, of a word once mended
_USUAL, _HALF = 3.0, 3.5  # Zipf: once and three times per million words


class Strange:
    """One text; ``rare`` holds its plain words, in order of the alphabet, that are not among the common ones."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def rare(self) -> list[str]:
        runs = set(self.text.encode().translate(_ONLY_LETTERS).split()) - lexicon.usual_bytes()
        left = (run.decode() for run in runs if len(run) >= _LEAST_RARE)
        return sorted(word for word in left if word.lower() not in lexicon.usual())

    def together(self, least: int) -> list[str]:
        """Rare words in small letters that share a line with others, ``least`` of them; no regular formations.

        Most documents have none, and need no long list.
        """
        few = [word for word in self.rare if word.islower() and not _plainly_formed(word)]
        if len(few) < least:
            return []
        by_line: dict[int, list[str]] = {}
        for word in few:
            place = self.text.find(word)
            while place >= 0:
                end = self.text.find("\n", place)
                by_line.setdefault(end, []).append(word)
                place = self.text.find(word, end) if end >= 0 else -1
        return sorted({word for here in by_line.values() if len(here) >= least for word in here})

    def places(self, word: str, *, unless_glossed: bool = False) -> Iterator[Word]:
        """Where ``word`` stands as a word of its own; nowhere if it is in quotes or explained at any place."""
        found = [match.span() for match in re.finditer(rf"(?<![\w@/.#$'’-]){word}(?![\w@/]|[.'’-]\w)", self.text)]
        if unless_glossed and any(self._glossed(start, end) for start, end in found):
            return
        for start, end in found:
            yield start, end, word

    def _glossed(self, start: int, end: int) -> bool:
        before = self.text[max(0, start - 24) : start]
        opened, closed = before[-1:], self.text[end : end + 2].lstrip()[:1]
        spoken_of = _SPOKEN_OF.search(before) is not None
        return spoken_of or (opened != "" and opened in _OPENERS) or (closed != "" and closed in _CLOSERS)

    def sentence(self, offset: int) -> tuple[int, int]:
        """The sentence around ``offset``, as offsets into the text."""
        left = self.text.rfind("\n", 0, offset) + 1
        line = self._line(offset)
        for start, end in sentences_of(line):
            if start <= offset - left < end:
                return left + start, left + end
        return left, left + len(line)

    def _line(self, offset: int) -> str:
        start, end = self.text.rfind("\n", 0, offset) + 1, self.text.find("\n", offset)
        return self.text[start : end if end >= 0 else len(self.text)]

    def is_romanised(self, word: str) -> bool:
        """Two or more syllables of pinyin that are no English word; only with a sound that English words lack."""
        return bool(_TELLING.search(word)) and is_pinyin(word) and not is_pinyin_syllable(word) and not is_known(word)

    def is_odd(self, word: str) -> bool:
        """No dictionary has it, and it is no slip of a finger, no Latin name and no term of medicine or chemistry."""
        return not is_known(word) and not _SCIENCE.search(word) and not is_slip(word)

    def is_stutter(self, word: str) -> bool:
        """An unknown word that is a common one once a doubled part of it is dropped: "governmentment", "SomeSome".

        A name may be a syllable twice: "Jinjin".
        """
        low = word.lower()
        match = _DOUBLED.search(low)
        if match is None or low in lexicon.counted():
            return False
        whole = len(match[0]) == len(low)
        if match[1] in _REPEATABLE or (whole and (word.istitle() or len(match[1]) < _LEAST_DOUBLED)):
            return False
        single = low[: match.start()] + low[match.end(1) :]
        return (whole or len(single) >= _LEAST_MENDED) and lexicon.zipf(single) >= _USUAL

    def stuck(self, word: str) -> str:
        """The syllable that comes four times or more in a row within a word: "no" of "matonononono"; or nothing."""
        match = _SYLLABLE.search(word.lower()) if len(word) >= _LEAST_STUCK else None
        return match[1] if match else ""

    def is_glued(self, word: str) -> bool:
        """A common word, whole or without its last letter or two, and a small word in one: "Secretariand"."""
        if _CAMEL.fullmatch(word):
            return lexicon.zipf(re.split(r"(?<=[a-z])(?=[A-Z])", word)[0].lower()) >= 3.0
        low = word.lower()
        if not low.endswith(_JOINTS) or low in lexicon.usual():
            return False
        return any(low.endswith(joint) and _begins(low.removesuffix(joint)) for joint in _JOINTS) and not is_known(low)

    def is_shouted(self, word: str) -> bool:
        """An unknown word in capitals that can be spoken, beside another one, on a line of small letters, once."""
        if not word.isupper() or len(_VOWELS.intersection(word.lower())) < 2:
            return False
        line = self._line(self.text.index(word))
        beside = re.search(rf"\b[A-Z]{{3,}} {word}\b|\b{word} [A-Z]{{3,}}\b", line)
        if beside is None or len(_SMALL.findall(line)) < _LEAST_SMALL:
            return False
        return self.text.lower().count(word.lower()) == 1 and word.lower() not in lexicon.counted()

    def unsteady(self) -> Iterator[tuple[Word, list[str]]]:
        """The second form of each unknown name that is written in several ways, and all its forms."""
        groups: dict[str, list[str]] = {}
        for word in self.rare:
            if word.istitle() and len(word) >= _LEAST_NAME:
                low = word.lower()
                groups.setdefault(low[0] + _SKELETON.sub("", low[1:]), []).append(word)
        for skeleton, group in groups.items():
            if len(group) < 2 or len(skeleton) < _LEAST_SKELETON:
                continue
            forms = _alike([word for word in group if word.lower() not in lexicon.counted()])
            if len(forms) < 2 or _inflected(forms):
                continue
            places = sorted(place for form in forms for place in self.places(form))
            first = places[0][2] if places else ""
            second = next((place for place in places if place[2] != first), None)
            if second and self.sentence(second[0]) != self.sentence(places[0][0]):  # "Dolkha, which became Dolakha"
                yield second, list(dict.fromkeys(form for _, _, form in places))


@lru_cache(maxsize=1 << 15)
def _plainly_formed(word: str) -> bool:
    """A common word with a beginning or an ending: what can be told without the long list."""
    common = lexicon.usual()
    for ending in _ENDINGS if word.endswith(_ENDINGS) else ():
        stem = word.removesuffix(ending)
        if stem != word and (
            stem in common or stem + "e" in common or stem[:-1] + "y" in common or stem[:-1] in common
        ):
            return True
    return word.startswith(_BEGINNINGS) and any(word.removeprefix(start) in common for start in _BEGINNINGS)


@lru_cache(maxsize=1 << 15)
def is_known(word: str) -> bool:
    """Counted at all by wordfreq, or formed regularly on a known word; ``word`` in small letters."""
    return word in lexicon.counted() or lexicon.is_derived(word)


@lru_cache(maxsize=1 << 15)
def is_slip(word: str) -> bool:
    """One letter too many, too few, wrong or swapped makes it a dictionary's word."""
    known = lexicon.words()
    for cut in range(len(word) + 1):
        left, right = word[:cut], word[cut:]
        swapped = left + right[1:2] + right[:1] + right[2:]
        if (right and left + right[1:] in known) or swapped in known:
            return True
        if any(left + letter + right in known or left + letter + right[1:] in known for letter in _LETTERS):
            return True
    return False


def is_pinyin_syllable(word: str) -> bool:
    from mtqa.grammar.pinyin import SYLLABLES

    return word in SYLLABLES


def _begins(stem: str) -> bool:
    """A common word, or one without its last letter or two."""
    if len(stem) < 6:
        return False
    usual = _usual()
    start = bisect_left(usual, stem)
    near = takewhile(lambda word: word.startswith(stem), islice(usual, start, None))
    return any(len(word) <= len(stem) + 2 for word in near)


@lru_cache(maxsize=1)
def _usual() -> list[str]:
    """Correct words that are common enough to be one half of a glued one, sorted."""
    values = lexicon.counted().common
    return sorted(word for word in lexicon.common_words() if values[word] >= _HALF)


def _alike(forms: list[str]) -> list[str]:
    """The forms that differ from some other one in few letters."""
    return [
        one
        for one in forms
        if any(one != other and Levenshtein.distance(one, other, score_cutoff=_FAR) <= _FAR for other in forms)
    ]


def _inflected(forms: list[str]) -> bool:
    """One is the other with an ending, or they differ in the last letters only: "Nigerian", "Nigeria"."""
    stem = min(forms, key=len)[:-2].lower()
    return all(form.lower().startswith(stem) for form in forms)
