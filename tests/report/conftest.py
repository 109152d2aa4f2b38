"""A small made-up run that has one of everything, and a hostile one."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document, Span
from mtqa.errors import DocumentError, Place
from mtqa.finding import Edit, Finding, Fix, Layer, Safety, Severity, identify
from mtqa.linter import Result, Source
from mtqa.report import Options, Summary, open_report
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ARTICLE = (
    "Source: Example Daily\n"
    "\n"
    "At the meeting in the city hall on Monday, which was attended by many people from all walks of life, members were "
    'told to achieve the "two maintenance", to re mobilize their fellow workers, and to listen to the worker’s voices '
    "before the General Secretary spoke to them about the years ahead and what they may bring.\n"
    "\n"
    "He called it 两个维护，并且要求各级工会认真学习，深入贯彻落实大会精神，"
    "团结动员亿万职工建功新时代，再创新佳绩，a worker’s duty .\n"
    "\n"
    "Media Matrix\n"
    "\n"
    "Scan code for attention\n"
    "Copyright Example Daily"
)


def at(document: Document, text: str) -> Span:
    start = document.text.index(text)
    return Span(start, start + len(text))


def result(document: Document, findings: Sequence[Finding] = ()) -> Result:
    named = tuple(identify(document, findings))
    return Result(Source(document.path), document, named, count_words(document.text))


def article() -> Result:
    document = Document.from_text(ARTICLE, "articles/party day.txt")
    source = document.lines[0]
    term = at(document, "two maintenance")
    block = Span(at(document, "Media").start, len(document.text))
    quotes = [at(document, "the worker’s").end - 2, at(document, "a worker’s").end - 2]
    findings = [
        Finding(
            "metadata.source",
            source.span,
            "The source line; it belongs in a field, not in the text.",
            Severity.NEUTRAL,
            "design/markup",
            fixes=(Fix((Edit(source.full, ""),)),),
            layer=Layer.METADATA,
            source_wording="来源",
            fields={"source": "Example Daily", "outlet": "Example"},
        ),
        Finding(
            "term.slogans.two-upholds",
            term,
            "“two maintenance” is a literal rendering of 两个维护; the established English is “Two Upholds”.",
            Severity.MAJOR,
            "terminology/wrong-term",
            0.95,
            tuple(Fix((Edit(term, good),)) for good in ("Two Upholds", "Two Safeguards", "Twofold Upholding")),
            source_wording="两个维护",
            explanation="A set phrase of 2018.",
        ),
        Finding(
            "spacing.prefix",
            at(document, "re mobilize"),
            "A lost hyphen.",
            confidence=0.6,
            fixes=(Fix((Edit(at(document, "re mobilize"), "re-mobilize"),)),),
        ),
        Finding(
            "punctuation.mixed-quotes",
            Span(quotes[0], quotes[0] + 1),
            "Mixed apostrophes.",
            fixes=(Fix(tuple(Edit(Span(offset, offset + 1), "'") for offset in quotes)),),
            layer=Layer.PASSAGE,
        ),
        Finding(
            "spacing.before-stop",
            at(document, " ."),
            "A space before a full stop.",
            fixes=(Fix((Edit(Span(at(document, " .").start, at(document, " .").start + 1), ""),), Safety.SAFE),),
        ),
        Finding(
            "boilerplate.media-list",
            block,
            "3 lines of page furniture around the article.",
            mqm="design/markup",
            fixes=(Fix((Edit(Span(at(document, "\n\nMedia").start, len(document.text)), ""),), Safety.SAFE),),
            layer=Layer.BLOCK,
            related=("boilerplate.copyright", "boilerplate.qr-prompt"),
        ),
        Finding(
            "omission.sentence",
            Span(at(document, "At the meeting").start, at(document, "may bring.").end),
            "This paragraph looks cut short.",
            Severity.CRITICAL,
            "accuracy/omission",
            layer=Layer.PASSAGE,
        ),
    ]
    return result(document, findings)


def broken() -> Result:
    error = DocumentError(
        "not utf-8: byte 0xFF at byte offset 7",
        place=Place("articles/old.txt", 2),
        remedy="if it is in another encoding, name it",
    )
    return Result(Source("articles/old.txt"), errors=(error,))


HOSTILE_NAME = "a\n::error file=x::pwned\x1b[31m,\u202e:\udcff.txt"
HOSTILE_TEXT = (
    "::error file=x::\x1b]0;owned\x07 ##[error]boo \u202eevil\u2066 \x9b31m [link](javascript:x) {0} \U000e0041\x00 end"
)


def hostile() -> tuple[Result, Result]:
    document = Document.from_text(HOSTILE_TEXT, HOSTILE_NAME)
    span = Span(0, len(HOSTILE_TEXT) - 4)
    fixes = (Fix((Edit(span, HOSTILE_TEXT + "\nmore\r"),), Safety.SAFE), Fix((Edit(Span(0, 0), HOSTILE_TEXT),)))
    finding = Finding(
        "term.evil",
        span,
        f"“{HOSTILE_TEXT}” is wrong.",
        fixes=fixes,
        source_wording=HOSTILE_TEXT,
        explanation=HOSTILE_TEXT,
        fields={"source": HOSTILE_TEXT},
    )
    lines = Document.from_text(f"{HOSTILE_TEXT}\n{HOSTILE_TEXT}\n", HOSTILE_NAME + "2")
    block = Finding("boilerplate.evil", Span(0, len(lines.text) - 1), HOSTILE_TEXT, layer=Layer.BLOCK, fixes=fixes[1:])
    error = DocumentError(HOSTILE_TEXT, place=Place(HOSTILE_NAME, 1), remedy=HOSTILE_TEXT)
    found = result(document, [finding]).findings
    return Result(Source(HOSTILE_NAME), document, found, 9, (error,)), result(lines, [block])


@pytest.fixture
def render() -> Callable[..., bytes]:
    def run(format_name: str, results: Sequence[Result], options: Options | None = None) -> bytes:
        summary = Summary(checkers=["rules", "quotes"], held_back=Counter({"below --min-severity": 3}))
        stream = io.BytesIO()
        report = open_report(format_name, stream, options)
        for one in results:
            summary.add(one)
            report.add(one)
        report.finish(summary)
        return stream.getvalue()

    return run


@pytest.fixture
def run_of_all() -> list[Result]:
    clean = result(Document.from_text("All is well here.\n", "articles/clean.txt"))
    return [article(), clean, broken()]


@pytest.fixture
def hostile_run() -> list[Result]:
    return list(hostile())
