"""The verdicts of articles, and the reasons that carry them."""

from __future__ import annotations

import io

import pytest

from mtqa.document import Document, Span
from mtqa.errors import DocumentError
from mtqa.finding import Finding, Severity
from mtqa.linter import Result, Source
from mtqa.report import Options, Summary, open_report
from mtqa.score import judge
from mtqa.settings import Release

TEXT = "\n".join(f"Sentence number {i} is here for the sake of its words." for i in range(20))


def result(*severities: Severity, family: str = "term", name: str = "a.txt") -> Result:
    """An article of 220 words with a finding in each of its first lines."""
    document = Document.from_text(TEXT, name)
    findings = [
        Finding(f"{family}.x", Span(line.start, line.start + 8), "m", severity)
        for line, severity in zip(document.lines, severities, strict=False)
    ]
    return Result(Source(name), document, tuple(findings), 220)


def written(*results: Result, thresholds: Release | None = None) -> str:
    stream = io.BytesIO()
    report = open_report("verdicts", stream, Options(thresholds=thresholds or Release()))
    for each in results:
        report.add(each)
    report.finish(Summary())
    return stream.getvalue().decode()


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ((), "publish"),
        ((Severity.MINOR,) * 2, "publish"),
        ((Severity.MAJOR,) * 3, "repair"),
        ((Severity.CRITICAL,) * 6, "retranslate"),
        ((Severity.CRITICAL,) * 20, "drop"),
    ],
)
def test_the_verdict_follows_the_points(severities: tuple[Severity, ...], verdict: str) -> None:
    text = written(result(*severities))
    assert text.startswith(verdict)
    assert f"1 {verdict}" in text


def test_thresholds_are_those_of_the_configuration() -> None:
    strict = Release(publish=1.0)
    assert written(result(Severity.MINOR)).startswith("publish")
    assert written(result(Severity.MINOR), thresholds=strict).startswith("repair")


def test_an_article_to_publish_needs_no_reasons() -> None:
    judged = judge(Document.from_text(TEXT), [], 220, Release())
    assert (judged.verdict, judged.reasons) == ("publish", ())


def test_reasons_name_critical_places_and_the_families_that_weigh_most() -> None:
    one = result(Severity.CRITICAL, *[Severity.MAJOR] * 9)
    other = result(Severity.MINOR, family="spacing")
    assert one.document is not None
    judged = judge(one.document, [*one.findings, *other.findings], 220, Release())
    assert judged.reasons == ("critical: term.x in line 1", "term: 10 findings, 70 of 71 points")


def test_what_could_not_be_checked_is_told_and_has_no_verdict() -> None:
    error = DocumentError("not UTF-8")
    text = written(Result(Source("b.txt"), errors=(error,)), result())
    assert "not checked  b.txt: not UTF-8" in text
    assert "1 article: 1 publish" in text


def test_hostile_names_are_made_harmless() -> None:
    assert "\x1b[31m" not in written(result(name="\x1b[31mred\n::error::.txt"))
