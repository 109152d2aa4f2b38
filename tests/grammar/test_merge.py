from __future__ import annotations

from itertools import permutations

from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, Layer, resolve
from mtqa.grammar import Engines
from mtqa.grammar.merge import merge_engines
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules


def finding(rule: str, start: int, end: int, *fixes: str, confidence: float = 0.7, **more: object) -> Finding:
    span = Span(start, end)
    made = tuple(Fix((Edit(span, text),)) for text in fixes)
    return Finding(rule, span, "m", confidence=confidence, fixes=made, **more)  # type: ignore[arg-type]


def test_engines_that_agree_become_one_finding_that_names_them_all() -> None:
    parts = [
        finding("harper.AnA", 5, 6, "an", confidence=0.6),
        finding("languagetool.EN_A_VS_AN", 5, 6, "an", "the", confidence=0.85),
        finding("speller.misspelling", 5, 9, "x", confidence=0.5),
    ]
    for order in permutations(parts):
        (one,) = merge_engines(order)
        assert one.rule == "languagetool.EN_A_VS_AN"
        assert one.related == ("harper.AnA", "speller.misspelling")
        assert [fix.edits[0].replacement for fix in one.fixes] == ["an", "the"]


def test_a_rule_of_mtqa_speaks_for_the_engines() -> None:
    own = finding("grammar.article-an", 5, 13, "an office", confidence=0.9)
    (one,) = merge_engines([finding("harper.AnA", 5, 6, "an"), own])
    assert (one.rule, one.related, one.fixes) == ("grammar.article-an", ("harper.AnA",), own.fixes)


def test_verdicts_on_passages_and_neighbours_do_not_absorb() -> None:
    passage = finding("garble.sentence", 0, 90, layer=Layer.PASSAGE)
    neighbour = finding("term.union", 0, 5)
    engine = finding("harper.AnA", 5, 6)
    assert {f.rule for f in merge_engines([passage, neighbour, engine])} == {
        f.rule for f in (passage, neighbour, engine)
    }
    insertion = finding("harper.MissingTo", 7, 7)
    assert len(merge_engines([insertion, finding("languagetool.X", 8, 9)])) == 2


def test_the_longest_own_finding_is_found_from_far_away() -> None:
    own = [finding("term.a", 0, 50), *(finding(f"term.b{n}", 60 + n, 61 + n) for n in range(20))]
    merged = merge_engines([*own, finding("harper.AnA", 40, 41)])
    assert len(merged) == len(own)
    assert resolve(merged)[0].related == ("harper.AnA",)


def test_in_the_linter_one_fault_is_one_finding() -> None:
    linter = Linter(load_rules(shipped_rules()), engines=Engines("harper", spelling=True))
    text = "The coach gave full paly to the speed of the team."
    (one,) = linter.check(Document.from_text(text))
    assert (one.rule, one.related) == ("spelling.real-word.full-play", ("speller.misspelling",))
