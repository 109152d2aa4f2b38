"""The patch of safe fixes, put to the test by real git."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.document import Document, Span
from mtqa.errors import DocumentError
from mtqa.finding import Edit, Finding, Fix, Safety, apply_edits
from mtqa.linter import Result, Source
from mtqa.report import Options, Terminal
from mtqa.report.diff import safe_fixes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def with_fixes(data: bytes, edits: Sequence[tuple[int, int, str]], path: str = "a.txt", safe: bool = True) -> Result:
    document = Document.from_bytes(data, path)
    safety = Safety.SAFE if safe else Safety.REVIEW
    found = [
        Finding("x.y", Span(start, end), "m", fixes=(Fix((Edit(Span(start, end), new),), safety),))
        for start, end, new in edits
    ]
    return Result(Source(path), document, tuple(found), 1)


def fixed(result: Result) -> bytes:
    assert result.document is not None
    fixes, _ = safe_fixes(result.document, result.findings)
    return result.document.encode(apply_edits(result.document.text, [edit for fix in fixes for edit in fix.edits]))


def git(folder: Path, *arguments: str, data: bytes = b"") -> None:
    subprocess.run(["git", *arguments], cwd=folder, input=data, check=True, capture_output=True)


def round_trip(folder: Path, patch: bytes, results: Sequence[Result]) -> None:
    """Apply, compare byte by byte, apply in reverse, compare again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    git(folder, "init", "-q")
    files = {folder / result.document.path: result for result in results if result.document}
    for file, result in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(result.document.data)  # type: ignore[union-attr]
    git(folder, "apply", "-p1", data=patch)
    assert {file: file.read_bytes() for file in files} == {file: fixed(result) for file, result in files.items()}
    git(folder, "apply", "-R", data=patch)
    for file, result in files.items():
        assert file.read_bytes() == result.document.data  # type: ignore[union-attr]


LONG = b"".join(b"line %d\n" % number for number in range(40))
CASES = {
    "plain": (b"one\ntwo\nthree\n", [(4, 7, "2")]),
    "crlf": (b"one\r\ntwo\r\nthree\r\n", [(5, 10, ""), (10, 15, "3")]),
    "crlf to lf": (b"one\r\ntwo\r\n", [(3, 4, "")]),
    "no final newline": (b"one\ntwo", [(4, 7, "2")]),
    "final newline goes": (b"one\ntwo\n", [(3, 8, "")]),
    "final newline comes": (b"one\ntwo", [(7, 7, "\n")]),
    "byte order mark": (b"\xef\xbb\xbfone\ntwo\n", [(0, 3, "1")]),
    "utf-16": (b"\xff\xfe" + "一\n二\n三".encode("utf-16-le"), [(2, 3, "2")]),
    "emptied": (b"one\ntwo\n", [(0, 8, "")]),
    "emptied without newline": (b"one", [(0, 3, "")]),
    "first and last line": (LONG, [(0, 4, "LINE"), (len(LONG) - 8, len(LONG), "")]),
    "odd line ends": ("a\u2028b\x0cc\x85d\re\nf\n".encode(), [(2, 3, "B"), (8, 9, "E")]),
    "form of a patch": (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n", [(4, 5, "b")]),
    "escape sequences": (b"\x1b[31mred\x9d\n".replace(b"\x9d", b"") + b"x\n", [(9, 10, "y")]),
}


@pytest.mark.parametrize("name", CASES)
def test_git_takes_the_patch_and_takes_it_back(render: Callable[..., bytes], tmp_path: Path, name: str) -> None:
    data, edits = CASES[name]
    results = [with_fixes(data, edits)]
    patch = render("diff", results)
    assert fixed(results[0]) != data
    round_trip(tmp_path / "repository", patch, results)


@pytest.mark.parametrize(
    "path",
    ["with space.txt", "d e/f g.txt", 'quote".txt', "back\\slash.txt", "new\nline.txt", "tab\tin.txt", "été/中文.txt",
     "esc\x1b[31m.txt", "bidi\u202e.txt", "trailing ", "a/b/dev/null", "::error::x", "bytes\udcff.txt", "-dash.txt"],
)  # fmt: skip
def test_any_file_name(render: Callable[..., bytes], tmp_path: Path, path: str) -> None:
    results = [with_fixes(b"one\ntwo\n", [(0, 3, "1")], path), with_fixes(b"one", [(0, 3, "1")], f"z/{path}2")]
    patch = render("diff", results)
    assert b"\x1b" not in patch
    round_trip(tmp_path / "repository", patch, results)


@pytest.mark.parametrize("name", CASES)
def test_gnu_patch_takes_it_too(render: Callable[..., bytes], tmp_path: Path, name: str) -> None:
    if shutil.which("patch") is None:
        pytest.skip("no patch program here")
    data, edits = CASES[name]
    result = with_fixes(data, edits, "with space.txt")
    file = tmp_path / "with space.txt"
    file.write_bytes(data)
    for more, expected in (([], fixed(result)), (["-R"], data)):
        command = ["patch", "-p1", "--binary", *more]
        subprocess.run(command, cwd=tmp_path, input=render("diff", [result]), check=True, capture_output=True)
        assert file.read_bytes() == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("ab\n\r", max_size=12), min_size=1, max_size=12), st.data())
