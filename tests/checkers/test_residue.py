"""What was left untranslated or broken is found; glosses, loans, names, slips and sciences are left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.checkers.script import foreign_runs
from mtqa.checkers.strange import Strange
from mtqa.grammar import lexicon
from tests.checkers.family import Check, family

check: Check = family("residue")

BAD = {
    "script": """
The office handles 群众来信 within three days of receipt.
Drivers must pay the дополнительный charge at the gate.
The team carried out 入户 visits in winter.
The committee met, 并听取了 the report of the mayor.
The price of प्याज rose in the valley.
Farmers sold the සහල් at the market.
A сhild was born in the village.
Members of the 党委 studied the plan in the hall.
""",
    "pinyin": """
The dangzuzhang opened the meeting at nine.
Workers of the jiangning hospital were vaccinated.
They were handed over to commander shuangzheng in the spring.
""",
    "words": """
When viewing the shirapanta and pandukana periods, the temple is old.
The theurte asedivies the town before winter, and krambold falls.
In the kavilanga there is a bhumeshki of copper, and the brasniks sing.
The kohlapuri river runs by nautamlali to the sea.
""",
    "stutter": """
The governmentment met on Friday.
Tertertiary education is free in the valley.
SomeSome sites are closed for the winter.
Trains will be delayeddelayed tonight.
""",
    "glued": """
The Secretariand the members met.
The Norwegian National TheatreThe building opened.
The captainof the team spoke.
""",
    "capitals": """
The delegation visited the SHANGER TRE company in the spring.
He opened a branch of BAN TELEXUN in the town.
""",
    "markup": """
The ▁committee met on Friday.
The com@@ mittee said yes to the plan.
The answer was <unk> and nobody spoke.
The plan was read & quot ; twice at the meeting.
thumbleft250px The old hall before the fire.
The [[town council]] voted for the road.
He went from zho_Hans to the sea.
The plan ⁇ was read.
""",
    "split-word": """
The develop ment of the port is slow.
Trade union organiza tions met in May.
""",
}

GOOD = """
Ichiyo Higuchi (樋口 一葉) was a writer, and Isfahan (Persian, اصفهان) is a city.
The character 人 means “person”, and 木 is the word for tree.
He shouted “加油” and left; the sign reads 停.
Chongqing 重庆 is a city on two rivers.
Pressure equals ½ ρ u² plus ΔP, and the β-carotene of αβγ and 5 µm is known.
Naïve Zoë ate crème brûlée in Łódź with Dvořák and Ångström.
Source: 新华社
They ate xiaolongbao and drank erguotou in Zhangjiakou.
The rite, called “zhaihuangdeng”, is old, and the zhaihuangdeng lasts a day.
She left the women in the machine shop on a long change of line.
Herpesviruses, caliciviruses and parvoviruses pass through vesselplasties.
The kitchen smelt of onoins and of tomatos and garlick.
The dance, called “takawimba”, has a drum (an “okotingo”).
The barbarous Berber of Mississippi ate Tartar sauce with Wang Jinjin and Ge Pingping.
Shahshahan Square and Chakchake are places; a couscous and a dodo.
Switzerland, Finland and the thousand husbands understand the woodland.
She found LinkedIn on a MacBook and played PlayStation in McDonalds.
NATO, UNESCO and the ACFTU met the people of the ILO FAO group in Rome.
SHANGER TRE WINS AGAIN
The MIRAMAR PIRAMAR song, piramar and miramar, is old and well known.
Nigeria and the Nigerian team met Niger and the Nigerien team.
Dolkhoma, which later became Dolkhama, lies in the hills.
In HTML the tag <br> ends a line and <unk> is unknown.
The tokenizer writes [UNK] for it, or "##ing" at the end.
C## does not exist; write to a@b.example or AT&T; R&D ; A & B; x < s > y.
They move men to the port and treat mention as a verb, in a nation at the station.
Write to dangzuzhang@example.org or see www.jiangning-shuangzheng.example for more.
The hashtag #shuangzheng and the user @jiangning_zhe were popular.
Renminbi, hukou, guanxi, gaokao and mahjong are in the dictionaries.
He sang lalalala, hahaha, and zzzzzz all night long, brrrrr.
"""


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in BAD.items() for text in texts.strip().split("\n")]
)
def test_found(rule: str, text: str) -> None:
    assert {finding.rule for finding in check(text)} == {f"residue.{rule}"}


@pytest.mark.parametrize("text", GOOD.strip().split("\n"))
def test_silent(text: str) -> None:
    assert [(finding.rule, finding.message) for finding in check(text)] == []


def test_a_name_in_two_spellings_is_told_once_with_all_of_them() -> None:
    text = "The town of Vuntilsk elected a mayor.\n\nIn Vontilsk he spoke. Vuntilsk cheered, and Vontilsk sang."
    [finding] = check(text)
    assert finding.rule == "residue.names"
    assert finding.span.start == text.index("Vontilsk")
    assert "“Vuntilsk”, “Vontilsk”" in finding.message


def test_an_untranslated_line_is_one_finding_and_a_foreign_article_none() -> None:
    assert [f.rule for f in check("The bridge opened in May.\n\n责任编辑，王某某。报道\n\nThe road opened.")] == [
        "residue.script"
    ]
    assert check("大桥于五月通车。\n\n责任编辑王某某 reports.\n\n道路于六月通车，市长出席了仪式。") == []


@given(st.text(alphabet='ab c中文字я(),“”"\n\r :', max_size=60))
def test_runs_of_script_lie_in_one_line_and_begin_and_end_with_it(text: str) -> None:
    for start, end in foreign_runs(text):
        run = text[start:end]
        assert "\n" not in run
        assert run[0] in "中文字я"
        assert run[-1] in "中文字я"


@given(
    st.lists(
        st.sampled_from(["shirapanta", "pandukana", "TelexunThe", "delayeddelayed", "中", "𝔸", "the", "İ", ".", "\n"])
    )
)
def test_spans_are_the_words_that_messages_name(words: list[str]) -> None:
    text = " ".join(words)
    for finding in check(text):
        assert 0 <= finding.span.start < finding.span.end <= len(text)
        assert text[finding.span.start : finding.span.end].strip()
        if finding.rule in ("residue.stutter", "residue.glued"):
            assert text[finding.span.start : finding.span.end] in words


@given(
    st.lists(
        st.sampled_from(
            ["the", "Workers", "Zhonggong", "SHANGER", "caféhouse", "x-rayish", "Ab1cdefg", "字union", "\n"]
        )
    )
)
def test_rare_words_are_runs_of_five_letters_that_are_not_common(words: list[str]) -> None:
    text = " ".join(words)
    runs = set(re.findall("[A-Za-z]{5,}", text))
    assert Strange(text).rare == sorted(run for run in runs if not {run, run.lower()} & lexicon.usual())


@given(st.lists(st.sampled_from(["shangerk", "paly", "fulzed", "zoqq", "the", "\n"]), max_size=12), st.integers(1, 3))
def test_words_that_share_a_line(words: list[str], least: int) -> None:
    strange = Strange(" ".join(words))
    few = [word for word in strange.rare if word.islower()]
    lines = [[word for word in few if word in line] for line in strange.text.split("\n")]
    assert strange.together(least) == sorted({word for line in lines if len(line) >= least for word in line})
