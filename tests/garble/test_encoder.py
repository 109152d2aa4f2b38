"""The second tier: what it reads, that a reading depends on the sentence alone, and what goes wrong with models."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.checkers.garble import GarbleChecker
from mtqa.document import Document
from mtqa.errors import MtqaError
from mtqa.garble import NeuralOptions, encoder
from mtqa.garble.encoder import SHIPPED, Encoder, load_settings, located
from mtqa.garble.passages import LEAST_WORDS
from mtqa.garble.second import log_odds, second_tier
from mtqa.grammar import Engines
from mtqa.judge.linting import suspects_of
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.segment import sentences
from mtqa.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = load_rules(shipped_rules())
RULE = RULES.find("garble.sentence")
assert RULE is not None
BAD = [example.text for _, bad, _ in RULE.examples for example in bad]
GOOD = [text for _, _, good in RULE.examples for text in good]
ODD = ["", "…", "😀 新闻 ﬁne", "a\u0000b", "x" * 3000, "Zoë's"]
NEURAL = Engines(neural=NeuralOptions(enabled=True))


class Project:
    """A folder, and lint run on it as a process of its own: the hub's client reads its environment when imported."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def lint(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mtqa", "lint", *arguments],
            cwd=self.root,
            env=os.environ | {"MTQA_CACHE_DIR": str(self.root / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="module")
def model() -> Encoder:
    return Encoder()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from([*BAD, *GOOD, "", "…", "😀 新闻 ﬁne", "a\u0000b", "x" * 3000, "Zoë's"]), min_size=1, max_size=4
    )
)
def test_a_reading_depends_on_its_sentence_alone(texts: list[str]) -> None:
    model = Encoder()
    together = model.readings(texts)
    assert together == [model.readings([text])[0] for text in texts]
    for text, reading in zip(texts, together, strict=True):
        assert 0 <= reading.start <= reading.end <= len(text)
        named = text[reading.start : reading.end]
        assert named == named.strip()
        for edge in (reading.start, reading.end):  # no word is cut in two
            assert not (0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum())


def test_garbled_sentences_score_higher(model: Encoder) -> None:
    bad, good = (
        np.mean([r.logit for r in model.readings([d.slice(s) for s in sentences(d)])])
        for d in (Document.from_text("\n".join(part)) for part in (BAD, GOOD))
    )
    assert bad > good + 3


def test_answers_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Encoder(cache=tmp_path / "c").readings([*BAD, BAD[0]])
    monkeypatch.setattr(Encoder, "_read", lambda self, sentence: pytest.fail(f"read again: {sentence}"))
    assert Encoder(cache=tmp_path / "c").readings([*BAD, BAD[0]]) == first


def test_what_the_first_tier_is_sure_of_is_not_read(model: Encoder) -> None:
    fast = np.array([-9.0, 2.0, 2.0], np.float32)
    sizes = np.array([20, 20, LEAST_WORDS - 1])
    found = second_tier(model, ["Sure.", BAD[0], "Short."], fast, sizes)
    assert found.readings.keys() == {1}
    assert found.chance[1] > found.chance[0] > found.chance[2] == 0
    assert not found.doubtful[2]


def test_the_article_speaks_too(model: Encoder) -> None:
    fast, sizes = np.zeros(8, np.float32), np.full(8, 20)
    doubtful = BAD[0].split(". ")[1]
    among = [second_tier(model, [doubtful, *others[:7]], fast, sizes).chance[0] for others in (BAD * 4, GOOD * 2)]
    assert among[0] > among[1]


def test_findings_are_whole_sentences_with_words_of_theirs() -> None:
    checker = GarbleChecker(RULES, NEURAL)
    document = Document.from_text("\n".join(BAD))
    found = list(checker.check(document))
    assert len(found) >= 5
    for finding in found:
        assert finding.span in sentences(document)
        named = finding.message.split("“")[-1].split("”")[0]
        assert named in " ".join(document.slice(finding.span).split())
        assert finding.explanation.endswith(load_settings(SHIPPED).note)
    assert not list(checker.check(Document.from_text("\n".join(GOOD))))