def test_any_text(
    render: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory, parts: list[str], data: st.DataObject
) -> None:
    text = "".join(parts)
    edits, start = [], 0
    for part in parts:
        if data.draw(st.booleans()):
            edits.append((start, start + len(part), data.draw(st.text("xy\n\r", max_size=4))))
        start += len(part)
    result = with_fixes(text.encode(), edits)
    patch = render("diff", [result])
    if fixed(result) == text.encode():
        assert b"@@" not in patch
    else:
        round_trip(tmp_path_factory.mktemp("any") / "repository", patch, [result])


def test_fixes_that_need_a_person_stay_out(render: Callable[..., bytes]) -> None:
    assert render("diff", [with_fixes(b"one\n", [(0, 3, "1")], safe=False)]) == b""


def test_of_overlapping_fixes_the_first_stands(render: Callable[..., bytes]) -> None:
    patch = render("diff", [with_fixes(b"one two\n", [(0, 5, "x"), (3, 7, "y"), (5, 7, "z")])]).decode()
    assert "+xz\n" in patch
    assert patch.endswith("# mtqa: 1 safe fix not in this patch, for others were in the way: run again\n")


def test_a_fix_that_the_encoding_cannot_hold_stays_out() -> None:
    document = Document.from_bytes("é\n".encode("latin-1"), "a", "latin-1")
    finding = Finding("x.y", Span(0, 1), "m", fixes=(Fix((Edit(Span(0, 1), "两"),), Safety.SAFE),))
    assert safe_fixes(document, [finding]) == ([], 1)


def test_errors_stand_in_comments_that_git_skips(render: Callable[..., bytes], tmp_path: Path) -> None:
    results = [with_fixes(b"one\n", [(0, 3, "1")]), with_fixes(b"one\n", [(0, 3, "1")], "b.txt")]
    broken = Result(Source("c.txt"), errors=(DocumentError("--- a/x\n+++ b/x\ndiff"),))
    patch = render("diff", [broken, results[0], broken, results[1], broken])
    assert patch.count(b"# mtqa: not checked: c.txt: --- a/x<LF>+++ b/x<LF>diff\n") == 3
    round_trip(tmp_path / "repository", patch, results)


def test_a_terminal_sees_no_control_characters(render: Callable[..., bytes]) -> None:
    result = with_fixes("\x1b[31m\u202e one\r\n".encode(), [(7, 10, "1")])
    plain = render("diff", [result], Options(terminal=Terminal(interactive=True))).decode()
    assert "-<ESC>[31m<U+202E> one<CR>\n+<ESC>[31m<U+202E> 1<CR>\n" in plain
    colored = render("diff", [result], Options(terminal=Terminal(color=True, interactive=True))).decode()
    assert "\x1b[31m-<ESC>[31m<U+202E> one<CR>\x1b[0m\n" in colored
