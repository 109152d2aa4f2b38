"""``mtqa lint`` as a user runs it: a process, its output, its exit code. Bad input never costs a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
CLEAN = "The two sides met on Monday. They agreed on a plan for the summer.\n"
FAULTY = "The trade union in Jiangsu met. The party group secretary of Beijing said re mobilize now.\n"


def mtqa(
    *arguments: str, cwd: Path, data: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "NO_COLOR": "1", **environment}
    return subprocess.run(
        [sys.executable, "-m", "mtqa", *arguments], cwd=cwd, env=env, input=data, capture_output=True, check=False
    )


def lint(*arguments: str, cwd: Path, data: bytes | None = None, **environment: str) -> tuple[int, str, str]:
    done = mtqa("lint", *arguments, cwd=cwd, data=data, **environment)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def article(tmp_path: Path) -> Path:
    (tmp_path / "faulty.txt").write_text(FAULTY, encoding="utf-8")
    (tmp_path / "clean.txt").write_text(CLEAN, encoding="utf-8")
    return tmp_path


# -- exit codes


def test_findings_exit_1_and_are_shown(article: Path) -> None:
    code, out, _ = lint("faulty.txt", cwd=article)
    assert code == 1
    assert "faulty.txt" in out
    assert "spacing." in out


def test_clean_exits_0(article: Path) -> None:
    assert lint("clean.txt", cwd=article)[0] == 0


def test_exit_zero_hides_findings_but_not_errors(article: Path) -> None:
    assert lint("faulty.txt", "--exit-zero", cwd=article)[0] == 0
    assert lint("missing.txt", "--exit-zero", cwd=article)[0] == 2


def test_neutral_findings_do_not_fail(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Source: Example Daily\n\n" + CLEAN, encoding="utf-8")
    code, out, _ = lint("a.txt", "--format", "jsonl", cwd=tmp_path)
    rules = [row["rule"] for row in map(json.loads, out.splitlines()) if row["type"] == "finding"]
    assert (code, rules) == (0, ["metadata.source"])


# -- selection


def rules_of(*arguments: str, cwd: Path) -> set[str]:
    out = lint(*arguments, "--format", "jsonl", cwd=cwd)[1]
    return {row["rule"] for row in map(json.loads, out.splitlines()) if row["type"] == "finding"}


def test_select_ignore_and_severity() -> None:
    root = SEEDS.parent
    everything = rules_of("seeds", "--without-corrections", cwd=root)
    terms = rules_of("seeds", "--without-corrections", "--select", "term", cwd=root)
    assert {rule for rule in everything if rule.startswith("term.")} <= terms
    assert all(rule.startswith("term.") for rule in terms)
    assert rules_of("seeds", "--without-corrections", "--select", "term", "--ignore", "term.u*", cwd=root) == {
        rule for rule in terms if not rule.startswith("term.u")
    }
    critical = rules_of("seeds", "--without-corrections", "--min-severity", "critical", cwd=root)
    assert critical
    assert critical < everything


def test_one_row_can_be_selected() -> None:
    found = rules_of("seeds", "--without-corrections", "--select", "term.party-slogans.two-upholds", cwd=SEEDS.parent)
    assert found == {"term.party-slogans.two-upholds"}


def test_a_misspelt_rule_is_an_error_not_a_clean_article(article: Path) -> None:
    code, _, err = lint("faulty.txt", "--select", "boilerplat", cwd=article)
    assert code == 2
    assert "no rule is called 'boilerplat'" in err
    assert "did you mean 'boilerplate'" in err


def test_statistics_is_a_table_of_rules(article: Path) -> None:
    code, out, _ = lint("faulty.txt", "--statistics", cwd=article)
    assert code == 1
    assert "re mobilize" not in out
    assert "spacing" in out


# -- input


def test_standard_input_keeps_its_bytes(tmp_path: Path) -> None:
    code, out, _ = lint("-", "--format", "json", cwd=tmp_path, data=FAULTY.replace("\n", "\r\n").encode())
    assert code == 1
    assert "<stdin>" in out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"caf\xe9 is Latin-1\n", "byte 0xE9 at byte offset 3"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "byte 0x89 at byte offset 0"),
        (b"text\0text", "NUL at byte offset 4"),
        ("T".encode("utf-16-le") * 9, "NUL at byte offset 1"),
        (b"ok \xed\xa0\x80", "byte offset 3"),
        (b"cut \xe2\x82", "byte offset 4"),
    ],
)
def test_what_is_no_text_is_named_and_the_others_are_read(article: Path, data: bytes, message: str) -> None:
    (article / "bad.txt").write_bytes(data)
    code, out, err = lint(".", cwd=article)
    assert code == 2
    assert "bad.txt" in err
    assert message in err
    assert "faulty.txt" in out


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n\r\n"])
def test_empty_files_are_clean(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "empty.txt").write_bytes(data)
    assert lint("empty.txt", cwd=tmp_path)[0] == 0


def test_utf16_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "wide.txt").write_text(FAULTY, encoding="utf-16")
    code, out, _ = lint("wide.txt", "--format", "json", cwd=tmp_path)
    assert code == 1
    assert "re mobilize" in out


def test_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"The caf\xe9 is open.\n")
    (tmp_path / "mtqa.toml").write_text('[[overrides]]\npaths = ["latin*"]\nencoding = "cp1252"\n')
    assert lint("latin.txt", cwd=tmp_path)[0] == 0


def test_a_50_mb_line_is_refused_with_its_place(article: Path) -> None:
    (article / "long.txt").write_bytes(b"First.\n" + b"word " * 10_000_000)
    code, out, err = lint(".", cwd=article)
    assert code == 2
    assert "long.txt:2" in err
    assert "50,000,000 characters" in err
    assert "max-line-length" in err
    assert "faulty.txt" in out


def test_unreadable_files(article: Path) -> None:
    (article / "loop.txt").symlink_to("loop.txt")
    code, out, err = lint("loop.txt", "faulty.txt", cwd=article)
    assert code == 2
    assert "loop.txt: cannot read" in err
    assert "faulty.txt" in out


def test_a_folder_without_articles(tmp_path: Path) -> None:
    code, _, err = lint(".", cwd=tmp_path)
    assert code == 2
    assert "a folder without articles (looked for *.txt)" in err


# -- broken rules and configuration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: term.mine\nmessage: [\n", "mine.yaml:3: not YAML"),
        ("id: term.mine\nmesage: x\n", "mine.yaml:2: Object contains unknown field `mesage`"),
        ("id: term.other\nmessage: x\nmqm: x/y\nkind: replace\n", "mine.yaml:1: id 'term.other'"),
        (
            "id: term.mine\nmessage: x\nmqm: x/y\nkind: replace\npattern: '(a+)+b'\nbad: [x, y]\ngood: [x, y]\n",
            "mine.yaml:5: one text can m",
        ),
        (
            "id: term.mine\nmessage: x\nmqm: x/y\nkind: existence\npattern: 'cat'\nbad: [cat, dog]\ngood: [x, y]\n",
            "term.mine: does not fire on the bad example 'dog'",
        ),
    ],
)
def test_a_broken_project_rule_names_file_and_line(article: Path, text: str, message: str) -> None:
    rule = article / "rules" / "term" / "mine.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(text, encoding="utf-8")
    code, _, err = lint("clean.txt", cwd=article)
    assert code == 2
    assert message in err


def test_a_broken_configuration_names_file_and_line(article: Path) -> None:
    (article / "mtqa.toml").write_text("\nselct = ['term']\n")
    code, _, err = lint("clean.txt", cwd=article)
    assert code == 2
    assert "mtqa.toml:2: unknown key 'selct' (did you mean 'select'?)" in err


def test_project_rules_extend_and_replace_the_shipped_ones(article: Path) -> None:
    rule = article / "rules" / "term" / "mine.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "id: term.mine\nmessage: A summer plan.\nmqm: style/awkward\nkind: replace\n"
        "pattern: '\\bplan for the summer\\b'\nfix: {replace: [summer plan]}\n"
        "bad: [a plan for the summer, 'the plan for the summer, he said']\ngood: [a summer plan, planning for summer]\n"
    )
    assert rules_of("clean.txt", cwd=article) == {"term.mine"}


def test_a_former_id_still_selects_and_ignores(article: Path) -> None:
    rule = article / "rules" / "term" / "mine.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "id: term.mine\naliases: [term.old-name]\nmessage: A summer plan.\nmqm: style/awkward\nkind: existence\n"
        "pattern: 'plan for the summer'\n"
        "bad: [a plan for the summer, 'the plan for the summer, he said']\ngood: [a summer plan, planning for summer]\n"
    )
    assert rules_of("clean.txt", "--select", "term.old-name", cwd=article) == {"term.mine"}
    assert rules_of("clean.txt", "--ignore", "term.old-name", cwd=article) == set()


# -- output


def test_output_appears_whole_or_not_at_all(article: Path) -> None:
    target = article / "report.json"
    assert lint("faulty.txt", "--format", "json", "-o", str(target), cwd=article)[0] == 1
    assert json.loads(target.read_text())["version"] == 1
    before = target.read_bytes()
    assert lint("missing.txt", "-o", str(target), cwd=article)[0] == 2
    assert target.read_bytes() == before
    assert [file.name for file in article.iterdir() if file.name.startswith(".report")] == []
    code, _, err = lint("faulty.txt", "-o", "no/such/folder.txt", cwd=article)
    assert (code, "cannot write" in err) == (2, True)


def test_a_full_disk_is_an_error(article: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    code, _, err = lint("faulty.txt", "-o", "/dev/full", cwd=article)
    assert code == 2
    assert "cannot write: No space left on device" in err


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    run = f"{sys.executable} -m mtqa lint seeds --without-corrections --format jsonl"
    command = f"{run} 2>err | head -c 10; exit ${{PIPESTATUS[0]}}"
    env = {**os.environ, "PYTHONPATH": ""}
    (tmp_path / "seeds").symlink_to(SEEDS)
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (tmp_path / "err").read_text() == ""
    assert done.returncode in (1, 141)


def test_diff_is_a_patch_of_safe_fixes_and_writes_nothing(tmp_path: Path) -> None:
    name = "001_de9d7ff1b9ca9843.txt"
    original = (SEEDS / name).read_bytes()
    (tmp_path / name).write_bytes(original)
    code, patch, _ = lint(name, "--diff", cwd=tmp_path)
    assert code == 1
    assert (tmp_path / name).read_bytes() == original
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True)
    changed = (tmp_path / name).read_bytes()
    assert b"Media Matrix" not in changed
    assert changed in original or len(changed) < len(original)
    subprocess.run(["git", "apply", "-R", "-"], cwd=tmp_path, input=patch.encode(), check=True)
    assert (tmp_path / name).read_bytes() == original


# -- the same bytes, whatever the circumstances


def test_the_same_bytes_whatever_jobs_hash_seed_and_order(tmp_path: Path) -> None:
    for index in range(40):
        seed = sorted(SEEDS.glob("*.txt"))[index % 5]
        (tmp_path / f"{index:02}.txt").write_bytes(seed.read_bytes())
    names = sorted(file.name for file in tmp_path.glob("*.txt"))
    outputs = {
        lint(*order, "--format", "json", "--jobs", jobs, cwd=tmp_path, PYTHONHASHSEED=seed)[1]
        for order, jobs, seed in ((names, "1", "0"), (names[::-1], "2", "1"), (["."], "0", "2"))
    }
    assert len(outputs) == 1


def test_a_checker_that_raises_fails_the_run_and_names_itself(article: Path) -> None:
    script = (
        "import mtqa.checkers.quotes as quotes\n"
        "def broken(self, document):\n    raise RuntimeError('boom')\n"
        "quotes.QuotesChecker.check = broken\n"
        "from mtqa.cli import main\nmain(['lint', '--no-cache', 'clean.txt'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=article, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "clean.txt: checker 'quotes' failed: RuntimeError: boom" in done.stderr
    assert "Traceback" not in done.stderr


# -- the rest of the command line


def test_help_names_every_command(tmp_path: Path) -> None:
    done = mtqa("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("lint", "rule", "config", "evaluate", "doctor"):
        assert command in done.stdout.decode()


def test_rule_commands(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert mtqa("rule", "new", "term.my-own", cwd=tmp_path).returncode == 0
    assert (tmp_path / "rules" / "term" / "my-own.yaml").exists()
    assert mtqa("rule", "test", "term.my-own", cwd=tmp_path).returncode == 0
    assert mtqa("rule", "new", "term.my-own", cwd=tmp_path).returncode == 2
    assert b"my-own" in mtqa("rule", "list", "term", cwd=tmp_path).stdout
    explained = mtqa("rule", "explain", "term.party-slogans.two-upholds", cwd=tmp_path)
    assert "两个维护" in explained.stdout.decode()
    missing = mtqa("rule", "explain", "term.party-slogan", cwd=tmp_path)
    assert (missing.returncode, b"did you mean" in missing.stderr) == (2, True)


def test_doctor_says_what_is_ready(tmp_path: Path) -> None:
    done = mtqa("doctor", cwd=tmp_path)
    assert done.returncode == 0
    assert b"google-re2" in done.stdout
    (tmp_path / "mtqa.toml").write_text("nonsense = 1\n")
    broken = mtqa("doctor", cwd=tmp_path)
    assert broken.returncode == 2
    assert b"MISSING" in broken.stdout
