"""Every fault of a server is an error and a passage that counts as not judged, never silence."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
import trustme

from mtqa.document import Document, Span
from mtqa.judge import Judge, JudgeError, JudgeOptions
from mtqa.judge.client import Client, same_model
from mtqa.judge.transport import _Watch
from tests.judge import fake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mtqa.judge import Spending
    from mtqa.judge.grading import Grades

SENTENCES = [f"Sentence {number} has a permeability of glass in it." for number in range(8)]
DOCUMENT = Document.from_text("\n".join(SENTENCES))
PASSAGES = [line.span for line in DOCUMENT.lines]
KEY = "sk-very-secret-0123456789"


@contextmanager
def judging(url: str, **options: object) -> Iterator[Judge]:
    cache = options.pop("cache", None)
    settings = {"model": fake.MODEL, "timeout": 60.0, "backoff": 0.01, "parallel": 1} | options
    judge = Judge(JudgeOptions(url=url, **settings), cache)  # type: ignore[arg-type]
    try:
        yield judge
    finally:
        judge.close()


def grade(url: str, count: int = 1, **options: object) -> tuple[Grades, Spending]:
    with judging(url, **options) as judge:
        grades = judge.submit(DOCUMENT, PASSAGES[:count]).result()
        return grades, judge.spent


@pytest.mark.parametrize(
    ("fault", "said", "calls"),
    [
        ("400", "answers 400", 3),  # with a schema, with JSON, as text
        ("401", "answers 401 (the key is not accepted)", 1),
        ("403", "answers 403", 1),
        ("404", "no such model, or no such address", 1),
        ("408", "answers 408", 3),
        ("418", "answers 418", 1),
        ("429", "answers 429", 3),
        ("500", "answers 500", 3),
        ("503", "answers 503", 3),
        ("redirect", "redirects are not followed", 1),
        ("moved", "redirects are not followed", 1),
        ("cut", "no connection", 3),
        ("silent", "no connection", 3),
        ("garbage", "no connection", 3),
        ("endless", "over 1,000,000 bytes", 1),
        ("announced", "over 1,000,000 bytes", 1),
        ("malformed", "no chat completion", 1),
        ("shapeless", "no chat completion", 1),
        ("length", "cut off at the limit of tokens", 1),
        ("filter", "declines", 1),
        ("declines", "declines", 1),
        ("empty", "empty", 1),
        ("prose", "not JSON", 1),
        ("two", "2 choices", 1),
        ("other-model", "answers with the model 'other', not 'small'", 1),
    ],
)
def test_a_fault_is_an_error(server: fake.Fake, fault: str, said: str, calls: int) -> None:
    server.fault = fault
    grades, spent = grade(server.url)
    (error,) = grades.errors
    assert "not judged" in str(error)
    assert said in str(error)
    assert "<text>:1:1" in str(error)
    assert (grades.findings, grades.sound, grades.not_judged) == ((), (), (PASSAGES[0],))
    assert (spent.calls, spent.not_judged, spent.judged) == (calls, 1, 0)
    assert len(server.requests) == calls
    assert spent.refused == ("the answer was refused" in str(error))


@pytest.mark.parametrize("fault", ["hang", "drip", "drip-headers"])
def test_a_server_that_takes_for_ever_is_cut_off(server: fake.Fake, fault: str) -> None:
    server.fault = fault
    grades, spent = grade(server.url, timeout=0.4)
    assert "did not answer within 0.4 seconds" in str(grades.errors[0])
    assert spent.calls == 1, "it is not asked again"
    assert spent.seconds < 3


def test_nobody_there_and_no_tls(server: fake.Fake) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    assert "no connection" in str(grade(nobody)[0].errors[0])
    assert "no connection" in str(grade(server.url.replace("http:", "https:"))[0].errors[0])


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut"])
def test_what_passes_is_tried_again(server: fake.Fake, fault: str) -> None:
    server.fault, server.times = fault, 2
    grades, spent = grade(server.url)
    assert grades.sound == (PASSAGES[0],)
    assert (spent.calls, spent.retries, spent.judged, spent.not_judged) == (3, 2, 1, 0)


def test_retry_after_is_obeyed_within_limits(server: fake.Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Client, "_pause", lambda _, seconds: waits.append(seconds))
    server.fault, server.times, server.retry_after = "429", 1, "7"
    assert grade(server.url)[0].sound
    soon = datetime.now(UTC) + timedelta(seconds=30)
    server.times, server.retry_after = 1, format_datetime(soon, usegmt=True)
    assert grade(server.url)[0].sound
    server.times, server.retry_after = 1, "soon"
    assert grade(server.url)[0].sound
    assert waits[0] == 7
    assert 10 < waits[1] <= 30
    assert waits[2] == 0.01
    server.times, server.retry_after = 1, "3600"
    error = grade(server.url)[0].errors[0]
    assert "no call for 3,600 seconds" in str(error)


@pytest.mark.parametrize(("fault", "calls"), [("401", 1), ("404", 1), ("other-model", 1), ("500", 9), ("hang", 3)])
def test_it_gives_up_on_a_server_that_does_not_work(server: fake.Fake, fault: str, calls: int) -> None:
    server.fault = fault
    grades, spent = grade(server.url, 8, timeout=0.3 if fault == "hang" else 60.0)
    (error,) = grades.errors
    assert "8 passages" in str(error)
    assert (spent.calls, spent.not_judged) == (calls, 8)


def test_refused_answers_are_no_reason_to_give_up(server: fake.Fake) -> None:
    server.fault, server.times = "prose", 5
    grades, spent = grade(server.url, 8)
    assert (spent.calls, spent.refused, spent.not_judged, spent.judged) == (8, 5, 5, 3)
    assert len(grades.sound) == 3


# -- what servers take


@pytest.mark.parametrize(
    ("fault", "shapes", "noted"),
    [
        ("", ["json_schema"], ""),
        ("no-schema", ["json_schema", "json_object"], "json_schema is not taken there"),
        ("no-format", ["json_schema", "json_object", "text"], "json_object is not taken there"),
    ],
)
def test_the_shape_is_asked_for_as_the_server_takes_it(
    server: fake.Fake, fault: str, shapes: list[str], noted: str
) -> None:
    server.fault = fault
    with judging(server.url, parallel=4) as judge:
        grades = judge.submit(DOCUMENT, PASSAGES).result()
        notes = " ".join(judge.notes)
    assert len(grades.sound) == 8
    sent = [request.get("response_format", {}).get("type", "text") for request in server.requests]
    assert sent == [*shapes, *[shapes[-1]] * 7], "found out once, before the rest is sent"
    assert noted in notes
    assert bool(noted) == bool(notes)


def test_other_names_and_missing_settings(server: fake.Fake) -> None:
    for fault, gone, there in (
        ("new-limit", "max_tokens", "max_completion_tokens"),
        ("no-seed", "seed", "temperature"),
        ("no-temperature", "temperature", "seed"),
    ):
        server.fault = fault
        server.requests.clear()
        with judging(server.url) as judge:
            assert judge.submit(DOCUMENT, PASSAGES[:1]).result().sound
            assert len(judge.notes) == 1
        assert gone not in server.requests[1]
        assert there in server.requests[1]
        assert server.requests[1]["response_format"]["type"] == "json_schema"


def test_a_request_that_is_refused_in_every_form_is_no_word_on_the_next(server: fake.Fake) -> None:
    server.fault, server.times = "nothing", 3
    with judging(server.url) as judge:
        grades = judge.submit(DOCUMENT, PASSAGES[:2]).result()
        assert (len(grades.sound), len(grades.not_judged), judge.notes) == (1, 1, [])
    assert server.requests[3]["response_format"]["type"] == "json_schema"


def test_names_of_models() -> None:
    for asked, served in (
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("qwen3", "qwen3:latest"),
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B"),
        ("qwen3-8b", "Qwen/Qwen3-8B"),
    ):
        assert same_model(asked, served)
    for asked, served in (("gpt-4o", "gpt-4o-mini"), ("qwen3", "qwen3:0.6b"), ("a", ""), ("8b", "qwen3-8b")):
        assert not same_model(asked, served)


# -- limits and the key


@pytest.mark.parametrize("parallel", [1, 4])
def test_max_calls_cuts_at_the_same_place(server: fake.Fake, parallel: int) -> None:
    grades, spent = grade(server.url, 8, max_calls=3, parallel=parallel)
    assert grades.sound == tuple(PASSAGES[:3])
    assert (spent.calls, spent.judged, spent.not_judged) == (3, 3, 5)
    assert "max-calls, 3, was reached (5 passages)" in str(grades.errors[0])


def test_retries_count_against_max_calls(server: fake.Fake) -> None:
    server.fault = "500"
    grades, spent = grade(server.url, 8, max_calls=9)
    assert spent.calls <= 9
    assert len(server.requests) == spent.calls
    grades, spent = grade(server.url, 1, max_calls=2)
    assert spent.calls == 2
    assert "no calls are left for another try (max-calls)" in str(grades.errors[0])
    assert "answers 500" in str(grades.errors[0])


def test_the_key_is_sent_and_told_to_nobody(server: fake.Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUDGE_KEY", KEY)
    cache = tmp_path / "judge.sqlite"
    for fault in ("", "401", "500", "echo-key", "prose"):
        server.fault = fault
        with judging(server.url, key_env="JUDGE_KEY", cache=cache) as judge:
            grades = judge.submit(DOCUMENT, PASSAGES[: 1 if not fault else 2]).result()
            told = f"{grades} {judge.notes} {judge.spent.told()} {judge.name} {judge._options} {judge.errors!r}"
            told += "".join(str(error.__cause__) for error in grades.errors)
            assert KEY not in told
            assert "secret" not in told
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert all(KEY.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_no_key_is_sent_without_one_and_none_follows_a_redirect(
    server: fake.Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade(server.url)
    assert server.keys == [None]
    monkeypatch.setenv("JUDGE_KEY", KEY)
    server.fault = "redirect"
    grade(server.url, key_env="JUDGE_KEY")
    assert len(server.requests) == 2


def test_a_proxy_does_not_see_what_stays_on_this_machine(server: fake.Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert grade(server.url)[0].sound


@pytest.mark.parametrize("value", ["", "  ", "two words", "tab\there", "bell\x07", "clé"])
def test_a_key_that_can_be_none_is_an_error_that_does_not_show_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JUDGE_KEY", value)
    with pytest.raises(JudgeError) as raised, judging("http://127.0.0.1:9/v1", key_env="JUDGE_KEY"):
        pass
    assert not value.strip() or value not in str(raised.value)


def test_a_key_by_mistake_in_place_of_its_name_is_not_shown() -> None:
    with pytest.raises(JudgeError) as raised, judging("http://127.0.0.1:9/v1", key_env=KEY):
        pass
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("", "m"),
        ("http://127.0.0.1/v1", ""),
        ("127.0.0.1:8080/v1", "m"),
        ("ftp://127.0.0.1/v1", "m"),
        ("http:///v1", "m"),
        ("http://127.0.0.1:port/v1", "m"),
        ("http://[::1/v1", "m"),
        (f"https://user:{KEY}@example.org/v1", "m"),
        ("http://127.0.0.1/v1/chat/completions", "m"),
        (f"http://127.0.0.1/v1?key={KEY}", "m"),
    ],
)
def test_an_address_that_cannot_be_meant(url: str, model: str) -> None:
    with pytest.raises(JudgeError) as raised, judging(url, model=model):
        pass
    assert KEY not in str(raised.value)


def test_ending_a_run_ends_what_hangs(server: fake.Fake) -> None:
    server.fault = "hang"
    with judging(server.url, timeout=60.0) as judge:
        pending = judge.submit(DOCUMENT, PASSAGES[:1])
        while not server.requests:
            time.sleep(0.01)
        judge.close()
        grades = pending.result()
    assert "not judged: no connection" in str(grades.errors[0])
    assert (judge.spent.calls, judge.spent.retries) == (1, 0)


def test_a_connection_made_after_the_end_is_cut_at_once(server: fake.Fake) -> None:
    server.fault = "hang"
    watch = _Watch(60.0)
    watch.stop()
    with socket.create_connection(server.server_address[:2]) as late:
        watch.connected(late)
        assert late.recv(1) == b""
    watch.end()


def test_certificates_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    monkeypatch.setenv("JUDGE_KEY", KEY)
    with fake.running(tls) as server:
        refused = grade(server.url, key_env="JUDGE_KEY")[0]
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused.errors[0])
        assert server.requests == [], "neither text nor key went out"
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert grade(server.url)[0].sound
        server.fault = "drip"
        assert "did not answer within" in str(grade(server.url, timeout=2.0)[0].errors[0])


def test_a_passage_outside_the_text_is_a_bug_of_the_caller(server: fake.Fake) -> None:
    with judging(server.url) as judge, pytest.raises(ValueError, match="ends at offset"):
        judge.submit(DOCUMENT, [Span(0, len(DOCUMENT.text) + 1)])
