"""``review/`` shows a queue and sends decisions: it knows no rules and no file format."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mtqa.review

FOLDER = Path(mtqa.review.__file__).parent
FORBIDDEN = ("mtqa.rules", "mtqa.checkers", "mtqa.report", "mtqa.release", "mtqa.cli")
FORMATS = ("mtqa.corrections.ledger", "mtqa.corrections.patch", "mtqa.corrections.diff", "yaml", "msgspec", "tomllib")
SCREENLESS = (
    "batch",
    "bookmark",
    "corpus",
    "effect",
    "history",
    "overlay",
    "pace",
    "plain",
    "queue",
    "search",
    "session",
)


def imports(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.py")), ids=lambda file: file.stem)
def test_no_rule_logic_and_no_file_format(file):
    used = set(imports(file))
    assert not [name for name in used if name.startswith((*FORBIDDEN, *FORMATS))]
    assert "json" not in used or file.stem == "bookmark"


@pytest.mark.parametrize("name", SCREENLESS)
def test_what_needs_no_screen_imports_none(name):
    assert not [used for used in imports(FOLDER / f"{name}.py") if used.startswith(("textual", "mtqa.review.widgets"))]
