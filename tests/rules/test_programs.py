"""Compiled patterns that are kept are the very ones that ``re`` makes, and losing them costs time only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mtqa.rules import programs
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.rules.programs import Program, compiled, keep, packed
from mtqa.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = load_rules(shipped_rules())
PATTERNS = sorted(
    {pattern for entry in RULES.entries for pattern in (entry.pattern, entry.unless, entry.when) if pattern}
    | {context.full for context in RULES.contexts.values()}
)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(programs, "_known", {})
    monkeypatch.setattr(programs, "_packed", [])
    compiled.cache_clear()
    yield
    compiled.cache_clear()


def test_what_is_built_is_what_re_compiles() -> None:
    kept = programs.programs(PATTERNS)
    assert kept.keys() == set(PATTERNS)  # this Python tells
    for pattern, program in kept.items():
        built, plain = programs._built(pattern, program), re.compile(pattern)
        assert built == plain  # compares the engine's numbers
        assert (built.flags, built.groups, built.groupindex) == (plain.flags, plain.groups, plain.groupindex)


def test_a_snapshot_brings_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_CACHE_DIR", str(tmp_path))
    Snapshot([shipped_rules()]).write(RULES)
    programs._packed.clear()
    assert Snapshot([shipped_rules()]).read() is not None
    compiled("a")
    assert programs._known.keys() == set(PATTERNS)


def test_a_kept_program_is_used() -> None:
    keep(packed({"b+": programs.programs(["a+"])["a+"]}))
    assert compiled("b+").fullmatch("aaa")


@pytest.mark.parametrize(
    "damaged",
    [
        Program(32, b"\xff" * 16, 0, {}),
        Program(32, b"", 0, {}),
        Program(32, b"abc", 0, {}),
        Program(32, b"\0" * 8, 0, {"x": 5}),
    ],
)
def test_a_damaged_program_is_compiled_anew(damaged: Program) -> None:
    keep(packed({"a+": damaged}))
    assert compiled("a+") == re.compile("a+")


def test_another_python_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(programs, "import_module", missing)
    assert programs.programs(["a+"]) == {}
    keep(packed({"a+": Program(32, b"", 0, {})}))
    assert compiled("a+") == re.compile("a+")


def test_what_cannot_be_read_is_compiled_anew() -> None:
    keep(b"nothing")
    assert compiled("a+") == re.compile("a+")
