"""LanguageTool's client and the faults of a server, with a server that misbehaves on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mtqa.cli import main
from mtqa.document import Document
from mtqa.grammar import EngineError, LanguageToolOptions, client, languagetool, server
from mtqa.grammar.languagetool import LanguageToolChecker
from tests.grammar import fake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLES = ("a.txt", "b.txt", "c.txt")
TEXT = "They built a office in the town."


@pytest.fixture
def faulty() -> Iterator[fake.Fake]:
    with fake.running() as running:
        yield running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE", 0.0)


def check(url: str, text: str, cache: Path | None = None, **options: object) -> list[str]:
    checker = LanguageToolChecker(LanguageToolOptions(url=url, **options), cache)  # type: ignore[arg-type]
    document = Document.from_text(text)
    return [f"{f.span.start} {document.slice(f.span)}" for f in checker.check(document)]


def test_offsets_are_code_points_behind_and_around_emoji(faulty: fake.Fake) -> None:
    text = f"😀😀 \U00020000 {TEXT}\r\n\r\n😀 {TEXT} {TEXT}\n"
    expected = [f"{i} a" for i in range(len(text)) if text.startswith("a office", i)]
    assert check(faulty.url, text) == expected
    assert len(expected) == 3
    assert len(faulty.texts) == 1, "all paragraphs in one request"


def test_paragraphs_go_together_and_long_ones_are_cut(faulty: fake.Fake) -> None:
    long = " ".join([TEXT] * 600)
    text = "\n".join([*(f"{n} {TEXT}" for n in range(100)), long])
    found = check(faulty.url, text)
    assert len(found) == 700
    assert all(len(sent) <= languagetool._BATCH + len(TEXT) for sent in faulty.texts)
    assert len(faulty.texts) < 8


def test_a_sentence_over_the_limit_is_an_error(faulty: fake.Fake) -> None:
    with pytest.raises(EngineError, match=r"9,000 characters"):
        check(faulty.url, "x" * 9000)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500", "something is wrong"),
        ("429", "something is wrong"),
        ("413", "something is wrong"),
        ("426", "something is wrong"),
        ("503", "something is wrong"),
        ("500 in JSON", "status 500"),
        ("incomplete", "incomplete"),
        ("busy for long", "status 429"),
        ("malformed", "error"),
        ("shapeless", "KeyError"),
        ("cut", "error"),
        ("outside", "ValueError"),
    ],
)
def test_a_faulty_answer_is_an_error(faulty: fake.Fake, fault: str, said: str) -> None:
    faulty.fault = fault
    with pytest.raises(EngineError, match="not checked") as raised:
        check(faulty.url, TEXT)
    assert said.lower() in str(raised.value).lower()


def test_a_server_that_hangs_is_an_error_in_time(faulty: fake.Fake) -> None:
    faulty.fault = "hang"
    with pytest.raises(EngineError, match=r"did not answer within 0\.3 seconds"):
        check(faulty.url, TEXT, timeout=0.3)


def test_a_server_that_hangs_from_the_start_is_an_error_in_time(faulty: fake.Fake) -> None:
    faulty.fault = "hang at once"
    with pytest.raises(EngineError, match=r"did not answer within 0\.3 seconds"):
        check(faulty.url, TEXT, timeout=0.3)


def test_a_busy_server_is_asked_again(faulty: fake.Fake) -> None:
    faulty.fault = "busy once"
    assert check(faulty.url, TEXT) == ["11 a"]
    assert faulty.texts == [TEXT, TEXT]


def test_a_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EngineError, match="not checked"):
        check("http://127.0.0.1:9/", TEXT)


def test_a_server_without_tls_and_one_of_an_unknown_authority_are_errors(faulty: fake.Fake) -> None:
    with pytest.raises(EngineError, match="SSL"):
        check(faulty.url.replace("http:", "https:"), TEXT)
    with fake.running(tls=True) as encrypted, pytest.raises(EngineError, match=r"certificate verify failed"):
        check(encrypted.url, TEXT)


def test_a_request_keeps_to_the_limit_that_the_server_tells(faulty: fake.Fake) -> None:
    faulty.limit = 300
    assert len(check(faulty.url, "\n".join([" ".join([TEXT] * 20)] * 3))) == 60
    assert faulty.texts
    assert max(map(len, faulty.texts)) <= 300
    with pytest.raises(EngineError, match="a sentence of 301 characters; the limit is 300"):
        check(faulty.url, "x" * 301)


def test_a_server_that_says_nothing_of_itself_is_used_all_the_same(faulty: fake.Fake) -> None:
    faulty.version = faulty.limit = None
    assert check(faulty.url, TEXT) == ["11 a"]


def test_answers_of_another_version_of_the_server_are_not_taken(faulty: fake.Fake, tmp_path: Path) -> None:
    check(faulty.url, TEXT, tmp_path / "cache")
    check(faulty.url, TEXT, tmp_path / "cache")
    assert len(faulty.texts) == 1
    faulty.version = "6.9"
    check(faulty.url, TEXT, tmp_path / "cache")
    assert len(faulty.texts) == 2


def test_an_overlong_sentence_says_nothing_against_the_server(faulty: fake.Fake) -> None:
    checker = LanguageToolChecker(LanguageToolOptions(url=faulty.url))
    for _ in range(4):
        with pytest.raises(EngineError, match="9,000 characters"):
            list(checker.check(Document.from_text("x" * 9000)))
    assert len(list(checker.check(Document.from_text(TEXT)))) == 1


def test_after_three_failures_it_is_not_asked_any_more(faulty: fake.Fake) -> None:
    faulty.fault = "500"
    checker = LanguageToolChecker(LanguageToolOptions(url=faulty.url))
    for _ in range(5):
        with pytest.raises(EngineError):
            list(checker.check(Document.from_text(TEXT)))
    assert len(faulty.texts) == 3


def test_answers_are_remembered_until_something_changes(faulty: fake.Fake, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = check(faulty.url, TEXT, cache)
    assert check(faulty.url, TEXT, cache) == first == ["11 a"]
    assert check(faulty.url, f"A new one.\n{TEXT}", cache) == ["22 a"]
    assert faulty.texts == [TEXT, "A new one."]
    check(faulty.url, TEXT, cache, picky=True)
    assert len(faulty.texts) == 3


def test_errors_are_not_remembered(faulty: fake.Fake, tmp_path: Path) -> None:
    faulty.fault = "500"
    with pytest.raises(EngineError):
        check(faulty.url, TEXT, tmp_path / "cache")
    faulty.fault = ""
    assert check(faulty.url, TEXT, tmp_path / "cache") == ["11 a"]


@pytest.fixture
def project(faulty: fake.Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three articles with an error for LanguageTool and one for a rule, and a configuration that asks for both."""
    for name in ("a", "b", "c"):
        text = f"{TEXT}\n\nThe {name} the the end.\n"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    config = f'[grammar]\nengine = "languagetool"\ncache = false\n[grammar.languagetool]\nurl = "{faulty.url}"\n'
    (tmp_path / "mtqa.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lint_counts_what_was_not_checked_keeps_the_rest_and_exits_with_2(
    faulty: fake.Fake, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("lint", *ARTICLES, "--format", "json") == 1
    whole = json.loads(capfd.readouterr().out)
    assert whole["summary"]["not_checked"] == {}
    faulty.fault = "500"
    assert exit_code("lint", *ARTICLES, "--format", "json") == 2
    captured = capfd.readouterr()
    partial = json.loads(captured.out)
    assert partial["summary"]["not_checked"] == {"languagetool": 3}
    assert partial["summary"]["complete"] is False
    assert (said_by_languagetool(whole), said_by_languagetool(partial)) == (3, 0)
    assert len(findings_of(partial)) == len(findings_of(whole)) > 3
    assert len(partial["documents"]) == len(partial["errors"]) == 3
    assert "error: not checked by languagetool: 3 of 3 articles" in captured.err
    assert "a.txt: not checked: " in captured.err
    assert exit_code("lint", *ARTICLES, "--grammar", "off") == 1
    for form in ("text", "jsonl", "sarif", "github", "gitlab", "rdjson", "junit", "markdown", "html"):
        assert exit_code("lint", *ARTICLES, "--format", form) == 2
        assert "not checked" in capfd.readouterr().out


def test_a_server_that_fails_in_the_middle_of_a_run(
    faulty: fake.Fake, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faulty.dies_after = 2
    assert exit_code("lint", *ARTICLES, "--format", "json") == 2
    report = json.loads(capfd.readouterr().out)
    assert report["summary"]["not_checked"] == {"languagetool": 1}
    assert said_by_languagetool(report) == 2


def test_what_was_not_checked_is_checked_the_next_time(
    faulty: fake.Fake, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faulty.fault = "500"
    assert exit_code("lint", *ARTICLES) == 2
    faulty.fault = ""
    capfd.readouterr()
    assert exit_code("lint", *ARTICLES, "--format", "json") == 1
    assert said_by_languagetool(json.loads(capfd.readouterr().out)) == 3


def test_an_engine_that_is_not_installed_is_an_error_before_anything_is_read(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languagetool, "installed", lambda: None)
    assert exit_code("lint", *ARTICLES) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "client is not installed (python -m pip install" in captured.err


def findings_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for document in report["documents"] for finding in document["findings"]]


def said_by_languagetool(report: dict[str, Any]) -> int:
    """Findings of LanguageTool's own, and those of rules that it confirms."""
    return sum(
        any(rule.startswith("languagetool.") for rule in (finding["rule"], *finding["related"]))
        for finding in findings_of(report)
    )


def test_a_key_that_is_misspelt_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mtqa.toml").write_text("[grammar.languagetool]\ntimout = 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert exit_code("lint", "-") == 2
    assert "did you mean 'timeout'" in capfd.readouterr().err


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


# -- what a local server needs


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty machine: no state, no LanguageTool, no programs."""
    for name in ("XDG_STATE_HOME", "LTP_PATH", "PATH"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def java(place: Path, says: str, code: int = 0) -> None:
    program = place / "PATH" / "java"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)


def test_no_java_an_old_java_and_a_broken_java(place: Path) -> None:
    options = LanguageToolOptions()
    with pytest.raises(EngineError, match=r"needs Java, which is not installed.*apt install"):
        server.ensure(options)
    java(place, 'openjdk version "11.0.2" 2019-01-15')
    with pytest.raises(EngineError, match=r"needs Java 17; .* is Java 11"):
        server.ensure(options)
    java(place, 'java version "1.8.0_292"')
    with pytest.raises(EngineError, match="is Java 8"):
        server.ensure(options)
    java(place, "Error: could not find libjava.so", 1)
    with pytest.raises(EngineError, match="does not run"):
        server.ensure(options)


def test_no_languagetool(place: Path) -> None:
    java(place, 'openjdk version "17.0.15" 2025-04-15')
    with pytest.raises(EngineError, match="mtqa languagetool install"):
        server.ensure(LanguageToolOptions())


def test_a_server_that_dies_at_once(place: Path) -> None:
    java(place, 'openjdk version "17.0.15" 2025-04-15')
    jar = place / "LTP_PATH" / f"LanguageTool-{server.VERSION}" / "languagetool-server.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    with pytest.raises(EngineError, match="did not start: openjdk version"):
        server.ensure(LanguageToolOptions())
