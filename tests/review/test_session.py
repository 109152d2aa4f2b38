"""The session without a screen: verbs, where they lead, and what is on the disk afterwards."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path

import pytest

from mtqa.corrections.decision import Verdict
from mtqa.corrections.outcome import settled, split, split_corrected
from mtqa.document import Span
from mtqa.errors import MtqaError
from mtqa.finding import Edit
from mtqa.review.batch import Scope, carry_out, collect, draw_up, settle
from mtqa.review.queue import Filter, Order
from mtqa.review.session import ReviewError
from mtqa.review.widgets.words import finding_text

from .conftest import FIRST, SECOND, SEEDS, Project


def rules(session):
    return [item.finding.rule for item in session.queue.items]


def test_it_opens_at_the_first_article_with_something_open(project):
    session = project.session()
    assert session.corpus.sources[session.index].name == SECOND
    assert session.current.finding.rule == "demo.congress"


def test_accept_writes_ledger_and_patch_and_advances(project):
    session = project.session(SECOND)
    before = session.key
    session.accept()
    [line] = project.ledger()
    assert (line["verdict"], line["rule"], line["by"]) == ("accept", "demo.congress", "Ana <ana@example.org>")
    assert line["new"] == "National Congress of Chinese Trade Unions"
    cleaned = project.original().replace(line["old"], line["new"], 1)
    assert project.cleaned() == cleaned
    assert session.key not in ("", before)


def test_the_second_candidate(project):
    session = project.session(SECOND)
    session.show(chosen=Filter(rules=frozenset({"demo.general-manager"})))
    session.accept(2)
    assert project.ledger()[0]["new"] == "Federation of Trade Unions"
    with pytest.raises(ReviewError, match="no candidate 3"):
        session.accept(3)


def test_an_edit_is_linted_again_and_its_new_finding_amends_it(project):
    session = project.session(SECOND)
    session.show(chosen=Filter(families=frozenset({"demo"})), order=Order.READING)
    item = next(i for i in session.queue.items if i.finding.rule == "demo.general-manager")
    session.go(item.key)
    assert "1 new" in session.accept()
    new = next(i for i in session.queue.items if i.finding.rule == "demo.general-federation")
    session.go(new.key)
    session.accept()
    first, second = project.ledger()
    assert second["supersedes"] == [first["id"]]
    assert (second["old"], second["new"]) == ("General Manager", "General Federation of Trade Unions")
    assert "demo.general-federation" not in rules(session)
    session.undo()
    assert "General Federation has" in project.cleaned()
    assert "demo.general-federation" in rules(session)


def test_a_rejection_holds_when_its_sentence_is_edited(project):
    session = project.session(SECOND)
    reject, accept = [i for i in session.queue.items if i.finding.rule == "demo.congress"][:2]
    line = session.work.document.line_at
    assert line(reject.original.start) != line(accept.original.start)
    session.go(reject.key)
    session.hold(Verdict.REJECT, "a title")
    here = session.work.overlay.text.find("Implement the spirit")
    session.replace((Edit(Span(here, here + len("Implement")), "Carry out"),))
    assert reject.key not in [i.key for i in session.queue.items]
    assert reject.original not in [i.original for i in session.queue.items if i.finding.rule == "demo.congress"]


def test_undo_and_redo_without_limit(project):
    session = project.session(SECOND)
    keys = [session.key]
    while session.current and session.index == 0 and len(keys) < 6:
        if session.current.fixes:
            session.accept()
        else:
            session.hold(Verdict.REJECT, "fine")
        keys.append(session.key)
    done = project.cleaned()
    for key in reversed(keys[:-1]):
        session.undo()
        assert session.key == key
    assert project.patch() == b""
    for _ in keys[:-1]:
        session.redo()
    assert project.cleaned() == done
    with pytest.raises(ReviewError, match="nothing to redo"):
        session.redo()


def test_undo_reaches_back_beyond_this_session(project):
    project.session(SECOND).accept()
    session = project.session(SECOND)
    session.undo()
    assert project.patch() == b""
    with pytest.raises(ReviewError, match="nothing to undo"):
        session.undo()


def test_free_edit_delete_and_edit_again(project):
    session = project.session(SECOND)
    at = session.work.overlay.text.index("Huang Hongtao")
    session.replace((Edit(Span(at, at + 13), "Huang Hong Tao"),))
    session.replace((Edit(Span(at + 6, at + 10), "HONG"),))
    first, second = project.ledger()
    assert second["supersedes"] == [first["id"]]
    assert second["new"] == "Huang HONG Tao"
    assert "reporter Huang HONG Tao and" in project.cleaned()
    session.replace((Edit(Span(at, at + 14), "Huang Hongtao"),))
    assert project.patch() == b""


def test_deleting_words_takes_their_blank_along(project):
    session = project.session(SECOND)
    at = session.work.overlay.text.index("very important")
    session.take_out(Span(at, at + 4))
    assert "is a important conference" in project.cleaned()


def test_an_edit_over_two_edits_takes_both_in(project):
    session = project.session(SECOND)
    at = session.work.overlay.text.index("very important conference")
    session.replace((Edit(Span(at, at + 4), "truly"),))
    session.replace((Edit(Span(at + 16, at + 26), "meeting"),))
    session.replace((Edit(Span(at + 2, at + 18), "XX"),))
    assert "is a trXXeting held" in project.cleaned()
    session.undo()
    assert "is a truly important meeting held" in project.cleaned()


def test_a_marked_passage_takes_its_findings_along(project):
    session = project.session(SECOND)
    line = session.work.document.lines[2]
    inside = [i for i in session.queue.items if line.span.contains(i.original)]
    assert inside
    session.mark(line.span, Verdict.RETRANSLATE)
    assert not [i for i in session.queue.items if line.span.contains(i.original)]
    assert {entry["verdict"] for entry in project.ledger()} == {"retranslate"}
    session.undo()
    assert [i.key for i in session.queue.items if line.span.contains(i.original)] == [i.key for i in inside]


@pytest.mark.parametrize("seed", range(6))
def test_reopening_resumes_at_the_same_finding(project, seed):
    choose = random.Random(seed)
    session = project.session()
    for _ in range(25):
        verbs = [
            session.accept,
            lambda: session.hold(Verdict.REJECT, "fine"),
            lambda: session.hold(Verdict.DEFER),
            session.delete,
        ]
        try:
            choose.choice(verbs)()
        except MtqaError:
            continue
        again = project.session()
        known = {finding.fingerprint for finding in session.work.findings}
        last = again.corpus.last_touched(again.by)[1].fingerprint
        if last in known or session.index != again.index:
            assert (again.index, again.key) == (session.index, session.key)


def test_every_article_can_be_finished(project):
    session = project.session()
    for _ in range(1000):
        if session.current is None:
            break
        if session.current.fixes:
            session.accept()
        else:
            session.hold(Verdict.REJECT, "fine")
    assert session.current is None
    assert not sum(session.corpus.left(Filter()).values())
    for file in (project.root / "corrections").rglob("*.patch"):
        path = file.relative_to(project.root / "corrections").as_posix().removesuffix(".patch")
        corrected = project.corrections().read(path).corrected()
        assert not [f for f in session.linter.check(corrected) if f.fixes]


def test_a_batch_shows_every_place_first_and_one_undo_takes_it_back(project):
    session = project.session()
    for _ in session.corpus.sources:
        session.step_article(1)
    batch = draw_up(session, Scope.SAFE_EVERYWHERE, Verdict.ACCEPT)
    for _ in collect(session, batch):
        pass
    assert {spot.path for spot in batch.spots} > {SECOND}
    for spot in batch.spots:
        text = project.original(spot.path)
        assert spot.before + spot.old + spot.after in text
        first = text[: text.index(spot.before + spot.old)].count("\n") + 1
        assert first <= spot.line <= first + spot.old.count("\n")
    assert not project.ledger()
    list(carry_out(session, batch, frozenset({batch.spots[0].place})))
    settle(session)
    decided = sum(len(project.ledger(spot)) for spot in {s.path for s in batch.spots})
    assert decided == len(batch.spots) - 1
    session.undo()
    assert all(project.patch(spot.path) == b"" for spot in batch.spots)
    session.redo()
    assert any(project.patch(spot.path) for spot in batch.spots)


def test_a_batch_of_the_same_text_leaves_other_texts_alone(project):
    session = project.session(SECOND)
    item = session.current
    batch = draw_up(session, Scope.TEXT_EVERYWHERE, Verdict.REJECT, "a title")
    list(collect(session, batch))
    list(carry_out(session, batch))
    assert {entry["old"] for entry in project.ledger()} == {session.work.document.slice(item.original)}
    assert {entry["why"] for entry in project.ledger()} == {"a title"}


def test_an_article_that_cannot_be_read_is_shown_as_such(project):
    (project.root / FIRST).write_bytes(b"caf\xe9\n")
    session = project.session(FIRST)
    assert session.work is None
    assert "not utf-8" in session.corpus.problems[0]
    with pytest.raises(MtqaError):
        session.accept()


def test_originals_are_never_written(project):
    before = {file: file.read_bytes() for file in (project.root / "seeds").iterdir()}
    session = project.session()
    for _ in range(10):
        session.accept() if session.current.fixes else session.hold(Verdict.DEFER)
    assert {file: file.read_bytes() for file in (project.root / "seeds").iterdir()} == before


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("path", [SECOND, "seeds/003_5e12e670e6512876.txt"])
def test_lint_says_what_the_review_says(tmp_path, seed, path):
    """Of the original and of the corrected text alike; with the shipped rules, whose fixes hang together."""
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEEDS / Path(path).name, tmp_path / path)
    (tmp_path / "mtqa.toml").write_text('originals = ["seeds"]\n')
    session = Project(tmp_path).session()
    work, choose = session.work, random.Random(seed)
    for _ in range(30):
        session.go(choose.choice(session.queue.items).key)
        verbs = [session.accept] * 4 + [lambda: session.hold(Verdict.REJECT), lambda: session.give_up(Verdict.DROP)]
        with contextlib.suppress(ReviewError):
            choose.choice(verbs)()
    check, state = session.linter.check, work.article.state
    by_lint = settled(work.document, work.findings, state, lambda: check(work.article.corrected())).open
    shown = {(item.finding.rule, item.original) for item in work.items}

    def stands(finding):  # as itself, or another rule speaks for its words now
        there = [i for i in work.items if i.finding.layer is finding.layer and i.original.overlaps(finding.span)]
        return bool(there) or (finding.rule, finding.span) in shown

    undecided = split(work.document, work.findings, state).open
    assert [finding.fingerprint for finding in by_lint] == [f.fingerprint for f in undecided if stands(f)]
    assert shown & {(f.rule, f.span) for f in work.findings} <= {(f.rule, f.span) for f in by_lint}
    corrected = split_corrected(check(work.article.corrected()), state, work.document.sha256).open
    assert {(f.rule, f.span) for f in corrected} == {(i.finding.rule, i.here) for i in work.items}


def test_a_field_and_the_likely_source_wording_are_told_apart(tmp_path):
    (tmp_path / "seeds").mkdir()
    shutil.copy(SEEDS / Path(SECOND).name, tmp_path / SECOND)
    (tmp_path / "mtqa.toml").write_text('originals = ["seeds"]\nselect = ["metadata.source"]\n')
    session = Project(tmp_path).session()
    said = [content.plain for content in finding_text(session.work, session.current, "", brackets=True)]
    assert [line for line in said if line.startswith("source  ")] == ["source  来源"]
    assert [line for line in said if line.startswith("field  source: ")] == [
        "field  source: China Industrial Network - Workers' Daily"
    ]
