"""``mtqa lint`` and ``mtqa patch`` together: what an editor decided is not raised again, and never lost from sight."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_lint import lint, mtqa

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The trade union in Jiangsu met. Its leader said they must re mobilize and re deploy now.\n\nMedia Matrix\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text('originals = ["in"]\n')
    return tmp_path


def found(*arguments: str, cwd: Path) -> list[str]:
    rows = map(json.loads, lint(*arguments, "--format", "jsonl", cwd=cwd)[1].splitlines())
    return sorted(row["rule"] for row in rows if row["type"] == "finding")


def decide(cwd: Path, *arguments: str) -> None:
    done = mtqa("patch", *arguments, cwd=cwd, MTQA_EDITOR="Ana <ana@example.org>")
    assert done.returncode == 0, done.stderr.decode()


def test_accepted_edits_count_as_resolved(project: Path) -> None:
    before = found(cwd=project)
    assert "boilerplate.media-list" in before
    decide(project, "accept", "--safe")
    assert found(cwd=project) == [rule for rule in before if rule != "boilerplate.media-list"]
    assert "held back: 1 finding mended by an accepted edit" in lint(cwd=project)[1]
    assert found("--without-corrections", cwd=project) == before
    assert (project / "in" / "a.txt").read_text(encoding="utf-8") == TEXT


def test_the_corrected_text_is_what_is_linted(project: Path) -> None:
    decide(project, "accept", "--safe")
    copy = TEXT.replace("re mobilize", "remobilize").replace("re deploy", "redeploy")
    (project / "copy.txt").write_text(copy, encoding="utf-8")
    decide(project, "import", "copy.txt", "--of", "in/a.txt", "--why", "prefixes")
    assert found("--corrected", cwd=project) == []
    assert lint("--corrected", cwd=project)[0] == 0
    code, _, err = lint("--corrected", "--diff", cwd=project)
    assert (code, "leave out --corrected" in err) == (2, True)


def test_a_rejected_finding_is_held_back_until_its_sentence_changes(project: Path) -> None:
    from mtqa.config import load_config
    from mtqa.corrections import Verdict, choice
    from mtqa.linter import lint as findings_of
    from mtqa.project import corrections_of

    article = corrections_of(load_config(project)).read("in/a.txt")
    rejected = next(f for f in findings_of(article.document) if f.rule.startswith("spacing."))
    article.decide(choice.hold(article.document, Verdict.REJECT, rejected, "house style"), "Ana <ana@example.org>")
    before = found("--without-corrections", cwd=project)
    assert len(found(cwd=project)) == len(before) - 1
    assert found("--show-rejected", cwd=project) == before
    assert "Held back (reject) by Ana <ana@example.org>: house style" in " ".join(
        lint("--show-rejected", cwd=project, COLUMNS="400")[1].split()
    )
    (project / "in" / "a.txt").write_text(TEXT.replace("leader", "chairman"), encoding="utf-8")
    assert found(cwd=project) == before


def test_a_damaged_ledger_is_an_error(project: Path) -> None:
    decide(project, "accept", "--safe")
    ledger = project / "corrections" / "in" / "a.txt.decisions.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"accept"', b'"reject"', 1))
    code, _, err = lint(cwd=project)
    assert code == 2
    assert "corrections/in/a.txt.decisions.jsonl:1" in err


def test_the_example_corrections_of_the_seeds_hold() -> None:
    done = mtqa("patch", "verify", cwd=ROOT)
    assert done.returncode == 0, done.stdout.decode()
    assert lint("--corrected", cwd=ROOT)[0] == 0
    assert lint(cwd=ROOT)[0] == 0
    patches = sorted((ROOT / "corrections" / "seeds").glob("*.patch"))
    assert len(patches) == 5
    for patch in patches:
        subprocess.run(["git", "apply", "--check", str(patch)], cwd=ROOT, check=True)


def test_a_passage_that_an_edit_reaches_into_is_judged_by_the_corrected_text(project: Path) -> None:
    """A line that breaks off is mended by words put after it, not by a change to some word in it."""
    text = "Our Visit\n\nThe delegates of the provincial union met the secretary of the\n\nThey went home.\n"
    (project / "in" / "a.txt").write_text(text, encoding="utf-8")
    assert "truncation.end" in found(cwd=project)
    (project / "copy.txt").write_text(text.replace("delegates", "members"), encoding="utf-8")
    decide(project, "import", "copy.txt", "--of", "in/a.txt", "--why", "another word")
    assert "truncation.end" in found(cwd=project)
    (project / "copy.txt").write_text(text.replace("secretary of the", "secretary."), encoding="utf-8")
    decide(project, "import", "copy.txt", "--of", "in/a.txt", "--why", "completed")
    assert "truncation.end" not in found(cwd=project)
    assert "truncation.end" in found("--without-corrections", cwd=project)


def test_what_only_the_corpus_tells_stays_open_beside_an_edit(project: Path) -> None:
    (project / "in" / "b.txt").write_text("The Chinese union in Beijing opened a training class.\n\nMedia Matrix\n")
    (project / "in" / "c.txt").write_text("The training course of the Chinese union in Beijing goes on.\n")
    name = "consistency.names.training-course"
    assert name in found(cwd=project)
    decide(project, "accept", "--safe")
    assert name in found(cwd=project)
    assert name in found("--no-cache", cwd=project)
