"""The program itself in a real terminal: it starts, takes keys, and being killed loses nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager

import pytest

from .conftest import EDITOR, SECOND


@contextmanager
def terminal(project, *arguments, columns=80, rows=24):
    """``mtqa review`` in a pseudo-terminal; gives the process, a way to type, and what it has drawn so far."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-m", "mtqa", "review", "--by", EDITOR, *arguments]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)}
    drawn = bytearray()
    with subprocess.Popen(
        command, cwd=project.root, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    ) as process:
        os.close(slave)
        reader = threading.Thread(target=_read, args=(master, drawn), daemon=True)
        reader.start()
        try:
            yield process, lambda keys: os.write(master, keys), drawn
        finally:
            process.kill()
            process.wait()
            reader.join(5)
            os.close(master)


def _read(master, drawn):
    try:
        while part := os.read(master, 65536):
            drawn.extend(part)
    except OSError:  # the other side has closed
        return


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


def test_keys_work_quit_works_and_nothing_else_is_left(project):
    before = project.files()
    with terminal(project, SECOND) as (process, press, drawn):
        wait_for(lambda: b"demo.congress" in drawn)
        press(b"a")
        wait_for(lambda: len(project.ledger()) == 1)
        press(b"q")
        assert process.wait(20) == 0
    left = project.files() - before
    assert left == {
        f"corrections/{SECOND}.decisions.jsonl",
        f"corrections/{SECOND}.patch",
    }
    assert b"Traceback" not in drawn


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_being_killed_loses_nothing(project, number):
    with terminal(project) as (process, press, drawn):
        wait_for(lambda: b"demo.congress" in drawn)
        for done in range(1, 5):
            press(b"d")
            wait_for(lambda done=done: len(project.ledger()) == done)
        process.send_signal(number)
        process.wait(20)
    wait_for(lambda: not _members(process.pid))  # its background process has gone with it
    lines = project.ledger()
    assert [line["verdict"] for line in lines] == ["defer"] * 4
    session = project.session()
    keys = [item.key for item in session.queue.items]
    assert session.corpus.sources[session.index].name == SECOND
    assert not {line["fingerprint"] for line in lines} & set(keys)
    assert session.key == keys[0] or keys.index(session.key) > 0
    with terminal(project) as (_, press, drawn):
        wait_for(lambda: session.current.finding.rule.encode() in drawn)
        press(b"u")
        wait_for(lambda: len(project.ledger()) == 5)
        assert project.ledger()[4]["of"] == lines[3]["id"]


def test_being_killed_after_mere_moving_goes_on_at_the_same_finding(project, state_folder):
    with terminal(project) as (process, press, drawn):
        wait_for(lambda: b"demo.congress" in drawn)
        first = project.session().key
        for _ in range(5):
            press(b"j")
        wait_for(lambda: project.session().key != first)
        time.sleep(0.5)
        process.kill()
        process.wait(20)
    session = project.session()
    assert session.key != first
    assert not (project.root / "corrections").exists()
    with terminal(project) as (_, press, drawn):
        wait_for(lambda: session.current.finding.rule.encode() in drawn)
        press(b"d")
        wait_for(lambda: project.ledger(session.work.path))
    assert project.ledger(session.work.path)[0]["fingerprint"] == session.key


def _members(session):
    """Processes of a session that are still there."""
    listed = subprocess.run(["ps", "-eo", "pid=,sess=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [row[0] for row in rows if row[1] == str(session) and not row[2].startswith("Z")]


def test_without_a_terminal_it_says_what_to_do(project):
    command = [sys.executable, "-m", "mtqa", "review", "--by", EDITOR]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "mtqa review --plain" in done.stderr


def test_a_conflict_of_keys_is_refused_at_the_start(project):
    project.write("mtqa.toml", 'originals = ["seeds"]\n[review.keys]\naccept = "r"\n')
    with terminal(project) as (process, _, drawn):
        assert process.wait(20) == 2
    assert b"'r' is the key of 'reject' already" in drawn.replace(b"\r\n", b" ")
