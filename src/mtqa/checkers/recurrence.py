"""Lines that stand in several articles of one site, claimed as boilerplate where they stand like boilerplate.

Recurrence alone does not make a line page furniture: a slogan is quoted, a column keeps its headline, an agency's
paragraph is printed twice, and a whole article may be in the corpus two times. So it counts

- *where* the line stands: above or below the article's own paragraphs, or among them, and then it must recur far more;
- *beside what*: furniture recurs together with its neighbours;
- *what it looks like*: a label, or a sentence, of which more is asked;
- *how often beyond copies*: what an article shares with its own duplicates says nothing.

An article always keeps a headline, and no line that recurs is ever deleted without a person: the fix is for review.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mtqa.finding import Edit, Finding, Fix, Layer, Safety
from mtqa.knowledge import site_pattern
from mtqa.recurrence import keyed_lines, site_of
from mtqa.segment import is_longer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mtqa.document import Document, Line
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule

PARAGRAPH_WORDS = 12
SENTENCE_END = (".", "!", "?", "。", "”", '"', ";", ":", ",")
_SURE, _LIKELY, _PERHAPS = 0.95, 0.8, 0.6
_LONE_SHARE = 500  # a label that stands alone recurs in one article of so many at least
_SENTENCE_SHARE = 20
_AMONG_SHARE = 4
_AMONG_FACTOR = 3  # times the articles that a label needs


@dataclass(frozen=True, slots=True)
class Evidence:
    """In how many ``articles`` of ``total`` a line stands, and in how many beside the same neighbour (``together``)."""

    articles: int
    together: int
    total: int
    site: str

    def words(self) -> str:
        """The evidence as a clause: "in 12 of the 40 articles of example.cn, beside the same line in 11 of them"."""
        beside = f", beside the same line in {_number(self.together)} of them" if self.together > 1 else ""
        return f"in {self.articles_of_all()}{beside}"

    def articles_of_all(self) -> str:
        """The number of articles alone: "12 of the 40 articles of example.cn"."""
        where = self.site or "the corpus"
        the = "the " if self.total < 100 else ""
        return f"{_number(self.articles)} of {the}{_number(self.total)} articles of {where}"


def _number(count: int) -> str:
    return f"{count:,}" if count < 100 else f"about {count:,}"  # such numbers are rounded


@dataclass(frozen=True, slots=True)
class _Shape:
    """A line as it is judged; ``neighbours`` are its evidence with the line before and the line after."""

    line: Line
    evidence: Evidence
    label: bool
    paragraph: bool


class Recurrence:
    """What a corpus tells of the lines of one document."""

    def __init__(self, document: Document, rule: Rule, knowledge: Knowledge) -> None:
        self._document = document
        self._rule = rule
        self._most_words = int(rule.spec.options["max_words"])
        self._least = int(rule.spec.options["min_articles"])
        site = site_of(document, site_pattern([rule]))
        self._site = site
        self._total = knowledge.articles.get(site, 0)
        self._keyed = keyed_lines(document, site) if self._total > 1 else []
        self._seen = {
            key: count
            for keyed in self._keyed
            for key in (keyed.key, keyed.pair)
            if key and (count := knowledge.lines.get(key))
        }

    @cached_property
    def evidence(self) -> Mapping[int, Evidence]:
        """Evidence by line number, for the lines that recur in more articles than copies of this one."""
        recurring = [keyed for keyed in self._keyed if keyed.key in self._seen]
        copies = self._copies if any(is_sentence(self._text(keyed.line)) for keyed in recurring) else 1
        found = {}
        before = 0
        for keyed in self._keyed:
            count = self._seen.get(keyed.key, 1) - copies + 1
            after = self._seen.get(keyed.pair, 1)
            if count > 1:
                together = max(before, after) - copies + 1
                found[keyed.line.number] = Evidence(count, max(together, 1), self._total, self._site)
            before = after
        return found

    @property
    def _copies(self) -> int:
        """In how many articles the text stands as a whole: those that hold the better half of its sentences."""
        sentences = [keyed for keyed in self._keyed if is_sentence(self._text(keyed.line))]
        weights = [(self._seen.get(keyed.key, 1), len(self._text(keyed.line))) for keyed in sentences]
        half = sum(length for _, length in weights) / 2
        for count, length in sorted(weights, reverse=True):
            half -= length
            if half < 0:
                return count
        return 1

    def _text(self, line: Line) -> str:
        return self._document.text[line.start : line.end].strip()

    def claims(self, marked: Collection[int], taken: Collection[int]) -> dict[int, Finding]:
        """Findings by line number for lines that are neither ``marked`` as boilerplate nor ``taken`` as metadata."""
        if not self._seen or not self.evidence:
            return {}
        lines = [self._shape(keyed.line) for keyed in self._keyed]
        own = [n for n, one in enumerate(lines) if one.paragraph and one.evidence.articles == 1]
        if not own:
            return {}  # nothing is left of the article beside what recurs: nobody can tell its frame from its text
        claimed: dict[int, float] = {}
        for place, one in enumerate(lines):
            if one.line.number in marked or one.line.number in taken or one.evidence.articles < 2:
                continue
            beside = any(
                0 <= near < len(lines) and lines[near].line.number in marked for near in (place - 1, place + 1)
            )
            if sure := self._confidence(one, among=own[0] < place < own[-1], beside=beside):
                claimed[place] = sure
        self._spread(lines, claimed, marked, taken, own)
        self._keep_a_headline(lines, claimed, marked, taken, own[0])
        return {lines[place].line.number: self._finding(lines[place], sure) for place, sure in claimed.items()}

    def _shape(self, line: Line) -> _Shape:
        text = self._text(line)
        label = not is_longer(text, self._most_words) and not text.endswith(SENTENCE_END)
        evidence = self.evidence.get(line.number) or Evidence(1, 1, self._total, self._site)
        return _Shape(line, evidence, label, is_longer(text, PARAGRAPH_WORDS - 1))

    def _confidence(self, one: _Shape, *, among: bool, beside: bool) -> float:
        """How sure a line is boilerplate; 0 where that is not to be said. ``beside``: a rule marked its neighbour."""
        count, total = one.evidence.articles, one.evidence.total
        if among:
            often = count >= _AMONG_FACTOR * self._least and count * _AMONG_SHARE >= total
            return _PERHAPS if often and one.label else 0.0
        if one.label:
            if beside or one.evidence.together >= (2 if total < 1000 else 3):
                return _SURE
            return _LIKELY if count >= max(self._least, total / _LONE_SHARE) else 0.0
        often = count >= 2 * self._least - 1 and count * _SENTENCE_SHARE >= total
        return _LIKELY if often and (beside or one.evidence.together >= self._least) else 0.0

    def _spread(
        self,
        lines: Sequence[_Shape],
        claimed: dict[int, float],
        marked: Collection[int],
        taken: Collection[int],
        own: Sequence[int],
    ) -> None:
        """Claim what recurs next to what is claimed: below a footer's first line, its sentences, too."""
        for step, places in ((-1, range(len(lines))), (1, range(len(lines) - 1, -1, -1))):
            for place in places:
                one = lines[place]
                if place in claimed or own[0] <= place <= own[-1]:
                    continue
                if one.line.number in marked or one.line.number in taken:
                    continue
                if place + step in claimed and one.evidence.articles >= self._least:
                    claimed[place] = _LIKELY

    def _keep_a_headline(
        self,
        lines: Sequence[_Shape],
        claimed: dict[int, float],
        marked: Collection[int],
        taken: Collection[int],
        first: int,
    ) -> None:
        """Claim nothing above the first paragraph where that would leave no line to be the headline."""
        top = [place for place in range(first) if lines[place].line.number not in {*marked, *taken}]
        if top and all(place in claimed for place in top):
            for place in top:
                del claimed[place]

    def _finding(self, one: _Shape, sure: float) -> Finding:
        spec = self._rule.spec
        return Finding(
            rule=self._rule.id,
            span=one.line.span,
            message=spec.message.replace("{evidence}", one.evidence.words()),
            severity=self._rule.severity,
            mqm=spec.mqm,
            layer=Layer.BLOCK,
            confidence=sure,
            fixes=(Fix((Edit(one.line.full, ""),), Safety.REVIEW),),
            explanation=spec.note,
        )


def is_sentence(text: str) -> bool:
    return is_longer(text, PARAGRAPH_WORDS - 1) or (is_longer(text, 4) and text.endswith(SENTENCE_END))
