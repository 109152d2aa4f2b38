"""The cache of results changes nothing but the time a run takes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mtqa import cache
from mtqa.cache import CachedLinter, Store
from mtqa.document import Document
from mtqa.linter import Linter, Source
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection
from mtqa.workers import gather_knowledge, lint_sources
from tests.boilerplate.articles import corpus, harbour

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.linter import Result

    from .conftest import Project

FAULTY = b"They said re mobilize now. Source: x\n\nScan code for attention\n"


def sources(*texts: bytes) -> list[Source]:
    return [Source(f"{number}.txt", data=text) for number, text in enumerate(texts)]


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(load_rules(shipped_rules()))


class Counting(Linter):
    """A linter that counts what it had to check."""

    checked: list[str]

    def lint_all(self, sources: Sequence[Source]) -> list[Result]:
        self.checked += [source.name for source in sources]
        return super().lint_all(sources)


def run(linter: Linter, given: list[Source], file: Path | None) -> tuple[list[object], list[str]]:
    counting = Counting(linter.rules, linter.selection, linter.overrides, max_line=linter.max_line)
    engine = CachedLinter(counting, Store(file))
    knowing = engine.gather(given)
    informed = Counting(linter.rules, linter.selection, linter.overrides, knowing, linter.max_line)
    informed.checked = []
    results: list[object] = [
        (r.source, r.document, r.findings, r.words, [str(e) for e in r.errors]) for r in engine.lint(informed, given)
    ]
    engine.close()
    return results, informed.checked


def test_a_second_run_checks_nothing_and_says_the_same(linter: Linter, tmp_path: Path) -> None:
    given = sources(FAULTY, b"All is well.\n", b"", b"\xff", FAULTY)
    plain = [
        (r.source, r.document, r.findings, r.words, [str(e) for e in r.errors])
        for r in lint_sources(linter.knowing(gather_knowledge(linter, given)), given)
    ]
    first, checked = run(linter, given, tmp_path / "c")
    assert first == plain
    assert checked == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]
    second, checked = run(linter, given, tmp_path / "c")
    assert second == plain
    assert checked == ["3.txt"]  # errors are not remembered
    assert run(linter, given, None)[0] == plain


def test_what_changes_results_is_checked_anew(linter: Linter, tmp_path: Path) -> None:
    given = sources(FAULTY)
    run(linter, given, tmp_path / "c")
    assert run(linter, sources(FAULTY + b"x"), tmp_path / "c")[1] == ["0.txt"]
    assert run(linter, [Source("0.txt", data=FAULTY, encoding="latin-1")], tmp_path / "c")[1] == ["0.txt"]
    assert run(linter, [Source("elsewhere.txt", data=FAULTY)], tmp_path / "c")[1] == []
    fewer = Linter(linter.rules, Selection(ignore=("spacing",)))
    assert run(fewer, given, tmp_path / "c")[1] == ["0.txt"]
    override = (("0.*", Selection(ignore=("spacing",))),)
    assert run(Linter(linter.rules, overrides=override), given, tmp_path / "c")[1] == ["0.txt"]
    assert run(Linter(linter.rules, overrides=(("9.*", Selection()),)), given, tmp_path / "c")[1] == []
    other = type(linter.rules)(linter.rules.rules, linter.rules.contexts, "another digest")
    assert run(Linter(other), given, tmp_path / "c")[1] == ["0.txt"]


def consistency_forms(linter: Linter) -> tuple[str, str]:
    """Two articles that together have two forms of one name, from the examples of the rules."""
    for rule in linter.rules.of_kind("consistency"):
        for _, hits, _ in rule.examples:
            for hit in hits:
                parts = [part for part in hit.text.replace("\n", ". ").split(". ") if part]
                for cut in range(1, len(parts)):
                    texts = ". ".join(parts[:cut]) + ".\n", ". ".join(parts[cut:]) + "\n"
                    given = sources(*(text.encode() for text in texts))
                    alone = next(iter(lint_sources(linter, given[:1]))).findings
                    together = next(iter(lint_sources(linter.knowing(gather_knowledge(linter, given)), given))).findings
                    if alone != together:
                        return texts
    raise AssertionError("no example of the consistency rules can be split")


def test_knowledge_of_the_corpus_sends_back_to_work_only_those_it_concerns(linter: Linter, tmp_path: Path) -> None:
    one, other = (text.encode() for text in consistency_forms(linter))
    file = tmp_path / "c"
    run(linter, sources(one, b"All is well.\n"), file)
    more = sources(one, b"All is well.\n", other)
    results, checked = run(linter, more, file)
    assert checked == ["0.txt", "2.txt"]
    assert results == run(linter, more, None)[0]
    assert run(linter, sources(one, b"All is well.\n"), file)[1] == []


def test_lines_that_recur_send_back_to_work_only_the_articles_of_their_site(linter: Linter, tmp_path: Path) -> None:
    file = tmp_path / "c"
    given = [Source(document.path, data=document.data) for document in corpus(6)]
    results, checked = run(linter, given, file)
    assert checked == [source.name for source in given]
    assert results == run(linter, given, None)[0]
    assert run(linter, given, file)[1] == []
    more = [*given, Source("news/harbour.example.com/new.txt", data=harbour(77).encode())]
    results, checked = run(linter, more, file)
    assert checked == [source.name for source in more if "harbour" in source.name]
    assert results == run(linter, more, None)[0]
    alone = [*given, Source("news/harbour.example.com/new.txt", data=b"Nothing recurs in this one.\n")]
    assert run(linter, alone, file)[0] == run(linter, alone, None)[0]


def test_a_damaged_or_forbidden_cache_costs_time_only(linter: Linter, tmp_path: Path) -> None:
    plain = run(linter, sources(FAULTY), None)[0]
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"no database" * 500)
    assert run(linter, sources(FAULTY), damaged)[0] == plain
    assert run(linter, sources(FAULTY), damaged)[1] == []
    (tmp_path / "file").write_text("")
    assert run(linter, sources(FAULTY), tmp_path / "file" / "c")[0] == plain
    store = Store(damaged)
    store._base.execute("UPDATE entries SET value = x'93'")  # type: ignore[union-attr]
    store._base.commit()  # type: ignore[union-attr]
    store.close()
    assert run(linter, sources(FAULTY), damaged)[0] == plain


def test_it_stays_bounded_and_keeps_what_is_used(tmp_path: Path) -> None:
    file = tmp_path / "c"
    for round_ in range(60):
        store = Store(file, limit=200_000)
        store.get([b"used"])
        if not round_:
            store.put(b"used", b"u" * 100)
        for number in range(20):
            store.put(f"{round_}-{number}".encode(), os.urandom(1_000))
        store.close()
        assert file.stat().st_size < 260_000
    assert Store(file).get([b"used", b"59-0", b"0-0"]).keys() == {b"used", b"59-0"}


def lint_process(project: Project, cache: Path, *more: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mtqa", "lint", "--format", "sarif", *more],
        cwd=project.root,
        env={**os.environ, "MTQA_CACHE_DIR": str(cache), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_twenty_runs_give_one_digest(project: Project, tmp_path: Path) -> None:
    """Different hash seeds, worker counts, orders of files, and caches that several processes share."""
    names = [f"{number:02}.txt" for number in range(36)]
    for number, name in enumerate(names):
        project.write(name, f"They said re mobilize number {number} now.\n\n{FAULTY.decode()}")
    files = [f"news/{name}" for name in names]
    digests = set()
    for round_ in range(5):
        started = []
        for seed in range(4):
            turn = 7 * round_ + seed
            order = files[turn:] + files[:turn] if seed % 2 else files[::-1]
            options = ["--jobs", str(1 + seed % 2), *(["--no-cache"] if round_ == 4 else []), *order]
            started.append(lint_process(project, tmp_path / "cache", *options, PYTHONHASHSEED=str(turn)))
        for process in started:
            out, err = process.communicate(timeout=300)
            assert process.returncode == 1, err
            digests.add(hashlib.sha256(out).hexdigest())
    assert len(digests) == 1


def test_programs_and_models_of_checkers_enter(tmp_path: Path) -> None:
    (tmp_path / "models" / "__pycache__").mkdir(parents=True)
    for name in ("a.py", "models/garble.npz", "models/__pycache__/a.pyc"):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(file.name for file in cache._files_of(tmp_path)) == ["a.py", "garble.npz"]


def test_versions_of_libraries_are_those_that_are_installed() -> None:
    from importlib.metadata import version

    found = cache._installed()
    assert {library: found[library] for library in cache._LIBRARIES} == {
        library: version(library) for library in cache._LIBRARIES
    }


def test_the_check_of_a_corrected_text_is_remembered_with_what_it_heard(linter: Linter, tmp_path: Path) -> None:
    """The corpus enters: what is right in an article alone may be another name of what a neighbour has."""
    alone, others = (
        sources(b"The Workers Daily wrote."),
        sources(b"The Workers Daily wrote.", b"The Workers' Daily did."),
    )
    text = Document.from_text("The Workers Daily came.", "0.txt")
    calls = []

    class Watched(Linter):
        def check(self, document: Document):  # type: ignore[no-untyped-def]
            calls.append(document.text)
            return super().check(document)

    found = []
    for given in (others, others, alone, alone, others):
        watched = Watched(linter.rules)
        engine = CachedLinter(watched, Store(tmp_path / "c"))
        found.append([f.rule for f in engine.check(watched.knowing(engine.gather(given)), text)])
        engine.close()
    name = "consistency.names.workers-daily"
    assert [name in rules for rules in found] == [True, True, False, False, True]
    assert len(calls) == 2
    assert CachedLinter(linter, Store()).check(linter, text) == linter.check(text)


def test_results_of_workers_are_remembered_as_they_were(linter: Linter, tmp_path: Path) -> None:
    class Refusing(Linter):
        def lint_all(self, sources: Sequence[Source]) -> list[Result]:
            assert not sources
            return []

    given = sources(*(FAULTY + str(number).encode() for number in range(40)))
    runs = []
    for kind in (Linter, Refusing):
        engine = CachedLinter(made := kind(linter.rules), Store(tmp_path / "c"))
        runs.append([(r.findings, r.words) for r in engine.lint(made.knowing(engine.gather(given, 2)), given, 2)])
        engine.close()
    informed = linter.knowing(gather_knowledge(linter, given))
    assert runs[0] == runs[1] == [(r.findings, r.words) for r in lint_sources(informed, given)]
    assert all(findings for findings, _ in runs[1])
