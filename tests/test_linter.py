"""Linting documents: the same results however they are run, and no failure taken for "no findings"."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from multiprocessing import parent_process
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

import mtqa.workers
from mtqa import Document, lint
from mtqa.errors import DocumentError, MtqaError
from mtqa.finding import Finding, Severity
from mtqa.linter import CheckerError, Linter, Result, Source
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection, select_rules
from mtqa.workers import gather_knowledge, lint_sources
from tests.strategies import prose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mtqa.knowledge import Knowledge

RULES = load_rules(shipped_rules())
LINTER = Linter(RULES)
LONG = "The strike at the plant in Nanjing ended on Monday after both sides signed the agreement of the trade union."
TEXT = f"""\
Home > News > Text

{LONG}

Party members must achieve the "two maintenance", the General Secretary said.

Scan code for attention

Workers' Daily"""
DOCUMENT = Document.from_text(TEXT, "seeds/a.txt")


def sources(count: int) -> list[Source]:
    """Documents that differ, every seventh unreadable."""
    found = []
    for n in range(count):
        data = TEXT.encode() + b"\n" + f"Number {n} of the mass staff.".encode() + (b"\xff" if n % 7 == 3 else b"")
        found.append(Source(f"seeds/{n:03}.txt", data=data))
    return found


def rules_of(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found}


# -- the same results however they are run


def shown(results: list[Result]) -> list[Any]:
    return [(r.source.name, r.findings, r.words, [str(error) for error in r.errors]) for r in results]


@pytest.mark.parametrize("jobs", [2, 0])
def test_jobs_do_not_change_results(jobs: int) -> None:
    alone = shown(list(lint_sources(LINTER, sources(40), jobs=1)))
    assert shown(list(lint_sources(LINTER, sources(40), jobs=jobs))) == alone
    assert [name for name, *_ in alone] == [source.name for source in sources(40)]
    assert [bool(errors) for *_, errors in alone] == [n % 7 == 3 for n in range(40)]
    assert all(found for _, found, _, errors in alone if not errors)


def test_order_does_not_change_a_document_s_results() -> None:
    forwards = shown(list(lint_sources(LINTER, sources(12))))
    assert shown(list(lint_sources(LINTER, sources(12)[::-1]))) == forwards[::-1]


@settings(max_examples=40)
@given(prose())
def test_repeated_calls_and_fresh_linters_agree(text: str) -> None:
    document = Document.from_text(text)
    first = LINTER.check(document)
    assert LINTER.check(document) == first
    assert LINTER.check(pickle.loads(pickle.dumps(document))) == first
    assert [f.sort_key for f in first] == sorted(f.sort_key for f in first)
    assert len({f.fingerprint for f in first}) == len(first)


