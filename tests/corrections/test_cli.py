"""The `patch` commands as users call them: output, exit codes, attribution."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mtqa.cli import patch as module
from mtqa.cli.patch import patch
from mtqa.corrections import choice
from mtqa.corrections.batch import accept_safe
from mtqa.corrections.decision import CorrectionsError, Verdict
from mtqa.corrections.editor import editor_name
from mtqa.corrections.outcome import split, split_corrected
from mtqa.corrections.visible import visible
from mtqa.document import Document, Span
from mtqa.finding import Edit, Finding, Fix, Safety, identify

from .cases import project, write

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.corrections.store import Corrections

TEXT = "The typical guide of the trade union.\n\nScan code for attention\nThe end of it all.\n"
PATH = "seeds/a.txt"


@pytest.fixture
def corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corrections:
    made = project(tmp_path, a=TEXT, b="Nothing wrong here.\n")
    (tmp_path / "pyproject.toml").write_text('[tool.mtqa]\noriginals = ["seeds"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_EDITOR", "Ana <ana@example.org>")
    monkeypatch.setattr(module, "finder", lambda _corrections: findings_of)
    return made


def findings_of(document: Document) -> list[Finding]:
    """A checker of two faults: one that a safe fix deletes, one for review."""
    found = []
    for rule, text, new, safety in (
        ("boilerplate.scan", "Scan code for attention\n", "", Safety.SAFE),
        ("term.guide", "typical guide", "model", Safety.REVIEW),
    ):
        start = document.text.find(text)
        if start >= 0:
            span = Span(start, start + len(text))
            found.append(Finding(rule, span, f"{rule} is wrong", fixes=(Fix((Edit(span, new),), safety),)))
    return identify(document, found)


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(patch, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def test_safe_fixes_are_accepted_in_the_editors_name(corrections: Corrections) -> None:
    assert "seeds/a.txt: 1 safe fixes" in run("accept", "--safe", "--dry-run").output
    assert "seeds/a.txt: 1 recorded, 0 refused" in run("accept", "--safe").output
    assert "seeds/a.txt: 0 recorded, 0 refused" in run("accept", "--safe").output
    (made,) = corrections.read(PATH).state.settled.values()
    assert (made.by, made.rule, made.verdict) == ("Ana <ana@example.org>", "boilerplate.scan", Verdict.ACCEPT)
    run("accept", code=2)


def test_status_show_verify_apply_revert(corrections: Corrections, tmp_path: Path) -> None:
    run("accept", "--safe")
    article = corrections.read(PATH)
    article.decide(choice.hold(article.document, Verdict.REJECT, findings_of(article.document)[0]), "Ben")
    lines = run("status").output.splitlines()
    assert lines[0].split() == [
        "article",
        "open",
        "accepted",
        "rejected",
        "deferred",
        "marked",
        "stale",
        "conflicts",
        "original",
    ]
    assert lines[1].split() == [PATH, "0", "1", "1", "0", "0", "0", "0", "unchanged"]
    assert lines[2].split() == ["seeds/b.txt", *"0000000", "unchanged"]
    shown = run("show", PATH).output
    assert "[-Scan code for attention⏎-]" in shown
    assert "boilerplate.scan · Ana <ana@example.org> ·" in shown
    assert "boilerplate.scan is wrong" in shown
    assert "1 articles verified, 0 problems" in run("verify").output
    run("apply", "--to", "out", "--all")
    assert (tmp_path / "out/seeds/a.txt").read_text() == TEXT.replace("Scan code for attention\n", "")
    assert (tmp_path / "out/seeds/b.txt").read_text() == "Nothing wrong here.\n"
    run("apply", "--to", ".", code=2)
    name = article.state.edits(article.document.sha256).standing[0].decision.id
    assert "took back" in run("revert", name[:8]).output
    assert not corrections.patch_file(PATH)[0].exists()
    assert "no decision has an id that begins with" in run("revert", "zz", code=2).output


def test_one_article_that_fails_does_not_keep_the_others(corrections: Corrections, tmp_path: Path) -> None:
    run("accept", "--safe")
    write(tmp_path, Document.from_text(TEXT, "seeds/c.txt"))
    article = corrections.read("seeds/c.txt")
    gone = article.decide(choice.accept(article.document, findings_of(article.document)[0]), "Ana")
    (tmp_path / "seeds/c.txt").unlink()
    assert "seeds/c.txt: cannot read" in run("apply", "--to", "out", code=2).output
    assert (tmp_path / "out/seeds/a.txt").exists()
    assert "missing" in run("status", code=2).output
    assert "seeds/c.txt: cannot read" in run("verify", code=1).output
    run("revert", gone.id, code=2)
    run("revert", corrections.read(PATH).state.last[0])


def test_verify_exits_with_1_and_rebuild_mends(corrections: Corrections) -> None:
    run("accept", "--safe")
    file = corrections.patch_file(PATH)[0]
    file.write_bytes(file.read_bytes().replace(b"The end", b"The fin"))
    assert "corrections/seeds/a.txt.patch:" in run("verify", "corrections/seeds/a.txt.patch", code=1).output
    assert "patch rebuilt" in run("rebuild").output
    run("verify")


def test_rebase_shows_both_sides_and_exits_with_1(corrections: Corrections, tmp_path: Path) -> None:
    article = corrections.read(PATH)
    article.decide(choice.accept(article.document, findings_of(article.document)[0]), "Ana")
    run("accept", "--safe")
    write(tmp_path, Document.from_text(TEXT.replace("typical guide", "typical guidance"), PATH))
    dry = run("rebase", "--dry-run", code=1).output
    assert "1 carried over (context), 1 conflicts" in dry
    said = run("rebase", code=1).output
    assert said == dry
    assert "the edit: 'model'" in said
    assert "it is:    The typical guidance of the trade union." in said
    assert "has changed since 1 edits" in run("verify", code=1).output
    stuck = next(one for one in corrections.read(PATH).state.settled.values() if one.rule == "term.guide")
    run("revert", stuck.id)
    assert "0 problems" in run("verify").output
    run("rebase")


def test_import_and_export(corrections: Corrections, tmp_path: Path) -> None:
    (tmp_path / "clean.txt").write_text(TEXT.replace("typical guide", "model"))
    assert "'typical guide' → 'model'" in run("import", "clean.txt", "--of", PATH, "--dry-run").output
    assert "1 recorded, 0 refused" in run("import", "clean.txt", "--of", PATH, "--why", "idiom").output
    (made,) = corrections.read(PATH).state.settled.values()
    assert (made.why, made.by) == ("idiom", "Ana <ana@example.org>")
    for kind in ("criticmarkup", "html"):
        run("export", PATH, "--format", kind, "-o", "sheet")
        assert "0 recorded, 0 refused" in run("import", "sheet").output
    (tmp_path / "clean.txt").write_text(TEXT.replace("guide of", "guides of"))
    assert "overlaps the accepted edit" in run("import", "clean.txt", "--of", PATH, code=1).output
    run("export", PATH, "--format", "html", "-o", "seeds/a.html", code=2)
    run("import", "clean.txt", "--of", "../x.txt", code=2)


def test_contradictions_are_resolved_by_id(corrections: Corrections) -> None:
    article = corrections.read(PATH)
    finding = findings_of(article.document)[0]
    ledger = corrections.ledger(PATH).file
    hers = article.decide(choice.accept(article.document, finding), "Ana")
    line = ledger.read_bytes()
    ledger.unlink()
    article = corrections.read(PATH)
    article.decide(choice.hold(article.document, Verdict.REJECT, finding), "Ben")
    with ledger.open("ab") as out:
        out.write(line)
    assert "decisions contradict each other" in run("verify", code=1).output
    assert "conflict (contradiction)" in run("show", PATH).output
    assert run("status").output.splitlines()[1].split()[7] == "1"
    run("resolve", hers.id)
    run("verify")
    assert corrections.read(PATH).corrected().text == TEXT.replace("typical guide", "model")


def test_nothing_shown_steers_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corrections = project(tmp_path)
    monkeypatch.chdir(tmp_path)
    path = "seeds/\x1b]0;x\x07.txt"
    write(tmp_path, Document.from_text("one \x1b[2Jtwo\u202e\r three\n", path))
    article = corrections.read(path)
    article.decide(choice.edit(article.document, [Edit(Span(4, 8), "\x9b31m")], "\x1b[31m"), "A\x1b")
    for command in (("show", path), ("status", "--no-lint"), ("verify",), ("apply", "--to", "out"), ("rebuild",)):
        output = run(*command).output
        assert all(character.isprintable() or character == "\n" for character in output), output
    assert visible("a\x1b\x7f\x9b\u202e\u00a0\n") == "a␛␡<U+009B><U+202E>⍽⏎"


def test_who_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTQA_EDITOR", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(CorrectionsError, match="nobody to attribute decisions to"):
        editor_name("", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "user.name", "Cai"], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "user.email", "cai@example.org"], cwd=tmp_path, check=True)
    assert editor_name("", tmp_path) == "Cai <cai@example.org>"
    monkeypatch.setenv("MTQA_EDITOR", "Ben")
    assert editor_name("", tmp_path) == "Ben"
    assert editor_name("Ana", tmp_path) == "Ana"
    with pytest.raises(CorrectionsError, match="on one line"):
        editor_name("A\nB")


def test_findings_are_open_held_or_resolved(corrections: Corrections) -> None:
    article = corrections.read(PATH)
    guide, scan = findings_of(article.document)
    both = split(article.document, [guide, scan], article.state)
    assert both.open == (guide, scan)
    article.decide(choice.hold(article.document, Verdict.REJECT, guide, "it is right"), "Ben")
    assert not accept_safe(article, [guide, scan], "Ana").refusals
    done = split(article.document, [guide, scan], article.state)
    assert (done.open, [one.finding for one in done.held], [one.finding for one in done.resolved]) == (
        (),
        [guide],
        [scan],
    )
    corrected = article.corrected()
    again = split_corrected(findings_of(corrected), article.state, article.document.sha256)
    assert [one.finding.rule for one in again.held] == ["term.guide"]  # its sentence is the same
    assert again.resolved == ()
    changed = Document.from_text(TEXT.replace("trade union.", "trade unions."), PATH)
    assert findings_of(changed)[0] in split(changed, findings_of(changed), article.state).open  # raised again


def test_a_finding_inside_a_rewritten_passage_is_resolved(corrections: Corrections) -> None:
    article = corrections.read(PATH)
    article.decide(choice.edit(article.document, [Edit(Span(0, 36), "A model for unions")]), "Ana")
    guide = findings_of(article.document)[0]
    assert [one.finding for one in split(article.document, [guide], article.state).resolved] == [guide]
