"""What is an English word, and how common it is.

Correct words come from the list of SymSpell (SCOWL crossed with Google Books, 83,000 words; MIT) and from what
wordfreq counts at least once per million words (Apache-2.0, data CC BY-SA 4.0). Frequencies are Zipf values: the
logarithm to base 10 of the occurrences per thousand million words, 0 for what was never counted.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from math import log10
from pathlib import Path

import msgspec
import yaml

from mtqa.grammar.frequencies import Frequencies
from mtqa.rules.memo import cache_folder

_PREFIXES = (
    *("anti", "auto", "bio", "co", "counter", "cyber", "de", "dis", "eco", "hyper", "inter", "macro", "mega", "meta"),
    *("micro", "mid", "mini", "mis", "mono", "multi", "nano", "neo", "non", "out", "over", "photo", "post", "pre"),
    *("pro", "pseudo", "re", "semi", "socio", "sub", "super", "tele", "trans", "ultra", "un", "under"),
)
_SUFFIXES = (
    *("able", "ability", "al", "ally", "ation", "ed", "er", "ers", "es", "est", "ful", "hood", "ie", "ies", "ing"),
    *("isation", "ise", "ised", "ises", "ish", "ising", "ism", "isms", "ist", "ists", "ity", "ization", "ize", "ized"),
    *("izes", "izing", "less", "like", "ly", "ment", "ness", "s", "ship", "ship's", "wards", "wear", "wise"),
)
_SHORTEST = 3
_END = "-- end --"  # of a list that was written whole


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """All correct words, in small letters."""
    file = cache_folder() / f"words-v1-{version('symspellpy')}-{version('wordfreq')}-{_misspellings_digest()}.txt"
    with suppress(OSError, UnicodeDecodeError):
        known = file.read_text(encoding="utf-8").split("\n")
        if known[-1] == _END:
            return frozenset(known[:-1])
    found = _correct_words()
    _keep(file, "\n".join([*sorted(found), _END]).encode())
    return found


def _correct_words() -> frozenset[str]:
    file = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    listed = {line.partition(" ")[0] for line in file.read_text(encoding="utf-8-sig").split("\n")}
    return frozenset((listed | usual()) - misspellings().keys() - {""})


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """Correct words that wordfreq counts at least once per million words, most common first: what was meant, maybe."""
    known = words()
    return tuple(word for word in counted().common if word in known and word.isalpha() and word.isascii())


@lru_cache(maxsize=1)
def misspellings() -> dict[str, str]:
    """Known misspellings and what they stand for."""
    from mtqa.grammar.table import data_text

    data = yaml.load(data_text("misspellings.yaml"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {wrong: right for right, forms in data.items() for wrong in forms.split()}


def _misspellings_digest() -> str:
    from mtqa.grammar.table import data_text

    return hashlib.sha256(data_text("misspellings.yaml").encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def typos() -> dict[str, tuple[str, ...]]:
    """Further misspellings, no words themselves, with what they may stand for, best first (``data/typos.txt``)."""
    from mtqa.grammar.table import data_text

    lines = (line.split() for line in data_text("typos.txt").split("\n") if not line.startswith("#"))
    return {words[0]: tuple(words[1:]) for words in lines if words}


@lru_cache(maxsize=1)
def counted() -> Frequencies:
    """All words that wordfreq counts, with their Zipf values.

    Kept in the cache folder: reading them from there takes a twentieth of the time that asking wordfreq does.
    """
    file = cache_folder() / f"counted-{version('wordfreq')}-{sys.byteorder}.msgpack"
    with suppress(OSError, msgspec.MsgspecError, ValueError, TypeError):
        return Frequencies.read(file.read_bytes())
    table = Frequencies.of(_counted_by_wordfreq())
    _keep(file, table.written())
    return table


def _keep(file: Path, data: bytes) -> None:
    """Write a file that other runs may be reading; not being able to costs time only."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
            stream.write(data)
        Path(stream.name).replace(file)


def _counted_by_wordfreq() -> dict[str, float]:
    """Of one word, `wordfreq.zipf_frequency` gives the same (tests/grammar/test_lexicon.py)."""
    import wordfreq

    return {word: round(log10(share) + 9, 2) for word, share in wordfreq.get_frequency_dict("en", "large").items()}


@lru_cache(maxsize=1)
def usual() -> frozenset[str]:
    """What wordfreq counts more than once per million words: its small list."""
    return frozenset(counted().common)


@lru_cache(maxsize=1)
def usual_bytes() -> frozenset[bytes]:
    """The same in UTF-8."""
    return frozenset(word.encode() for word in usual())


@lru_cache(maxsize=1 << 15)
def zipf(word: str) -> float:
    """How common a word is; see above."""
    if word.isascii() and word.isalpha():
        return counted().get(word.lower(), 0.0)
    import wordfreq

    return float(wordfreq.zipf_frequency(word, "en"))


def is_derived(word: str) -> bool:
    """True for a regular formation on correct words: "informatization", "multipolar", "loungewear"."""
    known = words()
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _SHORTEST and (rest in known or _suffixed(rest)):
            return True
    return _suffixed(word) or _compound(word)


def _suffixed(word: str) -> bool:
    known = words()
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem == word or len(stem) < _SHORTEST + 1:
            continue
        bases = [stem, stem + "e", stem + "y", stem + "ic", stem + "ise", stem + "ize"]
        if stem[-1] == stem[-2] and suffix in ("ed", "ing", "er", "ers"):
            bases.append(stem[:-1])
        if stem.endswith("i"):
            bases.append(stem[:-1] + "y")
        if any(base in known and zipf(base) >= 2.0 for base in bases):
            return True
    return False


def _compound(word: str) -> bool:
    """Two common words of at least four letters written as one."""
    known = words()
    return any(
        word[:cut] in known and word[cut:] in known and zipf(word[:cut]) >= 3.0 and zipf(word[cut:]) >= 3.0
        for cut in range(4, len(word) - 3)
    )
