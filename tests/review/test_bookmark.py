"""The bookmark: what is kept of mere moving, and when the ledger knows better."""

from __future__ import annotations

import pytest

from mtqa.review.bookmark import Bookmark, Spot

from .conftest import EDITOR, FIRST, SECOND


def test_it_is_kept_for_each_project_and_editor(project, tmp_path, state_folder):
    corrections = project.corrections()
    mine, theirs = Bookmark.of(corrections, EDITOR), Bookmark.of(corrections, "Ben")
    mine.write(Spot("a", "b", "c"))
    assert Bookmark.of(corrections, EDITOR).read() == Spot("a", "b", "c")
    assert theirs.read() is None
    assert mine.file.is_relative_to(state_folder)
    assert [file for file in state_folder.rglob("*") if file.is_file()] == [mine.file]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"article": 1}', "\0"])
def test_a_damaged_one_is_none(project, text):
    bookmark = Bookmark.of(project.corrections(), EDITOR)
    bookmark.write(Spot("a", "b", "c"))
    bookmark.file.write_text(text)
    assert Bookmark.of(project.corrections(), EDITOR).read() is None
    assert project.session().current


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(project, state_folder):
    (state_folder / "review").write_text("in the way")
    session = project.session()
    session.step(1)
    session.remember()
    assert Bookmark.of(project.corrections(), EDITOR).read() is None


def test_it_says_where_one_was_without_any_decision(project):
    session = project.session()
    for _ in range(3):
        session.step(1)
    session.remember()
    again = project.session()
    assert (again.index, again.key) == (session.index, session.key)


def test_a_later_decision_elsewhere_counts_more(project):
    session = project.session(SECOND)
    session.step(1)
    session.remember()
    other = project.session(SECOND)
    other.go(other.queue.items[5].key)
    other.accept()  # and killed before it could keep its place
    again = project.session()
    assert again.key == other.key


def test_what_was_decided_meanwhile_is_not_gone_back_to(project):
    session = project.session(SECOND)
    session.remember()
    other = project.session(SECOND)
    assert other.key == session.key
    other.accept()
    other.remember()
    assert project.session(SECOND).key == other.key


def test_an_article_that_is_not_reviewed_now_is_no_place(project):
    session = project.session(SECOND)
    session.step(1)
    session.remember()
    assert project.session(FIRST).corpus.sources[0].name == FIRST
