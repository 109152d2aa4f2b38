"""An editor for tests: a project on disk, and a client that starts ``mtqa lsp`` and speaks with it over stdio."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Union

import pytest
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient, register_lsp_features

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

UTF8, UTF16, UTF32 = types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16, types.PositionEncodingKind.Utf32


def _converter() -> Any:
    """That of lsprotocol, which takes a code action for a command whenever it has one; editors look at its type."""
    converter = default_converter()

    def structure(told: dict[str, Any], _: object) -> types.Command | types.CodeAction:
        kind = types.Command if isinstance(told.get("command"), str) else types.CodeAction
        return converter.structure(told, kind)

    converter.register_structure_hook(Union[types.Command, types.CodeAction], structure)  # noqa: UP007 - as it is named
    return converter


class Editor:
    """One session: texts are opened and changed as an editor does it, and diagnostics are waited for by version."""

    def __init__(self, root: Path) -> None:
        self.client = LanguageClient(converter_factory=_converter)
        self.root = root
        self.capabilities = types.ServerCapabilities()
        self.versions: dict[str, int] = {}
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        def publish(_: LanguageClient, params: types.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        register_lsp_features(
            self.client, {**DEFAULT_CLIENT_FEATURES, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish}
        )

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str, text: str | None = None) -> list[types.Diagnostic]:
        """Open an article, as it is on disk or with another text."""
        shown = (self.root / name).read_bytes().decode() if text is None else text
        self.versions[name] = 1
        item = types.TextDocumentItem(uri=self.uri(name), language_id="plaintext", version=1, text=shown)
        return await self.told(name, lambda: self.client.text_document_did_open(types.DidOpenTextDocumentParams(item)))

    async def change(self, name: str, *edits: tuple[tuple[int, int], tuple[int, int], str]) -> list[types.Diagnostic]:
        """Replace ranges, one after another, in positions of the negotiated unit."""
        self.versions[name] += 1
        told = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        changes = [
            types.TextDocumentContentChangePartial(
                range=types.Range(types.Position(*start), types.Position(*end)), text=new
            )
            for start, end, new in edits
        ]
        params = types.DidChangeTextDocumentParams(told, changes)
        return await self.told(name, lambda: self.client.text_document_did_change(params))

    async def told(self, name: str, say: Callable[[], object]) -> list[types.Diagnostic]:
        """Say something and wait for the diagnostics of the present version that follow."""
        uri = self.uri(name)
        while not self.published.empty():
            self.published.get_nowait()
        say()
        while True:
            params = await asyncio.wait_for(self.published.get(), 60)
            if params.uri == uri and params.version in (None, self.versions[name]):
                return list(params.diagnostics)

    async def hover(self, name: str, line: int, character: int) -> str | None:
        place = types.HoverParams(types.TextDocumentIdentifier(self.uri(name)), types.Position(line, character))
        found = await self.client.text_document_hover_async(place)
        return found.contents.value if found else None  # type: ignore[union-attr]

    async def actions(self, name: str, shown: types.Diagnostic | types.Range) -> list[types.CodeAction]:
        where = shown if isinstance(shown, types.Range) else shown.range
        context = types.CodeActionContext([] if isinstance(shown, types.Range) else [shown])
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), where, context)
        return list(await self.client.text_document_code_action_async(params) or ())  # type: ignore[arg-type]

    async def run(self, action: types.CodeAction) -> object:
        assert action.command is not None
        return await self.execute(action.command.command, *(action.command.arguments or ()))

    async def execute(self, command: str, *arguments: object) -> object:
        params = types.ExecuteCommandParams(command, list(arguments))
        return await self.client.workspace_execute_command_async(params)


Opener = "Callable[..., AbstractAsyncContextManager[Editor]]"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "news").mkdir(parents=True)
    (folder / "mtqa.toml").write_text('originals = ["news"]\n', encoding="utf-8")
    return folder


@pytest.fixture
def editor(root: Path) -> Callable[..., AbstractAsyncContextManager[Editor]]:
    """``editor(encodings=…)``: a session; the server's errors on the way make the test fail."""

    @asynccontextmanager
    async def opened(
        encodings: list[types.PositionEncodingKind] | None = None,
        *,
        markdown: bool = True,
        watching: bool = False,
        disabled: bool = True,
    ) -> AsyncIterator[Editor]:
        session = Editor(root)
        client = session.client
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        await client.start_io(
            sys.executable, "-m", "mtqa", "lsp", "--stdio",
            env={**kept, "MTQA_EDITOR": "Ana <ana@example.org>"}, cwd=str(root),
        )  # fmt: skip
        formats = [types.MarkupKind.Markdown] if markdown else [types.MarkupKind.PlainText]
        watch = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watching)
        capabilities = types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=encodings),
            text_document=types.TextDocumentClientCapabilities(
                hover=types.HoverClientCapabilities(content_format=formats),
                code_action=types.CodeActionClientCapabilities(
                    code_action_literal_support=types.ClientCodeActionLiteralOptions(
                        types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix])
                    ),
                    is_preferred_support=True,
                    disabled_support=disabled,
                ),
            ),
            workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watch),
        )
        folder = types.WorkspaceFolder(root.as_uri(), "project")
        params = types.InitializeParams(capabilities, root_uri=root.as_uri(), workspace_folders=[folder])
        session.capabilities = (await client.initialize_session(params)).capabilities
        try:
            yield session
        finally:
            await client.shutdown_session()
            await client.stop()
        assert client.error is None

    return opened
