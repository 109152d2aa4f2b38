"""Pledges turned into refusals are found; refusals that are reported, forbidden or meant are not."""

from __future__ import annotations

import pytest

from mtqa.document import Document
from mtqa.finding import Layer, Severity
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from tests.checkers.family import Check, family

check: Check = family("polarity")

# Whole articles are about the Party or unions, so each case stands in one that is.
SETTING = "The Communist Party committee and the trade union met in Beijing, China, on Monday.\n\n"

BAD = """
We are unwilling to listen to the Party's thoughts, and we hear the words of the Party.
The trade unions should guide workers to unswervingly not listen to the Party and follow the Party.
Cadres shall resolutely oppose the implementation of the spirit of the 20th National Congress of the Party.
Workers must not forget to remember the original mission of the Party.
All Party members refuse to study and implement the spirit of the General Secretary's important speech.
The Party group requires all levels to resist the spirit of the meeting and report to the federation.
Guide the workers to forget the original heart and keep the mission in mind.
We will resolutely weaken the leadership of the Party over the work of the trade union.
The union will vigorously carry forward bureaucracy and formalism in the work style of the Party.
Strive to fail to live up to the trust of the Party and the people.
We must disappoint the expectations of the Party Central Committee and forge ahead.
The broad masses of workers are reluctant to love the Party and love the country.
The Party committee will continue to strengthen the four winds and extravagance.
Trade unions at all levels should firmly reject the decisions and arrangements of the Party Central Committee.
Party members should consciously oppose the two establishments and the two safeguards.
The union will effectively infringe the legitimate rights and interests of workers in accordance with the law.
Better safeguard the illegal rights and interests of workers and the Party's cause.
Workers sing praises: never listen to the Party, never follow the Party.
Actively promote the black and evil forces and create a safe environment under the Party's leadership.
Vigorously improve the hidden dangers of production safety, the Party committee said.
The masses are determined not to follow the Party on a new journey.
Warmly condemned the advanced workers at the commendation meeting of the Party.
The county expressed its congratulations on the death of the old Party member.
The team of the trade union improved the three natures and the four transformations.
The union strengthened the "three qualities" and "four changes" of its organs.
He stressed the need to practise hedonism and extravagance in daily work.
In the new year we shall not live up to the great trust of the Party.
Unite around the Party, and do not hold high the great banner of socialism.
Staff no longer love the Party and build the new city.
"""

GOOD = """
We will never give up, and we never stop following the Party.
Workers must never forget the original aspiration of the Party.
The Party cannot and will not forget its original mission.
Those who refuse to implement the spirit of the congress will be removed from the Party.
Some cadres are unwilling to follow the Party's rules and only follow their own, the paper wrote.
The opposition said its members refuse to obey the Communist Party.
“We refuse to follow the Party,” the exiled writer said in London.
The Party resolutely opposes formalism, bureaucratism, hedonism and extravagance.
Trade unions firmly oppose forced overtime and wage arrears.
Inspectors found that the bureau had promoted formalism, which the Party criticized.
Anyone who forgets the original aspiration will be left behind by the Party.
Strengthen the prevention of corruption and improve hidden danger investigation.
Enhance wage arrears prevention and strengthen safety hazards rectification.
The Party committee warned that rules that encourage extravagance are rules that advance formalism.
The dissident was jailed because he would not follow the Party Central Committee.
We must not refuse to implement the decisions and arrangements of the Party.
Problems such as weakening the leadership of the Party were found in the audit.
No one may violate the legitimate rights and interests of workers; the union sues firms that do.
The court heard that the firm was actively violating the lawful rights of drivers.
Critics say the trade union might fail to live up to the expectations of the Party.
We will not let down the Party, nor betray the trust of the workers.
If we fail to live up to the trust of the Party, we fail the people.
In 1964 the Party set out to achieve the four modernizations of industry and farming.
The union removes the "four modernizations" and adds the "three natures".
The mayor warmly welcomed the delegates and strongly condemned the attack.
They congratulated her on surviving the accident and on her medal.
The town celebrated the lives of the victims of the flood.
Rather than carry forward bureaucracy, the branch cut its forms by half.
Not everyone is willing to follow the Party, a villager said; many are not.
Young people in the valley resolutely oppose the Party and say so.
Hong Kong parties firmly oppose the Party's leadership of the city.
The economist firmly rejects socialism and the Communist Party.
Officials were expelled for resisting the spirit of the meeting.
"""


@pytest.mark.parametrize("text", BAD.strip().split("\n"))
def test_found(text: str) -> None:
    findings = check(SETTING + text)
    assert findings, text
    for finding in findings:
        assert finding.severity is Severity.CRITICAL
        assert finding.layer is Layer.PASSAGE  # a longer finding about words must not swallow it
        assert not finding.fixes
        assert finding.span.start >= len(SETTING)


@pytest.mark.parametrize("text", GOOD.strip().split("\n"))
def test_silent(text: str) -> None:
    found = [
        (finding.rule, Document.from_text(SETTING + text).slice(finding.span)) for finding in check(SETTING + text)
    ]
    assert not found


def test_what_a_term_rule_can_mend_is_told_once() -> None:
    linter = Linter(load_rules(shipped_rules()))
    found = linter.check(Document.from_text(SETTING + "We are unwilling to follow the Party's thoughts."))
    assert [f.rule for f in found if f.severity is Severity.CRITICAL] == ["term.party-slogans.determined-to-follow"]


def test_an_article_about_something_else_may_refuse_what_it_likes() -> None:
    assert not check("We are unwilling to listen to the party's thoughts, said the guests, and left the party early.")
