"""Loops and stutter are found; rhetoric, lists, names and figures are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.checkers.runs import Run, runs
from mtqa.document import Document
from mtqa.finding import apply_edits
from tests.checkers.family import Check, family

check: Check = family("loop")

BAD = {
    "word": """
The workers of the the plant met.
They plan to to strike on Monday.
Farmers staged a protest protest outside the ministry.
Prices rose in in-depth about about two per cent.
The Mekong River River basin was flooded.
Students students of the college met.
An outbreak of the African African fever began.
She will meet meet the mayor.
Competition for status status drives prices.
The museum museum reopened in May.
A freight train train left the rails.
Farmers held a protest protest.
The plan, he said, was a failure failure, and they left.
""",
    "phrase": """
The assessment of the reform of the plan of the reform of the plan was heard.
Delegates discussed the safety of the workers and the safety of the workers in summer.
The crews practised flood prevention, flood prevention, rescue and first aid.
The committee met again on Friday. The committee met again on Friday.
It is hosted by the news agency and hosted by the news agency at noon.
He moved in the town in the town of his birth.
They heard the reform of the reform of the plan of the plan.
She read the plan of the reform of the reform.
They came mainly because mainly because the road was open.
Prices fell by more than two per cent over the year and by more than two per cent over the year.
""",
    "runaway": """
The teaching of the teaching of the teaching of the teaching of the temple was read.
He was born in Bern, Bern, Bern, Bern, Bern, Bern and moved away.
A joint joint joint patrol left the harbour.
The Kathi Kathi Kathi Kathi Kathi came.
We will be good enough to be good enough to be good enough to win.
And all that he heard, and all that he heard, and all that he heard, and he left.
The third method third method third method third method failed.
""",
    "syllable": """
The town of Matonononono lies on the coast.
A gagagagagaga of salt is added.
The wood woodwoodwoodwoodwood burned.
""",
    "dense": """
