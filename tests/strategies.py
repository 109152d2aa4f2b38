"""Texts that break text tools, for property tests of any part of mtqa.

``texts()`` gives whole documents with every kind of line ending and odd character, ``prose()`` documents that look like
articles, ``regexes()`` patterns of Python's ``re`` built from a grammar.
"""

from __future__ import annotations

import codecs
import random
import unicodedata

from hypothesis import strategies as st

from mtqa.document import Document

ENDINGS = ("\n", "\r\n")
# What `str.splitlines` or `\s` would take for a line end or white space, and `mtqa` must not.
FALSE_ENDINGS = ("\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
SPACES = ("\u00a0", "\u2009", "\u202f", "\u3000", "\u200b", "\ufeff", "\t")
ODD = (
    *("é", "e\u0301", "n\u0303\u0323", "😀", "👩\u200d👩\u200d👧", "🇨🇳", "𝔘", "中文", "。", "，", "ﬁ", "Å", "\u212b"),
    *("עברית", "العربية", "\u202e", "ǅ", "ß", "ẞ", "İ", "ı", "ſ", "\u212a", "\U0010ffff", "\ue000", "\x7f", "�"),
)
WORDS = ("the", "Union", "workers'", "1,000.5", "two", "maintenance", "Co., Ltd.", "QR-code", "x", "Mr.", "industry")
SENTENCES = (
    "Party members must achieve the two maintenance, the General Secretary said.",
    "The union held a meeting in Nanjing.",
    "“Is it over?” he asked.",
    "Dr. Li spoke of 3.5 percent.",
    "中文句子。",
    "It cost 1,000 yuan!",
)


def pieces() -> st.SearchStrategy[str]:
    """Short stretches of text without a line feed."""
    return st.one_of(
        st.sampled_from([*WORDS, *ODD, *SPACES, *FALSE_ENDINGS, " ", ".", ", ", '"', "’"]),
        st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), max_size=6),
    )


def lines() -> st.SearchStrategy[str]:
    """One line without its ending; often empty, sometimes long."""
    short = st.lists(pieces(), max_size=8).map("".join)
    return st.one_of(short, st.just(""), st.just("word " * 700), st.just("😀é" * 400))


@st.composite
def texts(draw: st.DrawFn, *, line: st.SearchStrategy[str] | None = None, max_lines: int = 8) -> str:
    """A document: LF, CRLF or mixed endings, with or without a final one, with or without an inner byte order mark."""
    body = draw(st.lists(lines() if line is None else line, max_size=max_lines))
    style = draw(st.sampled_from([("\n",), ("\r\n",), ENDINGS]))
    joined = "".join(part + draw(st.sampled_from(style)) for part in body)
    if draw(st.booleans()):
        joined = joined.removesuffix("\n").removesuffix("\r")
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + joined


def prose(max_lines: int = 8) -> st.SearchStrategy[str]:
    """Documents of plain sentences with some of the odd characters between them."""
    sentence = st.one_of(st.sampled_from(SENTENCES), st.sampled_from(SENTENCES), lines())
    return texts(line=st.lists(sentence, max_size=4).map(" ".join), max_lines=max_lines)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents read from bytes in UTF-8, UTF-16 or UTF-32, with and without a byte order mark."""
    text = draw(texts())
    bom, codec = draw(
        st.sampled_from(
            [
                (b"", "utf-8"),
                (codecs.BOM_UTF8, "utf-8"),
                (codecs.BOM_UTF16_LE, "utf-16-le"),
                (codecs.BOM_UTF16_BE, "utf-16-be"),
                (codecs.BOM_UTF32_LE, "utf-32-le"),
            ]
        )
    )
    if not bom:
        text = text.removeprefix("\ufeff")
    return Document.from_bytes(bom + text.encode(codec), "seeds/a.txt")


# -- patterns

# Small, so that random texts match random patterns often; with everything whose case folds oddly.
ALPHABET = "abAB iIİısSſkK\u212aßẞåÅ\u212bσςΣµμ1٣_-.\n\r\x1c\x85\xa0\u2028éÉ中😀ﬅﬆВᲀ"
_ATOMS = [*r"abABiIsSkK1", " ", "-", "_", "İ", "ı", "ſ", "\u212a", "ß", "ẞ", "Å", "ς", "µ", "é", "中", "😀", "ﬅ", "В"]
_CLASSES = [
    *(r"\w", r"\W", r"\s", r"\S", r"\d", r"\D", ".", r"\.", r"\-", r"\n"),
    *("[ab]", "[^ab]", "[a-k]", "[^a-k]", "[i-s]", "[^\\s]", "[^\\w\\s]", "[\\W\\d]", "[^\\W_]", "[\\S]", "[^\\d]"),
    *("[à-ÿ]", "[Α-ω]", "[A-\u212a]", "[^à-ÿ]", "[\u0100-\uffff]", "[^\\s\\S]", "[\\s\\S]", "[\\]^-]", "[’'“”]"),
    *("[ａ-ｚ]", "[😀-😂]", "[K-\u2126]", "[В-Я]", "[^\x00-\U0010ffff]", "[\x1c-\x85]"),
]
_ANCHORS = ["^", "$", r"\b", r"\B", r"\A", r"\Z"]
_REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,5}", "{4,9}", "{3,}", "{0,400}", "*+", "++", "?+"]


def regexes() -> st.SearchStrategy[str]:
    """Patterns of ``re``: classes, groups, repeats, assertions, anchors, inline flags. Not all of them compile."""
    leaf = st.one_of(st.sampled_from(_ATOMS), st.sampled_from(_CLASSES), st.sampled_from(_ANCHORS))
    return st.recursive(leaf, _larger, max_leaves=10)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    wrap = st.sampled_from(
        [
            *("({})", "(?:{})", "(?={})", "(?!{})", "(?>{})", "(?i:{})", "(?-i:{})", "(?s:{})", "(?m:{})", "(?a:{})"),
            *("({})\\1", "({})?(?(1)a|b)", "(?<=a){}", "(?<!b){}", "(?:{}|)"),
        ]
    )
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(?:" + "|".join(parts) + ")"),
        st.tuples(inner, st.sampled_from(_REPEATS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(wrap, inner).map(lambda pair: pair[0].replace("{}", pair[1])),
    )


# -- texts that nearly match

_LOOKALIKES = dict(
    [
        *(("i", "İıI"), ("I", "ıİi"), ("s", "ſS"), ("S", "ſs"), ("k", "\u212aK"), ("K", "\u212ak"), ("å", "\u212bÅ")),
        *(("ß", "ẞ"), ("σ", "ςΣ"), (" ", "\u00a0\u3000\u2009\t"), ("'", "’"), ("’", "'"), ('"', "“”")),
        *(("-", "‐–"), (".", "．。")),
    ]
)


def mutate(text: str, seed: int) -> str:
    """``text`` with some characters changed in case, width, script of digits or kind of space, or marks put in."""
    chance = random.Random(seed)
    rate = chance.choice((0.0, 0.05, 0.3, 1.0))
    return "".join(_mutant(char, chance) if chance.random() < rate else char for char in text)


def _mutant(char: str, chance: random.Random) -> str:
    choices = [char.swapcase(), char.upper(), char.lower(), char, *_LOOKALIKES.get(char, "")]
    if char.isdigit() and char.isascii():
        choices += [chr(0x660 + int(char)), chr(0xFF10 + int(char))]
    if "!" <= char <= "~":
        choices += [chr(ord(char) + 0xFEE0), char + "\u0301", unicodedata.normalize("NFD", char)]
    return chance.choice(choices)
