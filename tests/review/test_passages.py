"""Findings about a whole sentence that holds findings about words: how they are shown and decided on."""

from __future__ import annotations

import asyncio

import pytest

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Layer, Severity, identify, resolve
from mtqa.linter import Examined
from mtqa.review.widgets.dialogs import Ask
from mtqa.segment import sentence_at

from .conftest import SECOND, _Remembering

GARBLED = "General Manager has extensively"
EVIDENCE = "4.1 bits a character; its neighbours 2.3"


class _Linter:
    """The real linter and a checker of passages."""

    def __init__(self, inner):
        self.inner = inner
        self.rules = inner.rules
        self.engines = inner.engines
        self.compares = inner.compares

    def knowing(self, knowledge):
        return _Linter(self.inner.knowing(knowledge))

    def gather(self, sources):
        return self.inner.gather(sources)

    def examine(self, document):
        found = list(self.inner.examine(document).findings)
        at = document.text.find("has extensively")
        if at >= 0:
            span = sentence_at(document, at)
            message = "This sentence is garbled as a whole."
            found.append(
                Finding("garble.demo", span, message, Severity.MAJOR, layer=Layer.PASSAGE, explanation=EVIDENCE)
            )
        return Examined(identify(document, resolve(found)))


class Maker(_Remembering):
    def __call__(self, knowledge):
        return _Linter(super().__call__(knowledge))


@pytest.fixture
def passages(project):
    project.maker = Maker
    return project


def passage_of(session):
    return next(i for i in session.queue.items if i.finding.layer is Layer.PASSAGE)


def inside(session, passage):
    return [i for i in session.queue.items if i.key != passage.key and passage.here.contains(i.here)]


def test_it_stands_beside_the_words_inside_it(passages):
    session = passages.session(SECOND)
    passage = passage_of(session)
    assert len(passage.here) > 100
    assert [i.finding.rule for i in inside(session, passage)] == ["demo.general-manager"]


def test_mending_words_inside_leaves_it_the_same_finding(passages):
    session = passages.session(SECOND)
    passage = passage_of(session)
    [word] = inside(session, passage)
    session.go(word.key)
    session.accept()
    again = passage_of(session)
    assert again.key == passage.key
    assert len(again.here) > len(passage.here)


def test_a_rejection_of_it_holds_when_words_inside_are_mended(passages):
    session = passages.session(SECOND)
    passage = passage_of(session)
    [word] = inside(session, passage)
    session.go(passage.key)
    from mtqa.corrections.decision import Verdict

    session.hold(Verdict.REJECT, "it reads well")
    session.go(word.key)
    session.accept()
    assert not [i for i in session.queue.items if i.finding.layer is Layer.PASSAGE]
    assert not [i for i in passages.session(SECOND).queue.items if i.finding.layer is Layer.PASSAGE]


def test_writing_it_anew_resolves_it_and_what_is_inside(passages):
    session = passages.session(SECOND)
    passage = passage_of(session)
    [word] = inside(session, passage)
    session.go(passage.key)
    said = session.edit("The federation has widely acted.")
    assert "1 more resolved" in said
    assert not {passage.original, word.original} & {i.original for i in session.queue.items}
    assert "The federation has widely acted." in passages.cleaned()


def test_a_sentence_that_is_still_garbled_when_written_anew_is_a_new_finding(passages):
    session = passages.session(SECOND)
    passage = passage_of(session)
    session.go(passage.key)
    said = session.edit("It has extensively extensively.")
    assert "1 new" in said
    assert passage_of(session).key != passage.key


def test_a_rejection_holds_where_the_words_reach_into_an_edit(project):
    """The name of such a finding changes with each further edit of its sentence; the rejection must not be lost."""
    from mtqa.corrections.decision import Verdict

    session = project.session(SECOND)
    text = session.work.overlay.text
    at = text.index("General Manager has")
    session.replace((Edit(Span(at, at + 7), "Chief General"),))
    item = next(i for i in session.queue.items if i.here.overlaps(Span(at, at + 20)))
    session.go(item.key)
    session.hold(Verdict.REJECT, "right")
    later = session.work.overlay.text.index("extensively", at)
    session.replace((Edit(Span(later, later + 11), "widely"),))
    assert not [i for i in session.queue.items if i.finding.rule == item.finding.rule and i.original == item.original]


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "theme"), [((80, 24), "mono"), ((120, 40), "dark")])
async def test_on_the_screen(passages, size, theme):
    app = passages.app(SECOND, theme=theme)
    async with app.run_test(size=size) as pilot:
        await asyncio.wait_for(app.ready.wait(), 20)
        await pilot.pause()
        passage = passage_of(app.session)
        [word] = inside(app.session, passage)
        app.review.attempt(lambda: app.session.go(passage.key))
        await pilot.pause()
        shown = str(app.review.query_one("#finding").render())
        assert "no candidate" in shown
        assert EVIDENCE in shown
        assert "t: translate again" in shown
        rows = [app.review.article.render_line(y).text for y in range(app.review.article.size.height)]
        barred = [row for row in rows if "┃" in row[:8]]
        assert len(barred) >= 2
        assert any("General" in row for row in barred)
        assert not any("┃" in row[:8] for row in rows if "If the column" in row)
        await pilot.press("a")
        assert not passages.ledger()
        await pilot.press("e")
        assert isinstance(app.screen, Ask)
        area = app.screen.query_one("TextArea")
        assert GARBLED in area.text
        await pilot.press("ctrl+u")
        assert area.text == ""
        await pilot.press("escape", "t")
        verdicts = {(line["verdict"], line["fingerprint"]) for line in passages.ledger()}
        assert verdicts == {("retranslate", passage.key)}
        assert not {i.key for i in app.session.queue.items} & {passage.key, word.key}
        await pilot.press("u")
        assert {i.key for i in app.session.queue.items} >= {passage.key, word.key}


@pytest.mark.asyncio
async def test_the_mouse_takes_the_smallest_finding_under_it(passages):
    app = passages.app(SECOND)
    async with app.run_test(size=(120, 40)) as pilot:
        await asyncio.wait_for(app.ready.wait(), 20)
        await pilot.pause()
        [word] = inside(app.session, passage := passage_of(app.session))
        app.review.attempt(lambda: app.session.go(passage.key))
        await pilot.pause()
        article = app.review.article
        x, y = article.cell_of(word.here.start + 3)
        await pilot.click(article, offset=(x + article.text_x, y - article.scroll_offset.y))
        assert app.session.key == word.key
