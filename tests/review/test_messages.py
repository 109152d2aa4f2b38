"""Messages are the contract between the parts of the screen: what each does when it arrives, whoever sent it."""

from __future__ import annotations

import asyncio

import pytest

from mtqa.review.app import ReviewApp
from mtqa.review.background import Checked
from mtqa.review.keymap import SELECT
from mtqa.review.widgets.article import ArticleView
from mtqa.review.widgets.rows import Rows

from .conftest import FIRST, SECOND
from .test_app import message, running

pytestmark = pytest.mark.asyncio


async def test_a_row_that_is_chosen_becomes_current(project):
    async with running(project, SECOND) as (app, pilot):
        items = app.session.queue.items
        app.review.post_message(Rows.Chosen(app.review.query_one("#queue", Rows), 2))
        await pilot.pause()
        assert app.session.key == items[2].key
        assert project.ledger() == []


async def test_a_row_that_is_no_more_changes_nothing(project):
    async with running(project, SECOND) as (app, pilot):
        before = app.session.key
        app.review.post_message(Rows.Chosen(app.review.query_one("#queue", Rows), 10_000))
        await pilot.pause()
        assert app.session.key == before


async def test_pointing_at_a_finding_makes_it_current(project):
    async with running(project, SECOND) as (app, pilot):
        item = app.session.queue.items[-1]
        app.review.post_message(ArticleView.Pointed(item.here.start, extend=False))
        await pilot.pause()
        assert app.session.key == item.key
        assert app.review.mode != SELECT


async def test_dragging_selects_words_even_over_a_finding(project):
    async with running(project, SECOND) as (app, pilot):
        item = app.session.queue.items[-1]
        app.review.post_message(ArticleView.Pointed(item.here.start, extend=True))
        await pilot.pause()
        assert app.review.mode == SELECT
        assert app.review.chosen.start <= item.here.start < app.review.chosen.end


async def test_progress_is_noted_once(project):
    """What the background says of an article that has been opened meanwhile is older than what is known."""
    async with running(project, FIRST, SECOND) as (app, pilot):
        corpus = app.session.corpus
        await asyncio.wait_for(app.finished.wait(), 20)
        other = next(i for i in range(len(corpus.sources)) if i != app.session.index)
        known = corpus.briefs[app.session.index]
        assert known
        corpus.note(other, known)
        app.post_message(ReviewApp.Progress([Checked(other, ())]))
        await pilot.pause()
        assert corpus.briefs[other] == known


async def test_an_article_that_cannot_be_checked_is_told(project):
    async with running(project, FIRST, SECOND) as (app, pilot):
        corpus = app.session.corpus
        other = next(i for i in range(len(corpus.sources)) if i != app.session.index)
        corpus.briefs.pop(other, None)
        app.post_message(ReviewApp.Progress([Checked(other, (), problem="not UTF-8 at byte offset 3")]))
        await pilot.pause()
        assert "not UTF-8 at byte offset 3" in str(corpus.problems)


async def test_a_background_that_fails_says_so_and_the_screen_goes_on(project):
    async with running(project, SECOND) as (app, pilot):
        app.post_message(ReviewApp.Failed("the worker died"))
        await pilot.pause()
        assert "the worker died" in message(app)
        await pilot.press("a")
        assert len(project.ledger()) == 1
