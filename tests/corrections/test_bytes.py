"""Byte exactness: git apply, git apply -R and GNU patch make of our patches the bytes that mtqa makes, and back.

``MTQA_BYTE_CASES=100000 pytest tests/corrections/test_bytes.py`` runs a long series.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.corrections.choice import edit
from mtqa.corrections.decision import Decision, Verdict
from mtqa.corrections.patch import apply_patch, build_patch
from mtqa.corrections.state import State
from mtqa.finding import apply_edits

from .cases import NAMES, make_document, make_edits

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.document import Document
    from mtqa.finding import Edit

LONG_RUN = int(os.environ.get("MTQA_BYTE_CASES", "0"))
BATCH = 40


def state_of(document: Document, edits: list[Edit]) -> State:
    """One decision for each edit, as a ledger would hold them."""
    decisions = []
    for number, one in enumerate(edits):
        choice = edit(document, [one], "because\n--- a/x")
        at = f"2026-01-01T00:00:00.{number:06d}Z"
        decisions.append(
            Decision(at, "Ana", Verdict.EDIT, source_sha256=document.sha256, changes=choice.changes).signed()
        )
    return State(decisions)


def run(folder: Path, *command: str, patch: bytes) -> None:
    environment = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    done = subprocess.run(command, cwd=folder, input=patch, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])


def check_batch(tmp_path: Path, cases: list[tuple[Document, list[Edit]]]) -> int:
    """Check all cases with one call of each tool; the number of those with something to apply."""
    patches, before, after = [], {}, {}
    for document, edits in cases:
        patch = build_patch(document, state_of(document, edits))
        assert patch.result == document.encode(apply_edits(document.text, edits))
        assert (patch.data == b"") == (patch.result == document.data)
        if patch.data:
            assert apply_patch(document.data, patch.data) == patch.result
            patches.append(patch.data)
            before[document.path] = document.data
            after[document.path] = patch.result
    joined = b"".join(patches)
    for tool in (["git", "apply"], ["patch", "-p1"]):
        folder = tmp_path / tool[0]
        shutil.rmtree(folder, ignore_errors=True)
        for path, data in before.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        if joined:
            run(folder, *tool, patch=joined)
            assert files_in(folder) == after
            run(folder, *tool, "-R", patch=joined)
            assert files_in(folder) == before
    return len(patches)


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def make_batch(random: Random, size: int) -> list[tuple[Document, list[Edit]]]:
    cases = []
    for number in range(size):
        document = make_document(random, f"seeds/{number}{random.choice(NAMES)}.txt")
        cases.append((document, make_edits(random, document)))
    return cases


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 2**64 - 1), size=st.just(BATCH))
def test_git_and_patch_agree_with_us_on_every_byte(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    check_batch(tmp_path_factory.mktemp("bytes"), make_batch(Random(seed), size))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_single_cases_that_shrink(tmp_path_factory: pytest.TempPathFactory, random: Random) -> None:
    check_batch(tmp_path_factory.mktemp("byte"), make_batch(random, 1))


@pytest.mark.skipif(not LONG_RUN, reason="set MTQA_BYTE_CASES to a number of cases")
def test_long_run(tmp_path: Path) -> None:
    applied = sum(check_batch(tmp_path, make_batch(Random(seed), 200)) for seed in range(LONG_RUN // 200))
    assert applied > LONG_RUN // 2
    print(f"{LONG_RUN} cases, {applied} of them with a patch to apply")
