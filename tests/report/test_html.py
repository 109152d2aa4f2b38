"""The HTML report as text: nothing foreign gets in, nothing is fetched. See test_browser.py for how it behaves."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from mtqa.document import Document, Span
from mtqa.finding import Finding, Layer, Severity
from mtqa.linter import Result, Source

if TYPE_CHECKING:
    from collections.abc import Callable

VOID = {"meta", "input"}


class Page(HTMLParser):
    """Checks that tags are balanced and known, and gathers what tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.marked: dict[str, str] = {}
        self.cards = 0
        self._marks: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        found = dict(attrs)
        self.cards += (found.get("class") or "").startswith("card")
        if tag == "mark":
            self._marks = (found["data-f"] or "").split(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "mark":
            self._marks = []

    def handle_data(self, data: str) -> None:
        for number in self._marks:
            self.marked[number] = self.marked.get(number, "") + data


def test_articles_are_marked_and_errors_told(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    text = render("html", run_of_all).decode()
    page = Page(text)
    findings = [finding for result in run_of_all for finding in result.findings]
    assert page.cards == len(findings) == len(page.marked)
    document = run_of_all[0].document
    assert document is not None
    for number, finding in enumerate(findings):
        assert page.marked[str(number)] == document.slice(finding.span).replace("\n", "")
    assert "not utf-8: byte 0xFF" in text
    assert "3 findings below --min-severity" in text


def test_hostile_text_stays_text(render: Callable[..., bytes], hostile_run: list[Result]) -> None:
    evil = "</p></mark><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
    document = Document.from_text(f"{evil}\n", f"{evil}.txt")
    finding = Finding(f"a.b{evil}", Span(0, len(evil)), evil, explanation=evil, source_wording=evil)
    text = render("html", [*hostile_run, Result(Source("x"), document, (finding,), 5)]).decode()
    page = Page(text)
    assert page.tags <= Page(render("html", []).decode()).tags | {
        "article", "h2", "div", "i", "p", "mark", "b", "code", "del", "ins", "span"
    }  # fmt: skip
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
    assert text.count("<script>") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", text)


def test_it_asks_for_nothing_and_its_policy_allows_itself(
    render: Callable[..., bytes], run_of_all: list[Result]
) -> None:
    text = render("html", run_of_all).decode()
    assert not re.search(r"https?:|url\(|@import|fetch\(|innerHTML", text)
    for tag in ("style", "script"):
        body = text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in text


def test_overlapping_findings_share_their_marks(render: Callable[..., bytes]) -> None:
    document = Document.from_text("one two three\nfour\n", "a.txt")
    findings = (
        Finding("x.a", Span(0, 18), "m", Severity.MAJOR, layer=Layer.PASSAGE),
        Finding("x.b", Span(4, 7), "m"),
        Finding("x.c", Span(7, 7), "m"),
    )
    page = Page(render("html", [Result(Source("a.txt"), document, findings, 4)]).decode())
    assert page.marked == {"0": "one two threefour", "1": "two"}
    assert page.cards == 3
