"""The lock of a corrections folder, and taking its file away."""

from __future__ import annotations

import subprocess
import sys

from mtqa.corrections.lock import LOCK_NAME, clear_lock, locked

COUNT = """
import sys
from pathlib import Path
from mtqa.corrections.lock import clear_lock, locked
folder = Path(sys.argv[1])
for _ in range(60):
    with locked(folder, "corrections", 30):
        counter = folder / "counter"
        counter.write_text(str(int(counter.read_text()) + 1))
    clear_lock(folder)
"""


def test_the_file_goes_when_nobody_holds_the_lock(tmp_path):
    with locked(tmp_path, "corrections", 1):
        clear_lock(tmp_path)
        assert (tmp_path / LOCK_NAME).exists()
    clear_lock(tmp_path)
    assert not (tmp_path / LOCK_NAME).exists()
    clear_lock(tmp_path / "nowhere")


def test_taking_it_away_lets_no_two_in_at_once(tmp_path):
    (tmp_path / "counter").write_text("0")
    command = [sys.executable, "-c", COUNT, str(tmp_path)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert (tmp_path / "counter").read_text() == "180"
    assert not (tmp_path / LOCK_NAME).exists()
