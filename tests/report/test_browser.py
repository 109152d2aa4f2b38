"""The HTML report in a real browser, offline and under its own policy: filters, keys, print, hostile text."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mtqa.document import Document, Span
from mtqa.finding import Finding, Severity
from mtqa.linter import Result, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "these tests need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a report. Whatever it asks a network for, complains of or pops up makes the test fail."""
    told: list[str] = []
    pages: list[Page] = []

    def show(data: bytes, **context: bool) -> Page:
        file = tmp_path / "report.html"
        file.write_bytes(data)
        page = browser.new_context(viewport={"width": 1280, "height": 800}, **context).new_page()  # type: ignore[arg-type]
        page.on("request", lambda request: told.append(request.url) if request.url != file.as_uri() else None)
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.context.close()
    assert told == []


def cards(page: Page) -> int:
    return page.locator(".card:visible").count()


def now(page: Page) -> str | None:
    return page.evaluate("document.activeElement.dataset.f")  # type: ignore[no-any-return]


@pytest.fixture
def ten_thousand(render: Callable[..., bytes]) -> bytes:
    results = []
    number = 0
    for article in range(100):
        document = Document.from_text("\n".join(f"word {n}" for n in range(100)), f"{article:03}.txt")
        findings = []
        for line in document.lines:
            severity = Severity.MAJOR if article < 10 else Severity.MINOR
            findings.append(Finding(f"x.{severity.label}", line.span, f"This is number {number} here.", severity))
            number += 1
        results.append(Result(Source(document.path), document, tuple(findings), 200))
    return render("html", results)


def test_filters_and_keys_with_10_000_findings(shown: Callable[..., Page], ten_thousand: bytes) -> None:
    page = shown(ten_thousand)
    status = page.locator("#shown")
    expect(status).to_have_text("10000 of 10000 findings")
    page.keyboard.press("3")
    expect(status).to_have_text("1000 of 10000 findings")
    assert page.locator("article:visible").count() == 10
    assert page.get_by_label("minor 9000").is_checked() is False
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert now(page) == "1"
    assert page.locator(".card:focus").is_visible()
    assert page.locator("mark.now").inner_text() == "word 1"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert now(page) == "999"  # round the corner
    expect(page.locator(".card:focus")).to_be_in_viewport()
    page.keyboard.press("/")
    page.keyboard.type("number 77 here")
    expect(status).to_have_text("1 of 10000 findings")
    page.keyboard.press("Escape")
    expect(status).to_have_text("10000 of 10000 findings")
    page.keyboard.press("/")
    page.keyboard.type("042.txt")
    expect(status).to_have_text("100 of 10000 findings")
    page.keyboard.press("Escape")
    page.locator("select").select_option("x.major")
    expect(status).to_have_text("1000 of 10000 findings")
    page.get_by_label("major 1000").uncheck()
    expect(status).to_have_text("0 of 10000 findings")
    page.keyboard.press("Escape")
    page.locator("mark").nth(5).click()
    assert now(page) == "5"


def test_print_shows_everything_but_the_controls(
    shown: Callable[..., Page], render: Callable[..., bytes], run_of_all: list[Result]
) -> None:
    page = shown(render("html", run_of_all))
    assert page.locator("#bar").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#bar").is_visible() is False
    assert cards(page) == 7
    assert page.locator("mark").first.evaluate("m => getComputedStyle(m).printColorAdjust") == "exact"
    assert page.pdf().startswith(b"%PDF")


def test_without_javascript_everything_can_be_read(
    shown: Callable[..., Page], render: Callable[..., bytes], run_of_all: list[Result]
) -> None:
    page = shown(render("html", run_of_all), java_script_enabled=False)
    assert cards(page) == 7
    assert page.locator("#bar").is_visible() is False
    assert "not utf-8: byte 0xFF" in page.locator("#summary").inner_text()


def test_narrow_screens_need_no_scrolling_sideways(
    shown: Callable[..., Page], render: Callable[..., bytes], run_of_all: list[Result]
) -> None:
    page = shown(render("html", run_of_all))
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_hostile_text_does_nothing(
    shown: Callable[..., Page], render: Callable[..., bytes], hostile_run: list[Result]
) -> None:
    evil = "</p></mark></script><script>alert(1)</script><img src=http://127.0.0.1/x onerror=alert(1)>\"'&amp;"
    document = Document.from_text(f"{evil}\n", f"{evil}.txt")
    finding = Finding(f"a.b{evil}", Span(0, len(evil)), evil, explanation=evil, source_wording=evil)
    page = shown(render("html", [*hostile_run, Result(Source("x"), document, (finding,), 5)]))
    assert page.locator("img, a, iframe, object, form, link").count() == 0
    assert page.locator("script").count() == 1
    assert page.locator("mark").last.inner_text() == evil
    assert page.locator("option").last.inner_text().startswith(("a.b</p>", "term.evil", "boilerplate.evil"))
    page.keyboard.press("j")
    assert now(page) == "0"
