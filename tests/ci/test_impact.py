"""``mtqa rule impact``: what a change of rules adds and removes, against a revision of a real repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Project

RULE = """
id: term.zebra
message: "“{match}” is the house word for “{good}”."
severity: minor
mqm: terminology/wrong-term
kind: terms
rows:
  - key: crossing
    bad: [%s]
    good: [pedestrian crossing]
    hit: ['We met at the %s.', 'The %s is new.']
    miss: ['We met at the station.', 'The station is new.']
"""


def rules(project: Project, word: str) -> None:
    folder = project.root / "rules" / "term"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zebra.yaml").write_text(RULE % (word, word, word), encoding="utf-8")


def test_a_changed_rule(project: Project) -> None:
    project.write("a.txt", "The zebra crossing is old.\n\nThe zebra path is new, and so is that zebra path.\n")
    rules(project, "zebra crossing")
    project.commit()
    ran = project.run("rule", "impact", "--against", "HEAD")
    assert (ran.code, ran.out) == (0, "0 added, 0 removed, in 0 of 1 articles\n")
    rules(project, "zebra path")
    ran = project.run("rule", "impact", "--against", "HEAD")
    assert ran.code == 1
    assert "+ news/a.txt:3:5 term.zebra.crossing: The «zebra path» is new" in ran.out
    assert "- news/a.txt:1:5 term.zebra.crossing: The «zebra crossing» is old." in ran.out
    assert ran.out.endswith("2 added, 1 removed, in 1 of 1 articles\n")
    assert project.run("rule", "impact", "--against", "HEAD", "--examples", "1").out.count("news/a.txt") == 1


def test_a_new_rule_and_an_unknown_revision(project: Project) -> None:
    project.write("a.txt", "The zebra crossing is old.\n")
    project.commit()
    rules(project, "zebra crossing")
    assert project.run("rule", "impact", "--against", "HEAD").out.endswith("1 added, 0 removed, in 1 of 1 articles\n")
    ran = project.run("rule", "impact", "--against", "nowhere")
    assert ran.code == 2
    assert "knows no commit 'nowhere'" in ran.err


def test_rules_of_then_that_this_mtqa_cannot_use(project: Project) -> None:
    project.write("a.txt", "The zebra crossing is old.\n")
    rules(project, "zebra crossing")
    file = project.root / "rules" / "term" / "zebra.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "colour: red\n", encoding="utf-8")
    project.commit()
    file.write_text(good, encoding="utf-8")
    ran = project.run("rule", "impact", "--against", "HEAD")
    assert ran.code == 2
    assert ran.err.startswith("HEAD:term/zebra.yaml:")
    assert "cannot use the rules of then" in ran.err
