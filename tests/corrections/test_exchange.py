"""Sheets go out and come back; patches and cleaned copies come in."""

from __future__ import annotations

import difflib
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mtqa.corrections import choice
from mtqa.corrections.criticmarkup import read_sheet_text, write_sheet
from mtqa.corrections.decision import CorrectionsError
from mtqa.corrections.exchange import Piece, Sheet, sheet_of
from mtqa.corrections.import_ import read_import
from mtqa.corrections.page import read_page, write_page
from mtqa.corrections.verify import verify
from mtqa.corrections.wording import changed_words, merge, tokens
from mtqa.document import Document, Span
from mtqa.finding import Edit, apply_edits

from .cases import make_document, make_edits, make_text, project, write

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.corrections.store import Article, Corrections

TEXT = "The typical guide of the trade union.\n\nScan code for attention\nThe end of it all, they said.\n"
PATH = "seeds/a.txt"
FORMATS = (
    (write_sheet, lambda text: read_sheet_text(text, "x.md")),
    (write_page, lambda text: read_page(text, "x.html")),
)
marked_text = st.text(st.sampled_from("ab {}+-~>=<\\&\"'\n\r\x0c\x85\u2028\u00a0\u202e工é"), max_size=12)


def decide(article: Article, old: str, new: str, why: str = "") -> str:
    start = article.document.text.index(old)
    return article.decide(choice.edit(article.document, [Edit(Span(start, start + len(old)), new)], why), "Ana").id


def take_in(corrections: Corrections, data: bytes | str, name: str = "x", of: str = "", by: str = "Ben") -> list[str]:
    """Import and record; notes and refusals in words."""
    found = read_import(corrections, data.encode() if isinstance(data, str) else data, name, of)
    said: list[str] = []
    for one in found:
        outcome = one.article.decide_all(one.choices, by)
        said += [*one.notes, *(str(refusal.error) for refusal in outcome.refusals)]
        assert verify(corrections, one.article.path) == []
    return said


@pytest.fixture
def article(tmp_path: Path) -> Article:
    made = project(tmp_path, a=TEXT).read(PATH)
    decide(made, "typical guide", "model", "典型 <b> {++ \\")
    decide(made, "Scan code for attention\n", "")
    decide(made, "The end", "At the end")
    return made


@pytest.mark.parametrize("form", FORMATS, ids=["criticmarkup", "html"])
@given(parts=st.lists(st.tuples(marked_text, st.none() | marked_text), max_size=6))
@example(parts=[("\\", ""), ("a\\", None), ("{++", "++}")])
def test_a_sheet_comes_back_as_it_went_out(form: tuple, parts: list[tuple[str, str | None]]) -> None:
    pieces = []
    for number, (old, new) in enumerate(parts):
        if (old or new) and not (new is None and pieces and pieces[-1].new is None):
            pieces.append(Piece(old, new, "" if new is None else f"{number:020x}", ""))
    sheet = Sheet("seeds/a b.txt", "0" * 64, tuple(one.edit for one in pieces if one.edit), tuple(pieces))
    back = form[1](form[0](sheet))
    assert (back.path, back.source_sha256, back.edits) == (sheet.path, sheet.source_sha256, sheet.edits)
    assert [(one.old, one.new, one.edit) for one in back.pieces] == [(one.old, one.new, one.edit) for one in pieces]


@pytest.mark.parametrize("form", FORMATS, ids=["criticmarkup", "html"])
def test_an_unchanged_sheet_asks_for_nothing(form: tuple, article: Article) -> None:
    assert read_import(article.home, form[0](sheet_of(article)).encode(), "x", "")[0].choices == []


