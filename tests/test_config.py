"""Configuration: found, read, explained; every mistake names its line and the nearest right name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtqa.config import load_config, shown
from mtqa.errors import ConfigError
from mtqa.finding import Severity

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str, name: str = "mtqa.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_without_a_file(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert config.file is None
    assert config.root == tmp_path
    assert config.settings.include == ["*.txt"]


def test_found_from_a_folder_below(tmp_path: Path) -> None:
    write(tmp_path, 'originals = ["articles"]\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    config = load_config(below)
    assert config.root == tmp_path
    assert config.settings.originals == ["articles"]


def test_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, 'originals = ["articles"]\n')
    below = tmp_path / "package"
    below.mkdir()
    write(below, '[project]\nname = "other"\n', "pyproject.toml")
    assert load_config(below).root == tmp_path


def test_mtqa_toml_wins_over_pyproject(tmp_path: Path) -> None:
    write(tmp_path, 'originals = ["a"]\n')
    write(tmp_path, '[tool.mtqa]\noriginals = ["b"]\n', "pyproject.toml")
    assert load_config(tmp_path).settings.originals == ["a"]


def test_origins_name_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, '[project]\nname = "x"\n\n[tool.mtqa]\njobs = 2\nignore = ["term"]\n', "pyproject.toml")
    config = load_config(tmp_path)
    assert config.origins == {"jobs": "pyproject.toml:5", "ignore": "pyproject.toml:6"}
    replaced = config.replaced("command line", jobs=4, select=None)
    assert replaced.settings.jobs == 4
    rows = {key: (value, origin) for key, value, origin in shown(replaced)}
    assert rows["jobs"] == ("4", "command line")
    assert rows["ignore"] == ('["term"]', "pyproject.toml:6")
    assert rows["select"] == ("[]", "default")


def test_overrides_and_severities(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
min-severity = "minor"
[severities]
"term.unions" = "critical"

[[overrides]]
paths = ["drafts/*"]
ignore = ["punctuation"]
encoding = "cp1252"
""",
    )
    config = load_config(tmp_path)
    assert config.selection.min_severity is Severity.MINOR
    assert config.selection.severity("term.unions.federation", Severity.MINOR) is Severity.CRITICAL
    ((pattern, selection),) = config.overrides
    assert pattern == "drafts/*"
    assert not selection.keeps("punctuation.mixed-quotes")
    assert config.encoding_of("drafts/a/b.txt") == "cp1252"
    assert config.encoding_of("final/a.txt") is None


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('originals = ["a"]\n\norignals = ["b"]\n', 3, "unknown key 'orignals'", "did you mean 'originals'?"),
        ('jobs = "two"\n', 1, "Expected `int`", ""),
        (
            '[[overrides]]\npaths = ["a"]\n[[overrides]]\npaths = ["b"]\nignroe = ["x"]\n',
            5,
            "unknown key 'ignroe'",
            "'ignore'",
        ),
        ('[severities]\n"term" = "grave"\n', 1, "Invalid enum value", ""),
        ('originals = ["a"\n', 2, "not TOML", ""),
        ('[[overrides]]\nignore = ["x"]\n', 1, "missing required field `paths`", ""),
        ("zzz = 1\n", 1, "unknown key 'zzz'", "known keys: originals"),
    ],
)
def test_mistakes_name_line_and_remedy(tmp_path: Path, text: str, line: int, problem: str, remedy: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    error = caught.value
    assert problem in error.problem
    assert remedy in error.remedy
    assert error.place is not None
    assert (error.place.path, error.place.line) == (str(file), line)


def test_a_named_file_must_exist_and_hold_our_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_config(file=tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"no \[tool.mtqa\] table"):
        load_config(file=write(tmp_path, "[project]\n", "pyproject.toml"))


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "mtqa.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match="byte offset 5"):
        load_config(tmp_path)