def test_a_lower_threshold_finds_more() -> None:
    document = Document.from_text("\n".join([*BAD, *GOOD]))
    low, own = (
        {f.span for f in GarbleChecker(RULES, Engines(neural=NeuralOptions(True, "", limit))).check(document)}
        for limit in (0.3, None)
    )
    assert low > own


def test_the_judge_is_shown_what_both_tiers_doubt() -> None:
    bad, good = (Document.from_text("\n".join(part)) for part in (BAD, GOOD))
    first, both = GarbleChecker(RULES), GarbleChecker(RULES, NEURAL)
    assert len(both.unsure(bad)) > 0.9 * len(sentences(bad))
    assert both.unsure(good) != first.unsure(good)
    assert not both.unsure(Document.from_text(""))


def test_the_judge_of_a_run_is_shown_the_same() -> None:
    document = Document.from_text("\n".join([*BAD, *GOOD]))
    for selection in (Selection(), Selection(ignore=("garble",))):
        shown = suspects_of(Linter(RULES, selection, engines=NEURAL))(document)
        assert shown == GarbleChecker(RULES, NEURAL).unsure(document)


def test_of_two_alike_the_longer_is_likelier_bad(model: Encoder) -> None:
    alike, fast = np.array([-1.0, -1.0]), np.zeros(2, np.float32)
    short, long = log_odds(model.settings, alike, fast, np.array([10, 60]))
    assert long > short


def test_enabling_asks_for_the_rule_and_ignoring_wins() -> None:
    document = Document.from_text(BAD[0])
    assert not Linter(RULES).rules.of_kind("garble")
    assert {f.rule for f in Linter(RULES, engines=NEURAL).check(document)} >= {"garble.sentence"}
    assert not Linter(RULES, Selection(ignore=("garble",)), engines=NEURAL).rules.of_kind("garble")


def test_engines_differ_by_model_and_threshold(tmp_path: Path) -> None:
    other = copied(tmp_path / "m", doubt=0.9)
    options = (NeuralOptions(), NeuralOptions(True), NeuralOptions(True, "", 0.4), NeuralOptions(True, str(other)))
    assert len({Engines(neural=one).key for one in options}) == 4


# -- models of one's own


def copied(folder: Path, **changed: object) -> Path:
    """The shipped model, with other settings."""
    shutil.copytree(SHIPPED, folder)
    file = folder / "mtqa.json"
    file.write_bytes(json.dumps(json.loads(file.read_bytes()) | changed).encode())
    return folder


def test_a_folder_of_the_project_is_a_model(project: Project) -> None:
    copied(project.root / "models" / "mine", threshold=0.999)
    project.write("a.txt", "\n".join(BAD))
    for model, code in (("", 1), ("models/mine", 0)):
        project.write("mtqa.toml", f'originals = ["a.txt"]\n[neural]\nenabled = true\nmodel = "{model}"\n')
        ran = project.lint("--select", "garble.sentence")
        assert (ran.returncode, "garble.sentence" in ran.stdout) == (code, code == 1), ran.stderr


def test_workers_say_the_same(project: Project) -> None:
    for number in range(40):
        project.write(f"news/{number:02}.txt", "\n".join([*BAD, *GOOD][number % 3 :]))
    one, two = (project.lint("news", "--neural", "--format", "jsonl", "--no-cache", "-j", jobs) for jobs in "12")
    assert "garble.sentence" in one.stdout
    assert one.stdout == two.stdout


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), "has no model.onnx"),
        (lambda folder: (folder / "mtqa.json").write_text("{}"), "cannot read"),
        (lambda folder: (folder / "mtqa.json").write_text("{"), "cannot read"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"nothing"), "cannot load"),
        (lambda folder: (folder / "tokenizer.json").write_text("[]"), "cannot load"),
    ],
)
def test_a_damaged_model_is_an_error_that_names_the_file(project: Project, damage: object, said: str) -> None:
    folder = copied(project.root / "m")
    damage(folder)  # type: ignore[operator]
    project.write("a.txt", BAD[0])
    project.write("mtqa.toml", '[neural]\nenabled = true\nmodel = "m"\n')
    ran = project.lint("a.txt")
    assert ran.returncode == 2
    assert said in ran.stderr
    assert str(folder) in ran.stderr


