"""Replay: accept, change, undo, redo; contradictions; the same for every order of lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.corrections import choice
from mtqa.corrections.decision import CorrectionsError, Decision, Verdict
from mtqa.corrections.session import Session
from mtqa.corrections.state import State
from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, identify

if TYPE_CHECKING:
    from mtqa.corrections.choice import Choice

DOCUMENT = Document.from_text("one two three four five six\nseven eight nine ten\n", "seeds/a.txt")


class Clock:
    """A second passes with each decision."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


CLOCK = Clock()


def finding(word: str, replacement: str = "") -> Finding:
    start = DOCUMENT.text.index(word)
    span = Span(start, start + len(word))
    made = Finding("test.rule", span, "wrong", fixes=(Fix((Edit(span, replacement or word.upper()),)),))
    return identify(DOCUMENT, [made])[0]


def decide(state: State, made: Choice, by: str = "Ana") -> tuple[State, Decision]:
    session = Session(DOCUMENT, state, by, CLOCK)
    decision = session.decide(made)
    return state.plus(session.new), decision


def text_of(state: State) -> str:
    from mtqa.corrections.patch import build_patch

    return build_patch(DOCUMENT, state).result.decode()


def test_accept_reject_undo_redo() -> None:
    two = finding("two")
    state, accepted = decide(State(), choice.accept(DOCUMENT, two))
    assert "one TWO three" in text_of(state)
    state, rejected = decide(state, choice.hold(DOCUMENT, Verdict.REJECT, two, "it is right"))
    assert rejected.supersedes == (accepted.id,)
    assert "one two three" in text_of(state)
    state, undone = decide(state, choice.undo(rejected))
    assert "one TWO three" in text_of(state)  # what stood before stands again
    assert undone.fingerprint == two.fingerprint
    state, _ = decide(state, choice.undo(undone))
    assert state.settled[two.fingerprint].verdict is Verdict.REJECT
    with pytest.raises(CorrectionsError, match="already taken back"):
        decide(decide(state, choice.undo(accepted))[0], choice.undo(accepted))
    with pytest.raises(CorrectionsError, match="no decision"):
        decide(state, choice.undo("0" * 20))


def test_a_long_row_of_undo_and_redo() -> None:
    two = finding("two")
    _, last = decide(State(), choice.accept(DOCUMENT, two))
    decisions = [last]
    for number in range(3000):
        last = Decision(f"2026-02-01T{number:05d}", "Ana", Verdict.UNDO, of=last.id).signed()
        decisions.append(last)
    assert two.fingerprint in State(decisions).settled
    assert two.fingerprint not in State(decisions[:-1]).settled


def test_the_same_decision_twice_is_recorded_once() -> None:
    state, first = decide(State(), choice.accept(DOCUMENT, finding("two")))
    again, second = decide(state, choice.accept(DOCUMENT, finding("two")), "Ben")
    assert second == first
    assert len(again.decisions) == 1


def test_two_fixes_of_one_paragraph_are_independent() -> None:
    state, one = decide(State(), choice.accept(DOCUMENT, finding("two")))
    state, other = decide(state, choice.accept(DOCUMENT, finding("four")))
    assert text_of(state).startswith("one TWO three FOUR five")
    assert text_of(decide(state, choice.undo(one))[0]).startswith("one two three FOUR five")
    assert text_of(decide(state, choice.undo(other))[0]).startswith("one TWO three four five")


def test_an_overlapping_edit_is_refused_and_its_holder_named() -> None:
    state, first = decide(State(), choice.accept(DOCUMENT, finding("two three")))
    with pytest.raises(CorrectionsError, match=f"overlaps the accepted edit {first.id} by Ana") as raised:
        decide(state, choice.accept(DOCUMENT, finding("three four")))
    assert str(raised.value.place) == "seeds/a.txt:1:9"
    state, _ = decide(state, choice.accept(DOCUMENT, finding(" four")))  # adjacent is not overlapping
    state, inserted = decide(state, choice.edit(DOCUMENT, [Edit(Span(0, 0), "zero ")]))
    with pytest.raises(CorrectionsError, match="overlaps"):
        decide(state, choice.edit(DOCUMENT, [Edit(Span(0, 0), "nought ")]))
    state, changed = decide(
        state, choice.Choice(Verdict.EDIT, choice.edit(DOCUMENT, [Edit(Span(0, 3), "1")]).changes, replaces=inserted.id)
    )
    assert changed.supersedes == (inserted.id,)
    assert text_of(state).startswith("1 TWO THREE FOUR five")


def test_an_edit_with_parts_that_overlap_or_change_nothing_is_refused() -> None:
    with pytest.raises(CorrectionsError, match="two parts of this edit overlap"):
        decide(State(), choice.edit(DOCUMENT, [Edit(Span(0, 3), "x"), Edit(Span(2, 5), "y")]))
    with pytest.raises(CorrectionsError, match="changes nothing"):
        decide(State(), choice.edit(DOCUMENT, [Edit(Span(0, 3), "one")]))
    with pytest.raises(CorrectionsError, match="offers no fix number 2"):
        choice.accept(DOCUMENT, finding("two"), 1)


