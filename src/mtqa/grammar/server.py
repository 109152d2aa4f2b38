"""The local LanguageTool server: one for all runs of a user, found again, and stopped when nobody uses it.

What runs is written in ``server.json`` of the state folder; a lock keeps two runs from starting two servers. Every
request touches ``used``; the supervisor (:mod:`mtqa.grammar.supervisor`) ends Java once that is older than ``idle``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtqa.grammar import EngineError

if TYPE_CHECKING:
    from mtqa.grammar import LanguageToolOptions

VERSION = "6.8"
LEAST_JAVA = 17
INSTALL = 'python -m pip install "mtqa[languagetool]" && mtqa languagetool install'
_START_LIMIT = 120.0
_PORT_ATTEMPTS = 3
_SUPERVISOR = "mtqa.grammar.supervisor"
_JAVA = "org.languagetool.server.HTTPServer"


@dataclass(frozen=True, slots=True)
class State:
    """A server that was started: process ids of the supervisor and of Java, and the port on this machine."""

    supervisor: int
    java: int
    port: int
    memory: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def folder() -> Path:
    """Where the state of the shared server is kept."""
    from platformdirs import user_state_path

    return user_state_path("mtqa") / "languagetool"


def read_state() -> State | None:
    """What the last start wrote, None when no server was started; it may have died since."""
    try:
        return State(**json.loads((folder() / "server.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def touch() -> None:
    """Tell the supervisor that the server is in use."""
    (folder() / "used").touch()


def home() -> Path:
    """The folder of the unpacked LanguageTool, where language-tool-python puts it; :class:`EngineError` if absent."""
    base = os.environ.get("LTP_PATH") or Path.home() / ".cache" / "language_tool_python"
    found = Path(base) / f"LanguageTool-{VERSION}"
    if not (found / "languagetool-server.jar").is_file():
        raise EngineError(f"LanguageTool {VERSION} is not in {base}", remedy=f"get it with: {INSTALL}")
    return found


def java() -> str:
    """The path of a Java that is new enough; :class:`EngineError` with what to install otherwise."""
    path = shutil.which("java")
    remedy = f"install Java {LEAST_JAVA} or newer, as in: apt install openjdk-{LEAST_JAVA}-jre-headless"
    if path is None:
        raise EngineError("LanguageTool needs Java, which is not installed", remedy=remedy)
    done = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    if done.returncode or not found:
        raise EngineError(f"{path} does not run: {(done.stderr or done.stdout).strip()[:200]}", remedy=remedy)
    if int(found[1]) < LEAST_JAVA:
        raise EngineError(f"LanguageTool needs Java {LEAST_JAVA}; {path} is Java {found[1]}", remedy=remedy)
    return path


def answers(url: str, limit: float = 5.0) -> bool:
    """True when a LanguageTool server answers at ``url``."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/v2/healthcheck", timeout=limit) as reply:  # noqa: S310
            return bool(reply.read(16).startswith(b"OK"))
    except (OSError, ValueError):
        return False


def ensure(options: LanguageToolOptions) -> str:
    """The URL of the shared server, started if need be. Raises :class:`EngineError` when it cannot be."""
    from filelock import FileLock, Timeout

    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place / "lock", timeout=_START_LIMIT):
            touch()
            state = read_state()
            if state and _runs(state.supervisor, _SUPERVISOR) and answers(state.url):
                return state.url
            if state:
                _end(state)
            return _start(options).url
    except Timeout as error:
        raise EngineError(
            "another run has been starting LanguageTool for two minutes", remedy="mtqa languagetool stop"
        ) from error


def stop() -> bool:
    """End the shared server; False when none ran."""
    state = read_state()
    if state is None:
        return False
    return _end(state)


def _start(options: LanguageToolOptions) -> State:
    program, jar = java(), home() / "languagetool-server.jar"
    for attempt in range(_PORT_ATTEMPTS):
        bounds = [f"-Xmx{options.memory}m", "-XX:+ExitOnOutOfMemoryError"]  # out of memory it is started anew
        command = [program, *bounds, "-cp", str(jar), _JAVA]
        job = {"command": command, "port": _free_port(), "memory": options.memory, "idle": options.idle}
        if state := _launch(job, last=attempt == _PORT_ATTEMPTS - 1):
            return state
    raise AssertionError  # the last attempt returns or raises


def _launch(job: dict[str, Any], *, last: bool) -> State | None:
    """Start the supervisor and wait until the server answers; None when its port was taken and it is not the last."""
    place = folder()
    (place / "server.json").unlink(missing_ok=True)
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", _SUPERVISOR, json.dumps(job)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        touch()  # starting takes seconds, and is use
        state = read_state()
        if state and answers(state.url, 2.0) and process.poll() is None:
            return state
        time.sleep(0.1)
    said = (place / "log").read_text(encoding="utf-8", errors="replace").strip()
    if process.poll() is not None and not last and "already in use" in said:
        return None
    if process.poll() is None:
        process.terminate()
    raise EngineError(f"LanguageTool did not start: {said[-300:]}", remedy=f"its log is {place / 'log'}")


def _end(state: State) -> bool:
    """Stop the processes of ``state``, if they are still what was started."""
    psutil = _psutil()
    running = [pid for pid, mark in ((state.supervisor, _SUPERVISOR), (state.java, _JAVA)) if _runs(pid, mark)]
    ended = []
    for pid in running:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            process.terminate()
            ended.append(process)
    _, left = psutil.wait_procs(ended, timeout=10)
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    (folder() / "server.json").unlink(missing_ok=True)
    return bool(ended)


def _runs(pid: int, mark: str) -> bool:
    """True when the process runs and is what was started: process ids are used again."""
    psutil = _psutil()
    try:
        return mark in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _psutil() -> Any:
    try:
        import psutil
    except ImportError as error:  # it comes with language-tool-python
        raise EngineError("LanguageTool's client is not installed", remedy=INSTALL) from error
    return psutil


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