The construction reform of the construction team of construction workers for construction work under construction began.
The leadership group of the leadership of the provincial leadership for party leadership with leadership met.
""",
}

GOOD = """
He had had enough, and she said that that was fine.
What it is is a start.
She logged in in May and carried on on foot.
It was a very very long night, and Duran Duran played in New York, New York.
The Wagga Wagga store sells Bora Bora shirts by Ni Ni and Andy Andy Liu.
What matters is location, location, location.
She talked for years and years and years, over and over and over.
The goats, the goats, the goats! Blah blah blah, he said, no, no, no, no, no, no.
1 0 0 0 0 0 0 - - - - - - | | | |
Ho ho ho, ha ha ha ha ha ha.
It was the best of times, it was the worst of times.
The pass rates were 10 to 12 per cent, 10 to 12 per cent and 14 per cent.
They went from door to door and from street to street.
Government of the people, by the people, for the people.
The right to vote in the city and the right to vote in the state are two things.
The more you are able to work, the more you are able to earn.
Hahahahahaha, what a lalalalalala from Mississippi.
The hospital offers cardiac surgery, cardiac repair, cardiac rehearsal, cardiac cleaning and cardiac replacement.
Time search, map search, person search, tag search and full search are there.
Knock knock. Who is there? Bye bye, said Boutros Boutros-Ghali, and Sirhan Sirhan left.
He left. He left. He left, and nobody wept.
Day after day after day, step by step by step.
Some days you have been the pigeon and some days you have been the statue.
A-B-A-B, 3 x 3 x 3 x 3, 10 10 10 10, and 2.5 2.5 2.5.
He ran, ran and ran. They won, won, won. Happy days, happy days.
I came, I came, I saw; a little alive, a little alive, but not dead.
The words "the" the teacher wrote were few; from A to to-morrow.
More and more and more people came to Walla Walla and Pago Pago and Sing Sing.
The enterprises, private enterprises, local enterprises, foreign enterprises and mixed enterprises signed.
"""


@pytest.mark.parametrize(
    ("mode", "text"), [(mode, text) for mode, texts in BAD.items() for text in texts.strip().split("\n")]
)
def test_found(mode: str, text: str) -> None:
    assert [finding.rule for finding in check(text)] == [f"loop.{mode}"]


@pytest.mark.parametrize("text", GOOD.strip().split("\n"))
def test_silent(text: str) -> None:
    assert [(finding.rule, finding.message) for finding in check(text)] == []


def test_one_muddle_is_one_finding() -> None:
    text = "The house mix kwoka mix kwoka mix kwoka hall ichi ichi ichi ichi mix kwoka mix kwoka mix kwoka stands."
    [finding] = check(text)
    assert text[finding.span.start : finding.span.end].startswith("mix kwoka")
    assert text[finding.span.start : finding.span.end].endswith("mix kwoka")


def test_a_word_is_doubled_within_a_sentence_that_has_a_phrase_twice() -> None:
    [finding] = check(
        "Crime on the Mekong River River basin fell, said the office of the lower Mekong River basin states."
    )
    assert finding.rule == "loop.word"


def test_a_phrase_dozens_of_times_says_how_often() -> None:
    [finding] = check("It was " + "of the hair " * 40 + "and so on.")
    assert finding.rule == "loop.runaway"
    assert "40 times" in finding.message
    assert "of the hair" in finding.message


def test_former_ids_still_select() -> None:
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules, shipped_rules
    from mtqa.selection import Selection

    linter = Linter(load_rules(shipped_rules()), Selection(select=("repetition.phrase",)))
    found = linter.check(Document.from_text("The plan of the reform of the plan of the reform was read."))
    assert [finding.rule for finding in found] == ["loop.phrase"]


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d,", "e.", "the"]), max_size=40)


def slow_runs(words: list[str]) -> set[Run]:
    """All maximal runs, by trying every period at every place."""
    found = set()
    for period in range(1, min(60, len(words)) + 1):
        start = 0
        while start + period < len(words):
            stop = start
            while stop + period < len(words) and words[stop] == words[stop + period]:
                stop += 1
            if stop - start >= max(min(period, 3), period - 2):
                found.add(Run(start, stop + period, period))
            start = stop + 1
    return found


@given(WORDS)
def test_no_run_is_lost(words: list[str]) -> None:
    """Every run lies within one that is reported, with no more words to its phrase or as many copies."""
    reported = runs(words)
    for run in slow_runs(words):
        assert any(other.first <= run.first and run.last <= other.last for other in reported), run


@given(WORDS)
def test_runs_are_what_they_say(words: list[str]) -> None:
    reported = runs(words)
    assert reported == sorted(reported)
    for run in reported:
        assert 0 <= run.first < run.first + run.period < run.last <= len(words)
        assert all(words[at] == words[at - run.period] for at in range(run.first + run.period, run.last))


SPACE = st.sampled_from([" ", "  ", "\t", "\u00a0", " \u3000"])
TOKENS = ("the", "plan", "of", "reform,", "İstanbul", "joint", "Joint", "😀", "met.")
TEXT = st.lists(
    st.tuples(st.sampled_from(TOKENS), SPACE),
    max_size=40,
)


@given(TEXT, st.sampled_from(["", "\r\n", "\n\n"]))
def test_offsets_and_fixes_hold_for_any_text(pairs: list[tuple[str, str]], end: str) -> None:
    text = "Line one.\n" + "".join(word + space for word, space in pairs) + end
    for finding in check(text):
        assert text[finding.span.start : finding.span.end].strip() == text[finding.span.start : finding.span.end]
        for fix in finding.fixes:
            fixed = apply_edits(text, fix.edits)
            assert len(fixed) < len(text)
            assert fixed.split() != text.split()
            assert "\n" not in text[fix.edits[0].span.start : fix.edits[-1].span.end]
