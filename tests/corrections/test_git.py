"""Two editors on two branches, with real git and the attributes that we ship."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.corrections import choice
from mtqa.corrections.decision import Verdict
from mtqa.corrections.verify import verify
from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, identify

from .cases import project

if TYPE_CHECKING:
    from mtqa.corrections.store import Corrections

ATTRIBUTES = Path(__file__).parents[2] / ".gitattributes"
PATH = "seeds/a.txt"
TEXT = "One two three four.\r\n\r\nFive six seven.\n"


def git(root: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
           "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip
    return subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True, env={**os.environ, **who}
    ).stdout


def fault(corrections: Corrections, word: str) -> Finding:
    document = corrections.read(PATH).document
    start = document.text.index(word)
    span = Span(start, start + len(word))
    return identify(document, [Finding("test.rule", span, "wrong", fixes=(Fix((Edit(span, word.upper()),)),))])[0]


def accept(corrections: Corrections, word: str, by: str) -> None:
    article = corrections.read(PATH)
    article.decide(choice.accept(article.document, fault(corrections, word)), by)


@pytest.fixture
def corrections(tmp_path: Path) -> Corrections:
    made = project(tmp_path, a=TEXT)
    (tmp_path / ".gitattributes").write_bytes(ATTRIBUTES.read_bytes())
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "core.autocrlf", "true")  # the worst that a user's settings can do
    accept(made, "three", "Ana")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "start")
    return made


def on_branch(corrections: Corrections, name: str) -> None:
    git(corrections.root, "checkout", "-q", "-b", name, "main")


def commit(corrections: Corrections) -> None:
    git(corrections.root, "add", ".")
    git(corrections.root, "commit", "-qm", "decisions")


def test_branches_merge_without_conflict_and_replay_the_same(corrections: Corrections) -> None:
    results = []
    on_branch(corrections, "ana")
    accept(corrections, "two", "Ana")
    accept(corrections, "six", "Ana")
    commit(corrections)
    on_branch(corrections, "ben")
    accept(corrections, "four", "Ben")
    accept(corrections, "seven", "Ben")
    commit(corrections)
    for ours, theirs in (("ana", "ben"), ("ben", "ana")):
        git(corrections.root, "checkout", "-q", "-b", f"{ours}-{theirs}", ours)
        git(corrections.root, "merge", "-q", "-m", "both", theirs)
        article = corrections.read(PATH)
        assert article.document.data == TEXT.encode()
        assert len(article.state.decisions) == 5
        assert article.reading.problems == ()
        assert not article.state.missing
        assert verify(corrections, PATH)  # the derived patch is not merged, it is made anew
        assert article.rebuild()
        assert verify(corrections, PATH) == []
        assert article.corrected().text == "One TWO THREE FOUR.\r\n\r\nFive SIX SEVEN.\n"
        results.append(article.patch().data)
        commit(corrections)
    assert results[0] == results[1]


def test_contradicting_branches_merge_and_the_conflict_is_to_be_resolved(corrections: Corrections) -> None:
    on_branch(corrections, "ana")
    accept(corrections, "two", "Ana")
    commit(corrections)
    on_branch(corrections, "ben")
    article = corrections.read(PATH)
    article.decide(choice.hold(article.document, Verdict.REJECT, fault(corrections, "two"), "it is right"), "Ben")
    commit(corrections)
    git(corrections.root, "merge", "-q", "-m", "both", "ana")
    article = corrections.read(PATH)
    article.rebuild()
    (problem,) = verify(corrections, PATH)
    assert "decisions contradict each other" in problem.message
    assert "Ana: accept" in problem.message
    assert "Ben: reject" in problem.message
    assert "One two THREE" in article.corrected().text
    (conflict,) = article.state.contradictions.values()
    chosen = next(one for one in conflict.decisions if one.by == "Ana")
    article.decide(choice.again(chosen, chosen.changes, "we agreed"), "Ben")
    assert verify(corrections, PATH) == []
    assert "One TWO THREE" in article.corrected().text


def test_git_applies_the_patch_in_a_checkout(corrections: Corrections, tmp_path: Path) -> None:
    git(corrections.root, "config", "core.autocrlf", "false")
    git(corrections.root, "apply", "corrections/seeds/a.txt.patch")
    assert (tmp_path / PATH).read_bytes() == TEXT.replace("three", "THREE").encode()
    git(corrections.root, "apply", "-R", "corrections/seeds/a.txt.patch")
    assert (tmp_path / PATH).read_bytes() == TEXT.encode()
