"""Results with engines in the cache of results: the same findings, and nothing checked twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mtqa.cache import CachedLinter, Store
from mtqa.cli import main
from mtqa.grammar import Engines, LanguageToolOptions
from mtqa.linter import Linter, Source
from mtqa.rules.load import RuleSet, load_rules, shipped_rules
from mtqa.workers import gather_knowledge, lint_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.knowledge import Knowledge
    from mtqa.linter import Result

ENGINES = Engines("harper", spelling=True)


def sources(*texts: str) -> list[Source]:
    return [Source(f"{number}.txt", data=text.encode()) for number, text in enumerate(texts)]


def run(given: list[Source], file: Path, engines: Engines = ENGINES) -> tuple[list[list[str]], list[str]]:
    """What is found in each source, and which sources had to be checked."""
    checked: list[str] = []

    class Counting(Linter):
        def lint_all(self, sources: Sequence[Source]) -> list[Result]:
            checked.extend(source.name for source in sources)
            return super().lint_all(sources)

        def knowing(self, knowledge: Knowledge) -> Counting:
            return Counting(self.rules, knowledge=knowledge, engines=self.engines)

    linter = Counting(RuleSet(()), engines=engines)
    cached = CachedLinter(linter, Store(file))
    results = list(cached.lint(linter.knowing(cached.gather(given)), given))
    cached.close()
    return [[f"{f.rule} {f.span.start}" for f in result.findings] for result in results], checked


def plain(given: list[Source]) -> list[list[str]]:
    linter = Linter(RuleSet(()), engines=ENGINES)
    informed = linter.knowing(gather_knowledge(linter, given))
    return [[f"{f.rule} {f.span.start}" for f in result.findings] for result in lint_sources(informed, given)]


def test_a_second_run_checks_nothing_and_says_the_same(tmp_path: Path) -> None:
    given = sources("He has went home. They recieve it.", "All is well.", "The surronding hills.")
    first, checked = run(given, tmp_path / "c")
    assert checked == ["0.txt", "1.txt", "2.txt"]
    assert (
        first
        == plain(given)
        == [["harper.SimplePastToPastParticiple 7", "speller.misspelling 23"], [], ["speller.misspelling 4"]]
    )
    assert run(given, tmp_path / "c") == (first, [])


def test_a_word_that_recurs_in_the_corpus_sends_only_its_articles_back(tmp_path: Path) -> None:
    given = sources("The surronding hills.", "A surronding wall.", "They recieve it.")
    first, _ = run(given, tmp_path / "c")
    more = [*given, Source("3.txt", data=b"Our surronding towns.")]
    second, checked = run(more, tmp_path / "c")
    assert checked == ["0.txt", "1.txt", "3.txt"]
    assert second == plain(more) == [[], [], first[2], []]


def test_other_settings_of_the_engines_are_other_results(tmp_path: Path) -> None:
    given = sources("They teached him by the surronding hills.")
    run(given, tmp_path / "c")
    for other in (
        replace(ENGINES, words=frozenset({"surronding"})),
        replace(ENGINES, grammar="off"),
        replace(ENGINES, spelling=False),
    ):
        assert run(given, tmp_path / "c", other)[1] == ["0.txt"]
    assert run(given, tmp_path / "c")[1] == []


def test_what_a_remote_server_says_is_not_remembered_as_a_result() -> None:
    local = LanguageToolOptions(disabled=("A",))
    assert Engines("both", languagetool=local).key != Engines("both").key
    assert Engines("both", languagetool=replace(local, url="http://127.0.0.1:9/")).key is None


def test_without_a_cache_no_engine_remembers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("They teached him.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE_DIR", str(tmp_path / "cache"))  # the user's own may know this very article
    for option, remembered in (("--no-cache", False), ("--jobs=1", True)):
        with pytest.raises(SystemExit):
            main(["lint", "a.txt", "--ignore", "grammar", option])
        assert (tmp_path / "cache" / "grammar.sqlite").exists() is remembered


def test_checkers_that_were_built_before_the_first_pass_hear_of_it() -> None:
    rules = load_rules(shipped_rules())
    given = sources("The Workers Daily wrote of goverment.", "The Workers' Daily wrote.", *["A goverment."] * 8)
    early, late = Linter(rules, engines=ENGINES), Linter(rules, engines=ENGINES)
    early.load_engines()
    told = gather_knowledge(early, given)
    found = [
        [(f.rule, f.span) for result in lint_sources(linter.knowing(told), given) for f in result.findings]
        for linter in (early, late)
    ]
    assert found[0] == found[1]
    assert "consistency.names.workers-daily" in {rule for rule, _ in found[0]}
    alone = [(f.rule, f.span) for result in lint_sources(early, given) for f in result.findings]
    assert "consistency.names.workers-daily" not in {rule for rule, _ in alone}
