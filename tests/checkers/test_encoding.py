"""What the encoding checker passes over without asking ftfy, ftfy would not change."""

from __future__ import annotations

import ftfy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.checkers.encoding import _SUSPECT, is_plain
from mtqa.document import Document
from mtqa.finding import apply_edits
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection

PASSED_OVER = st.text(st.sampled_from("abz AZ.,'\"()“”‘’–—…“”‘’–—…\t"), max_size=30)


@given(PASSED_OVER)
def test_what_is_passed_over_is_what_ftfy_leaves_alone(text: str) -> None:
    assert not _SUSPECT.search(text)
    config = ftfy.TextFixerConfig(uncurl_quotes=False, fix_line_breaks=False, normalization=None)
    assert ftfy.fix_encoding(text, config) == text
    assert ftfy.fix_text_segment(text, config) == text


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(load_rules(shipped_rules()), Selection(("encoding",)))


@pytest.mark.parametrize(
    "text",
    ["Kind â€œwordsâ€\x9d and a cafÃ©.\r\n\r\nMore &amp; more.\r\n", "“Fine” – and a naïve café…\n", "bad \x07 bell\n"],
)
def test_repairs_are_what_ftfy_does_and_lines_keep_their_endings(linter: Linter, text: str) -> None:
    document = Document.from_text(text)
    edits = [edit for finding in linter.check(document) for edit in finding.fixes[0].edits]
    repaired = apply_edits(text, edits)
    config = ftfy.TextFixerConfig(
        uncurl_quotes=False, fix_line_breaks=False, fix_latin_ligatures=False, fix_character_width=False,
        normalization=None, unescape_html=True,
    )  # fmt: skip
    assert repaired == ftfy.fix_text(text, config)
    assert repaired.count("\r\n") == text.count("\r\n")


@given(st.text(st.sampled_from("ab &#;xé“’…Ã©\u0092\t\n\r\x07"), max_size=12))
def test_a_plain_text_has_no_suspect_line(text: str) -> None:
    assert is_plain(text) == (not any(map(_SUSPECT.search, text.split("\n"))))
