"""What breaks off is found; verse, lists, stranded prepositions, questions and smileys are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checkers.family import Check, family

check: Check = family("truncation")

BAD = {
    "end": """
Chen Weimin, Deputy Secretary of the Leadership Group of
The province will strengthen supervision of docks along the river, and
Financial institutions report a marked rise in payments with
The town never had a family by the name of Coman, or
Report on the work of the county federation to the
Prices in the north are higher than
Talks between the two towns broke down because
The overall length of the rivers in the valley amounts to a total of
""",
    "stop": """
The vaccine lowers the activity of the protein and. Patients recover quickly.
Prices were higher in the north than. Nobody knew why.
Finds from the early period were made in open areas and caves, such as.
The euro was approved during the. Shops were closed.
""",
    "bracket": """
The office took twelve calls (four of them about lost passports and the way to replace them.
The mayor said that “the new clinic will open
The mayor said that “the new clinic will open in 2027
The law of the city (passed in May by the council
""",
    "list": """
The plan rests on trust. First, drivers are heard. Third, owners are told.
The committee met on Monday. Second, safety on the docks comes before speed.
The mayor spoke. Fourth, we will mend the road.
""",
    "subject": """
In 2019, was rated a model worker of the province.
At the meeting, pointed out that safety comes first.
He studied in Wuhan. Subsequently, was appointed head of the port office.
Since March of last year, has been head of the workshop.
During the typhoon, stressed that nobody should go to sea.
""",
    "verb-first": """
Is the first college in the province to train women as pilots of river boats.
Has been awarded the title of model driver of the county by the bus company.
Was one of the first workers of the county to join the union in spring.
""",
}

GOOD = """
What the new bridge is made of
The shops we used to go to
Carriages of the first train that nobody asked for
A problem that the county can no longer cope with
The best place to buy bread from
Ten things a traveller should know about
How to get in
Sign up for
Hepatitis A and a town called Plan A
The patients recover quickly, and. . . well, they go home.
English puts an article before the noun and none before the.
He lives on Avenue A. The rest is silence. What are you waiting for.
The office took twelve calls (four about passports). 1) Call again :( or :-(
Dogs, cats [and one goat (a young one)] live here.
There are two reasons. One is the rain. Second, the road is closed.
Second place went to Kenya. Third, and last, came Peru, after the second of two runners fell.
He came in second. Second thoughts followed.
To begin with, the road is long. Second, it is dark.
Firstly, it rains. Secondly, it is cold. Thirdly, it is late.
In 2019, Chen was rated a model worker of the province.
In addition, is there someone who knows the road?
On the table, was it? In the hall stood ten delegates.
On Monday, received wisdom was proved wrong.
Was the letter in the box that stood on the table of the mayor?
Has been here. Is the best.
Was the price too high, was the road too long, or was it the rain that kept people at home?
The 2nd item is short. a) Bread b) Butter
"I know what he is capable of", she said, "and what he dreams of"
There is nothing in the house to be afraid of
Were the gun locked in the box, he could not have stolen it.
"""


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in BAD.items() for text in texts.strip().split("\n")]
)
def test_found(rule: str, text: str) -> None:
    assert [finding.rule for finding in check(text)] == [f"truncation.{rule}"]


@pytest.mark.parametrize("text", GOOD.strip().split("\n"))
def test_silent(text: str) -> None:
    assert [(finding.rule, finding.message) for finding in check(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Roses climb the wall, the\nwind turns over and the\nrain begins.",
        "The tenant shall keep the garden in order; and\n\nThe tenant shall pay for water.",
        "“We will come back.\n\n“And we will stay,” she said.",
        "You agree to the\nTerms of Use\nand\nthe Privacy Policy",
        "This text was wrapped by hand at some seventy characters a line, of\r\nwhich this is the second.",
        "First, the road.\n\nIt is long.\n\nSecond, the rain.\n\nIt is cold.\n\nThird, the night.",
        "County union holds a talk on work\n\nThe workers and the workshop were there.",
    ],
)
def test_text_of_several_lines_is_left_alone(text: str) -> None:
    assert [(finding.rule, finding.message) for finding in check(text)] == []


def test_a_title_is_cut_though_the_next_line_follows_at_once() -> None:
    [finding] = check("Chen Weimin, Deputy Secretary of the Leadership Group of\nThe meeting opened in the morning.\n")
    assert finding.rule == "truncation.end"
    assert "“of”" in finding.message


def test_a_word_cut_in_two_is_known_by_the_article() -> None:
    [finding] = check("County union holds a meeting on mobiliz\n\nThe mobilization of drivers was planned there.")
    assert finding.rule == "truncation.word"
    assert "“mobiliz”" in finding.message


def test_the_missing_item_is_named() -> None:
    [finding] = check("The plan rests on trust. First, drivers are heard. Third, owners are told.")
    assert "second" in finding.message


@given(
    st.lists(
        st.sampled_from(
            ["First,", "Third,", "of", "the", "(", "“", "mobiliz", "mobilization", ".", "\n", "\r\n", "İ", "😀"]
        )
    )
)
def test_spans_lie_in_the_text_and_in_one_line(words: list[str]) -> None:
    text = " ".join(words)
    for finding in check(text):
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        assert "\n" not in text[finding.span.start : finding.span.end].rstrip()
