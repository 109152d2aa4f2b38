"""rdjson as reviewdog itself reads it: its parser, built from its Go module. Needs go; run with -m reviewdog."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.linter import Result

pytestmark = pytest.mark.reviewdog
READER = Path(__file__).parent / "reviewdog"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], list[dict[str, Any]]]:
    source = shutil.copytree(READER, tmp_path_factory.mktemp("go") / "reader")
    done = subprocess.run(["go", "build", "-o", "reader", "."], cwd=source, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()

    def run(data: bytes) -> list[dict[str, Any]]:
        done = subprocess.run([source / "reader"], input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_reviewdog_reads_all_of_it(
    render: Callable[..., bytes],
    run_of_all: list[Result],
    hostile_run: list[Result],
    read: Callable[[bytes], list[dict[str, Any]]],
) -> None:
    for results in (run_of_all, hostile_run, []):
        data = render("rdjson", results)
        found = read(data)
        assert list(map(told, found)) == list(map(told, json.loads(data)["diagnostics"]))
        assert len(found) == sum(len(result.findings) + len(result.errors) for result in results)


def told(diagnostic: dict[str, Any]) -> tuple[object, ...]:
    """What a diagnostic says; protobuf leaves out what is empty."""
    suggestions = [(one["range"], one.get("text", "")) for one in diagnostic.get("suggestions", [])]
    return (*(diagnostic[key] for key in ("message", "location", "severity", "code")), suggestions)


def test_reviewdog_refuses_what_is_none(read: Callable[[bytes], list[dict[str, Any]]]) -> None:
    with pytest.raises(AssertionError, match="unmarshal"):
        read(b'{"diagnostics": [{"message": "\\udcff"}]}')
