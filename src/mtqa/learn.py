"""Rules proposed from what a corpus repeats: read as a stream, four times, and never put in force by themselves.

1. What recurs is counted (:mod:`mtqa.knowledge`).
2. Lines with names in them, which differ from article to article, are counted by their templates.
3. Examples of what recurs are collected.
4. Whatever also stands among the paragraphs of some article is struck out; sentences that hold the same words are
   collected as what a rule must leave alone.

What a rule already finds, or an article's metadata, is not proposed again. A proposal is the text of a rule file with
its evidence, for a person to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from mtqa.checkers.recurrence import Recurrence, is_sentence
from mtqa.finding import Layer
from mtqa.knowledge import site_pattern
from mtqa.recurrence import site_of
from mtqa.segment import WORD, count_words, is_longer, sentences_of
from mtqa.tally import Tally
from mtqa.template import Template, template_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtqa.document import Document
    from mtqa.linter import Linter
    from mtqa.rules.load import Rule

_EXAMPLES = 2  # for each pattern
_COUNTER_EXAMPLES = 4  # for each rule
_COUNTER_WORDS = (5, 30)
_NAMED_WORDS = 12
_TEXTS = 50  # texts of one template that are kept to choose examples from
_CREDITS = 4  # lines of a frame, from the paragraphs outwards, in which names are looked for
_CREDIT = re.compile(r"[:：(（]|\bby\b", re.I)  # what tells a credit above the paragraphs from a headline


@dataclass(frozen=True, slots=True)
class _Article:
    """One article as it is learned from: lines that recur, other lines of its frame, lines among its paragraphs."""

    site: str
    recurring: list[str]
    frame: list[str]
    inside: list[str]

    def candidates(self) -> Iterator[tuple[Template, str]]:
        """Templates of the lines that recur as they are, each once, with the line."""
        yield from {t: text for text in self.recurring if (t := template_of(text)) and t.words}.items()

    def named(self) -> Iterator[tuple[Template, str]]:
        """Templates of lines that hold a name beside words that may recur, each once, with the line."""
        for text in dict.fromkeys((*self.frame, *self.recurring)):
            template = template_of(text, names=True)
            if template is not None and "name" in template.masks and any(len(word) > 2 for word in template.words):
                yield template, text


@dataclass
class _Candidate:
    """What is known of one template on one site: in how many articles it stands, and its texts."""

    articles: int = 0
    texts: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        self.articles += 1
        self.texts[text] += 1
        if len(self.texts) > 2 * _TEXTS:
            self.texts = Counter({text: self.texts[text] for text in sorted(self.texts)[:_TEXTS]})

    def examples(self, template: Template) -> list[str]:
        """Some of its texts, the same whatever the order of the articles was; one will do where nothing is masked."""
        ordered = sorted(sorted(self.texts)[:_TEXTS], key=lambda text: (len(text), text))
        return ordered[: _EXAMPLES if template.masks else 1]

    def varies(self) -> bool:
        """True where different names stand in its texts."""
        return len({template_of(text) for text in self.texts}) > 1


@dataclass(frozen=True)
class Proposal:
    """A rule file as it could be: its id and its text, and how many patterns of which site it holds."""

    id: str
    text: str
    patterns: int
    site: str


@dataclass
class _Site:
    """The articles of a site, and what may be proposed for it."""

    articles: int = 0
    candidates: dict[Template, _Candidate] = field(default_factory=dict)

    def settle(self, least: int) -> None:
        """Keep what stands in ``least`` articles; a line with a name that varies is kept with the name masked."""
        often = {template: one for template, one in self.candidates.items() if one.articles >= least}
        named = {template for template, one in often.items() if "name" in template.masks and one.varies()}
        self.candidates = {
            template: one
            for template, one in often.items()
            if template in named
            or ("name" not in template.masks and template_of(min(one.texts), names=True) not in named)
        }


_Found = dict[str, _Site]


class Learner:
    """Learns from documents; ``linter`` knows what the whole corpus tells (:func:`mtqa.workers.gather_knowledge`).

    ``rule`` is of kind recurrence; ``least`` is the number of articles that a line must stand in.
    """

    def __init__(self, linter: Linter, rule: Rule, least: int) -> None:
        self._linter = linter
        self._rule = rule
        self._least = least
        self._pattern = site_pattern([rule])

    def propose(self, documents: Callable[[], Iterable[Document]], taken: Iterable[str] = ()) -> list[Proposal]:
        """Rules for what recurs, one for each site; ``documents()`` reads them anew; ``taken`` are ids that exist."""
        found = self._collect(documents)
        sentences = self._strike_out(documents, found)
        ids = set(taken)
        proposals = []
        for name, site in sorted(found.items()):
            if site.candidates and len(sentences[name]) > 1:
                rule_id = _free_id(name, ids)
                ids.add(rule_id)
                proposals.append(_proposal(rule_id, name, site, sentences[name]))
        return proposals

    def _collect(self, documents: Callable[[], Iterable[Document]]) -> _Found:
        tally = Tally()
        for article in map(self._read, documents()):
            tally.add({_key(article.site, template) for template, _ in article.named()})
        named = tally.recurring(self._least)
        found: _Found = {}
        for article in map(self._read, documents()):
            site = found.setdefault(article.site, _Site())
            site.articles += 1
            also = ((t, text) for t, text in article.named() if _key(article.site, t) in named)
            for template, text in (*article.candidates(), *also):
                site.candidates.setdefault(template, _Candidate()).add(text)
        for site in found.values():
            site.settle(self._least)
        return found

    def _strike_out(self, documents: Callable[[], Iterable[Document]], found: _Found) -> dict[str, list[str]]:
        """Take out templates that stand among paragraphs; returns sentences that come close, by site."""
        words = {name: {word for one in site.candidates for word in one.words} for name, site in found.items()}
        sentences: dict[str, list[str]] = {name: [] for name in found}
        for article in map(self._read, documents()):
            own = found[article.site].candidates
            for text in article.inside:
                for names in (False, True):
                    template = template_of(text, names=names)
                    if template is not None:
                        own.pop(template, None)
            if own:
                near = {*sentences[article.site], *_sentences(article.inside)}
                sentences[article.site] = _closest(near, words[article.site])
        return sentences

    def _read(self, document: Document) -> _Article:
        site = site_of(document, self._pattern)
        marked: set[int] = set()
        taken: set[int] = set()
        for checker in self._linter.checkers:
            for finding in checker.check(document):
                if finding.layer in (Layer.BLOCK, Layer.METADATA):
                    number = document.line_at(finding.span.start).number
                    (marked if finding.layer is Layer.BLOCK else taken).add(number)
        recurring = Recurrence(document, self._rule, self._linter.knowledge).claims(marked, taken)
        texts = {line.number: document.slice(line.span).strip() for line in document.lines}
        long = [number for number, text in texts.items() if number not in recurring and is_longer(text, 11)]
        free = [n for n, text in texts.items() if text and n not in marked and n not in taken and n not in recurring]
        first, last = (long[0], long[-1]) if long else (0, len(texts) + 1)
        above = [texts[n] for n in free if n < first]  # among them the headline
        below = [texts[n] for n in free if n > last]
        return _Article(
            site,
            [texts[number] for number in sorted(recurring)],
            [text for text in (*filter(_CREDIT.search, above[-_CREDITS:]), *below[:_CREDITS]) if _is_label(text)],
            [texts[number] for number in free if first <= number <= last],
        )


def _is_label(text: str) -> bool:
    return not is_longer(text, _NAMED_WORDS) and not is_sentence(text)


def _key(site: str, template: Template) -> int:
    data = "\0".join((site, *template.parts)).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def _sentences(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        for start, end in sentences_of(line):
            if is_longer(line[start:end], _COUNTER_WORDS[0]) and not is_longer(line[start:end], _COUNTER_WORDS[1]):
                yield line[start:end]


def _closest(sentences: Iterable[str], words: set[str]) -> list[str]:
    """Those that share most words with what is proposed, the shorter ones first."""

    def distance(sentence: str) -> tuple[int, int, str]:
        own = {word.lower() for word in WORD.findall(sentence) if len(word) > 3}
        return -len(own & words), len(sentence), sentence

    return sorted(sentences, key=distance)[:_COUNTER_EXAMPLES]


# -- the rule file


def _free_id(site: str, taken: set[str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", site.lower()).strip("-") or "corpus"
    name, number = f"boilerplate.learned-{slug}", 1
    while name in taken:
        number += 1
        name = f"boilerplate.learned-{slug}-{number}"
    return name


def _proposal(rule_id: str, name: str, site: _Site, sentences: list[str]) -> Proposal:
    ordered = sorted(site.candidates.items(), key=lambda item: (-item[1].articles, item[0]))
    where = _comment(name or "the corpus")
    longest = max(count_words(text) for _, one in ordered for text in one.texts)
    lines = [
        f"# Proposed from what recurs in {where}. Read every pattern and strike out what is no page furniture;",
        "# then its lines may be deleted without asking, if you change `review` to `safe`.",
        f"id: {rule_id}",
        f"message: {quoted(f'Page furniture of {where}.')}",
        "mqm: design/markup",
        "kind: existence",
        "patterns:",
    ]
    examples = []
    for template, one in ordered:
        shown = one.examples(template)
        lines.append(f"  # in {one.articles:,} of {site.articles:,} articles, as in: {_comment(shown[0])}")
        lines.append(f"  - '{template.pattern().replace(chr(39), chr(39) * 2)}'")
        examples += shown
    lines += [f"max_words: {max(2, longest + 2)}", "fix: {delete: line, safety: review}", "bad:"]
    chosen = dict.fromkeys(examples) if len(examples) > 1 else [examples[0], f"  {examples[0]}"]
    lines += [f'  - {{text: {quoted(text)}, fixed: ""}}' for text in chosen]
    lines += ["good:", *(f"  - {quoted(text)}" for text in sentences)]
    return Proposal(rule_id, "\n".join(lines) + "\n", len(ordered), name)


def quoted(text: str) -> str:
    """``text`` as a double-quoted scalar of YAML; what is not printed is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _comment(text: str) -> str:
    return text if text.isprintable() else quoted(text)
