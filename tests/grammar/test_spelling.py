from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document
from mtqa.grammar import EngineError, Engines, lexicon
from mtqa.grammar.pinyin import SYLLABLES, is_pinyin
from mtqa.grammar.spelling import RULE, SpellingChecker, judge, unknown_words
from mtqa.grammar.table import data_text
from mtqa.grammar.words import read_words
from mtqa.knowledge import Knowledge
from mtqa.linter import Linter, Source
from mtqa.rules.load import load_rules, shipped_rules

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
# Every proper name of the five seeds, acronyms and garbled names among them.
NAMES = frozenset(
    """
Bai CAMCE CPC Chen Chengdu China Chinese Dayong Dongming Fang Gangmiao Ganjingzi Haomao Heilongjiang Hong Hongtao
Huang Hunan JIN Jiabao Jiangsu Jieping Jinchuan Jinjihu Jinping Li Liu Mangang Microsignal Nanjing Nantong SHANGER SHI
Secretariand Shandong Shanghai Suqian Suzhou TRE Tao Wang Wangge Wei Weibo Xi Xiang Xiangdian Xianggang Xu Ying
Yingjie Zhan Zhang Zheng Zhonggong
""".split()  # noqa: SIM905 - a list of sixty is easier to read so
)


def found(text: str, **options: object) -> list[tuple[str, str]]:
    document = Document.from_text(text)
    checker = SpellingChecker(**options)  # type: ignore[arg-type]
    return [(document.slice(f.span), f.fixes[0].edits[0].replacement) for f in checker.check(document)]


def test_the_list_of_names_is_whole() -> None:
    text = " ".join(Document.read(file).text for file in SEEDS)
    capitalised = {word for word in re.findall(r"[^\W\d_]+", text) if word[0].isupper() and len(word) > 1}
    unknown = {word for word in capitalised if word.lower() not in lexicon.words()}
    assert len(SEEDS) == 5
    assert unknown - {"Centering"} <= NAMES <= capitalised


def test_every_name_of_the_seeds_is_left_alone() -> None:
    from mtqa.grammar.harper import HarperChecker

    for file in SEEDS:
        document = Document.read(file)
        for checker in (SpellingChecker(), HarperChecker()):
            for finding in checker.check(document):
                assert not NAMES & set(re.findall(r"[^\W\d_]+", document.slice(finding.span)))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_is_left_alone_in_any_sentence(name: str) -> None:
    text = f"The people of {name} came to {name} today. {name} is a name, and so is {name.lower()} here."
    if is_pinyin(name):
        assert found(text) == []
    assert found(text.rpartition(",")[0]) == []


def test_the_misspellings_of_the_seeds_are_found() -> None:
    hits = [hit for file in SEEDS for hit in found(Document.read(file).text)]
    assert hits == [("paly", "play"), ("spirts", "spirits")]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("We will recieve them.", ("recieve", "receive")),
        ("Give full paly to the speed of the team.", ("paly", "play")),
        ("the anufacturing sector", ("anufacturing", "manufacturing")),
        ("a campaign of immedialtrely rising prices", ("immedialtrely", "immediately")),
        ("They need alot of help.", ("alot", "a lot")),
        ("😀 the annoucement came", ("annoucement", "announcement")),
    ],
)
def test_misspelt_words(text: str, hit: tuple[str, str]) -> None:
    assert found(text) == [hit]


@pytest.mark.parametrize(
    "text",
    [
        "In Ganjingzi the Zhonggong account of Haomao fell silent.",
        "the ganjingzi district and its danwei, the hukou and the xiaokang of all",
        "The informatization of a multipolar, metaethical and prefabricated loungewear market goes unswervingly on.",
        "The colour of the harbour was analysed, organised and modelled by neighbours in the theatre.",
        "See www.standfor.co.nz, mailto:postor@exampel.com, C:\\progam\\fiels, #hashtga and usint_name.",
        "CAMCE, SHANGER and TRE stand for nothing; nor do W3C-complient parts or t2i.",
        "the saltator auriceps, Cordia sebestena and le fenetre ouvert",
    ],
)
def test_names_formations_and_addresses_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_what_recurs_is_meant_unless_it_is_a_known_misspelling() -> None:
    assert found("the surronding hills and " * 2) == [("surronding", "surrounding")] * 2
    assert found("the surronding hills and " * 3) == []
    assert len(found("they recieve it and " * 5)) == 5


def test_words_of_the_project_and_of_the_corpus_are_left_alone() -> None:
    assert found("the surronding hills") == [("surronding", "surrounding")]
    assert found("the surronding hills", words=frozenset({"Surronding"})) == []
    assert found("the surronding hills", recurring={"surronding": 3}) == []
    assert found("the surronding hills", recurring={"surronding": 2}) != []
    assert unknown_words("the surronding hills recieve rain") == {"surronding"}


def test_the_linter_learns_what_recurs_from_all_documents() -> None:
    linter = Linter(load_rules(shipped_rules()), engines=Engines(spelling=True))
    texts = [f"The surronding hills of place {n} are green.".encode() for n in range(3)]
    sources = [Source(f"{n}.txt", data=text) for n, text in enumerate(texts)]

    def hits(linter: Linter) -> int:
        return sum(f.rule == RULE for source in sources for f in linter.lint(source).findings)

    assert hits(linter) == 3
    assert hits(linter.knowing(linter.gather(sources))) == 0
    assert Knowledge(words={"a": 1}).digest != Knowledge().digest


def test_word_lists(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    assert read_words(file) == frozenset()
    file.write_text("# names\nfoo  # why\n\nbär\n", encoding="utf-8")
    assert read_words(file) == {"foo", "bär"}
    file.write_bytes(b"\xff\n")
    with pytest.raises(EngineError, match="UTF-8"):
        read_words(file)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("unproteced", "unprotected"), ("occurences", "occurrences"), ("hink", "think"), ("fisrt", "first")],
)
def test_the_list_of_typos_knows_what_no_slip_explains(wrong: str, right: str) -> None:
    assert found(f"It was {wrong} again.") == [(wrong, right)]
    assert found(f"It was {wrong} again.", words=frozenset({wrong})) == []
    assert found(f"It was {wrong} again. " * 3) == [], "what recurs may be meant"


def test_a_word_of_the_project_silences_even_a_known_misspelling() -> None:
    assert found("They recieve it.", words=frozenset({"recieve"})) == []


def test_the_list_of_typos_holds_no_words_and_its_licence_is_beside_it() -> None:
    listed = lexicon.typos()
    assert len(listed) > 80_000
    assert not listed.keys() & lexicon.words()
    assert all(right and set(right) <= lexicon.words() for right in listed.values())
    assert "Permission is hereby granted, free of charge" in data_text("typos-LICENSE")


def test_known_misspellings_are_no_words_and_their_corrections_are() -> None:
    for wrong, right in lexicon.misspellings().items():
        assert wrong not in lexicon.words()
        assert all(word in lexicon.words() or len(word) == 1 for word in right.split()), right


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=6))
def test_every_run_of_syllables_is_pinyin(syllables: list[str]) -> None:
    assert is_pinyin("".join(syllables).capitalize())


def test_english_words_are_mostly_not_pinyin() -> None:
    assert not any(is_pinyin(word) for word in ("street", "labour", "spirit", "Microsignal", "Secretariand"))
    assert is_pinyin("Xi'an")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12))
def test_a_verdict_never_proposes_the_word_itself(word: str) -> None:
    verdict = judge(word)
    assert verdict is None or (word not in verdict.candidates and verdict.candidates)
