"""The real LanguageTool server: ``tools/get_languagetool.sh``, then ``pytest -m languagetool``."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document
from mtqa.grammar import EngineError, Engines, LanguageToolOptions, server
from mtqa.grammar.languagetool import LanguageToolChecker
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from tests.grammar.test_spelling import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.languagetool, pytest.mark.xdist_group("languagetool")]

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
OPTIONS = LanguageToolOptions(memory=768, idle=300)


@pytest.fixture(scope="module", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of this test run, so that a server of the user's is neither used nor stopped, and no result is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("MTQA_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
        server.stop()


def found(text: str, options: LanguageToolOptions = OPTIONS) -> list[tuple[str, str, str]]:
    document = Document.from_text(text)
    return [
        (f.rule, document.slice(f.span), f.fixes[0].edits[0].replacement)
        for f in LanguageToolChecker(options).check(document)
    ]


def test_errors_behind_emoji_are_where_they_are() -> None:
    text = "😀 Good.\n\n😀😀 They built a office there 😀 and 😀 he go home.\r\nShe have an \U00020000 car."
    hits = found(text)
    assert ("languagetool.EN_A_VS_AN", "a", "an") in hits
    assert ("go", "goes") in [hit[1:] for hit in hits]
    assert ("have", "has") in [hit[1:] for hit in hits]


def test_the_answer_to_a_paragraph_does_not_depend_on_the_others() -> None:
    lines = [line for line in Document.read(SEEDS[0]).text.split("\n") if line.strip()][:12]
    together = found("\n".join(lines))
    assert together == [hit for line in lines for hit in found(line)]


def test_names_of_the_seeds_are_left_alone_and_what_is_found_is_right() -> None:
    checker = LanguageToolChecker(OPTIONS)
    for document in map(Document.read, SEEDS):
        said = [document.slice(f.span) for f in checker.check(document)]
        assert not NAMES & {word for text in said for word in re.findall(r"[^\W\d_]+", text)}
    linter = Linter(load_rules(shipped_rules()), engines=Engines("both", spelling=True, languagetool=OPTIONS))
    alone = [f.rule for file in SEEDS for f in linter.check(Document.read(file)) if f.family == "languagetool"]
    assert alone == [], "all that LanguageTool finds here the rules find, too"
    merged = [rule for file in SEEDS for f in linter.check(Document.read(file)) for rule in f.related]
    assert {rule for rule in merged if rule.startswith("languagetool.")} == {
        "languagetool.EN_A_VS_AN",
        "languagetool.EN_COMPOUNDS_GRASS_ROOTS",
        "languagetool.EN_COMPOUNDS_RE_DEPLOY",
    }


def test_two_processes_at_once_share_one_server(tmp_path: Path) -> None:
    server.stop()
    (tmp_path / "a.txt").write_text("They built a office in a old town.\n", encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text("[grammar]\ncache = false\n", encoding="utf-8")
    command = [sys.executable, "-m", "mtqa", "lint", "a.txt", "--grammar", "languagetool", "--format", "jsonl"]
    runs = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [1, 1]
    assert said[0] == said[1]
    assert "EN_A_VS_AN" in said[0]
    assert len(servers()) == 1


def test_a_server_killed_in_the_middle_of_a_run_is_started_again() -> None:
    checker = LanguageToolChecker(OPTIONS)
    document = Document.from_text("They built a office.")
    assert len(list(checker.check(document))) == 1
    before = server.read_state()
    assert before is not None
    os.kill(before.java, signal.SIGKILL)
    assert len(list(checker.check(document))) == 1
    after = server.read_state()
    assert after is not None
    assert after.java != before.java


def test_a_server_killed_in_the_middle_of_a_lint_costs_no_finding(tmp_path: Path) -> None:
    server.ensure(OPTIONS)
    before = server.read_state()
    assert before is not None
    (tmp_path / "articles").mkdir()
    for n in range(40):
        (tmp_path / "articles" / f"{n:02}.txt").write_text(f"He go home to house {n}.\n" * 30, encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text('originals = ["articles"]\n[grammar]\ncache = false\n', encoding="utf-8")
    command = [sys.executable, "-m", "mtqa", "lint", "--grammar", "languagetool", "--format", "jsonl", "--no-cache"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        first = run.stdout.readline()  # the run is on its way
        os.kill(before.java, signal.SIGKILL)
        said = [json.loads(line) for line in (first, *run.stdout)]
    assert run.returncode == 1
    assert said[-1]["not_checked"] == {}
    assert said[-1]["by_family"]["languagetool"]["findings"] == 40 * 30
    after = server.read_state()
    assert after is not None
    assert after.java != before.java


def test_a_server_that_does_not_come_back_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.ensure(OPTIONS)
    before = server.read_state()
    assert before is not None
    monkeypatch.setenv("LTP_PATH", str(tmp_path))  # it cannot be started again
    linter = Linter(load_rules(shipped_rules()), engines=Engines("languagetool", languagetool=OPTIONS))
    assert linter.examine(Document.from_text("He go home.")).unchecked == ()
    os.kill(before.java, signal.SIGKILL)
    broken = linter.examine(Document.from_text("He go home again. The the end."))
    assert [error.engine for error in broken.unchecked] == ["languagetool"]
    assert broken.findings, "what the rules found stands"


def test_a_server_with_a_low_limit_gets_no_more_than_it_takes(tmp_path: Path) -> None:
    properties = tmp_path / "server.properties"
    properties.write_text("maxTextLength=200\n")
    port = server._free_port()
    jar = server.home() / "languagetool-server.jar"
    command = ["java", "-Xmx512m", "-cp", str(jar), server._JAVA, "--port", str(port), "--config", str(properties)]
    url = f"http://127.0.0.1:{port}/"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as java:
        try:
            deadline = time.monotonic() + 60
            while not server.answers(url, 1) and time.monotonic() < deadline:
                time.sleep(0.2)
            options = LanguageToolOptions(url=url)
            assert [hit[1] for hit in found("He go home. " * 40, options)] == ["go"] * 40
            with pytest.raises(EngineError, match="a sentence of 300 characters; the limit is 200"):
                found("x" * 300, options)
        finally:
            java.kill()


def test_a_supervisor_that_was_killed_leaves_no_second_server() -> None:
    server.ensure(OPTIONS)
    before = server.read_state()
    assert before is not None
    os.kill(before.supervisor, signal.SIGKILL)
    while server._runs(before.supervisor, server._SUPERVISOR):  # a signal takes a moment
        time.sleep(0.01)
    server.ensure(OPTIONS)
    assert len(servers()) == 1
    assert server.read_state() != before


def test_a_port_that_is_taken_is_left_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    server.stop()
    free = server._free_port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1]])
        monkeypatch.setattr(server, "_free_port", lambda: next(ports, None) or free())
        url = server.ensure(OPTIONS)
        assert url != f"http://127.0.0.1:{taken.getsockname()[1]}/"
    assert server.answers(url)


def test_an_idle_server_stops() -> None:
    server.stop()
    url = server.ensure(LanguageToolOptions(memory=768, idle=3))
    deadline = time.monotonic() + 30
    while server.answers(url, 1) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not server.answers(url, 1)
    assert servers() == []


def test_stop_and_status() -> None:
    server.ensure(OPTIONS)
    command = [sys.executable, "-m", "mtqa", "languagetool"]
    shown = subprocess.run([*command, "status"], capture_output=True, text=True, check=True).stdout
    assert "MiB resident, heap limit 768 MiB" in shown
    assert subprocess.run([*command, "stop"], capture_output=True, text=True, check=True).stdout == "stopped\n"
    assert subprocess.run([*command, "status"], capture_output=True, check=False).returncode == 1


def servers() -> list[int]:
    """Processes of Java that belong to this test run."""
    import psutil

    mark = str(server.folder())
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(mark in part for part in process.info["cmdline"] or []) and "java" in process.info["cmdline"][0]
    ]