def test_a_model_that_is_nowhere_is_an_error(project: Project) -> None:
    project.write("a.txt", "Well.")
    project.write("mtqa.toml", '[neural]\nenabled = true\nmodel = "no such folder"\n')
    ran = project.lint("a.txt")
    assert (ran.returncode, "no folder no such folder" in ran.stderr) == (2, True)


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)
    with pytest.raises(MtqaError, match=r"onnxruntime is not installed.*mtqa\[neural\]"):
        NeuralOptions(enabled=True).require()
    NeuralOptions().require()


# -- the hub


class Hub(BaseHTTPRequestHandler):
    """As much of the Hugging Face hub as a download asks for: one repository, the shipped model."""

    commit = "0123456789abcdef0123456789abcdef01234567"
    asked: list[str]

    def __init__(self, asked: list[str], *args: object) -> None:
        self.asked = asked
        super().__init__(*args)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/us/garble/tree/"):
            files = [{"type": "file", "path": f.name, "size": f.stat().st_size, "oid": "1"} for f in SHIPPED.iterdir()]
            self._send(json.dumps(files).encode(), body=body)
        elif path.startswith("/api/models/us/garble/"):
            names = [file.name for file in SHIPPED.iterdir()]
            data = json.dumps({"id": "us/garble", "sha": self.commit, "siblings": [{"rfilename": n} for n in names]})
            self._send(data.encode(), body=body)
        elif path.startswith("/us/garble/resolve/"):
            self._send((SHIPPED / path.rpartition("/")[2]).read_bytes(), body=body, etag=path)
        else:
            self.send_error(404)

    def _send(self, data: bytes, *, body: bool, etag: str = "x") -> None:
        self.send_response(200)
        headers = {"Content-Length": str(len(data)), "ETag": f'"{hash(etag) & 0xFFFF:x}"', "X-Repo-Commit": self.commit}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, asked))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


def test_a_model_of_the_hub_is_downloaded_once(
    project: Project, hub: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = hub
    monkeypatch.setenv("HF_ENDPOINT", url)
    monkeypatch.setenv("HF_HOME", str(project.root / "hub"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    project.write("a.txt", BAD[0])
    project.write("mtqa.toml", '[neural]\nenabled = true\nmodel = "us/garble"\n')
    first = project.lint("a.txt", "--select", "garble.sentence")
    assert first.returncode == 1, first.stderr
    assert "garble.sentence" in first.stdout
    assert any("model.onnx" in path for path in asked)
    asked.clear()
    assert project.lint("a.txt", "--select", "garble.sentence", "--no-cache").stdout == first.stdout
    assert asked == []
    next((project.root / "hub").rglob("model.onnx")).unlink()  # as if it had been cut off
    assert project.lint("a.txt", "--select", "garble.sentence", "--no-cache").stdout == first.stdout
    assert asked


def test_a_name_that_the_hub_does_not_know_is_an_error(
    project: Project, hub: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub[0])
    monkeypatch.setenv("HF_HOME", str(project.root / "hub"))
    project.write("a.txt", "Well.")
    project.write("mtqa.toml", '[neural]\nenabled = true\nmodel = "us/nothing"\n')
    ran = project.lint("a.txt")
    assert ran.returncode == 2
    assert "us/nothing cannot be had" in ran.stderr


def test_settings_take_nothing_unknown() -> None:
    raw = json.loads((SHIPPED / "mtqa.json").read_bytes())
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(raw | {"more": 1}).encode(), type=encoder.Settings)
    assert located("") == SHIPPED
