"""``mtqa.evaluate``: definitions, intervals, and what is refused."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from mtqa.document import Document, Span
from mtqa.evaluate import GoldError, evaluate, load_clean, load_gold, rate, share
from mtqa.evaluate.gold import ErrorMark, GoldDocument, GoldFile, LineLabel
from mtqa.evaluate.judge import judge
from mtqa.evaluate.table import as_json
from mtqa.finding import Edit, Finding, Fix, Layer, Severity
from mtqa.linter import Linter
from mtqa.rules.load import load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEXT = "The mass staffs held a work meeting.\nScan code\nSource: Daily"
LABELS = ("content", "boilerplate", "metadata")


def mark(start: int, end: int, *fixes: str, line: int = 1, agreed: bool = True, rules: bool = True) -> ErrorMark:
    text = TEXT.split("\n")[line - 1][start:end]
    annotators: list[Any] = ["A", "B"] if agreed else ["B"]
    return ErrorMark(line, start, end, text, "fluency/grammar", [], "minor", list(fixes), rules, annotators, True)


def gold(*marks: ErrorMark) -> GoldDocument:
    labels: list[Any] = [LineLabel(number, label) for number, label in enumerate(LABELS, 1)]  # type: ignore[arg-type]
    return GoldDocument(Document.from_text(TEXT, "a.txt"), GoldFile("a.txt", "", labels, list(marks)))


def found(start: int, end: int, *replacements: str, layer: Layer = Layer.WORDS, rule: str = "term.x") -> Finding:
    fixes = tuple(Fix((Edit(Span(start, end), text),)) for text in replacements)
    return Finding(rule, Span(start, end), "", layer=layer, fixes=fixes)


# -- definitions


def test_a_finding_is_marked_when_it_overlaps_what_either_annotator_marked() -> None:
    judged = judge(gold(mark(4, 15, agreed=False)), [found(9, 20), found(15, 20), found(0, 4)])
    assert [finding.marked for finding in judged.findings] == [True, False, False]


@pytest.mark.parametrize(
    ("finding", "families"),
    [
        (found(9, 20), {"term"}),
        (found(15, 20), set()),
        (found(0, 36, layer=Layer.PASSAGE), set()),
        (found(0, 36, layer=Layer.METADATA), set()),
    ],
)
def test_an_error_is_found_by_words_that_overlap_it(finding: Finding, families: set[str]) -> None:
    assert judge(gold(mark(4, 15)), [finding]).errors[0].families == families


def test_an_error_in_boilerplate_is_found_with_its_block_and_its_fixes_are_not_judged() -> None:
    block, words = found(37, 46, layer=Layer.BLOCK, rule="boilerplate.y"), found(37, 41, "Sweep")
    error = judge(gold(mark(0, 4, "Sweep", line=2)), [block, words]).errors[0]
    assert error.boilerplate
    assert error.families == {"boilerplate", "term"}
    assert error.fix is None


@pytest.mark.parametrize(
    ("findings", "top", "candidate"),
    [
        ([found(4, 15, "workers")], True, True),
        ([found(4, 15, "staff", "workers")], False, True),
        ([found(0, 15, "The workers")], True, True),  # judged by effect, not by span
        ([found(4, 15, "staff")], False, False),
        ([found(4, 9, ""), found(9, 15, "workers")], True, True),  # two findings together
        ([found(4, 8, "x"), found(9, 15, "workers")], False, False),
        ([found(4, 9, "all ", ""), found(9, 15, "men", "workers")], False, True),
        ([found(4, 10, ""), found(9, 15, "workers")], False, False),  # overlapping: cannot be applied together
    ],
)
def test_a_fix_is_exact_when_the_text_becomes_what_gold_makes_of_it(
    findings: Sequence[Finding], top: bool, candidate: bool
) -> None:
    fix = judge(gold(mark(4, 15, "workers")), findings).errors[0].fix
    assert fix is not None
    assert (fix.top, fix.any) == (top, candidate)


def test_lines_are_judged_by_their_labels() -> None:
    block = found(0, 46, layer=Layer.BLOCK)
    judged = judge(gold(), [block, found(47, 60, layer=Layer.METADATA)])
    assert [line.boilerplate for line in judged.lines] == [True, True, False]
    assert [line.metadata for line in judged.lines] == [False, False, True]
    assert judged.findings == ()


def test_a_span_that_ends_at_a_line_end_does_not_touch_the_next_line() -> None:
    judged = judge(gold(), [found(0, 37, layer=Layer.BLOCK)])
    assert [line.boilerplate for line in judged.lines] == [True, False, False]


# -- intervals


def test_one_document_gives_the_wilson_interval() -> None:
    figure = share([(81, 263)])  # the worked example of Newcombe 1998, Stat. Med. 17, method 3
    assert figure.value == pytest.approx(0.3080, abs=1e-4)
    assert (figure.low, figure.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))


def test_nothing_measured_is_no_figure() -> None:
    assert share([(0, 0)]).value is None
    assert rate([]).high is None


def test_documents_without_a_total_do_not_count() -> None:
    assert share([(3, 4), (0, 0), (5, 6)]) == share([(3, 4), (5, 6)])
    assert share([(3, 4), (0, 0)]).documents == 1


def test_documents_that_differ_widen_the_interval() -> None:
    alike, unlike = share([(5, 10)] * 4), share([(0, 10), (10, 10), (2, 10), (8, 10)])
    assert alike.value == unlike.value
    assert width(unlike) > 1.5 * width(alike)


def test_no_false_alarm_still_leaves_room_for_some() -> None:
    figure = rate([(0, 1000), (0, 3000)])
    assert (figure.value, figure.low) == (0, 0)
    assert figure.high == pytest.approx(3.8415 / 4, abs=1e-3)  # z² per 4,000 words


@pytest.mark.parametrize(("p", "between"), [(0.7, 0.02), (0.9, 0.05)])
def test_the_interval_covers_the_truth_with_five_documents(p: float, between: float) -> None:
    """In 95 of 100 draws, that is; a bootstrap over the documents reaches 80 (docs/evaluation.md)."""
    draw = random.Random(7)
    spread = 1 / between - 1
    covered = 0
    for _ in range(400):
        pairs = []
        for total in (97, 116, 77, 79, 32):
            own = draw.betavariate(p * spread, (1 - p) * spread)
            pairs.append((sum(draw.random() < own for _ in range(total)), total))
        figure = share(pairs)
        assert figure.low is not None
        assert figure.high is not None
        covered += figure.low <= p <= figure.high
    assert 0.91 <= covered / 400 <= 0.995


def width(figure: Any) -> float:
    return float(figure.high - figure.low)


# -- reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one original, its gold, and a rule that finds one of its two errors."""
    document = Document.from_text(TEXT)
    errors = [
        {"line": 1, "start": 4, "end": 15, "text": "mass staffs", "mqm": "terminology/wrong-term", "mqm_other": []}
        | {"severity": "minor", "fixes": ["workers"], "deterministic": True, "annotators": ["A", "B"]}
        | {"exact_agreement": True, "note": ""},
        {"line": 1, "start": 23, "end": 27, "text": "work", "mqm": "style/awkward", "mqm_other": []}
        | {"severity": "minor", "fixes": [], "deterministic": False, "annotators": ["A", "B"]}
        | {"exact_agreement": True},
    ]
    lines = [{"line": number, "label": label, "class": "x"} for number, label in enumerate(LABELS, 1)]
    data = {"file": "a.txt", "sha256": document.sha256, "lines": lines, "errors": errors}
    for name in ("originals", "gold/postedit", "rules/term"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "originals/a.txt").write_bytes(document.data)
    (tmp_path / "gold/a.json").write_text(json.dumps(data, indent=1))
    (tmp_path / "gold/terms.json").write_text("[]")
    (tmp_path / "gold/postedit/a.txt").write_text("The workers met the mass staffs.\n# The mass staffs: a note.\n")
    (tmp_path / "rules/term/x.yaml").write_text(RULE)
    return tmp_path


