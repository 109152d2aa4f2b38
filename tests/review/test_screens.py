"""What it looks like: snapshots on real seeds, at two sizes, in colour and without."""

from __future__ import annotations

import asyncio

import pytest

from .conftest import SECOND
from .test_passages import Maker

SIZES = [(80, 24), (120, 40)]


async def settled(pilot):
    await asyncio.wait_for(pilot.app.ready.wait(), 20)
    await pilot.pause()


def keys(*pressed):
    async def press(pilot):
        await settled(pilot)
        for key in pressed:
            await pilot.press(key)
        await pilot.pause()

    return press


@pytest.mark.parametrize("theme", ["dark", "mono"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_after_two_decisions(snap_compare, project, theme, size):
    app = project.app(SECOND, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=keys("a", "j", "j", "j", "a"))


@pytest.mark.parametrize("theme", ["dark", "mono"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_boilerplate_batch_preview(snap_compare, project, theme, size):
    app = project.app(SECOND, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=keys("b", "3"))


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(
    "pressed",
    [("w", "L", "L"), ("r",), ("f",), ("question_mark",), ("e",), ("g",), ("v", "v")],
    ids=["words", "reject", "filter", "help", "edit", "jump", "original"],
)
def test_dialogs(snap_compare, project, size, pressed):
    assert snap_compare(project.app(SECOND), terminal_size=size, run_before=keys(*pressed))


@pytest.mark.parametrize("theme", ["light", "ansi"])
def test_other_themes(snap_compare, project, theme):
    app = project.app(SECOND, theme=theme)
    assert snap_compare(app, terminal_size=(120, 40), run_before=keys("a", "a"))


@pytest.mark.parametrize("theme", ["dark", "mono"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_passage_with_words_inside(snap_compare, project, theme, size):
    project.maker = Maker
    rule = "garble.demo"

    async def to_passage(pilot):
        await settled(pilot)
        session = pilot.app.session
        item = next(i for i in session.queue.items if i.finding.rule == rule)
        pilot.app.review.attempt(lambda: session.go(item.key))
        await pilot.pause()

    assert snap_compare(project.app(SECOND, theme=theme), terminal_size=size, run_before=to_passage)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_match_of_a_search(snap_compare, project, size):
    app = project.app(SECOND)
    assert snap_compare(app, terminal_size=size, run_before=keys("slash", *"nanjing", "enter", "n"))
