"""Listens to an editor on standard input and answers on standard output.

Articles are checked in a thread, one at a time, shortly after the last key; what was found in a version that the editor
has left behind is thrown away.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from mtqa import __version__
from mtqa.errors import MtqaError
from mtqa.lsp import present
from mtqa.lsp.buffer import Buffer
from mtqa.lsp.desk import Checked, Desk, OpenArticle, file_of
from mtqa.report.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.lsp.buffer import Unit

_PAUSE = 0.15  # seconds without a key before a text is checked
_WATCHED = ("**/*.decisions.jsonl", "**/mtqa.toml", "**/pyproject.toml", "**/*.yaml")


class Server(LanguageServer):
    """The server and what it has open."""

    def __init__(self, by: str = "") -> None:
        super().__init__("mtqa", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
        self.desk = Desk(by)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mtqa")
        self._waiting: dict[str, asyncio.Task[None]] = {}

    @property
    def unit(self) -> Unit:
        """What the negotiated positions count."""
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding))  # type: ignore[return-value]

    def soon(self, uri: str, pause: float = 0.0) -> None:
        """Check an article after a pause; what was waiting for it waits no longer."""
        if waiting := self._waiting.pop(uri, None):
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().create_task(self._check(uri, pause))

    async def _check(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        article = self.desk.articles.get(uri)
        if article is None:
            return
        checked = await self.checked(article)
        if self.desk.articles.get(uri) is article and article.fresh is checked:
            self.show(uri, present.diagnostics(checked), article.version)
            await self._learn()

    async def checked(self, article: OpenArticle) -> Checked:
        """An article's findings as it stands in the editor, checked now if that has not been done."""
        if (fresh := article.fresh) is not None:
            return fresh
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.desk.check, article)

    async def _learn(self) -> None:
        """What the rest of a project tells, once: then its articles are checked again."""
        for project in self.desk.projects:
            if project.learned:
                continue
            project.learned = True
            try:
                before = project.linter
                await asyncio.get_running_loop().run_in_executor(self._thread, project.learn)
            except MtqaError as error:
                self.say(f"the corpus could not be read: {error}", types.MessageType.Warning)
                continue
            if project.linter is not before:
                self.again()

    def again(self) -> None:
        """Check everything that is open once more."""
        for uri, article in self.desk.articles.items():
            article.turn += 1
            self.soon(uri)

    def reload(self) -> None:
        """Read configurations and rules anew."""
        self.desk.forget_projects()
        self.again()

    def show(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        """Replace what the editor shows of an article."""
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))

    def say(self, text: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """A message that the editor pops up."""
        self.window_show_message(types.ShowMessageParams(type=kind, message=f"mtqa: {visible(text)}"))

    async def decide(self, uri: str, action: Callable[[], str]) -> str | None:
        """Carry out a decision; what stood in its way is said to the editor."""
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._thread, action)
        except MtqaError as error:
            self.say(str(error))
            return None
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, f"mtqa: {visible(done)}"))
        if article := self.desk.articles.get(uri):
            article.turn += 1
            self.soon(uri)
        return done


def build(by: str = "") -> Server:
    """The server with all its handlers."""
    server = Server(by)
    _listen_to_texts(server)
    _answer(server)
    _take_commands(server)
    _watch(server)
    return server


def _listen_to_texts(server: Server) -> None:
    articles = server.desk.articles

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if (file := file_of(document.uri)) is not None:
            articles[document.uri] = OpenArticle(file, Buffer(document.text, server.unit), document.version)
            server.soon(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        if (article := articles.get(uri)) is None:
            return
        for change in params.content_changes:
            article.buffer = _after(article.buffer, change)
        article.version = params.text_document.version
        server.soon(uri, _PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri in articles:
            server.reload()  # who has no files watched sees changed rules now

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        if articles.pop(params.text_document.uri, None):
            server.show(params.text_document.uri, [], None)


def _after(buffer: Buffer, change: types.TextDocumentContentChangeEvent) -> Buffer:
    if isinstance(change, types.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return buffer.replaced((start.line, start.character), (end.line, end.character), change.text)
    return Buffer(change.text, buffer.unit)


def _answer(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        article = server.desk.articles.get(params.text_document.uri)
        if article is None:
            return None
        checked = await server.checked(article)
        offset = checked.buffer.offset(params.position.line, params.position.character)
        return present.hover(checked, offset, markdown=_reads_markdown(server.client_capabilities))

    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        article = server.desk.articles.get(params.text_document.uri)
        if article is None or not _asks_for_quick_fixes(params):
            return []
        checked = await server.checked(article)
        if checked.document is None:
            return []
        reasons = server.desk.project_of(article.file).config.settings.editor.reasons
        found = present.actions(params.text_document.uri, checked, params, reasons)
        return found if _shows_disabled(server.client_capabilities) else [a for a in found if a.disabled is None]


def _reads_markdown(client: types.ClientCapabilities) -> bool:
    asked = client.text_document.hover if client.text_document else None
    return types.MarkupKind.Markdown in ((asked.content_format if asked else None) or ())


def _shows_disabled(client: types.ClientCapabilities) -> bool:
    asked = client.text_document.code_action if client.text_document else None
    return bool(asked and asked.disabled_support)


def _asks_for_quick_fixes(params: types.CodeActionParams) -> bool:
    only = params.context.only
    return only is None or any(str(getattr(kind, "value", kind)) in ("quickfix", "") for kind in only)


def _take_commands(server: Server) -> None:
    desk = server.desk

    @server.command(present.ACCEPT)
    async def accept(uri: str, fingerprint: str, fix: int = 0) -> str | None:
        return await server.decide(uri, lambda: desk.accept(uri, fingerprint, fix))

    @server.command(present.REJECT)
    async def reject(uri: str, fingerprint: str, why: str = "") -> str | None:
        return await server.decide(uri, lambda: desk.reject(uri, fingerprint, why))

    @server.command(present.TAKE_BACK)
    async def take_back(uri: str, decision: str) -> str | None:
        return await server.decide(uri, lambda: desk.take_back(uri, decision))


def _watch(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        server.desk.folders = tuple(file.resolve() for uri in uris if (file := file_of(uri)))

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            one = types.Registration("mtqa-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await server.client_register_capability_async(types.RegistrationParams([one]))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        if all(change.uri.endswith(".decisions.jsonl") for change in params.changes):
            server.again()
        else:
            server.reload()


def serve(by: str = "") -> None:
    """Serve one editor until it says goodbye. What is printed goes to standard error, not into the protocol."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    arguments: dict[str, Any] = {"stdin": sys.stdin.buffer, "stdout": out}
    build(by).start_io(**arguments)
