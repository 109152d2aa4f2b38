"""``mtqa metadata``: what articles say of themselves, in the forms they say it, with the words it comes from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_lint import mtqa

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
BODY = "The strike at the plant ended on Monday after both sides had signed the new agreement on night shifts."


def fields(folder: Path, text: str) -> dict[str, object]:
    """What is told of an article with this text; what it does not say is left out."""
    (folder / "a.txt").write_text(text, encoding="utf-8")
    done = mtqa("metadata", "a.txt", "--format", "jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, done.stdout.splitlines())
    return {name: value for name, value in row.items() if value and name not in ("path", "passages")}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["Source: Example Daily 2023-10-20 07:19"],
            {"source": "Example Daily", "published": "2023-10-20T07:19", "published_text": "2023-10-20 07:19"},
        ),
        (
            [f"{BODY} (Source: Example Daily) (Editor: Li Ming)"],
            {"source": "Example Daily", "editor": ["Li Ming"]},
        ),
        (
            [BODY, "(Source: Example Daily) (Editor: Bai Xiang, Zhang Tao)"],
            {"source": "Example Daily", "editor": ["Bai Xiang", "Zhang Tao"]},
        ),
        ([BODY, "Li Jiabao, chief reporter of Labor Daily"], {"authors": ["Li Jiabao"], "outlet": "Labor Daily"}),
        ([BODY, "Workers take their seats. Photographed by Zhan Wei"], {"photographers": ["Zhan Wei"]}),
        ([BODY, "(Photo by Wang Jun and Li Ming)"], {"photographers": ["Wang Jun", "Li Ming"]}),
        (
            ["Time: 2023-10-20 07:19 Source: Example Daily Author: Wang Wei", BODY],
            {
                "authors": ["Wang Wei"],
                "source": "Example Daily",
                "published": "2023-10-20T07:19",
                "published_text": "2023-10-20 07:19",
            },
        ),
        (
            ["Published: March 3, 2021 1:05 pm", BODY],
            {"published": "2021-03-03T13:05", "published_text": "March 3, 2021 1:05 pm"},
        ),
        (
            ["2023-13-45", BODY],  # a date that no calendar has keeps its words
            {"published_text": "2023-13-45"},
        ),
        (
            ["Xinhua News Agency, Beijing, October 20 (Reporter Li Ming) The strike ended on Monday after all."],
            {"authors": ["Li Ming"]},
        ),
        (
            ["Original title: A week of talks (Introduction)", "Strike ends (Theme)", BODY],
            {"kicker": "A week of talks", "original_title": "Strike ends"},
        ),
        (["Original title: Strike ends", BODY], {"original_title": "Strike ends"}),
        (["Editor in charge: Liu Yingjie", BODY], {"editor": ["Liu Yingjie"]}),
    ],
    ids=lambda value: value[0][:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_forms(tmp_path: Path, lines: list[str], expected: dict[str, object]) -> None:
    text = "\n\n".join(["Strike at the wire works ends", *lines, BODY.replace("plant", "mill")])
    assert fields(tmp_path, text) == {"title": "Strike at the wire works ends", **expected}


def test_the_words_are_kept_with_their_line_and_rule(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Title\n\n{BODY} (Reporter Li Ming)\n\nSource: Example Daily\n", encoding="utf-8")
    done = mtqa("metadata", "a.txt", "--format", "json", cwd=tmp_path)
    (row,) = json.loads(done.stdout)
    assert row["passages"] == [
        {"text": "(Reporter Li Ming)", "line": 3, "rule": "metadata.trailing-credits", "fields": ["authors"]},
        {"text": "Source: Example Daily", "line": 5, "rule": "metadata.source", "fields": ["source"]},
    ]


def test_seeds_as_text(tmp_path: Path) -> None:
    shutil.copy(SEEDS / "003_5e12e670e6512876.txt", tmp_path)
    done = mtqa("metadata", "003_5e12e670e6512876.txt", cwd=tmp_path)
    shown = done.stdout.decode()
    for line in (
        "  authors         Li Jiabao",
        "  outlet          Labor Daily",
        "  published       2023-10-20T17:47",
        "  photographers   Zhan Xiang",
        "  site            workercn.cn",
        "  line 22         Li Jiabao, chief reporter of Labor Daily",
    ):
        assert line in shown


def test_unreadable_articles_are_named_and_the_others_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff")
    (tmp_path / "b.txt").write_text(f"Title\n\n{BODY}\n", encoding="utf-8")
    done = mtqa("metadata", ".", "--format", "json", cwd=tmp_path)
    assert done.returncode == 2
    assert [row["path"] for row in json.loads(done.stdout)] == ["b.txt"]
    assert b"a.txt:1: not utf-8" in done.stderr
    (tmp_path / "b.txt").unlink()
    assert json.loads(mtqa("metadata", ".", "--format", "json", cwd=tmp_path).stdout) == []
    assert mtqa("metadata", "c.txt", cwd=tmp_path).returncode == 2


def test_what_an_editor_rejected_says_nothing(tmp_path: Path) -> None:
    from mtqa.config import load_config
    from mtqa.corrections import Verdict, choice
    from mtqa.linter import lint
    from mtqa.project import corrections_of

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"Title\n\n{BODY}\n\nEditor: Li Ming\n", encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text('originals = ["in"]\n')
    article = corrections_of(load_config(tmp_path)).read("in/a.txt")
    finding = next(one for one in lint(article.document) if one.rule == "metadata.editor")
    assert b"Li Ming" in mtqa("metadata", cwd=tmp_path).stdout
    article.decide(choice.hold(article.document, Verdict.REJECT, finding, "he is the subject"), "Ana <ana@example.org>")
    assert b"Li Ming" not in mtqa("metadata", cwd=tmp_path).stdout