@pytest.mark.parametrize("seed", range(60))
def test_an_unchanged_sheet_of_any_article_asks_for_nothing(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    document = write(tmp_path, make_document(random, PATH))
    article = project(tmp_path).read(PATH)
    article.decide_all([choice.edit(document, [one]) for one in make_edits(random, document)], "Ana")
    for write_out, _ in FORMATS:
        data = write_out(sheet_of(article)).encode("utf-8", "surrogatepass")
        found = read_import(article.home, data, "x", "")[0]
        assert found.choices == [], write_out


def test_an_editor_changes_drops_and_adds(article: Article) -> None:
    text = write_sheet(sheet_of(article))
    ids = [one.decision.id for one in article.state.edits(article.document.sha256).standing]
    text = text.replace("~>model~~}", "~>a model~~}")  # another wording
    start = text.index("{--Scan")
    text = text[:start] + "Scan code for attention\n" + text[text.index("<<}", start) + 3 :]  # a mark taken out
    text = text.replace("trade union.", "trade union{++ movement++}{>>clearer<<}.")  # a mark of her own
    text = text.replace("they said", "it is said")  # and, without any mark, a correction
    assert take_in(article.home, text + "\n") == []
    corrected = article.corrected().text
    assert corrected == (
        "The a model of the trade union movement.\n\nScan code for attention\nAt the end of it all, it is said.\n"
    )
    state = article.state
    assert ids[1] in state.undone
    assert ids[0] in state.superseded
    assert {one.by for one in state.settled.values()} == {"Ana", "Ben"}


def test_a_page_is_changed_in_a_browser(article: Article) -> None:
    page = write_page(sheet_of(article))
    page = page.replace("<!DOCTYPE html>", "<!DOCTYPE html>\n<!-- saved -->")
    page = page.replace(">model</ins>", ">mo<b>del</b>s</ins>").replace("trade union.", "trade<br>union.")
    dropped = page.index("<del", page.index("Scan") - 200)
    page = page[:dropped] + page[dropped:].replace("<del ", '<del class="off" ', 1)
    assert take_in(article.home, page) == []
    assert article.corrected().text.startswith("The models of the trade\nunion.\n\nScan code for attention\nAt the end")


def test_a_sheet_of_another_version_is_refused(article: Article) -> None:
    text = write_sheet(sheet_of(article))
    write(article.home.root, Document.from_text(TEXT + "x", PATH))
    with pytest.raises(CorrectionsError, match="has changed since this was exported"):
        take_in(article.home, text)


def test_an_old_wording_changed_inside_a_mark_is_refused(article: Article) -> None:
    text = write_sheet(sheet_of(article)).replace("{~~typical guide~>", "{~~typical guides~>")
    with pytest.raises(CorrectionsError, match=r"seeds/a.txt:1: the old wording inside a mark was changed"):
        take_in(article.home, text)
    with pytest.raises(CorrectionsError, match=r"x.md:2: a mark is opened here and ~> never follows"):
        read_sheet_text("a\nb {~~c", "x.md")


def test_crlf_articles_survive_an_editor_that_saves_lf(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=TEXT.replace("\n", "\r\n"))
    decide(corrections.read(PATH), "typical guide", "model")
    text = write_sheet(sheet_of(corrections.read(PATH))).replace("\r\n", "\n").replace("The end", "The\nend")
    assert take_in(corrections, text) == []
    corrected = corrections.read(PATH).corrected().text
    assert corrected == TEXT.replace("typical guide", "model").replace("The end", "The\nend").replace("\n", "\r\n")


def test_a_patch_made_by_git_becomes_ledger_entries(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=TEXT)
    changed = (
        TEXT.replace("typical guide", "model").replace("union", "federation").replace("Scan code for attention\n", "")
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b/a.txt").write_text(changed)
    patch = subprocess.run(
        ["git", "diff", "--no-index", "--no-prefix", PATH, "b/a.txt"], cwd=tmp_path, capture_output=True, check=False
    ).stdout.replace(b"b/a.txt", b"b/seeds/a.txt")
    assert take_in(corrections, patch, "x.patch") == []
    article = corrections.read(PATH)
    assert article.corrected().text == changed
    standing = article.state.edits(article.document.sha256).standing
    assert [one.changes[0].old for one in standing] == ["typical guide", "union", "Scan code for attention\n"]
    assert {one.decision.why for one in standing} == {"imported from x.patch"}
    assert take_in(corrections, patch, "x.patch") == ["3 edits are in the ledger already"]
    assert take_in(corrections, article.patch().data, "own.patch") == ["3 edits are in the ledger already"]


def test_a_patch_that_does_not_fit_is_refused_with_its_line(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=TEXT)
    other = TEXT.replace("The end", "An end")
    lines = difflib.unified_diff(
        other.splitlines(keepends=True), other.replace("An", "No").splitlines(keepends=True), f"a/{PATH}", f"b/{PATH}"
    )
    with pytest.raises(CorrectionsError, match=r"x.patch:7: does not fit seeds/a.txt: line 4 of the file"):
        take_in(corrections, "".join(lines), "x.patch")
    for bad, problem in (
        ("@@ -1,9 +1 @@\n-The\n", "ends inside a hunk"),
        ("@@ -1 +1 @@\nxx\n", "not a line of a hunk"),
    ):
        with pytest.raises(CorrectionsError, match=problem):
            take_in(corrections, f"--- a/{PATH}\n+++ b/{PATH}\n{bad}", "x.patch")
    with pytest.raises(CorrectionsError, match="makes or removes a file"):
        take_in(corrections, f"--- a/{PATH}\n+++ /dev/null\n@@ -1 +0,0 @@\n-The\n", "x.patch")


def test_a_cleaned_copy_becomes_separate_edits(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=TEXT.rstrip("\n"))
    decide(corrections.read(PATH), "typical guide", "model")
    copy = TEXT.replace("typical guide", "model").replace("trade union", "Trade Union").replace("it all", "everything")
    notes = take_in(corrections, copy, "clean.txt", PATH)
    assert notes == [
        "the copy's final line ending was left aside; the original has none",
        "1 edits are in the ledger already",
    ]
    article = corrections.read(PATH)
    assert article.corrected().text == copy.rstrip("\n")
    assert len(article.state.settled) == 3
    with pytest.raises(CorrectionsError, match="does not say which article"):
        take_in(corrections, copy, "clean.txt")


def test_a_cleaned_copy_that_overlaps_an_accepted_edit_is_refused_there_only(tmp_path: Path) -> None:
    corrections = project(tmp_path, a=TEXT)
    decide(corrections.read(PATH), "typical guide", "model")
    (said,) = take_in(corrections, TEXT.replace("typical", "good").replace("they said", "we say"), "c.txt", PATH)
    assert "overlaps the accepted edit" in said
    assert corrections.read(PATH).corrected().text == TEXT.replace("typical guide", "model").replace(
        "they said", "we say"
    )


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(st.randoms(use_true_random=False))
def test_word_edits_always_lead_to_the_new_text(random: Random) -> None:
    old, new = make_text(random), make_text(random)
    assert apply_edits(old, changed_words(old, new)) == new
    assert "".join(tokens(old)) == old
    document = make_document(random, "seeds/x.txt")
    changed = apply_edits(document.text, make_edits(random, document))
    assert apply_edits(document.text, changed_words(document.text, changed)) == changed


def test_two_corrected_words_stay_two_and_a_rewritten_sentence_is_one() -> None:
    edits = changed_words("The typical guide of the union was hold.", "The model guide of the union was held.")
    assert [(one.span.start, one.replacement) for one in edits] == [(4, "model"), (35, "held")]
    edits = changed_words("He said that the party listens Chinese to.", "Workers, as he put it, follow the Party.")
    assert len(edits) <= 2


def test_merge_refuses_what_both_changed() -> None:
    assert merge("a b c d", "a X c d", "a b c Y") == [Edit(Span(2, 3), "X")]
    assert merge("a b c d", "a X c d", "a Z c d") is None
    assert merge("a b c d", "a b c d e", "a b c d f") is None
