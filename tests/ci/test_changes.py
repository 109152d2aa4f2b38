"""``--changed-since`` on the history of a real repository: exactly what each change brought, and nothing else."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.changes import Version, align, compare
from mtqa.document import Document, Span
from mtqa.finding import Finding, identify

from .conftest import Project

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = [
    f"In the {number} district the working group of the union heard what the members of factory number {number} had to "
    f"say about their pay, their hours and the canteen, and it wrote all of that down in report number {number}."
    for number in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
]
LONG = " ".join(SENTENCES).replace("the canteen, and it wrote", "the canteen, and it re mobilize wrote", 2)
FOOTER = "\n\nScan code for attention\n\nEditor in charge: Li Ming\n"
FAULT = ("spacing.detached-prefix", "re mobilize")


@pytest.fixture
def started(project: Project) -> Project:
    """One article with two old faults in a paragraph of well over 2,000 characters."""
    project.write("a.txt", f"A title\n\n{LONG}\n\nThe end of it all.\n")
    project.commit()
    return project


def faults(project: Project) -> list[tuple[str, str]]:
    return project.lint().found


def test_the_setting_has_two_old_faults_in_one_long_line(started: Project) -> None:
    assert len(LONG) > 2_000
    rules = faults(started)
    assert len(rules) == 2
    assert {text for _, text in rules} == {"re mobilize"}


def test_nothing_changed(started: Project) -> None:
    ran = started.lint("--changed-since", "HEAD")
    assert (ran.code, ran.found) == (0, [])


def test_an_article_added(started: Project) -> None:
    started.write("b.txt", "They said re mobilize now.\n")
    ran = started.lint("--changed-since", "HEAD")
    assert (ran.code, [text for _, text in ran.found]) == (1, ["re mobilize"])
    started.commit()
    assert started.lint("--changed-since", "HEAD~1").found == ran.found


def test_a_footer_inserted(started: Project) -> None:
    started.write("a.txt", started.read("a.txt") + FOOTER)
    everything, ran = started.lint(), started.lint("--changed-since", "HEAD")
    new = [found for found in everything.found if found[1] != "re mobilize"]
    assert new
    assert ran.found == new
    assert ran.held_back == {"not brought by the change": 2}


def test_a_word_edited_that_is_no_fault(started: Project) -> None:
    text = started.read("a.txt")
    started.write("a.txt", text.replace("canteen, and it re mobilize wrote", "kitchen, and it re mobilize wrote", 1))
    ran = started.lint("--changed-since", "HEAD")
    assert (ran.code, ran.found) == (0, [])
    assert ran.held_back == {"not brought by the change": 2}


def test_a_word_edited_into_a_fault(started: Project) -> None:
    text = started.read("a.txt")
    started.write(
        "a.txt", text.replace("factory number seventh had to say", "factory number seventh had to re mobilize")
    )
    ran = started.lint("--changed-since", "HEAD")
    assert [text for _, text in ran.found] == ["re mobilize"]
    offset = ran.records[1]["location"]["start"]["offset"]  # type: ignore[index]
    assert offset == started.read("a.txt").index("re mobilize", text.index("number seventh"))


def test_one_fault_mended_and_another_made_in_the_same_paragraph(started: Project) -> None:
    text = started.read("a.txt").replace(" re mobilize wrote", " wrote", 1)
    started.write("a.txt", text.replace("factory number ninth had to say", "factory number ninth had to re mobilize"))
    ran = started.lint("--changed-since", "HEAD")
    assert [text for _, text in ran.found] == ["re mobilize"]
    assert ran.held_back == {"not brought by the change": 1}


def test_a_file_renamed_and_edited(started: Project) -> None:
    text = started.read("a.txt").replace("The end of it all.", "The end of it all, re mobilize it.")
    (started.root / "news" / "a.txt").unlink()
    started.write("renamed.txt", text)
    untracked = started.lint("--changed-since", "HEAD")
    started.commit()
    committed = started.lint("--changed-since", "HEAD~1")
    assert [text for _, text in untracked.found] == ["re mobilize"]
    assert untracked.found == committed.found


def test_a_revert_brings_nothing(started: Project) -> None:
    text = started.read("a.txt")
    started.write("a.txt", text + FOOTER)
    started.commit()
    started.write("a.txt", text)
    started.commit()
    assert started.lint("--changed-since", "HEAD~2").found == []
    assert started.lint("--changed-since", "HEAD~1").found == []


def test_a_fault_that_comes_back_is_new(started: Project) -> None:
    text = started.read("a.txt")
    started.write("a.txt", text.replace(" re mobilize wrote", " wrote"))
    started.commit()
    started.write("a.txt", text)
    assert [text for _, text in started.lint("--changed-since", "HEAD").found] == ["re mobilize"] * 2


def test_text_moved_within_an_article_and_to_another(started: Project) -> None:
    text = started.read("a.txt")
    first, rest = LONG.split(SENTENCES[5])
    started.write("a.txt", text.replace(LONG, f"{SENTENCES[5]}{rest}\n\n{first.strip()}"))
    assert started.lint("--changed-since", "HEAD").found == []
    started.write("a.txt", f"A title\n\n{SENTENCES[5]}{rest}\n")
    started.write("b.txt", f"Another title\n\n{first.strip()}\n")
    assert started.lint("--changed-since", "HEAD").found == []


def test_a_copy_is_new(started: Project) -> None:
    started.write("copy.txt", started.read("a.txt"))
    assert [text for _, text in started.lint("--changed-since", "HEAD").found] == ["re mobilize"] * 2


def test_other_line_endings_and_wrapping_are_not_new(started: Project) -> None:
    started.write("a.txt", started.read("a.txt").replace("\n", "\r\n").replace("the canteen,", "the canteen,\r\n"))
    assert started.lint("--changed-since", "HEAD").found == []


def test_what_happened_on_the_other_branch_does_not_count(started: Project) -> None:
    """Compared with where the histories part: a fault mended on main meanwhile is not ours."""
    text = started.read("a.txt")
    started.git("checkout", "-q", "-b", "topic")
    started.write("b.txt", "All is well.\n")
    started.commit()
    started.git("checkout", "-q", "main")
    started.write("a.txt", text.replace("re mobilize ", ""))
    started.commit()
    started.git("checkout", "-q", "topic")
    assert started.lint("--changed-since", "main").found == []


@pytest.mark.parametrize("name", ["a b'\".txt", "two\nlines.txt", "::error file=x::.txt", "\x1b[31m<b>.txt", "-n.txt"])
def test_odd_file_names(started: Project, name: str) -> None:
    started.write(name, "They said re mobilize now.\n")
    started.commit()
    started.write(name, "They said so. They said re mobilize now.\n")
    assert started.lint("--changed-since", "HEAD").found == []
    started.write(name, "We want to re mobilize all. They said re mobilize now.\n")
    assert len(started.lint("--changed-since", "HEAD").found) == 1


def test_a_sub_folder_as_project_and_a_file_that_git_ignores(started: Project) -> None:
    (started.root / ".gitignore").write_text("secret.txt\n")
    inner = Project(started.root / "inner")
    inner.write("c.txt", "They said re mobilize now.\n")
    started.commit()
    assert inner.lint("--changed-since", "HEAD").found == []
    inner.write("secret.txt", "They said re mobilize now.\n")
    assert len(inner.lint("--changed-since", "HEAD").found) == 1


# -- what cannot be told


def test_no_repository_and_unknown_revision(project: Project, tmp_path: Path) -> None:
    project.write("a.txt", "Well.\n")
    project.commit()
    ran = project.lint("--changed-since", "nowhere")
    assert ran.code == 2
    assert "knows no commit 'nowhere'" in ran.err
    assert project.lint("--changed-since", "--output=x").code == 2
    bare = Project(tmp_path / "bare")
    bare.write("a.txt", "Well.\n")
    ran = bare.lint("--changed-since", "HEAD")
    assert ran.code == 2
    assert "not in a git repository" in ran.err


def test_before_the_first_commit_everything_is_new(project: Project) -> None:
    project.write("a.txt", "They said re mobilize now.\n")
    for stage in (lambda: None, lambda: project.git("add", "-A")):
        stage()
        ran = project.lint("--changed-since", "HEAD")
        assert (ran.code, [text for _, text in ran.found]) == (1, ["re mobilize"])
    assert project.lint("--changed-since", "main").code == 2


def test_a_shallow_clone_says_so(started: Project, tmp_path: Path) -> None:
    started.write("b.txt", "They said re mobilize now.\n")
    started.commit()
    clone = tmp_path / "clone"
    started.git("clone", "-q", "--depth", "1", started.root.as_uri(), str(clone))
    ran = Project(clone).lint("--changed-since", "HEAD~1")
    assert ran.code == 2
    assert "this clone is shallow" in ran.err
    assert "fetch-depth: 0" in ran.err
    deeper = tmp_path / "deeper"
    started.git("clone", "-q", "--depth", "2", started.root.as_uri(), str(deeper))
    assert len(Project(deeper).lint("--changed-since", "HEAD~1").found) == 1


def test_an_old_version_that_cannot_be_read_is_told(project: Project) -> None:
    (project.root / "news" / "a.txt").write_bytes(b"They said re mobilize \xff now.\n")
    project.commit()
    project.write("a.txt", "They said re mobilize now.\n")
    ran = project.lint("--changed-since", "HEAD")
    assert len(ran.found) == 1
    assert "all its findings count as new" in ran.err


def test_corrected_text_and_standard_input_are_refused(started: Project) -> None:
    assert started.lint("--changed-since", "HEAD", "--corrected").code == 2
    ran = started.lint("--changed-since", "HEAD", "/dev/null")
    assert ran.code == 2
    assert "not in the repository" in ran.err


# -- the comparison itself


def version(text: str, *faults: str) -> Version:
    document = Document.from_text(text)
    spans = [Span(i, i + len(f)) for f in faults for i in range(len(text)) if text.startswith(f, i)]
    return Version(document, identify(document, [Finding("x.y", span, "m") for span in spans]))


WORDS = st.lists(st.sampled_from(["bad", "good", "the", "union", "met", ".", "\n", "\n\n"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_alignment_pairs_equal_tokens_in_order(before: str, after: str) -> None:
    old, new = version(before), version(after)
    same = align(old, new)
    assert all(new.tokens[b] == old.tokens[a] for b, a in same.items())
    assert all(one < two for one, two in pairwise(a for _, a in sorted(same.items())))


@given(WORDS, WORDS)
def test_no_finding_is_lost_or_counted_twice(before: str, after: str) -> None:
    """Each new finding that is not fresh stands for an old one, so the numbers must add up."""
    old, new = version(before, "bad"), version(after, "bad")
    comparison = compare(old, new)
    assert len(new.findings) - len(comparison.fresh) == len(old.findings) - len(comparison.gone)


@given(WORDS)
def test_a_text_against_itself_and_against_nothing(text: str) -> None:
    same = compare(version(text, "bad"), version(text + " ", "bad"))
    assert same.fresh == ()
    assert len(compare(version("", "bad"), version(text, "bad")).fresh) == text.split().count("bad")
