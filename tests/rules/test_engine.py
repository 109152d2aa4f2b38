"""The engine: what matches where, what is silent, what is replaced; the scan gives what plain `re` would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Document
from mtqa.finding import apply_edits
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from mtqa.rules.match import PatternChecker, compiled, starts_sentence
from tests.strategies import mutate, prose

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = load_rules(shipped_rules())
CHECKER = PatternChecker(SHIPPED)
TEXTS = sorted(
    {text for rule in SHIPPED.rules for _, bad, good in rule.examples for text in [*(e.text for e in bad), *good]}
)


@pytest.fixture
def rules(tmp_path: Path) -> Any:
    """A function that makes a rule set of one rule; its ``definitions`` become the shared ones."""

    def make(definitions: dict[str, Any] | None = None, **keys: Any) -> RuleSet:
        rule = {
            "id": "a.b",
            "message": "m",
            "mqm": "x",
            "kind": "existence",
            "bad": ["1", "2"],
            "good": ["3", "4"],
        } | keys
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a" / "b.yaml").write_bytes(msgspec.json.encode(rule))
        (tmp_path / "definitions.yaml").write_bytes(msgspec.json.encode(definitions or {}))
        return load_rules(tmp_path)

    return make


def found(rules: RuleSet, text: str) -> list[str]:
    document = Document.from_text(text)
    return [document.slice(finding.span) for finding in PatternChecker(rules).check(document)]


def fixed(rules: RuleSet, text: str) -> str:
    document = Document.from_text(text)
    return apply_edits(text, [edit for f in PatternChecker(rules).check(document) for edit in f.fixes[0].edits])


@pytest.mark.parametrize(
    ("scope", "pattern", "text", "expected"),
    [
        ("line", "^b", "a\nb\r\nab", ["b"]),
        ("line", "b$", "ab\r\nb a\nb", ["b", "b"]),
        ("line", r"a\sb", "a\nb a b", ["a b"]),
        ("text", r"a\nb", "a\nb", ["a\nb"]),
        ("text", "^b", "a\nb", []),
        ("text", r"b$\n", "a\nb\n", ["b\n"]),
        ("sentence", "^He", "It rains. He left. He, she.", ["He", "He"]),
        ("sentence", r"left\.$", "He left. It left. No", ["left.", "left."]),
        ("sentence", r"rains\. He", "It rains. He left.", []),
        ("line", "x", "X x\nıx", ["X", "x", "x"]),
        ("line", "(?-i:x)", "X x", ["x"]),
        ("line", "a(?P<flag>b)c", "abc", ["b"]),
        ("line", r"\bcafé\b", "a CAFÉ, cafés", ["CAFÉ"]),
        ("line", "a\u2028b", "a\u2028b", ["a\u2028b"]),
    ],
)
def test_scopes(rules: Any, scope: str, pattern: str, text: str, expected: list[str]) -> None:
    assert found(rules(scope=scope, pattern=pattern), text) == expected


def test_case_true_minds_case(rules: Any) -> None:
    assert found(rules(pattern="x", case=True), "X x") == ["x"]


def test_each_of_several_patterns_keeps_its_anchors(rules: Any) -> None:
    assert found(rules(patterns=["^a", "b$"]), "a a b b") == ["a", "b"]


def test_unless_and_when_are_read_in_the_sentence(rules: Any) -> None:
    assert found(rules(pattern="x", unless="no"), "No x here. An x there.") == ["x"]
    assert found(rules(pattern="x", when="yes"), "No x here. Yes, x there.\nyes") == ["x"]


def test_a_sentence_ends_with_its_line_in_texts_too(rules: Any) -> None:
    assert found(rules(pattern="x", unless="no", scope="text"), "no\nx\nx, no\n") == ["x"]
    assert (
        fixed(rules(pattern="x", scope="text", fix={"replace": ["y"]}, kind="replace"), "A title\nX is")
        == "A title\nY is"
    )


def test_contexts_are_judged_on_the_whole_document(rules: Any) -> None:
    contexts = {"contexts": {"mars": {"pattern": "mars|{{moon}}", "at_least": 2}}, "define": {"moon": "phobos|deimos"}}
    with_context = rules(contexts, pattern="x", context=["mars"])
    assert found(with_context, "x\nMars and Phobos") == ["x"]
    assert found(with_context, "x\nMars and MARS") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mass staff met", "workers met"),
        ("Mass staff met", "Workers met"),
        ("“Mass staff met”", "“Workers met”"),
        ("It rains. Mass staff met", "It rains. Workers met"),
        ("the Mass Staff met\r\n", "the Workers met\r\n"),
        ("THE MASS STAFF", "THE WORKERS"),
    ],
)
def test_replacements_fit(rules: Any, text: str, expected: str) -> None:
    assert fixed(rules(kind="replace", pattern="mass staff", fix={"replace": ["workers"]}), text) == expected


def test_templates_use_groups(rules: Any) -> None:
    made = rules(kind="replace", pattern=r"(?P<place>\w+) general union", fix={"replace": [r"\g<place> trade unions"]})
    assert fixed(made, "the Jiangsu general union") == "the Jiangsu trade unions"


def test_what_is_already_right_is_no_candidate(rules: Any) -> None:
    made = rules(kind="replace", pattern="workers|staff", fix={"replace": ["workers", "staff", "workers"]})
    document = Document.from_text("staff")
    (finding,) = PatternChecker(made).check(document)
    assert [fix.edits[0].replacement for fix in finding.fixes] == ["workers"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a x b", "a b"),
        ("a x.", "a."),
        ("x a", "a"),
        ("a x", "a"),
        ("a\nx b", "a\nb"),
        ("(x)", "()"),
        ("a x\nb", "a\nb"),
    ],
)
def test_deleting_a_match_takes_one_space_with_it(rules: Any, text: str, expected: str) -> None:
    assert fixed(rules(pattern="x", fix={"delete": "match"}), text) == expected


def test_messages_fill_their_blanks_once(rules: Any) -> None:
    made = rules(
        kind="replace", pattern=r"\{good\}", message="{match} {good} {zh}", zh="省", fix={"replace": ["{match}"]}
    )
    (finding,) = PatternChecker(made).check(Document.from_text("{good}"))
    assert finding.message == "{good} {match} 省"


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("One two", 0, True),
        ("One two", 4, False),
        ("“One", 1, True),
        ("- One", 2, True),
        ("One. Two", 5, True),
        ("a\nb", 2, True),
        ("One. a\nb c", 9, False),
    ],
)
def test_starts_sentence(text: str, offset: int, expected: bool) -> None:
    assert starts_sentence(text, offset) is expected


# -- against plain re


def plain(rules: RuleSet, text: str) -> set[tuple[str, int, int]]:
    """Places that a scan without a guard would find, for entries matched against lines without conditions."""
    document = Document.from_text(text)
    places = set()
    for entry in rules.entries:
        if entry.scope == "line" and not (entry.unless or entry.when or entry.context or entry.kind == "consistency"):
            for line in document.lines:
                for match in compiled(entry.pattern).finditer(document.slice(line.span)):
                    if match[0]:
                        places.add((entry.id, line.start + match.start(), line.start + match.end()))
    return places


@given(
    prose(max_lines=4),
    st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2**32)), min_size=1, max_size=3),
)
def test_the_engine_finds_what_plain_re_finds(around: str, parts: list[tuple[str, int]]) -> None:
    text = around + "\n" + "\r\n".join(mutate(text, seed) for text, seed in parts)
    document = Document.from_text(text)
    expected = {rule_id for rule_id, _, _ in plain(SHIPPED, text)}
    assert expected <= {finding.rule for finding in CHECKER.check(document)}


@given(prose(max_lines=5))
def test_findings_lie_in_their_lines(text: str) -> None:
    document = Document.from_text(text)
    for finding in CHECKER.check(document):
        assert document.line_at(finding.span.start).full.contains(finding.span)
        for fix in finding.fixes:
            assert apply_edits(text, fix.edits) != text
