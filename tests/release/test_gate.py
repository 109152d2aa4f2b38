"""What must be settled before a release, what an editor's verdict does, and what is refused outright."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mtqa.corrections.choice import accept, edit, hold, judge
from mtqa.corrections.decision import Verdict
from mtqa.document import Span
from mtqa.finding import Edit, Severity
from mtqa.linter import lint
from mtqa.release.article import decide
from mtqa.release.manifest import read_manifest
from mtqa.release.record import ReleaseError
from mtqa.release.table import read_rows
from tests.release.conftest import ANA, CLEAN, FAULTY, SETTINGS, run_mtqa

if TYPE_CHECKING:
    from mtqa.corrections.store import Article
    from mtqa.finding import Finding
    from tests.release.conftest import Project

BEN = "Ben <ben@example.org>"


def faulty(project: Project) -> tuple[Article, Finding]:
    path = project.write("faulty", FAULTY)
    article = project.corrections.read(path)
    finding = next(one for one in lint(article.document) if one.severity >= Severity.MAJOR)
    return article, finding


def rows(project: Project) -> dict[str, dict[str, Any]]:
    names = ("id", "text", "verdict", "verdict_by", "open_major", "unsettled", "mqm_penalty")
    return {row["id"]: row for row in read_rows(project.root / "out" / "data", names)}


def left_out(project: Project) -> list[dict[str, Any]]:
    lines = (project.root / "out" / "DROPPED.jsonl").read_bytes().decode().split("\n")[:-1]
    return [json.loads(line) for line in lines]


def test_an_open_major_finding_stops_the_build(project: Project) -> None:
    _, finding = faulty(project)
    built = project.build()
    assert not built.release_id
    assert not (project.root / "out").exists()
    assert any(line.startswith("articles/faulty.txt:3: major: ") and finding.rule in line for line in built.blockers)


def test_allow_open_records_it(project: Project) -> None:
    faulty(project)
    built = project.build(allow_open=True)
    assert built.release_id
    found = rows(project)
    assert tuple(found["faulty"]["unsettled"]) == built.blockers
    assert found["faulty"]["open_major"] == 1
    assert found["clean"]["unsettled"] == []
    assert read_manifest(project.root / "out").unsettled == list(built.blockers)
    assert built.blockers[0] in (project.root / "out" / "README.md").read_text(encoding="utf-8")


def test_an_accepted_fix_settles_it(project: Project) -> None:
    article, finding = faulty(project)
    article.decide(accept(article.document, finding), ANA)
    assert project.build().blockers == ()
    assert "industrial workforce reform" in rows(project)["faulty"]["text"]


def test_a_rejected_finding_stays_rejected_beside_an_edit_of_its_sentence(project: Project) -> None:
    article, finding = faulty(project)
    article.decide(hold(article.document, Verdict.REJECT, finding, "a person"), ANA)
    start = article.document.text.index("the workers")
    article.decide(edit(article.document, [Edit(Span(start, start), "all ")], "as said"), ANA)
    assert project.build().blockers == ()
    row = rows(project)["faulty"]
    assert "all the workers" in row["text"]
    assert row["mqm_penalty"] == 0


def test_lint_of_corrected_text_says_what_the_gate_says(project: Project) -> None:
    """One mechanism: what a release lets pass as rejected, `lint --corrected` holds back, found anew or remembered."""
    article, finding = faulty(project)
    start = article.document.text.index("the workers")
    article.decide(edit(article.document, [Edit(Span(start, start), "all ")], "as said"), ANA)
    assert project.build().blockers
    open_ = run_mtqa(project, "lint", "--corrected", "articles/faulty.txt")
    assert (open_.returncode, finding.rule in open_.stdout) == (1, True)
    article.decide(hold(article.document, Verdict.REJECT, finding, "a person"), ANA)
    assert project.build().blockers == ()
    for option in ((), ("--no-cache",), ()):
        held = run_mtqa(project, "lint", "--corrected", "articles/faulty.txt", *option)
        assert (held.returncode, "held back: 1 finding rejected" in held.stdout) == (0, True), held.stdout


def test_what_is_put_off_does_not_block_but_counts(project: Project) -> None:
    article, finding = faulty(project)
    article.decide(hold(article.document, Verdict.DEFER, finding), ANA)
    assert project.build().blockers == ()
    assert rows(project)["faulty"]["mqm_penalty"] >= 5


@pytest.mark.parametrize("said", [Verdict.DROP, Verdict.RETRANSLATE])
def test_a_passage_given_up_must_not_be_released_as_it_is(project: Project, said: Verdict) -> None:
    article = project.corrections.read("articles/clean.txt")
    start = CLEAN.index("They agreed")
    span = Span(start, CLEAN.index("\n", start))
    article.decide(judge(article.document, said, span, "nonsense"), ANA)
    assert [line.split(": ")[:2] for line in project.build().blockers] == [["articles/clean.txt:6", "unfinished"]]
    article.decide(edit(article.document, [Edit(span, "They will meet again.")]), ANA)
    assert project.build().blockers == ()


def test_a_stale_edit_blocks(project: Project) -> None:
    article, finding = faulty(project)
    article.decide(accept(article.document, finding), ANA)
    project.write("faulty", f"{FAULTY}More.\n")
    assert any("stale: edit" in line for line in project.build().blockers)


def test_decisions_against_each_other_block(project: Project) -> None:
    article, finding = faulty(project)
    ledger = project.corrections.ledger(article.path).file
    article.decide(accept(article.document, finding), ANA)
    ours = ledger.read_bytes()
    ledger.unlink()
    project.corrections.read(article.path).rebuild()
    again = project.corrections.read(article.path)
    again.decide(hold(again.document, Verdict.REJECT, finding), BEN)
    ledger.write_bytes(ours + ledger.read_bytes())
    again.rebuild()
    assert any("contradiction" in line and ANA in line and BEN in line for line in project.build().blockers)


# -- verdicts


def test_an_article_that_an_editor_drops_is_left_out_and_blocks_nothing(project: Project) -> None:
    article, _ = faulty(project)
    decide(article, "drop", ANA, "an advertisement")
    assert project.build().blockers == ()
    assert list(rows(project)) == ["clean"]
    (gone,) = left_out(project)
    assert (gone["id"], gone["why"], gone["by"], gone["reason"]) == ("faulty", "decided", ANA, "an advertisement")


def test_an_article_given_to_retranslation_is_still_at_fault(project: Project) -> None:
    article, finding = faulty(project)
    decide(article, "retranslate", ANA, "no sense anywhere")
    assert any(finding.rule in line for line in project.build().blockers)
    said = run_mtqa(project, "lint", "--corrected", "articles/faulty.txt")
    assert (said.returncode, finding.rule in said.stdout) == (1, True)


def test_the_last_verdict_counts(project: Project) -> None:
    article = project.corrections.read("articles/clean.txt")
    decide(article, "drop", ANA, "a mistake")
    decide(article, "publish", BEN, "it is fine")
    project.build()
    assert (rows(project)["clean"]["verdict"], rows(project)["clean"]["verdict_by"]) == ("publish", BEN)


def test_an_editor_publishes_what_the_score_would_not(project: Project) -> None:
    article, _ = faulty(project)
    assert project.build("first", allow_open=True).release_id
    decide(article, "publish", ANA, "good enough")
    project.build(allow_open=True)
    assert rows(project)["faulty"]["verdict"] == "publish"


def test_verdicts_are_left_out_when_the_configuration_says_so(project: Project) -> None:
    """What is left out blocks nothing."""
    faulty(project)
    (project.root / "mtqa.toml").write_text(f'{SETTINGS}exclude = ["repair"]\n', encoding="utf-8")
    assert project.build().blockers == ()
    assert [(gone["id"], gone["why"], gone["by"]) for gone in left_out(project)] == [("faulty", "excluded", "mtqa")]


def test_an_article_that_becomes_empty_is_left_out(project: Project) -> None:
    path = project.write("gone", "Scan\n")
    article = project.corrections.read(path)
    article.decide(edit(article.document, [Edit(Span(0, 5), "")], "nothing left"), ANA)
    project.build()
    assert [(gone["id"], gone["why"]) for gone in left_out(project)] == [("gone", "empty")]


def test_a_release_of_nothing_is_refused(project: Project) -> None:
    decide(project.corrections.read("articles/clean.txt"), "drop", ANA, "all of it")
    with pytest.raises(ReleaseError, match="no article is left"):
        project.build()
    assert not (project.root / "out").exists()


# -- refused


def test_two_articles_of_one_id(project: Project) -> None:
    (project.root / "articles" / "clean.text").write_text("Another.\n", encoding="utf-8")
    config = (project.root / "mtqa.toml").read_text(encoding="utf-8")
    (project.root / "mtqa.toml").write_text(f'include = ["*.txt", "*.text"]\n{config}', encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"articles/clean\.txt: has the same id as articles/clean\.text"):
        project.build()


def test_corrections_without_their_original(project: Project) -> None:
    article, finding = faulty(project)
    article.decide(accept(article.document, finding), ANA)
    (project.root / article.path).unlink()
    with pytest.raises(ReleaseError, match=r"articles/faulty\.txt: has corrections"):
        project.build()


@pytest.mark.parametrize("ending", [".patch", ".decisions.jsonl"])
def test_an_altered_patch_or_ledger(project: Project, ending: str) -> None:
    article, finding = faulty(project)
    article.decide(accept(article.document, finding), ANA)
    file = project.root / "corrections" / f"{article.path}{ending}"
    file.write_bytes(file.read_bytes().replace(b"workforce reform", b"Workforce reform"))
    (error,) = project.build().errors
    assert f"corrections/{article.path}{ending}" in str(error)
    assert not (project.root / "out").exists()


def test_an_unreadable_original_is_named(project: Project) -> None:
    (project.root / "articles" / "bad.txt").write_bytes(b"good\n\xff\xfe bad")
    (error,) = project.build(allow_open=True).errors
    assert str(error).startswith("articles/bad.txt:2: ")
    assert not (project.root / "out").exists()


@pytest.mark.parametrize("to", ["articles/out", "corrections/out"])
def test_a_release_among_its_sources(project: Project, to: str) -> None:
    with pytest.raises(ReleaseError, match="cannot live in"):
        project.build(to)


def test_a_place_that_is_taken(project: Project) -> None:
    (project.root / "out").mkdir()
    with pytest.raises(ReleaseError, match="is already there"):
        project.build()


@pytest.mark.parametrize("version", ["1", "v1.0.0", "1.0.0/..", ""])
def test_what_is_no_version(project: Project, version: str) -> None:
    with pytest.raises(ReleaseError, match="not a version"):
        project.build(version=version)


def test_a_missing_library_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ReleaseError, match=r"need pyarrow.*mtqa\[release\]"):
        project.build()


# -- the command line


def test_exit_codes_and_what_is_said(project: Project) -> None:
    faulty(project)
    stopped = project.run("build", "--version", "1.0.0", "--to", "out")
    assert stopped.returncode == 1
    assert "articles/faulty.txt:3: major: " in stopped.stdout
    assert "not built" in stopped.stderr
    decided = project.run("decide", "articles/faulty.txt", "drop", "--why", "no use", "--by", ANA)
    assert decided.returncode == 0, decided.stderr
    built = project.run("build", "--version", "1.0.0", "--to", "out")
    assert built.returncode == 0, built.stderr
    assert "1 articles" in built.stdout
    assert "left out: 1" in built.stdout
    assert read_manifest(project.root / "out").date == "2023-11-14"
    held = project.run("verify", "out")
    assert (held.returncode, held.stderr) == (0, "")
    assert project.run("build", "--version", "1.0.0", "--to", "out").returncode == 2


def test_a_name_that_no_list_of_sums_can_hold(project: Project) -> None:
    project.write("two\nlines", CLEAN)
    with pytest.raises(ReleaseError, match="a path that a release cannot have"):
        project.build()
