"""The screen, by real keys; what each verb leaves on the disk."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from mtqa.document import Span
from mtqa.review.keymap import SELECT
from mtqa.review.queue import Order
from mtqa.review.widgets.dialogs import Ask, Choose, Page, Pick, Preview
from mtqa.segment import sentence_at

from .conftest import FIRST, SECOND

pytestmark = pytest.mark.asyncio

CONGRESS = "National Congress of Chinese Trade Unions"


@asynccontextmanager
async def running(project, *paths, size=(80, 24), **review):
    app = project.app(*paths, **review)
    async with app.run_test(size=size) as pilot:
        await asyncio.wait_for(app.ready.wait(), 20)
        await pilot.pause()
        yield app, pilot


def message(app):
    return str(app.review.query_one("#message").render())


async def only(app, rule):
    """Go to the first finding of a rule."""
    item = next(i for i in app.session.queue.items if i.finding.rule == rule)
    app.review.attempt(lambda: app.session.go(item.key))
    return item


async def test_it_opens_with_the_first_finding(project):
    async with running(project) as (app, _):
        assert app.session.corpus.sources[app.session.index].name == SECOND
        assert app.session.current.finding.rule == "demo.congress"
        assert "demo.congress" in str(app.review.query_one("#pane").border_title)


@pytest.mark.parametrize("key", ["a", "enter", "1"])
async def test_accept(project, key):
    async with running(project, SECOND) as (app, pilot):
        before = app.session.key
        await pilot.press(key)
        [line] = project.ledger()
        assert (line["verdict"], line["new"]) == ("accept", CONGRESS)
        assert project.cleaned() == project.original().replace(line["old"], CONGRESS, 1)
        assert app.session.key != before
        assert "Accepted" in message(app)


async def test_a_number_takes_that_candidate(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("2")
        assert project.ledger()[0]["new"] == "Federation of Trade Unions"
        await pilot.press("7")
        assert "no candidate" in message(app)
        assert len(project.ledger()) == 1


async def test_edit_in_place_is_prefilled(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("e")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert not project.ledger()
        await pilot.press("e", *["backspace"] * 7, *"Union", "enter")
        [line] = project.ledger()
        assert (line["verdict"], line["old"], line["new"]) == ("edit", "General Manager", "General Union")
        assert "Jiangsu Provincial General Union has" in project.cleaned()


async def test_an_unchanged_edit_decides_nothing(project):
    async with running(project, SECOND) as (_, pilot):
        await pilot.press("e", "enter")
        assert not project.ledger()


async def test_reject_with_a_reason(project):
    async with running(project, SECOND) as (app, pilot):
        key = app.session.key
        await pilot.press("r")
        assert isinstance(app.screen, Choose)
        await pilot.press("2")
        [line] = project.ledger()
        assert (line["verdict"], line["why"], line["fingerprint"]) == ("reject", "A name, title or quotation", key)
        assert project.patch() == b""


async def test_reject_in_ones_own_words(project):
    async with running(project, SECOND) as (_, pilot):
        await pilot.press("r", "5", *"so be it", "enter")
        assert project.ledger()[0]["why"] == "so be it"


async def test_defer_and_show_deferred(project):
    async with running(project, SECOND) as (app, pilot):
        key = app.session.key
        await pilot.press("d")
        assert project.ledger()[0]["verdict"] == "defer"
        assert app.session.queue.find(key) is None
        await pilot.press("D")
        assert app.session.queue.find(key) is not None


async def test_delete_a_passage(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.media")
        await pilot.press("x")
        assert project.cleaned() == project.original().removeprefix("Zhonggong Entertainment\n")


@pytest.mark.parametrize(("key", "verdict"), [("t", "retranslate"), ("T", "drop")])
async def test_mark_as_beyond_repair(project, key, verdict):
    async with running(project, SECOND) as (app, pilot):
        item = app.session.current
        await pilot.press(key)
        [line] = project.ledger()
        assert line["verdict"] == verdict
        sentence = Span(*line["span"])
        assert sentence_at(app.session.work.document, item.original.start) == sentence
        assert [(m.decision.verdict.value, m.original) for m in app.session.work.marks] == [(verdict, sentence)]
        assert not [i for i in app.session.queue.items if sentence.contains(i.original)]
        await pilot.press("u")
        assert app.session.queue.find(item.key)
        assert not app.session.work.marks


async def test_undo_and_redo(project):
    async with running(project, SECOND) as (app, pilot):
        keys = [app.session.key]
        for _ in range(3):
            await pilot.press("a")
            keys.append(app.session.key)
        patch = project.cleaned()
        await pilot.press("u", "u", "u")
        assert project.patch() == b""
        assert app.session.key == keys[0]
        assert [line["verdict"] for line in project.ledger()] == ["accept"] * 3 + ["undo"] * 3
        await pilot.press("U", "U", "U")
        assert project.cleaned() == patch
        assert app.session.key == keys[3]


async def test_the_external_editor(project, tmp_path, monkeypatch):
    script = tmp_path / "ed.py"
    script.write_text(
        "import sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text(encoding='utf-8').replace('extensively', 'widely') + '\\n', encoding='utf-8')\n"
    )
    monkeypatch.setenv("VISUAL", f"python3 {script}")
    async with running(project, SECOND) as (app, pilot):
        monkeypatch.setattr(type(app), "suspend", lambda _: _nothing())
        await only(app, "demo.general-manager")
        await pilot.press("E")
        [line] = project.ledger()
        assert (line["old"], line["new"]) == ("extensively", "widely")
        monkeypatch.setenv("VISUAL", "false")
        await pilot.press("E")
        assert "nothing was changed" in message(app)
        monkeypatch.delenv("VISUAL")
        monkeypatch.delenv("EDITOR", raising=False)
        await pilot.press("E")
        assert "no editor is set" in message(app)
        assert len(project.ledger()) == 1


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


async def test_moving_decides_nothing(project):
    async with running(project, size=(120, 40)) as (app, pilot):
        await asyncio.wait_for(app.finished.wait(), 30)
        first = (app.session.index, app.session.key)
        await pilot.press("j")
        second = (app.session.index, app.session.key)
        assert second != first
        await pilot.press("k")
        assert (app.session.index, app.session.key) == first
        await pilot.press("s")
        assert app.session.current.finding.severity.label == "major"
        await pilot.press("S")
        assert app.session.current.finding.severity.label == "critical"
        await pilot.press("]")
        assert app.session.index == first[0] + 1
        await pilot.press("[", "[")
        assert app.session.index == 0
        await pilot.press("[")
        assert "first article" in message(app)
        await pilot.press("o")
        assert app.session.order is Order.READING
        await pilot.press("space", "pagedown", "pageup", "v", "v", "v", "Q", "Q")
        assert project.files() == {*(f"seeds/{s.name}" for s in (project.root / "seeds").iterdir()), "mtqa.toml"} | {
            f"rules/demo/{f.name}" for f in (project.root / "rules/demo").iterdir()
        }


async def test_jump_by_label(project):
    async with running(project, SECOND, size=(120, 40)) as (app, pilot):
        await pilot.press("g")
        labels = dict(app.review.article.labels)
        target, label = list(labels.items())[-1]
        await pilot.press(label)
        assert app.session.key == target
        await pilot.press("g", "escape")
        assert not app.review.article.labels
        assert not project.ledger()


async def test_search(project):
    async with running(project, SECOND) as (app, pilot):
        await pilot.press("slash", *"nanjing", "enter")
        await pilot.pause()
        assert len(app.review.matches) > 1
        assert app.session.work.overlay.text[app.review.matches[0].start :].startswith("Nanjing")
        await pilot.press("n")
        assert "Match 2 of" in message(app)
        await pilot.press("N")
        assert "Match 1 of" in message(app)
        await pilot.press("w")
        chosen = app.review.chosen
        assert app.session.work.overlay.text[chosen.start : chosen.end] == "Nanjing"
        await pilot.press("escape", "slash", *"zzz", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "in none of the 1 articles" in message(app)


async def test_search_goes_over_all_articles_and_around(project):
    async with running(project, size=(120, 40)) as (app, pilot):
        await asyncio.wait_for(app.finished.wait(), 30)
        texts = [app.session.corpus.sources[i].read().text for i in range(len(app.session.corpus))]
        expected = [(i, m) for i, text in enumerate(texts) for m in range(text.lower().count("craftsmen"))]
        assert len({index for index, _ in expected}) > 1
        await pilot.press("slash", *"craftsmen", "enter")
        seen = []
        for _ in [*expected, None]:
            await app.workers.wait_for_complete()
            await pilot.pause()
            seen.append((app.session.index, app.review.match))
            await pilot.press("n")
        turn = expected.index(seen[0])
        assert seen == [*expected[turn:], *expected[:turn], seen[0]]
        await app.workers.wait_for_complete()
        await pilot.press("N", "N", "N")
        await app.workers.wait_for_complete()
        assert not project.ledger()


async def test_filter(project):
    async with running(project, SECOND) as (app, pilot):
        everything = len(app.session.queue.items)
        await pilot.press("f")
        assert isinstance(app.screen, Pick)
        await pilot.press("space", "enter")
        assert {i.finding.severity.label for i in app.session.queue.items} == {"critical"}
        await pilot.press("f", "c")
        assert len(app.session.queue.items) == everything


async def test_filter_by_family_and_rule(project):
    async with running(project, SECOND) as (app, pilot):
        choices = ["critical", "major", "minor", "neutral", "demo"]
        rules = sorted(app.session.corpus.rules())
        down = len(choices) + rules.index("demo.media")
        await pilot.press("f", *["down"] * down, "space", "enter")
        assert {i.finding.rule for i in app.session.queue.items} == {"demo.media"}
        assert "filter: demo.media" in str(app.review.query_one("#top").render())
        await pilot.press("f", "c", "f", *["down"] * 4, "space", "enter")
        assert app.session.filter.families == {"demo"}
        assert not project.ledger()


async def test_batch_with_preview_and_one_undo(project):
    async with running(project) as (app, pilot):
        await asyncio.wait_for(app.finished.wait(), 30)
        await pilot.pause()
        await pilot.press("b", "4")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, Preview)
        assert not project.ledger()
        places = app.screen._batch.spots
        assert len({spot.path for spot in places}) > 1
        await pilot.press("space", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        paths = {spot.path for spot in places}
        assert sum(len(project.ledger(path)) for path in paths) == len(places) - 1
        await pilot.press("u")
        assert not any(project.patch(path) for path in paths)


async def test_batch_with_another_candidate(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("b", "1")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("9")
        assert {spot.new for spot in app.screen._batch.spots} == {"General Federation"}
        await pilot.press("2")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, Preview)
        assert "candidate 2" in app.screen.query_one(".dialog").border_title
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert {line["new"] for line in project.ledger()} == {"Federation of Trade Unions"}


async def test_select_words_and_correct_them(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("w")
        assert app.review.mode == SELECT
        await pilot.press("left", "left", "L")
        text = app.session.work.overlay.text
        assert text[app.review.chosen.start : app.review.chosen.end] == "Jiangsu Provincial"
        await pilot.press("enter", "end", *" Party", "enter")
        [line] = project.ledger()
        assert (line["verdict"], line["new"]) == ("edit", "Jiangsu Provincial Party")
        assert "fingerprint" not in line
        assert "Jiangsu Provincial Party General Manager" in project.cleaned()


async def test_select_and_delete_mark_or_leave(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("w", "left", "x")
        assert "Jiangsu General Manager has" in project.cleaned()
        await pilot.press("w", "s", "t")
        verdicts = {line["verdict"] for line in project.ledger()[1:]}
        assert verdicts == {"retranslate"}
        await pilot.press("w", "j", "k", "right", "H", "escape")
        assert app.review.mode == "browse"


async def test_the_mouse_picks_findings_and_words(project):
    async with running(project, SECOND, size=(120, 40)) as (app, pilot):
        article = app.review.article
        other = next(i for i in app.session.queue.items if i.key != app.session.key)
        app.session.go(other.key)
        app.review.show_all()
        await pilot.pause()
        target = app.session.queue.items[0]
        app.review.attempt(lambda: None)
        x, y = article.cell_of(target.here.start)
        article.reveal(target.here.start)
        await pilot.pause()
        await pilot.click(article, offset=(x + article.text_x, y - article.scroll_offset.y))
        assert app.session.key == target.key
        await pilot.click("#queue", offset=(4, 1))
        assert app.session.key == app.session.queue.items[1].key


async def test_dragging_the_mouse_selects_words(project):
    async with running(project, SECOND, size=(120, 40)) as (app, pilot):
        article = app.review.article
        text = app.session.work.overlay.text
        first, last = text.index("typical guide"), text.index("improve the quality")
        article.reveal(first)
        await pilot.pause()
        places = []
        for at in (first, last):
            x, y = article.cell_of(at + 1)
            places.append((x + article.text_x, y - article.scroll_offset.y))
        await pilot.mouse_down(article, offset=places[0])
        await pilot.hover(article, offset=places[1])
        await pilot.mouse_up(article, offset=places[1])
        chosen = app.review.chosen
        assert app.review.mode == SELECT
        assert text[chosen.start : chosen.end].split()[-1] == "improve"
        await pilot.press("x")
        assert "to help improve" not in project.cleaned()


async def test_help_and_palette_name_every_action(project):
    from mtqa.review.app import Commands
    from mtqa.review.keymap import ACTIONS

    async with running(project, SECOND) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, Page)
        shown = str(app.screen._content)
        assert all(action.text in shown for action in ACTIONS)
        await pilot.press("escape", "colon")
        names = {name for name, _, _ in Commands(app.screen)._all()}
        assert {"Accept the first candidate (1-9: that candidate)", "Theme: ansi"} <= names
        await pilot.press(*"defer: decide", "enter")
        await pilot.pause(0.3)
        assert [line["verdict"] for line in project.ledger()] == ["defer"]


async def test_keys_from_the_configuration(project):
    async with running(project, SECOND, keys={"accept": "y"}) as (_, pilot):
        await pilot.press("a")
        assert not project.ledger()
        await pilot.press("y")
        assert len(project.ledger()) == 1


async def test_reopening_goes_on_where_one_stopped(project):
    async with running(project) as (app, pilot):
        await pilot.press("a", "a", "d")
        place = (app.session.index, app.session.key)
        assert app.return_code is None
    async with running(project) as (app, pilot):
        assert (app.session.index, app.session.key) == place
        await pilot.press("q")


async def test_reopening_goes_on_where_one_had_merely_moved_to(project, state_folder):
    async with running(project) as (app, pilot):
        await pilot.press("a", "j", "j", "j", "]", "j", "j")
        place = (app.session.index, app.session.key)
    before = project.files()
    [file] = [file for file in state_folder.rglob("*") if file.is_file()]
    assert file.suffix == ".json"
    async with running(project) as (app, pilot):
        assert (app.session.index, app.session.key) == place
    assert project.files() == before
    file.unlink()
    async with running(project) as (app, pilot):
        assert app.session.corpus.sources[app.session.index].name == SECOND


async def test_a_failed_write_is_said_and_nothing_moves(project):
    async with running(project, SECOND) as (app, pilot):
        key = app.session.key
        (project.root / "corrections").write_text("in the way")
        await pilot.press("a")
        assert "✗" in message(app)
        assert app.session.key == key


async def test_an_unreadable_article_does_not_end_the_review(project):
    (project.root / FIRST).write_bytes(b"caf\xe9\n")
    async with running(project) as (app, pilot):
        await pilot.press("[")
        assert app.session.work is None
        assert "not utf-8" in str(app.review.query_one("#finding").render())
        await pilot.press("a", "w", "]")
        assert app.session.work is not None


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "mono"])
async def test_every_size_and_theme_draws(project, size, theme):
    async with running(project, SECOND, size=size, theme=theme) as (app, pilot):
        await pilot.press("a", "v", "v", "v", "g", "escape", "w", "escape")
        await pilot.resize_terminal(size[0] + 7, size[1] + 3)
        await pilot.pause()
        assert app.review.article.sheet.height


WORDY = "The surronding hills of Ganjingzi are green.\n\nA campaign began. We will recieve them. It was altough.\n"


@pytest.fixture
def wordy(project):
    """One article with two misspelt words, and the speller alone."""
    (project.root / "seeds" / "wordy.txt").write_text(WORDY, encoding="utf-8")
    config = 'originals = ["seeds"]\nselect = ["speller"]\n[grammar]\nengine = "off"\nspelling = true\n'
    (project.root / "mtqa.toml").write_text(config, encoding="utf-8")
    return "seeds/wordy.txt"


async def wait_for(pilot, holds):
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError


async def test_one_key_adds_a_word_to_the_projects_list(project, wordy):
    async with running(project, wordy) as (app, pilot):
        await wait_for(pilot, lambda: len(app.session.queue.items) == 3)
        words = [app.session.work.matched(item) for item in app.session.queue.items]
        app.review.attempt(lambda: app.session.go(app.session.queue.items[1].key))
        await pilot.press("W")
        assert (project.root / "rules" / "words.txt").read_text(encoding="utf-8") == f"{words[1]}\n"
        assert f"“{words[1]}” is in words.txt now" in message(app)
        assert [app.session.work.matched(item) for item in app.session.queue.items] == [words[0], words[2]]
        assert app.session.work.matched(app.session.current) == words[2], "on to the next one"
        assert not project.ledger(wordy), "a word list is no decision about one article"
    async with running(project, wordy) as (app, pilot):
        await wait_for(pilot, lambda: len(app.session.queue.items) == 2)
        word = app.session.work.matched(app.session.current)
        await pilot.press("w", "W")
        assert word in (project.root / "rules" / "words.txt").read_text(encoding="utf-8").split("\n")
        assert len(app.session.queue.items) == 1


async def test_what_is_no_word_is_not_added(project):
    async with running(project, SECOND) as (app, pilot):
        await only(app, "demo.general-manager")
        await pilot.press("W")
        assert "not one word" in message(app)
        assert not (project.root / "rules" / "words.txt").exists()


async def test_an_article_that_an_engine_could_not_check_says_so(project):
    config = '[grammar]\nengine = "languagetool"\n[grammar.languagetool]\nurl = "http://127.0.0.1:9/"\n'
    (project.root / "mtqa.toml").write_text('originals = ["seeds"]\n' + config, encoding="utf-8")
    async with running(project, SECOND) as (app, pilot):
        await wait_for(pilot, lambda: app.session.corpus.unchecked == {0})
        assert app.session.queue.items, "the rules' findings are there"
        await pilot.pause()
        assert "not fully checked: 1" in str(app.review.query_one("#top").render())


async def test_words_are_selected_where_the_editor_reads(project):
    async with running(project, SECOND, size=(80, 24)) as (app, pilot):
        start = app.session.current.here.start
        await pilot.press("w")
        assert app.review.chosen.start == start
        for _ in range(6):  # into paragraphs of many rows
            await pilot.press("escape", "pagedown")
            top, bottom = app.review.article.visible_span()
            assert not top <= app.review.article.cell_of(start)[1] < bottom
            await pilot.press("w")
            assert top <= app.review.article.cell_of(app.review.chosen.start)[1] <= top + 2
