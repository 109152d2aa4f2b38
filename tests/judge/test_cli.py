"""``mtqa lint --judge`` and ``mtqa doctor``, with a checker that is unsure about every sentence with a mark in it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from mtqa import checkers
from mtqa.cli import doctor, main
from mtqa.segment import sentences
from tests.judge import fake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mtqa.document import Document, Span
    from mtqa.finding import Checker, Finding

    Run = Callable[..., tuple[int, str, str]]

GLASS = "The staff met workers and the permeability of glass."
TEXT = f"On the work of the union\nThe union met on Monday. {GLASS} It ended at noon.\nNobody objected to glass.\n"
KEY = "sk-very-secret-0123456789"


QUICK = 'originals = ["a.txt"]\nselect = ["judge", "spacing"]\n[grammar]\nengine = "off"\n'


class Doubter:
    """Unsure about sentences with glass in them."""

    name = "doubter"
    version = "1"

    def check(self, document: Document) -> Iterator[Finding]:
        yield from ()

    def unsure(self, document: Document) -> Sequence[Span]:
        if "CRASH" in document.text:
            raise KeyError("crash")
        return [span for span in sentences(document) if "glass" in document.slice(span)]


def content(user: str) -> str:
    return fake.answer(
        *([fake.error("the permeability of glass", correction="their families")] * (fake.shown_passage(user) == GLASS))
    )


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache folder for all tests here: to work out the patterns anew takes a second each time."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(
    patterns: Path,
    tmp_path: Path,
    server: fake.Fake,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Run:
    built = checkers.build_checkers
    monkeypatch.setattr(checkers, "build_checkers", lambda *given: [*built(*given), doubter(Doubter())])
    for file in patterns.glob("judge.*"):
        file.unlink()
    monkeypatch.setenv("MTQA_CACHE_DIR", str(patterns))
    monkeypatch.chdir(tmp_path)
    server.content = content
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text(f'{QUICK}[judge]\nurl = "{server.url}"\nmodel = "small"\n', encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), err.decode()

    return run


def doubter(checker: Checker) -> Checker:
    return checker


def rules(out: str) -> list[str]:
    rows = [json.loads(line) for line in out.splitlines()]
    return [f"{row['rule']} {row['text']}" for row in rows if row["type"] == "finding"]


FOUND = ["judge.accuracy.addition the permeability of glass"]


def test_it_is_off_unless_asked_for_or_configured(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    assert project("lint")[0] == 0
    assert project("lint", "--no-judge")[0] == 0
    assert server.requests == []
    code, out, err = project("lint", "--judge", "--format", "jsonl")
    assert (code, rules(out)) == (1, FOUND)
    assert "judge: small at 127.0.0.1" in err
    assert "2 passages judged, 0 not judged; 2 calls" in err
    with (tmp_path / "mtqa.toml").open("a", encoding="utf-8") as file:
        file.write("enabled = true\nprice-in = 1\nprice-out = 1\n")
    code, out, err = project("lint")
    assert code == 1
    assert "The judge: This clause has nothing to do with the rest." in " ".join(out.split())
    assert "their families" in out
    assert "0 calls" in err
    assert "2 answers from the cache" in err
    assert "cost 0.0000" in err
    assert project("lint", "--no-judge")[0] == 0
    assert len(server.requests) == 2


def test_no_cache_asks_anew(project: Run, server: fake.Fake) -> None:
    for _ in range(2):
        assert "2 calls" in project("lint", "--judge", "--no-cache")[2]
    assert len(server.requests) == 4


def test_the_same_bytes_whatever_the_threads(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"b{number:02}.txt").write_text(TEXT.replace("Monday", f"day {number}"), encoding="utf-8")
    server.fault = "slow"
    outputs = set()
    for parallel in (1, 5):
        with (tmp_path / "mtqa.toml").open("a", encoding="utf-8") as file:
            file.write(f"parallel = {parallel}\n" if parallel == 1 else "")
        if parallel == 5:
            settings = (tmp_path / "mtqa.toml").read_text(encoding="utf-8").replace("parallel = 1", "parallel = 5")
            (tmp_path / "mtqa.toml").write_text(settings, encoding="utf-8")
        code, out, _ = project("lint", ".", "--judge", "--no-cache", "--format", "jsonl")
        outputs.add((code, out))
    ((code, out),) = outputs
    assert (code, len(rules(out))) == (1, 13)


def test_a_fault_makes_the_run_fail_but_keeps_what_was_found(project: Run, server: fake.Fake) -> None:
    server.fault, server.times = "prose", 1
    code, out, err = project("lint", "--judge", "--format", "jsonl")
    assert code == 2
    assert "a.txt:2:26: not judged: the answer was refused: not JSON" in err
    assert "1 passage judged, 1 not judged" in err
    assert json.loads(out.splitlines()[-1])["complete"] is False
    server.fault, server.times = "401", -1
    code, out, err = project("lint", "--judge", "--exit-zero")
    assert code == 2
    assert "answers 401" in err


def test_findings_are_selected_and_weighed_like_others(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    assert rules(project("lint", "--judge", "--format", "jsonl", "--ignore", "judge.accuracy")[1]) == []
    assert rules(project("lint", "--judge", "--format", "jsonl", "--min-severity", "critical")[1]) == []
    assert rules(project("lint", "--judge", "--format", "jsonl", "--select", "judge")[1]) == FOUND
    asked = len(server.requests)
    for narrowed in (("--ignore", "judge"), ("--select", "spacing")):
        code, _, err = project("lint", "--judge", *narrowed)
        assert (code, "leaves out all that it could say" in err) == (2, True)
    (tmp_path / "mtqa.toml").write_text(
        (tmp_path / "mtqa.toml").read_text(encoding="utf-8") + "enabled = true\n", encoding="utf-8"
    )
    assert project("lint", "--no-cache", "--select", "spacing")[0] == 0
    assert len(server.requests) == asked, "nothing is sent whose findings would not be kept"
    (tmp_path / "mtqa.toml").write_text(
        (tmp_path / "mtqa.toml").read_text(encoding="utf-8") + '[severities]\n"judge.accuracy" = "critical"\n',
        encoding="utf-8",
    )
    assert rules(project("lint", "--judge", "--format", "jsonl", "--min-severity", "critical")[1]) == FOUND
    assert "did you mean 'judge.accuracy.addition'" in project("lint", "--ignore", "judge.acuracy.addition")[2]


def test_its_findings_carry_fingerprints_and_categories(project: Run) -> None:
    out = project("lint", "--judge", "--format", "jsonl")[1]
    (finding,) = [row for row in map(json.loads, out.splitlines()) if row["type"] == "finding"]
    assert len(finding["fingerprint"]) == 20
    assert finding["mqm"] == "accuracy/addition"


def test_a_change_is_judged_by_what_it_brought(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("add", "a.txt")
    git("commit", "-qm", "one")
    (tmp_path / "a.txt").write_text(TEXT + "They clamp glass.\n", encoding="utf-8")
    server.content = lambda _: fake.answer(fake.error("glass"))
    code, out, err = project("lint", "--judge", "--changed-since", "HEAD", "--format", "jsonl")
    assert (code, rules(out)) == (1, ["judge.accuracy.addition glass"])
    assert "1 call" in err
    assert "They clamp glass." in server.requests[0]["messages"][1]["content"]


def test_what_a_rule_says_already_is_said_once(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The secretary said re mobilize glass now.\n", encoding="utf-8")
    server.content = lambda _: fake.answer(fake.error("re mobilize"))
    rows = [json.loads(line) for line in project("lint", "--judge", "--format", "jsonl")[1].splitlines()]
    (finding,) = [row for row in rows if row["type"] == "finding"]
    assert finding["rule"].startswith("spacing.")
    assert finding["related"] == ["judge.accuracy.addition"]


def test_a_checker_that_crashes_while_choosing_is_an_error(project: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("CRASH\n", encoding="utf-8")
    code, _, err = project("lint", "--judge")
    assert code == 2
    assert "the choice of passages for the judge failed: KeyError" in err


def test_without_a_checker_that_can_tell_the_garble_model_chooses(
    project: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Doubter, "unsure")
    odd = "In temple of fire is twelve thousand foot made by lord of the the goat and was burn himself to stone eat."
    (tmp_path / "a.txt").write_text(f"The meeting ended at noon.\n\n{odd}\n", encoding="utf-8")
    _, _, err = project("lint", "--judge")
    assert "1 passage judged" in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("modell = 'x'", "did you mean 'model'"),
        (f"key = '{KEY}'", "unknown key 'key'"),
        (f"key-env = '{KEY}'", "never the key itself"),
        ("max-calls = 0", "Expected `int` >= 1"),
        ("timeout = 0", "Expected `float` > 0"),
        ("price-in = -1", "Expected `float` >= 0"),
        ("enabled = 'yes'", "Expected `bool`"),
    ],
)
def test_mistakes_in_the_configuration(project: Run, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "mtqa.toml").write_text(f"[judge]\n{line}\n", encoding="utf-8")
    code, _, err = project("lint")
    assert code == 2
    assert said in err
    assert "mtqa.toml:2" in err
    assert KEY not in err


def test_asked_for_but_not_configured(project: Run, tmp_path: Path) -> None:
    (tmp_path / "mtqa.toml").write_text("", encoding="utf-8")
    code, _, err = project("lint", "--judge", "a.txt")
    assert code == 2
    assert "the judge needs url and model under [judge]" in err


# -- doctor


def judge_line() -> str:
    check = doctor._judge()
    return f"{check.ready} {check.needed} {check.detail} {check.remedy}"


def test_doctor_says_whether_the_judge_can_be_asked(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    config = tmp_path / "mtqa.toml"
    text = config.read_text(encoding="utf-8")
    code, out, _ = project("doctor")
    (line,) = [line for line in out.splitlines() if line[9:].startswith("judge ")]
    assert code == 0
    assert line.startswith("ready")
    assert "small at 127.0.0.1" in line
    assert "asked with mtqa lint --judge" in line
    server.served = "other"
    assert judge_line().startswith("False False small at")
    assert "does not list it; it lists other" in judge_line()
    config.write_text(f"{text}enabled = true\n", encoding="utf-8")
    assert judge_line().startswith("False True")
    server.fault = "no-models"
    assert "answers 404" in judge_line()
    config.write_text(f"{text}key-env = 'MTQA_TEST_NO_SUCH_KEY'\n", encoding="utf-8")
    assert "is not set or empty" in judge_line()
    config.write_text(text.replace(server.url, "http://127.0.0.1:9/v1"), encoding="utf-8")
    assert judge_line().startswith("False False no connection")
    config.write_text("", encoding="utf-8")
    assert judge_line().startswith("False False not configured")
    assert server.requests == [], "nothing is graded"


def test_what_is_configured_and_missing_makes_doctor_fail(project: Run, server: fake.Fake, tmp_path: Path) -> None:
    server.served = "other"
    with (tmp_path / "mtqa.toml").open("a", encoding="utf-8") as file:
        file.write("enabled = true\n")
    code, out, _ = project("doctor")
    assert code == 2
    assert "MISSING  judge " in out
