"""The formats for services: rdjson, GitLab, JUnit, GitHub's annotations and job summary."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mtqa.document import Document
from mtqa.finding import Finding, Severity
from mtqa.linter import Result, Source
from mtqa.report import Options, Summary
from mtqa.report.escape import is_safe, markdown
from mtqa.report.github import GithubReport
from mtqa.report.markdown import JobSummary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_rdjson_counts_bytes_and_its_suggestions_can_be_applied(render: Callable[..., bytes]) -> None:
    from mtqa.document import Span
    from mtqa.finding import Edit, Fix

    document = Document.from_text("One\n两个 re mobilize 😀 x.\n", "a.txt")
    start = document.text.index("re mob")
    span = Span(start, start + len("re mobilize"))
    finding = Finding("x.y", span, "m", fixes=(Fix((Edit(span, "remobilize"),)),))
    (told,) = json.loads(render("rdjson", [Result(Source("a.txt"), document, (finding,), 5)]))["diagnostics"]
    (suggestion,) = told["suggestions"]
    lines = document.data.split(b"\n")
    first, last = suggestion["range"]["start"], suggestion["range"]["end"]
    assert first["line"] == last["line"] == 2
    line = lines[1]
    assert line[first["column"] - 1 : last["column"] - 1] == b"re mobilize"


def test_gitlab_fingerprints_are_unique(render: Callable[..., bytes]) -> None:
    from mtqa.finding import identify

    results = []
    for name in ("a.txt", "b.txt"):
        document = Document.from_text("bad\nbad\n", name)
        findings = identify(document, [Finding("x.y", line.span, "m") for line in document.lines])
        results.append(Result(Source(name), document, tuple(findings), 2))
    issues = json.loads(render("gitlab", results))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 4


def test_junit_can_be_parsed_and_counts(
    render: Callable[..., bytes], run_of_all: list[Result], hostile_run: list[Result]
) -> None:
    for results in (run_of_all, hostile_run, []):
        root = ET.fromstring(render("junit", results))
        cases = root.findall("testsuite/testcase")
        assert len(cases) == len(results) == int(root.attrib["tests"])
        assert len(root.findall(".//failure")) == int(root.attrib["failures"])
        assert len(root.findall(".//error")) == int(root.attrib["errors"])
        assert all(is_safe(text.replace("\n", "")) for text in root.itertext())
    assert int(ET.fromstring(render("junit", run_of_all)).attrib["errors"]) == 1


# -- GitHub


def many(*severities: Severity) -> Result:
    document = Document.from_text("\n".join(f"line {number}" for number in range(len(severities))), "a.txt")
    findings = (
        Finding("x.y", line.span, f"message {number}.", severity)
        for number, (line, severity) in enumerate(zip(document.lines, severities, strict=True))
    )
    return Result(Source("a.txt"), document, tuple(findings), 10)


def test_annotations_are_capped_by_severity(render: Callable[..., bytes]) -> None:
    severities = [Severity.MINOR] * 30 + [Severity.MAJOR] * 12 + [Severity.CRITICAL] * 3 + [Severity.NEUTRAL] * 2
    lines = render("github", [many(*severities)]).decode().split("\n")
    errors = [line for line in lines if line.startswith("::error ")]
    warnings = [line for line in lines if line.startswith("::warning ")]
    assert len(errors) == len(warnings) == 10
    assert ["critical" in line for line in errors] == [True] * 3 + [False] * 7
    assert errors[3].endswith("::message 30.")
    assert [line.rpartition("::")[2] for line in warnings] == [f"message {number}." for number in range(10)]
    assert lines[-2].endswith("the 22 most severe are shown, and 25 more")


def test_what_could_not_be_checked_is_never_capped_away(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    text = render("github", [many(*[Severity.CRITICAL] * 30), *run_of_all]).decode()
    assert "could not check this" in text.split("\n", maxsplit=1)[0]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not attrs


def test_the_job_summary_holds_no_foreign_markup(
    tmp_path: Path, run_of_all: list[Result], hostile_run: list[Result]
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n", encoding="utf-8")
    for results in (run_of_all, hostile_run, [many(*[Severity.MINOR] * 500)]):
        summary = Summary()
        report = JobSummary(GithubReport(io.BytesIO(), Options()), file, Options())
        for result in results:
            summary.add(result)
            report.add(result)
        report.finish(summary)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("before\n## mtqa\n")
    assert "and 400 more" in text
    tags = Tags()
    tags.feed(text)
    assert tags.seen == {"b", "code", "details", "summary"}
    assert all(is_safe(line) for line in text.split("\n"))
    assert not re.search(r"\]\(|https?://|(?m:^::)|##\[", text)


def test_markdown_escapes_every_mark() -> None:
    marks = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum())
    assert re.sub(r"&#\d+;", "", markdown(marks)) == ""
    assert markdown("a b\n\x1b") == "a b<LF><ESC>".replace("<", "&#60;").replace(">", "&#62;")
