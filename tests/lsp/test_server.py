"""The language server, driven over stdio as an editor drives it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules

from ..ci.test_cache import consistency_forms
from .conftest import UTF8, UTF16, UTF32

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from .conftest import Editor

    Opener = Callable[..., AbstractAsyncContextManager[Editor]]

pytestmark = pytest.mark.asyncio
FAULTY = "They said re mobilize now.\n\nScan code for attention\n"
EMOJI = "😀é€ said re mobilize now.\n"


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_bytes(text.encode())


def ledger(root: Path, name: str) -> list[dict[str, object]]:
    file = root / "corrections" / f"{name}.decisions.jsonl"
    return [json.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []


def codes(found: list[types.Diagnostic]) -> list[object]:
    return [diagnostic.code for diagnostic in found]


def word(found: list[types.Diagnostic], code: str = "spacing.detached-prefix.re") -> types.Diagnostic:
    return next(diagnostic for diagnostic in found if diagnostic.code == code)


def place(diagnostic: types.Diagnostic) -> tuple[int, int, int, int]:
    start, end = diagnostic.range.start, diagnostic.range.end
    return start.line, start.character, end.line, end.character


async def test_diagnostics_say_what_lint_says(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        found = await session.open("news/a.txt")
        assert codes(found) == ["spacing.detached-prefix.re", "boilerplate.qr-prompt"]
        assert place(found[0]) == (0, 10, 0, 21)
        assert (found[0].source, found[0].severity) == ("mtqa", types.DiagnosticSeverity.Warning)
        assert found[1].tags == (types.DiagnosticTag.Unnecessary,)
        assert session.capabilities.text_document_sync.change is types.TextDocumentSyncKind.Incremental


@pytest.mark.parametrize(
    ("offered", "chosen", "start"),
    [
        ([UTF8, UTF16], UTF8, 15),
        ([UTF16], UTF16, 10),
        (None, UTF16, 10),
        ([UTF32, UTF16], UTF32, 9),
        (["utf-7", UTF32], UTF32, 9),
    ],
)
async def test_positions_count_what_was_negotiated(
    editor: Opener, root: Path, offered: list[types.PositionEncodingKind] | None, chosen: str, start: int
) -> None:
    write(root, "news/a.txt", EMOJI)
    async with editor(offered) as session:
        assert session.capabilities.position_encoding == chosen
        found = word(await session.open("news/a.txt"))
        assert place(found) == (0, start, 0, start + 11)
        assert await session.hover("news/a.txt", 0, start + 2)
        assert await session.hover("news/a.txt", 0, 1) is None
        changed = await session.change("news/a.txt", ((0, start), (0, start + 2), "to"))
        assert codes(changed) == []
        assert codes(await session.change("news/a.txt", ((0, start), (0, start + 2), "re"))) == [found.code]


async def test_changes_are_incremental_and_survive_odd_line_ends(editor: Opener, root: Path) -> None:
    """Form feeds and U+2028 are no line ends to an editor; a client counts lines without them."""
    write(root, "news/a.txt", "One\x0c\u2028 line.\r\nTwo\u2029 lines.\n")
    async with editor() as session:
        assert await session.open("news/a.txt") == []
        found = await session.change(
            "news/a.txt", ((1, 0), (1, 0), "All now re mobilize. "), ((0, 0), (0, 0), "x\n"), ((3, 0), (3, 0), "end")
        )
        assert place(word(found)) == (2, 8, 2, 19)
        assert codes(await session.change("news/a.txt", ((0, 0), (3, 3), ""))) == []


async def test_hover_explains(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", 'They must achieve the "two maintenance" now, said the Party committee.\n')
    async with editor() as session:
        (found, *_) = await session.open("news/a.txt")
        told = await session.hover("news/a.txt", *place(found)[:2])
        assert told is not None
        assert told.startswith("**")
        assert str(found.code) in told
        assert "两个维护" in told
        assert "fix " in told
    async with editor(markdown=False) as session:
        (found, *_) = await session.open("news/a.txt")
        plain = await session.hover("news/a.txt", *place(found)[:2])
        assert plain is not None
        assert "**" not in plain
        assert "```" not in plain


async def test_accept_goes_into_the_ledger_and_never_into_the_original(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    before = (root / "news" / "a.txt").stat().st_mtime_ns
    async with editor() as session:
        found = await session.open("news/a.txt")
        offered = await session.actions("news/a.txt", found[0])
        assert [action.title for action in offered] == [
            "Accept as correction: re mobilize → remobilize",
            "Reject: correct as it stands",
            "Reject: official or quoted wording",
            "Reject: a name or a title",
            "Reject: the rule does not fit here",
        ]
        assert all(action.edit is None and action.kind == "quickfix" for action in offered)
        assert offered[0].is_preferred
        assert list(offered[0].diagnostics or ()) == [found[0]]
        rest = await session.told("news/a.txt", lambda: _later(session, offered[0]))
        assert codes(rest) == ["boilerplate.qr-prompt"]
    (decision,) = ledger(root, "news/a.txt")
    assert (decision["verdict"], decision["by"], decision["rule"]) == ("accept", "Ana <ana@example.org>", found[0].code)
    assert (root / "news" / "a.txt").read_bytes() == FAULTY.encode()
    assert (root / "news" / "a.txt").stat().st_mtime_ns == before
    assert (root / "corrections" / "news" / "a.txt.patch").read_bytes().count(b"\n+They said remobilize now.") == 1


def _later(session: Editor, action: types.CodeAction) -> None:
    assert action.command is not None
    params = types.ExecuteCommandParams(action.command.command, list(action.command.arguments or ()))
    session.client.workspace_execute_command(params)


async def test_reject_with_a_reason_and_take_it_back(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        found = await session.open("news/a.txt")
        fingerprint = found[0].data["fingerprint"] if isinstance(found[0].data, dict) else found[0].data.fingerprint
        uri = session.uri("news/a.txt")
        rest = await session.told(
            "news/a.txt",
            lambda: session.client.workspace_execute_command(
                types.ExecuteCommandParams("mtqa.reject", [uri, fingerprint, "the house says so"])
            ),
        )
        assert codes(rest) == ["boilerplate.qr-prompt"]
        assert [(d["verdict"], d["why"]) for d in ledger(root, "news/a.txt")] == [("reject", "the house says so")]
        (back,) = await session.actions("news/a.txt", found[0].range)
        assert back.title == f"Take back the rejection on {found[0].code} by Ana <ana@example.org>"
        again = await session.told("news/a.txt", lambda: _later(session, back))
        assert codes(again) == codes(found)
        assert len(ledger(root, "news/a.txt")) == 2


async def test_a_rejection_without_a_reason_is_refused(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        found = await session.open("news/a.txt")
        arguments = (await session.actions("news/a.txt", found[0]))[1].command.arguments
        assert await session.execute("mtqa.reject", *arguments[:2], "  ") is None
        assert "needs a reason" in session.client.messages[-1].message
        assert await session.execute("mtqa.accept", session.uri("news/a.txt"), "0" * 20, 0) is None
        assert "not open any more" in session.client.messages[-1].message
        assert await session.execute("mtqa.accept", session.uri("news/b.txt"), "0" * 20, 0) is None
    assert ledger(root, "news/a.txt") == []


async def test_nothing_is_decided_on_a_text_that_is_not_the_original(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        await session.open("news/a.txt")
        found = await session.change("news/a.txt", ((0, 0), (0, 4), "We"))
        offered = await session.actions("news/a.txt", found[0])
        assert offered
        assert all(action.disabled is not None and action.command is None for action in offered)
        assert "differs from the original" in offered[0].disabled.reason
        fingerprint = found[0].data["fingerprint"] if isinstance(found[0].data, dict) else found[0].data.fingerprint
        assert await session.execute("mtqa.accept", session.uri("news/a.txt"), fingerprint, 0) is None
        back = await session.change("news/a.txt", ((0, 0), (0, 2), "They"))
        assert all(action.disabled is None for action in await session.actions("news/a.txt", back[0]))
    assert ledger(root, "news/a.txt") == []


async def test_an_original_without_a_last_line_ending_is_still_the_original(editor: Opener, root: Path) -> None:
    """Neovim tells every text with a line ending at its end."""
    write(root, "news/a.txt", FAULTY.rstrip("\n"))
    async with editor() as session:
        found = await session.open("news/a.txt", FAULTY)
        assert await session.run((await session.actions("news/a.txt", found[0]))[0])
    assert len(ledger(root, "news/a.txt")) == 1


async def test_what_cannot_be_checked_is_told(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        (root / "mtqa.toml").write_text('originals = ["news"]\nmax-line-length = 30\n', encoding="utf-8")
        (found,) = await session.open("news/a.txt", f"One.\n{'word ' * 20}\n")
        assert found.message.startswith("could not be checked: a line of 100 characters; the limit is 30")
        assert place(found) == (1, 0, 1, 100)
        (root / "mtqa.toml").write_text("originals = 3\n", encoding="utf-8")
        change = types.FileEvent((root / "mtqa.toml").as_uri(), types.FileChangeType.Changed)
        told = await session.told(
            "news/a.txt",
            lambda: session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change])),
        )
        assert "Expected `array`" in told[0].message


async def test_files_are_watched_and_changes_heard(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor(watching=True) as session:
        assert len(await session.open("news/a.txt")) == 2
        (root / "mtqa.toml").write_text('originals = ["news"]\nignore = ["spacing"]\n', encoding="utf-8")
        change = types.FileEvent((root / "mtqa.toml").as_uri(), types.FileChangeType.Changed)
        told = await session.told(
            "news/a.txt",
            lambda: session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change])),
        )
        assert codes(told) == ["boilerplate.qr-prompt"]


async def test_what_other_articles_tell_is_known(editor: Opener, root: Path) -> None:
    """Consistency needs the corpus: it is gathered behind the first diagnostics, which are then told anew."""
    one, other = consistency_forms(Linter(load_rules(shipped_rules())))
    write(root, "news/a.txt", one)
    write(root, "news/b.txt", other)
    async with editor() as session:
        found = await session.open("news/a.txt")
        while not any(str(code).startswith("consistency.") for code in codes(found)):
            params = await asyncio.wait_for(session.published.get(), 60)
            found = list(params.diagnostics)


async def test_hostile_text_stays_text(editor: Opener, root: Path) -> None:
    evil = "They said re mobilize [x](command:evil) <img src=x onerror=1> ``` \x1b[31m \u202e **b** now.\n"
    write(root, "news/a ' \" ::error::.txt", evil)
    async with editor() as session:
        found = await session.open("news/a ' \" ::error::.txt")
        shown = word(found)
        told = await session.hover("news/a ' \" ::error::.txt", *place(shown)[:2])
        everything = json.dumps([told, *(d.message for d in found)], ensure_ascii=False)
        assert "\x1b" not in everything
        assert "\u202e" not in everything
        assert "](command" not in everything
        offered = await session.actions("news/a ' \" ::error::.txt", shown)
        assert await session.run(offered[0])
    assert len(ledger(root, "news/a ' \" ::error::.txt")) == 1


async def test_closing_clears_and_an_unsaved_text_is_left_alone(editor: Opener, root: Path) -> None:
    write(root, "news/a.txt", FAULTY)
    async with editor() as session:
        item = types.TextDocumentItem("untitled:1", "plaintext", 1, FAULTY)
        session.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await session.open("news/a.txt")
        identifier = types.TextDocumentIdentifier(session.uri("news/a.txt"))
        left = await session.told(
            "news/a.txt", lambda: session.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))
        )
        assert left == []
        assert await session.hover("news/a.txt", 0, 12) is None