def test_a_linter_travels_between_processes() -> None:
    linter = Linter(RULES, Selection(ignore=("term",)), (("a/*", Selection(ignore=("metadata",))),), max_line=5000)
    copy = pickle.loads(pickle.dumps(linter))
    assert (copy.rules, copy.selection, copy.overrides, copy.max_line) == (
        *(linter.rules, linter.selection, linter.overrides),
        5000,
    )
    assert copy.check(DOCUMENT) == linter.check(DOCUMENT)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_hash_seed_does_not_change_results(seed: str) -> None:
    script = (
        "import sys; from mtqa import Document, lint\n"
        "print([repr(f) for f in lint(Document.from_bytes(sys.stdin.buffer.read(), 'seeds/a.txt'))])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
    run = subprocess.run(
        [sys.executable, "-c", script], input=TEXT.encode(), env=environment, capture_output=True, check=True
    )
    assert run.stdout.decode().strip() == str([repr(finding) for finding in lint(DOCUMENT)])


def test_knowledge_does_not_depend_on_jobs_or_order() -> None:
    names = ["Wang Dongming", "Wang Dong-ming", "Wang Dong Ming"]
    many = [Source(f"{n}.txt", data=f"{names[n % 3]} spoke of number {n}.".encode()) for n in range(40)]
    gathered: list[Knowledge] = [
        gather_knowledge(LINTER, many),
        gather_knowledge(LINTER, many, jobs=2),
        gather_knowledge(LINTER, many[::-1]),
    ]
    assert len({knowledge.digest for knowledge in gathered}) == 1


# -- failures are never "no findings"


class Broken:
    name = "broken"
    version = "1"

    def check(self, document: Document) -> Iterator[Finding]:
        yield Finding("a.b", document.lines[0].span, "m")
        raise ZeroDivisionError("by nought")


def linter_with(checker: Any) -> Linter:
    linter = Linter(RULES)
    linter.checkers = [*linter.checkers, checker]
    return linter


def test_a_checker_that_raises_is_named_with_the_file() -> None:
    with pytest.raises(CheckerError) as caught:
        linter_with(Broken()).check(DOCUMENT)
    assert str(caught.value).startswith("seeds/a.txt: checker 'broken' failed: ZeroDivisionError: by nought")


def test_a_checker_that_raises_is_in_the_result() -> None:
    result = linter_with(Broken()).lint(Source("seeds/a.txt", data=TEXT.encode()))
    assert (result.document, result.findings) == (None, ())
    (error,) = result.errors
    assert isinstance(error, CheckerError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.skipif(sys.platform == "win32", reason="needs processes that inherit the broken checker")
def test_a_worker_that_dies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mtqa.workers, "_lint_chunk", _die)
    with pytest.raises(MtqaError, match="a worker process died"):
        list(lint_sources(LINTER, sources(40), jobs=2))


def _die(linter: Linter, chunk: list[Source]) -> list[Result]:
    if parent_process() is None:  # the first articles are not for the workers
        return []
    os._exit(9)


def test_a_document_that_cannot_be_read_is_in_the_result(tmp_path: Path) -> None:
    result = LINTER.lint(Source("a.txt", str(tmp_path / "a.txt")))
    assert [str(error) for error in result.errors] == ["a.txt: cannot read: No such file or directory"]


def test_an_overlong_line_is_refused_with_its_number() -> None:
    linter = Linter(RULES, max_line=120)
    text = "short\n" + "x" * 120 + "\r\n" + "x" * 121
    with pytest.raises(DocumentError, match=r"a\.txt:3: a line of 121 characters; the limit is 120"):
        linter.check(Document.from_text(text, "a.txt"))
    linter.check(Document.from_text("x" * 120 + "\n" + "y" * 120))


def test_leaving_early_stops_the_workers() -> None:
    results = lint_sources(LINTER, sources(200), jobs=2)
    assert next(iter(results)).source.name == "seeds/000.txt"
    results.close()  # type: ignore[attr-defined] # a generator


# -- selection


@pytest.mark.parametrize(
    ("select", "ignore", "rule", "kept"),
    [
        ((), (), "term.a", True),
        (("term",), (), "term.a.b", True),
        (("term",), (), "terms.a", False),
        (("term.a",), (), "term.a.b", True),
        (("term.a",), (), "term.ab", False),
        (("term.*",), (), "term.a", True),
        (("*.a",), (), "term.a", True),
        (("term",), ("term.a",), "term.a.b", False),
        (("term",), ("term.a.c",), "term.a.b", True),
        (("term.a.b",), ("term",), "term.a.b", False),
        ((), ("[st]*",), "term.a", False),
        (("Term",), (), "term.a", False),
    ],
)
def test_selection_keeps(select: tuple[str, ...], ignore: tuple[str, ...], rule: str, kept: bool) -> None:
    assert Selection(select, ignore).keeps(rule) is kept


def test_later_severities_win() -> None:
    selection = Selection(severities=(("term", Severity.CRITICAL), ("term.a", Severity.NEUTRAL), ("x", Severity.MINOR)))
    assert selection.severity("term.a.b", Severity.MAJOR) is Severity.NEUTRAL
    assert selection.severity("term.b", Severity.MAJOR) is Severity.CRITICAL
    assert selection.severity("other", Severity.MAJOR) is Severity.MAJOR


EVERYTHING = LINTER.check(DOCUMENT)


@pytest.mark.parametrize("rule", sorted(rules_of(EVERYTHING)))
def test_selecting_one_rule_gives_its_findings_only(rule: str) -> None:
    found = Linter(RULES, Selection(select=(rule,))).check(DOCUMENT)
    assert rules_of(found) == {rule}


@pytest.mark.parametrize("rule", sorted(rules_of(EVERYTHING)))
def test_ignoring_one_rule_keeps_the_others_words(rule: str) -> None:
    found = Linter(RULES, Selection(ignore=(rule,))).check(DOCUMENT)
    assert rule not in rules_of(found)
    assert all(rule not in finding.related for finding in found)
    words = {f.rule for f in EVERYTHING if not f.rule.startswith("boilerplate.")} - {rule}
    assert words <= rules_of(found)


def test_select_rules_drops_what_cannot_be_kept() -> None:
    row = next(
        entry.id for rule in RULES.rules if rule.spec.rows and rule.spec.kind == "terms" for entry in rule.entries
    )
    assert [entry.id for entry in select_rules(RULES, Selection(select=(row,))).entries] == [row]
    assert row not in select_rules(RULES, Selection(ignore=(row,))).ids
    assert select_rules(RULES, Selection(select=("nothing",))).rules == ()
    assert select_rules(RULES, Selection()).rules == tuple(rule for rule in RULES.rules if not rule.spec.optional)


def test_an_override_for_a_path_is_what_the_selection_would_be_there() -> None:
    for rule in sorted(rules_of(EVERYTHING) | {r for f in EVERYTHING for r in f.related}):
        ignoring = Selection(ignore=(rule,))
        overridden = Linter(RULES, overrides=(("seeds/*", ignoring),))
        assert overridden.check(DOCUMENT) == Linter(RULES, ignoring).check(DOCUMENT), rule
        assert overridden.check(replace(DOCUMENT, path="other/a.txt")) == EVERYTHING


def test_ignoring_the_first_rule_of_a_block_keeps_the_rest() -> None:
    document = Document.from_text(f"{LONG}\n\nScan code for attention\nCopyright © 2012 Example")
    (block,) = [finding for finding in LINTER.check(document) if finding.related]
    (rest,) = block.related
    linter = Linter(RULES, overrides=(("*", Selection(ignore=(block.rule,))),))
    found = [finding for finding in linter.check(document) if finding.rule.startswith("boilerplate.")]
    assert [(finding.rule, document.slice(finding.span)) for finding in found] == [(rest, "Copyright © 2012 Example")]


def test_severities_reach_findings_and_blocks_and_the_least_severity_comes_last() -> None:
    block = next(finding for finding in EVERYTHING if finding.related)
    for rule in (block.rule, *block.related):
        raised = Selection(severities=((rule, Severity.CRITICAL),), min_severity=Severity.CRITICAL)
        for linter in (Linter(RULES, raised), Linter(RULES, overrides=(("*.txt", raised),))):
            (found,) = [f for f in linter.check(DOCUMENT) if f.severity is Severity.CRITICAL and f.span == block.span]
            assert found.severity.penalty == 25
    assert (
        Linter(RULES, Selection(severities=(("*", Severity.MINOR),), min_severity=Severity.MAJOR)).check(DOCUMENT) == []
    )


def test_scores_count_penalty_points_by_the_thousand_words() -> None:
    result = LINTER.lint(Source("a.txt", data=TEXT.encode()))
    assert result.penalty == sum(f.severity.penalty for f in result.findings) > 0
    assert result.penalty_per_1000_words == pytest.approx(1000 * result.penalty / result.words)
    assert Result(Source("a.txt")).penalty_per_1000_words == 0


def test_a_source_reads_its_data_or_its_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\x93a\x94")
    assert Source("seeds/a.txt", str(file), "cp1252").read().text == "“a”"
    assert Source("seeds/a.txt", str(file), data=b"b").read().text == "b"
    assert Source(str(file), encoding="cp1252").read().path == str(file)