def test_a_fix_in_two_places_is_one_decision() -> None:
    state, made = decide(State(), choice.edit(DOCUMENT, [Edit(Span(28, 33), "7"), Edit(Span(0, 3), "1")]))
    assert text_of(state) == "1 two three four five six\n7 eight nine ten\n"
    assert len(made.changes) == 2
    assert text_of(decide(state, choice.undo(made))[0]) == DOCUMENT.text


def branches() -> tuple[State, State, State]:
    """Two editors who start from the same decision: base, hers, his."""
    base, _ = decide(State(), choice.accept(DOCUMENT, finding("ten")))
    return base, base, base


def merged(*states: State) -> State:
    return State([decision for state in states for decision in state.decisions.values()])


def test_contradicting_branches_surface_and_change_no_text_until_resolved() -> None:
    base, hers, his = branches()
    hers, accepted = decide(hers, choice.accept(DOCUMENT, finding("two")), "Ana")
    his, rejected = decide(his, choice.hold(DOCUMENT, Verdict.REJECT, finding("two")), "Ben")
    both = merged(hers, his)
    conflict = both.contradictions[finding("two").fingerprint]
    assert {one.id for one in conflict.decisions} == {accepted.id, rejected.id}
    assert finding("two").fingerprint not in both.settled
    assert text_of(both) == text_of(base)
    unrelated, _ = decide(both, choice.accept(DOCUMENT, finding("nine")), "Ben")
    assert unrelated.contradictions  # deciding on something else resolves nothing
    resolved, last = decide(unrelated, choice.again(accepted, accepted.changes), "Ben")
    assert set(last.supersedes) == {accepted.id, rejected.id}
    assert not resolved.contradictions
    assert "one TWO three" in text_of(resolved)


def test_branches_that_agree_are_no_conflict() -> None:
    _, hers, his = branches()
    hers, first = decide(hers, choice.accept(DOCUMENT, finding("two")), "Ana")
    his, _ = decide(his, choice.accept(DOCUMENT, finding("two")), "Ben")
    both = merged(hers, his)
    assert not both.contradictions
    assert both.settled[finding("two").fingerprint].id == first.id


def test_an_undo_on_one_branch_and_a_change_on_the_other_contradict() -> None:
    base, accepted = decide(State(), choice.accept(DOCUMENT, finding("two")))
    hers, _ = decide(base, choice.undo(accepted), "Ana")
    edited = choice.edit(DOCUMENT, [Edit(finding("two").span, "deux")], finding=finding("two"))
    his, _ = decide(base, edited, "Ben")
    both = merged(hers, his)
    assert both.contradictions
    assert text_of(both) == DOCUMENT.text
    later, _ = decide(hers, edited, "Ben")
    assert not later.contradictions  # he knew of the undo


def test_overlapping_edits_of_two_branches_let_the_first_stand_and_say_so() -> None:
    _, hers, his = branches()
    hers, first = decide(hers, choice.accept(DOCUMENT, finding("two three")), "Ana")
    his, second = decide(his, choice.accept(DOCUMENT, finding("three four")), "Ben")
    edits = merged(hers, his).edits(DOCUMENT.sha256)
    assert [one.decisions for one in edits.overlaps] == [(first, second)]
    assert first.id in {one.decision.id for one in edits.standing}


def test_the_order_of_lines_does_not_matter() -> None:
    _, hers, his = branches()
    hers, accepted = decide(hers, choice.accept(DOCUMENT, finding("two")), "Ana")
    his, _ = decide(his, choice.hold(DOCUMENT, Verdict.DEFER, finding("two")), "Ben")
    both, _ = decide(merged(hers, his), choice.again(accepted, accepted.changes), "Ana")
    from mtqa.corrections.patch import build_patch

    decisions = list(both.decisions.values())
    patches = {build_patch(DOCUMENT, State(order)).data for order in permutations(decisions)}
    assert len(patches) == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), max_size=25), st.randoms())
def test_any_history_replays_the_same_from_any_order(history: list[tuple[int, int, bool]], random: object) -> None:
    words = ("one", "two three", "three four", "five", "nine", "ten")
    states = [State(), State()]
    for word, verdict, branch in history:
        state = states[branch]
        known = list(state.decisions.values())
        kinds = {
            0: lambda w=word: choice.accept(DOCUMENT, finding(words[w])),
            1: lambda w=word: choice.hold(DOCUMENT, Verdict.REJECT, finding(words[w])),
            2: lambda w=word: choice.edit(DOCUMENT, [Edit(finding(words[w]).span, "x")], finding=finding(words[w])),
            3: lambda w=word, k=known: choice.undo(k[w % len(k)]) if k else choice.undo("none"),
            4: lambda w=word: choice.edit(DOCUMENT, [Edit(Span(w, w), "+")]),
        }
        try:
            states[branch] = decide(state, kinds[verdict]())[0]
        except CorrectionsError:
            continue
    decisions = list(merged(*states).decisions.values())
    shuffled = list(decisions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = State(decisions), State(shuffled)
    assert text_of(one) == text_of(other)
    assert one.edits(DOCUMENT.sha256) == other.edits(DOCUMENT.sha256)
    assert one.contradictions == other.contradictions
    assert not one.missing
