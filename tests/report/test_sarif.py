"""SARIF: valid against the official schema, regions right, rules described, errors told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from mtqa.document import Document
from mtqa.finding import Finding, apply_edits
from mtqa.linter import Linter, Result, Source
from mtqa.report import Options
from mtqa.rules.load import RuleSet, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = Path(__file__).parents[1] / "data" / "sarif" / "sarif-schema-2.1.0.json"
RULE = """
id: term.slogans
message: '“{match}” renders {zh}; write “{good}”.'
severity: minor
mqm: terminology/wrong-term
kind: terms
rows:
  - key: upholds
    bad: [two maintenance]
    good: [Two Upholds]
    zh: 两个维护
    severity: critical
    note: A set phrase [see](http://example.org/{0}).
    hit: ['Achieve the "two maintenance".']
    miss: [The plant has two maintenance crews today.]
    unless: crews
"""


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    return Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    (tmp_path / "term").mkdir()
    (tmp_path / "term" / "slogans.yaml").write_text(RULE, "utf-8")
    return load_rules(tmp_path)


def test_every_run_is_valid(
    render: Callable[..., bytes], run_of_all: list[Result], hostile_run: list[Result], schema: Draft7Validator
) -> None:
    for run in (run_of_all, hostile_run, []):
        schema.validate(json.loads(render("sarif", run)))


def test_the_schema_is_in_force(
    render: Callable[..., bytes], run_of_all: list[Result], schema: Draft7Validator
) -> None:
    log = json.loads(render("sarif", run_of_all))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not schema.is_valid(log)


def test_results_point_into_the_file(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    (run,) = json.loads(render("sarif", run_of_all))["runs"]
    document = run_of_all[0].document
    assert document is not None
    assert run["columnKind"] == "unicodeCodePoints"
    for result, finding in zip(run["results"], run_of_all[0].findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "articles/party%20day.txt", "uriBaseId": "%SRCROOT%", "index": 0}
        region = place["region"]
        assert region["snippet"]["text"] == document.slice(finding.span) == taken(document, region)
        assert document.offset_at(region["startLine"], region["startColumn"]) == finding.span.start
        assert document.offset_at(region["endLine"], region["endColumn"]) == finding.span.end
        assert result["partialFingerprints"] == {"mtqa/v1": finding.fingerprint}
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
    assert [result["level"] for result in run["results"]] == ["note", "error", "error", *["warning"] * 4]
    assert run["artifacts"][0]["hashes"]["sha-256"] == document.sha256


def taken(document: Document, region: dict[str, Any]) -> str:
    by_char = document.text[region["charOffset"] : region["charOffset"] + region["charLength"]]
    by_byte = document.data[region["byteOffset"] : region["byteOffset"] + region["byteLength"]].decode()
    assert by_char == by_byte
    return by_char


def test_fixes_replace_what_they_say(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    (run,) = json.loads(render("sarif", run_of_all))["runs"]
    document = run_of_all[0].document
    assert document is not None
    for result, finding in zip(run["results"], run_of_all[0].findings, strict=True):
        for shown, fix in zip(result.get("fixes", []), finding.fixes, strict=True):
            text = document.text
            for part in reversed(shown["artifactChanges"][0]["replacements"]):
                start = part["deletedRegion"]["charOffset"]
                end = start + part["deletedRegion"]["charLength"]
                text = text[:start] + part["insertedContent"]["text"] + text[end:]
            assert text == apply_edits(document.text, fix.edits)
            assert shown["properties"]["safety"] == fix.safety.value


def test_errors_are_notifications(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    (invocation,) = json.loads(render("sarif", run_of_all))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert notification["message"]["text"].startswith("not utf-8")
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    (clean,) = json.loads(render("sarif", run_of_all[:2]))["runs"][0]["invocations"]
    assert clean == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_rules_are_described(render: Callable[..., bytes], rules: RuleSet, schema: Draft7Validator) -> None:
    one = Linter(rules).lint(Source("a.txt", data=b'They achieve the "two maintenance".'))
    log = json.loads(render("sarif", [one], Options(rules=rules)))
    schema.validate(log)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "term.slogans.upholds"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["shortDescription"]["text"] == "“…” renders 两个维护; write “Two Upholds”."
    assert rule["help"]["text"] == (
        'A set phrase \\[see\\](http://example.org/{{0}}). · Reported: Achieve the "two maintenance". · '
        "Not reported: The plant has two maintenance crews today."
    )


def test_a_hostile_message_is_no_link(render: Callable[..., bytes]) -> None:
    document = Document.from_text("[click](https://example.org) {0}")
    finding = Finding("x.y", document.lines[0].span, document.text)
    (run,) = json.loads(render("sarif", [Result(Source("a"), document, (finding,), 1)]))["runs"]
    assert run["results"][0]["message"]["text"] == "\\[click\\](https://example.org) {{0}}"
