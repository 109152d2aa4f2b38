"""Properties of the escaping that every report relies on."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.report import escape

TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\t\n\r\x1b\x7f\x85\x9b\xad\u200b\u200e\u2028\u202e\u2066\ufeff\udcff\U000e0041:,%#[{}\\\"' "
        ),
    )
)
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def harmless(text: str) -> bool:
    return not any(
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in BIDI
        for char in text
    )


@given(TEXTS)
def test_visible_text_is_one_harmless_line(text: str) -> None:
    shown = escape.visible(text)
    assert harmless(shown)
    assert "##[" not in shown
    assert escape.visible(shown) == shown
    shown.encode()


@given(TEXTS)
def test_visible_leaves_safe_text_alone(text: str) -> None:
    if escape.is_safe(text) and "##[" not in text:
        assert escape.visible(text) == text


@pytest.mark.parametrize(
    "text", ["两个维护", "“worker’s” – no-break\u00a0space", "👩\u200d🏭 می\u200cخواهم", "e\u0301"]
)
def test_ordinary_text_of_any_script_is_safe(text: str) -> None:
    assert escape.visible(text) == text


def test_visible_names_characters() -> None:
    assert escape.visible("a\tb\nc\x1b[31m\u202e\U000e0041") == "a<TAB>b<LF>c<ESC>[31m<U+202E><U+E0041>"


@given(TEXTS, TEXTS)
def test_no_line_is_a_command_for_a_runner(before: str, after: str) -> None:
    line = escape.log_line(escape.visible(before) + escape.visible(after))
    assert not line.lstrip().startswith("::")
    assert "##[" not in line


@given(TEXTS)
def test_json_keeps_its_value_and_is_harmless(text: str) -> None:
    serialised = escape.json_text(json.dumps({"a": text}, ensure_ascii=False))
    assert harmless(serialised)
    assert json.loads(serialised) == {"a": text}


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_workflow_message_is_one_line_that_decodes_to_its_lines(lines: list[str]) -> None:
    message = escape.workflow_message(lines)
    assert harmless(message)
    assert decoded(message).split("\n") == [escape.visible(line) for line in lines]


@given(TEXTS)
def test_workflow_property_has_no_delimiter(text: str) -> None:
    value = escape.workflow_property(text)
    assert harmless(value)
    assert ":" not in value
    assert "," not in value
    if escape.is_safe(text.replace("\n", "").replace("\r", "")):
        assert decoded(value) == text


def decoded(value: str) -> str:
    """What GitHub's runner makes of an escaped value."""
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, char)
    return value


@given(TEXTS)
def test_sarif_message_holds_no_link_and_no_placeholder(text: str) -> None:
    message = escape.sarif_message(text)
    assert harmless(message)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", message)
    assert not re.search(r"(?<!\{)\{(?:\{\{)*\d", message)


@given(TEXTS.filter(lambda text: not text.startswith("/") and not re.match("[A-Za-z]:/", text)))
def test_relative_uri_is_ascii_without_a_scheme_and_decodes_to_the_name(path: str) -> None:
    encoded = escape.uri(path)
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]*", encoded)
    assert unquote_to_bytes(encoded) == escape.path_bytes(path)


def test_absolute_paths_become_file_uris() -> None:
    assert escape.uri("/a b/c.txt") == "file:///a%20b/c.txt"
    assert escape.uri("C:/a b/c.txt") == "file:///C:/a%20b/c.txt"


@given(TEXTS.filter(lambda text: "\0" not in text))
def test_git_path_is_one_line_and_unquotes_to_the_name(path: str) -> None:
    name = escape.git_path(path)
    assert harmless(name.decode())
    if name.startswith(b'"'):
        pattern = rb'\\([0-7]{3}|["\\])'
        raw = re.sub(pattern, lambda match: bytes([int(match[1], 8)]) if len(match[1]) == 3 else match[1], name[1:-1])
    else:
        raw = name
    assert raw == escape.path_bytes(path)


def test_what_is_unsafe_is_not_printable() -> None:
    """So that asking a line whether it is printable is enough to leave it as it is."""
    characters = map(chr, range(sys.maxunicode + 1))
    assert not [character for character in characters if not escape.is_safe(character) and character.isprintable()]
