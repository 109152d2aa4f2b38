"""The line dialogue: through a real pseudo-terminal, and its verbs one by one."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time

import pytest

from mtqa.review.keymap import ACTIONS
from mtqa.review.plain import COMMANDS, Dialogue

from .conftest import SECOND


def said(project, *lines, paths=(SECOND,)):
    tell = io.StringIO()
    code = Dialogue(project.session(*paths), io.StringIO("".join(f"{line}\n" for line in lines)), tell).run()
    return tell.getvalue(), code


def test_the_same_verbs_as_on_the_screen():
    only_there = {"page-down", "page-up", "next-match", "previous-match", "theme", "palette", "select"}
    words = {"left", "right", "up", "down", "extend-left", "extend-right", "sentence", "correct", "leave"}
    assert {action.id for action in ACTIONS} - only_there - words == set(COMMANDS) - {"replace"}
    text = Dialogue.__dict__
    assert all(f"_do_{name.replace('-', '_')}" in text for name in COMMANDS)


def test_transcript_through_a_pseudo_terminal(project):
    talk = [
        (b"> ", "help"), (b"> ", "accept"), (b"> ", "reject a title"), (b"> ", "undo"), (b"> ", "defer"),
        (b"> ", "replace Huang Hongtao => Huang Hong Tao"), (b"> ", "batch 3"),
        (b"yes or no? ", "yes"), (b"> ", "quit"),
    ]  # fmt: skip
    command = [sys.executable, "-m", "mtqa", "review", "--plain", "--by", "Ana", SECOND]
    master, slave = pty.openpty()
    with subprocess.Popen(command, cwd=project.root, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        seen, whole = b"", b""
        for prompt, line in talk:
            seen = _read_until(master, prompt, seen)
            whole += seen
            seen = b""
            os.write(master, line.encode() + b"\n")
        whole += _read_rest(master)
        code = process.wait(20)
    os.close(master)
    text = whole.decode("utf-8")
    assert code == 1, text
    for words in ("Accepted", "Rejected", "Undone: rejected", "Deferred", "Corrected", "4 decisions", "saved"):
        assert words in text
    assert "\x1b" not in text
    verdicts = [line["verdict"] for line in project.ledger()]
    assert verdicts == ["accept", "reject", "undo", "defer", "edit"] + ["accept"] * 4
    assert "Huang Hong Tao" in project.cleaned()
    assert "Media Matrix" not in project.cleaned()


def _read_until(master, prompt, seen):
    end = time.monotonic() + 30
    while not seen.endswith(prompt):
        assert time.monotonic() < end, seen
        seen += os.read(master, 65536)
    return seen


def _read_rest(master):
    rest = b""
    try:
        while part := os.read(master, 65536):
            rest += part
    except OSError:  # Linux says so when the other side has closed
        return rest
    return rest


def test_accept_by_number_edit_delete(project):
    text, code = said(project, "filter demo.general-manager", "2", "filter demo.media", "delete", "", "e")
    assert code == 1
    assert [line["new"] for line in project.ledger()] == ["Federation of Trade Unions", ""]
    assert "Not done: no words given" in text


def test_edit_and_marks(project):
    said(project, "edit Another congress", "t", "T the spirit of", "u", "U", "e x y z", "9", "accept two")
    verdicts = [line["verdict"] for line in project.ledger()]
    assert verdicts[:2] == ["edit", "retranslate"]
    assert project.ledger()[0]["new"] == "Another congress"


def test_a_batch_is_only_done_after_yes(project):
    text, _ = said(project, "batch", "batch 3", "no", "batch 4", "no")
    assert not project.ledger()
    assert "Media Matrix" in text
    assert "Nothing was done." in text


def test_a_batch_with_another_candidate(project):
    text, _ = said(project, "filter demo.general-manager", "batch 1 3", "batch 1 x", "batch 1 2", "yes")
    assert "there is no candidate 3" in text
    assert "batch NUMBER [CANDIDATE]" in text
    assert {line["new"] for line in project.ledger()} == {"Federation of Trade Unions"}


def test_showing(project):
    text, _ = said(project, "list", "view", "details", "/ nanjing", "order", "deferred", "?", "g 3", "j", "k", "s", "S")
    assert "<<National Congress of the Trade Union>>" in text
    assert "fingerprint: " in text
    assert "Not done" not in text
    assert not project.ledger()


def test_articles(project):
    text, _ = said(project, "]", "]", "[", "[", "[", "[", "[", "nonsense", "filter critical", paths=())
    assert "this is the first article" in text
    assert "no command 'nonsense'" in text
    assert "Only: critical" in text


def test_an_empty_corpus_of_findings_ends_clean(empty_project):
    project = empty_project({"a.txt": "All is well.\n"})
    text, code = said(project, "accept", paths=())
    assert code == 0
    assert "No open finding here." in text


@pytest.mark.parametrize("words", ["replace nowhere at all => x", "replace the => x", "replace x", "jump 99"])
def test_what_cannot_be_done_is_said(project, words):
    text, _ = said(project, words)
    assert "Not done: " in text
    assert not project.ledger()
