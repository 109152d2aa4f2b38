"""Keeps one LanguageTool server while it is used: ``python -m mtqa.grammar.supervisor JOB`` (JSON, see ``server``).

It starts Java, writes ``server.json``, and ends Java and itself once ``used`` has not been touched for ``idle``
seconds, when it is told to end, or when Java dies.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from mtqa.grammar.server import folder

if TYPE_CHECKING:
    from pathlib import Path

# Long texts are cut before they are sent; a pool of ready pipelines saves building one for each request.
_PROPERTIES = """maxTextLength=100000
maxCheckTimeMillis=55000
maxCheckThreads=4
pipelineCaching=true
maxPipelinePoolSize=4
pipelineExpireTimeInSeconds=900
"""


def main(job: dict[str, Any]) -> int:
    place = folder()
    properties = place / "server.properties"
    properties.write_text(_PROPERTIES, encoding="utf-8")
    command = [*job["command"], "--port", str(job["port"]), "--config", str(properties)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as server:  # noqa: S603 - the command that server.py made
        signal.signal(signal.SIGTERM, _end)
        try:
            _write_state(place, {"java": server.pid, "port": job["port"], "memory": job["memory"]})
            while server.poll() is None and time.time() - (place / "used").stat().st_mtime < job["idle"]:
                time.sleep(min(1.0, job["idle"] / 4))
        finally:
            if server.poll() is None:
                server.terminate()
            _remove_own_state(place)
    return 0 if server.returncode in (0, -signal.SIGTERM, 143) else 1


def _write_state(place: Path, state: dict[str, int]) -> None:
    written = place / f"server.json.{os.getpid()}"
    written.write_text(json.dumps({"supervisor": os.getpid(), **state}), encoding="utf-8")
    written.replace(place / "server.json")


def _remove_own_state(place: Path) -> None:
    """A server started since then is not ours to forget."""
    from mtqa.grammar.server import read_state

    state = read_state()
    if state and state.supervisor == os.getpid():
        (place / "server.json").unlink(missing_ok=True)


def _end(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
