"""The baseline: what it holds back, what it lets through, and when it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa.baseline import Baseline, BaselineError, read_entries

if TYPE_CHECKING:
    from .conftest import Project

FAULTY = "Some said it.\n\nThey said re mobilize now. And so they did.\n"


@pytest.fixture
def known(project: Project) -> Project:
    """One article with one finding, which is in the baseline."""
    project.write("a.txt", FAULTY)
    (project.root / "mtqa.toml").write_text('originals = ["news"]\nbaseline = "known.jsonl"\n', encoding="utf-8")
    ran = project.run("baseline", "write")
    assert "known.jsonl: 1 findings" in ran.out
    return project


def test_what_is_known_is_held_back_and_counted(known: Project) -> None:
    ran = known.lint("--strict")
    assert (ran.code, ran.found, ran.held_back) == (0, [], {"in the baseline": 1})
    assert known.run("baseline", "status").out.startswith("1 known, 0 new, 0 stale")


def test_moves_and_reformatting_stay_quiet(known: Project) -> None:
    known.write(
        "a.txt", "They said  re\nmobilize now. And so they did.\r\n\r\nSome said it.\r\n".replace("re\n", "re ")
    )
    assert [text for _, text in known.lint().found if "mobilize" in text] == []


def test_a_new_fault_is_told(known: Project) -> None:
    known.write("a.txt", FAULTY + "We all want to re mobilize.\n")
    ran = known.lint("--strict")
    assert (ran.code, [text for _, text in ran.found]) == (1, ["re mobilize"])


def test_the_same_fault_a_second_time_is_told(known: Project) -> None:
    known.write("a.txt", FAULTY + "\nThey said re mobilize now.\n")
    assert len(known.lint().found) == 1
    known.write("a.txt", FAULTY)
    known.write("b.txt", FAULTY)
    assert len(known.lint().found) == 1


def test_mending_one_and_breaking_one_is_noticed(known: Project) -> None:
    known.write("a.txt", "Some wanted to re mobilize it.\n\nThey said mobilise now. And so they did.\n")
    ran = known.lint("--strict")
    assert (ran.code, len(ran.found)) == (1, 1)
    assert "stale in the baseline: news/a.txt" in ran.err


def test_stale_entries_fail_under_strict_only_and_prune_takes_them_out(known: Project) -> None:
    known.write("a.txt", "All is well.\n")
    assert known.lint().code == 0
    assert known.lint("--strict").code == 1
    assert known.run("baseline", "status").code == 1
    assert "1 taken out, 0 left" in known.run("baseline", "prune").out
    assert known.lint("--strict").code == 0
    assert known.run("baseline", "status").code == 0


def test_prune_adds_nothing(known: Project) -> None:
    known.write("a.txt", FAULTY + "We all want to re mobilize.\n")
    assert "0 taken out, 1 left" in known.run("baseline", "prune").out
    assert len(known.lint().found) == 1


def test_a_renamed_article_stays_quiet_and_a_deleted_one_is_stale(known: Project) -> None:
    (known.root / "news" / "a.txt").rename(known.root / "news" / "b.txt")
    ran = known.lint("--strict")
    assert (ran.code, ran.found) == (0, [])
    known.write("b.txt", "All is well.\n")
    ran = known.lint("--strict")
    assert ran.code == 1
    assert "news/a.txt" in ran.err


def test_a_run_on_some_files_judges_those_only(known: Project) -> None:
    known.write("b.txt", "All is well.\n")
    (known.root / "news" / "a.txt").unlink()
    assert known.lint("news/b.txt", "--strict").code == 0
    assert known.lint("--strict").code == 1


def test_strict_needs_a_baseline_and_all_rules(known: Project, project: Project) -> None:
    assert known.lint("--strict", "--select", "term").code == 2
    (project.root / "mtqa.toml").write_text('originals = ["news"]\n', encoding="utf-8")
    assert project.lint("--strict").code == 2
    assert project.lint("--strict", "--baseline", "known.jsonl").code == 0


def test_with_changed_since(known: Project) -> None:
    known.commit()
    known.write("a.txt", FAULTY + "We all want to re mobilize.\n")
    ran = known.lint("--changed-since", "HEAD")
    assert len(ran.found) == 1
    assert ran.held_back == {"not brought by the change": 1}


@pytest.mark.parametrize("name", ["two\nlines.txt", "\x1b[31m<b>::.txt", "q\"'.txt", "\udcff.txt"])
def test_odd_names_are_written_harmlessly_and_read_back(project: Project, name: str) -> None:
    project.write(name, FAULTY)
    project.run("baseline", "write")
    data = (project.root / "mtqa-baseline.jsonl").read_bytes()
    assert b"\x1b" not in data
    assert data.count(b"\n") == 2
    assert read_entries(project.root / "mtqa-baseline.jsonl")[0].path == f"news/{name}"
    assert project.lint("--baseline", "mtqa-baseline.jsonl", "--strict").code == 0
    project.write(name, "All is well.\n")
    assert "\x1b" not in project.lint("--baseline", "mtqa-baseline.jsonl", "--strict").err


HEAD = '{"mtqa": "baseline", "version": 1}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no baseline of mtqa"),
        ("[]\n", "no baseline of mtqa"),
        ('{"mtqa": "baseline", "version": 2}\n', "version 2"),
        (HEAD + "{}\n", ":2: no baseline entry"),
        (HEAD + "<<<<<<< HEAD\n", ":2: an unresolved merge conflict"),
        (HEAD + "\xff\n", ":2: no baseline entry"),
    ],
)
def test_what_is_no_baseline_is_refused(known: Project, text: str, said: str) -> None:
    (known.root / "known.jsonl").write_bytes(text.encode("latin-1"))
    ran = known.lint()
    assert ran.code == 2
    assert said in ran.err


def test_a_missing_baseline_is_no_empty_one(known: Project) -> None:
    (known.root / "known.jsonl").unlink()
    ran = known.lint()
    assert ran.code == 2
    assert "mtqa baseline write" in ran.err
    with pytest.raises(BaselineError):
        Baseline.read(known.root / "known.jsonl", known.root)


def test_what_engines_find_is_taken_in_as_lint_finds_it(project: Project) -> None:
    project.write("a.txt", "There is an error in this sentense.\n")
    (project.root / "mtqa.toml").write_text(
        'originals = ["news"]\nbaseline = "known.jsonl"\n[grammar]\nspelling = true\n', encoding="utf-8"
    )
    project.run("baseline", "write")
    assert any(entry.rule.startswith("speller.") for entry in read_entries(project.root / "known.jsonl"))
    ran = project.lint("--strict")
    assert (ran.code, ran.found) == (0, [])
    assert project.run("baseline", "status").code == 0
