"""JSON and JSON lines: they follow the schemas in the package, and every offset is true."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, Layer, Safety, identify
from mtqa.linter import Result, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = "e\u0301 👩\u200d🏭 两\u2028个\r\nBad bad\x0c line\r\n\r\nend"
CODECS = [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]


def schema(name: str) -> Any:
    return json.loads(files("mtqa.report").joinpath("schema", name).read_text("utf-8"))


def validator(name: str) -> Draft202012Validator:
    contents = [schema("lint-v1.json"), schema("lint-lines-v1.json")]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in contents)
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name), registry=registry)


def odd(codec: str, bom: bytes) -> Result:
    document = Document.from_bytes(bom + TEXT.encode(codec), "odd/été.txt")
    spans = [Span(0, 2), Span(3, 6), Span(9, 15), Span(13, 16), Span(16, len(TEXT)), Span(len(TEXT), len(TEXT))]
    found = [
        Finding("x.y", span, "m", layer=Layer(number % 4), fixes=(Fix((Edit(span, "\n"),), Safety.SAFE),))
        for number, span in enumerate(spans)
    ]
    return Result(Source("odd/été.txt"), document, tuple(identify(document, found)), 5)


def test_json_follows_its_schema(
    render: Callable[..., bytes], run_of_all: list[Result], hostile_run: list[Result]
) -> None:
    for run in (run_of_all, hostile_run, [odd("utf-8", b"")], []):
        validator("lint-v1.json").validate(json.loads(render("json", run)))


def test_json_lines_follow_their_schema(
    render: Callable[..., bytes], run_of_all: list[Result], hostile_run: list[Result]
) -> None:
    lines = [json.loads(line) for line in render("jsonl", run_of_all + hostile_run).splitlines()]
    for line in lines:
        validator("lint-lines-v1.json").validate(line)
    kinds = [line["type"] for line in lines]
    assert kinds == [
        *["document", *["finding"] * 7],
        "document",
        "error",
        "error",
        *["document", "finding"] * 2,
        "summary",
    ]


def test_the_schema_refuses_what_is_wrong(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    good = json.loads(render("json", run_of_all))
    for change in (
        {"version": 2},
        {"documents": [{**good["documents"][0], "words": -1}]},
        {"documents": [{**good["documents"][0], "findings": [{"rule": "x"}]}]},
        {"summary": {}},
    ):
        assert not validator("lint-v1.json").is_valid(good | change)
    line = json.loads(render("jsonl", run_of_all).splitlines()[0])
    assert not validator("lint-lines-v1.json").is_valid(line | {"type": "finding"})
    assert not validator("lint-lines-v1.json").is_valid(line | {"type": "other"})


@pytest.mark.parametrize(("codec", "bom"), CODECS)
def test_every_kind_of_offset_leads_to_the_text(render: Callable[..., bytes], codec: str, bom: bytes) -> None:
    one = odd(codec, bom)
    assert one.document is not None
    data = one.document.data
    (shown,) = json.loads(render("json", [one]))["documents"]
    assert len(shown["findings"]) == 6
    for finding in shown["findings"]:
        for part in (finding, finding["fixes"][0]["edits"][0]):
            start, end = part["location"]["start"], part["location"]["end"]
            assert part["text"] == TEXT[start["offset"] : end["offset"]]
            assert part["text"] == data[start["byte"] : end["byte"]].decode(codec)
            assert part["text"] == "".join(between(TEXT.split("\n"), start, end))


def between(lines: list[str], start: dict[str, int], end: dict[str, int]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if start["line"] <= number <= end["line"]:
            first = start["column"] - 1 if number == start["line"] else 0
            last = end["column"] - 1 if number == end["line"] else len(line) + 1
            yield (line + "\n")[first:last]


def test_errors_make_a_run_incomplete(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    shown = json.loads(render("json", run_of_all))
    assert shown["summary"]["complete"] is False
    assert shown["errors"] == [
        {
            "path": "articles/old.txt",
            "line": 2,
            "column": None,
            "problem": "not utf-8: byte 0xFF at byte offset 7",
            "remedy": "if it is in another encoding, name it",
        }
    ]


def test_the_summary_adds_up(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    shown = json.loads(render("json", run_of_all))
    summary, findings = shown["summary"], [one for document in shown["documents"] for one in document["findings"]]
    assert summary["findings"] == len(findings) == sum(summary["by_severity"].values())
    assert summary["words"] == sum(document["words"] for document in shown["documents"])
    assert summary["points"] == sum(document["points"] for document in shown["documents"]) == 25 + 5 + 4
    for key in ("by_rule", "by_family"):
        assert sum(tally["findings"] for tally in summary[key].values()) == len(findings)
        assert sum(tally["safely_fixable"] for tally in summary[key].values()) == summary["safely_fixable"] == 2
    assert summary["held_back"] == {"below --min-severity": 3}


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif"])
def test_nothing_hostile_stands_in_the_bytes(
    render: Callable[..., bytes], hostile_run: list[Result], name: str
) -> None:
    shown = render(name, hostile_run).decode()
    assert not {char for char in shown if char in "\x00\x07\x1b\x9b\u202e\u2066\udcff\U000e0041\r"}
    if name != "sarif":
        whole = [json.loads(line) for line in shown.splitlines()] if name == "jsonl" else [json.loads(shown)]
        assert "\\u202e" in shown
        assert "a\n::error file=x::pwned\x1b[31m,\u202e:\udcff.txt" in str_values(whole)


def str_values(value: Any) -> set[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return set().union(*map(str_values, value))
    return {value} if isinstance(value, str) else set()
