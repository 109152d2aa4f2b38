"""Every example of every shipped rule, each rule alone; and that the runner itself notices what is wrong."""

from __future__ import annotations

import re

import msgspec
import pytest

from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix
from mtqa.linter import example_check
from mtqa.rules.examples import failures
from mtqa.rules.load import Rule, load_rules, shipped_rules
from mtqa.rules.schema import Example, RuleFile

RULES = load_rules(shipped_rules())


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    assert list(failures(rule, example_check(rule, RULES))) == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_findings_of_examples_are_well_formed(rule: Rule) -> None:
    """Spans lie in the text, messages have no blanks left, a line feed is never put in or taken out by words."""
    check = example_check(rule, RULES)
    for _, bad, good in rule.examples:
        for text in [*(example.text for example in bad), *good]:
            document = Document.from_text(text)
            for finding in check(document):
                assert 0 <= finding.span.start <= finding.span.end <= len(text)
                assert finding.message
                assert not re.search(r"\{(?:match|good|zh|evidence)\}", finding.message)
                assert 0 < finding.confidence <= 1
                assert "\n" not in "".join(edit.replacement for fix in finding.fixes for edit in fix.edits)


# -- the runner


def rule_with(bad: list[Example], good: list[str]) -> Rule:
    spec = RuleFile(id="a.b", message="m", mqm="x", kind="existence", pattern="x", bad=list(bad), good=good)
    return Rule(spec, "a/b.yaml", ())


def x_finder(document: Document) -> list[Finding]:
    """Marks every x, and would have it be a y; a field holds how many."""
    places = [match.start() for match in re.finditer("x", document.text)]
    return [
        Finding("a.b", Span(n, n + 1), "m", fixes=(Fix((Edit(Span(n, n + 1), "y"),)),), fields={"n": str(len(places))})
        for n in places
    ]


@pytest.mark.parametrize(
    ("bad", "good", "says"),
    [
        ([Example(text="ax", fixed="ay", fields={"n": "1"})], ["b"], ""),
        ([Example(text="a")], [], "does not fire on the bad example 'a'"),
        ([], ["axb"], "fires on the good example 'axb', at 'x'"),
        ([Example(text="xx", fixed="yx")], [], "turns 'xx' into 'yy', not 'yx'"),
        ([Example(text="x", fields={"n": "2"})], [], "captures {'n': '1'} from 'x', not {'n': '2'}"),
    ],
)
def test_the_runner_says_what_fails(bad: list[Example], good: list[str], says: str) -> None:
    found = list(failures(rule_with(bad, good), x_finder))
    assert found == ([f"a.b: {says}"] if says else [])


def test_the_runner_notices_a_fix_that_does_not_settle() -> None:
    def grower(document: Document) -> list[Finding]:
        return (
            [Finding("a.b", Span(0, 1), "m", fixes=(Fix((Edit(Span(0, 1), "xx"),)),))] if "x" in document.text else []
        )

    assert list(failures(rule_with([Example(text="x", fixed="xx")], []), grower)) == [
        "a.b: its fix does not settle: fires again on 'xx', at 'x'"
    ]


def test_the_runner_notices_fixes_that_overlap() -> None:
    def greedy(document: Document) -> list[Finding]:
        return [Finding("a.b", Span(n, n + 1), "m", fixes=(Fix((Edit(Span(n, n + 2), ""),)),)) for n in (0, 1)]

    (said,) = failures(rule_with([Example(text="xxx", fixed="")], []), greedy)
    assert "cannot be applied together" in said


def test_a_row_is_judged_by_its_own_findings() -> None:
    row = {"key": "one", "bad": ["x"], "hit": ["x"], "miss": ["y"]}
    spec = msgspec.convert({"id": "a.b", "message": "m", "mqm": "x", "kind": "terms", "rows": [row]}, RuleFile)
    said = list(failures(Rule(spec, "a/b.yaml", ()), x_finder))
    assert said == ["a.b.one: does not fire on the bad example 'x'"]