RULE = """\
id: term.x
message: Not English.
severity: major
mqm: terminology/wrong-term
kind: replace
pattern: '\\bmass staffs\\b'
fix: {replace: [workers]}
bad: [The mass staffs met., Mass staffs met.]
good: [The staff met., A mass met.]
"""


def load(folder: Path) -> Any:
    return load_gold(folder / "gold", [folder / "originals"])


def test_evaluate_end_to_end(folder: Path) -> None:
    clean = folder / "clean.jsonl"
    rows = [("one", "news", "Nothing here."), ("one", "news", "The mass staffs."), ("two", "blog", "Nor here.")]
    clean.write_text("".join(json.dumps({"dataset": "d", "doc": d, "genre": g, "text": t}) + "\n" for d, g, t in rows))
    linter = Linter(load_rules(folder / "rules"))
    result = evaluate(linter, load(folder), load_clean([clean]))
    assert (result.overall.precision.hits, result.overall.precision.total) == (1, 1)
    assert (result.overall.recall.hits, result.overall.recall.total) == (1, 2)
    assert (result.overall.recall_deterministic.hits, result.overall.recall_deterministic.total) == (1, 1)
    assert (result.overall.fix_top.hits, result.overall.fix_any.hits) == (1, 1)
    assert list(result.families) == ["term"]
    assert list(result.types) == ["style/awkward", "terminology/wrong-term"]
    assert result.boilerplate.missed_lines == ("a.txt:2",)
    assert result.metadata.missed_lines == ("a.txt:3",)
    assert result.post_edits is not None
    assert (result.post_edits.words, result.post_edits.major.hits) == (6, 1)  # the comment line does not count
    assert [(group.genre, group.documents, group.any_severity.hits) for group in result.genres] == [
        ("blog", 1, 0),
        ("news", 1, 1),
    ]
    assert json.loads(as_json(result))["overall"]["recall"]["value"] == 0.5


def test_severities_decide_what_is_major(folder: Path) -> None:
    (folder / "rules/term/x.yaml").write_text(RULE.replace("major", "neutral"))
    result = evaluate(Linter(load_rules(folder / "rules")), load(folder))
    assert result.post_edits is not None
    assert result.post_edits.any_severity.hits == 0
    assert Severity.NEUTRAL.penalty == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('"mass staffs"', '"mass staff"', 22, "is 'mass staffs', not 'mass staff'"),
        ('"end": 15', '"end": 99', 22, "of the original is"),
        ('"exact_agreement": true,', '"agreement": true,', 38, "unknown field `agreement`"),
        ('"label": "metadata"', '"label": "meta"', 17, "Invalid enum value 'meta'"),
        ('"line": 3', '"line": 2', 15, "line 2 is labelled twice"),
        ('"line": 3', '"line": 4', 15, "line 4 is empty or missing"),
        ('"a.txt"', '"b.txt"', 2, "no original 'b.txt'"),
        ('"sha256": "', '"sha256": "0', 3, "has changed since it was annotated"),
        ('"errors": [', '"errors": [,', 21, "not JSON"),
    ],
)
def test_bad_gold_names_file_and_line(folder: Path, old: str, new: str, line: int, says: str) -> None:
    file = folder / "gold/a.json"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(GoldError) as caught:
        load(folder)
    assert says in caught.value.problem
    assert caught.value.place is not None
    assert (caught.value.place.path, caught.value.place.line) == (str(file), line)


def test_an_unlabelled_line_is_an_error(folder: Path) -> None:
    file = folder / "gold/a.json"
    data = json.loads(file.read_text())
    data["lines"].pop()
    file.write_text(json.dumps(data))
    with pytest.raises(GoldError, match="line 3 of the original has no label"):
        load(folder)


def test_no_gold_is_an_error(folder: Path) -> None:
    with pytest.raises(GoldError, match="no such folder"):
        load_gold(folder / "nowhere", [folder])
    with pytest.raises(GoldError, match="holds no annotations"):
        load_gold(folder / "rules", [folder])


def test_clean_text_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "essays").mkdir()
    (tmp_path / "essays/b.txt").write_text("One.\nTwo.\n")
    (tmp_path / "essays/README.md").write_text("About.")
    row = {"dataset": "d", "doc": "x", "genre": "g", "licence": "CC0", "id": 7, "text": "A\nline."}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(row)}\n\n{json.dumps(row)}\n")
    texts = load_clean([tmp_path])
    assert [(text.dataset, text.genre, text.document.text) for text in texts] == [
        ("d", "g", "A line.\n\nA line."),
        ("essays", "", "One.\nTwo.\n"),
    ]


def test_bad_clean_text_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"dataset": "d", "doc": "x", "text": "A."}\n{"dataset": "d", "text": "B."}\n')
    with pytest.raises(GoldError, match=r"a\.jsonl:2: .*missing required field `doc`"):
        load_clean([file])
    with pytest.raises(GoldError, match="no such file"):
        load_clean([tmp_path / "none.txt"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(GoldError, match="holds no clean text"):
        load_clean([tmp_path / "empty"])


# -- the command


def run(*arguments: str | Path) -> int:
    from mtqa.cli import main

    with pytest.raises(SystemExit) as caught:
        main(["evaluate", *map(str, arguments)])
    return int(caught.value.code or 0)


def test_command_prints_tables(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(folder)
    assert run("gold", "--originals", "originals", "--details", "--select", "term.x") == 0
    shown = capsys.readouterr().out
    assert "100.0 %  1/1" in shown
    assert "outside boilerplate lines" in shown
    assert "missed metadata: a.txt:3" in shown
    assert "False alarms, post-edits : term.x 1" in shown


def test_command_prints_json(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (folder / "mtqa.toml").write_text('originals = ["originals"]\n')
    monkeypatch.chdir(folder)
    assert run("gold", "--format", "json", "--ignore", "term") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["version"] == 1
    assert shown["overall"]["recall_deterministic"]["hits"] == 0
    assert shown["missed"] == [
        {"path": "a.txt", "line": 1, "mqm": "terminology/wrong-term", "text": "mass staffs"},
    ]


def test_command_exits_with_2_for_bad_gold(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(folder)
    assert run("gold", "--originals", "rules") == 2
    assert "a.json:2: there is no original 'a.txt'" in capsys.readouterr().err
    assert run("gold") == 2
    assert "--originals" in capsys.readouterr().err
