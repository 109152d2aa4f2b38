"""What is open in the editor: projects, articles with their findings, and the decisions made about them.

The text in an editor may differ from the original on disk. Findings are then those of the text in the editor, but
nothing can be decided: a decision quotes the original.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.config import Config, load_config
from mtqa.corrections.choice import accept, hold, undo
from mtqa.corrections.decision import Verdict
from mtqa.corrections.editor import editor_name
from mtqa.document import Document
from mtqa.errors import MtqaError
from mtqa.linter import Result, Source
from mtqa.project import corrections_of, linter_of, settle
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtqa.corrections.choice import Choice
    from mtqa.corrections.decision import Decision
    from mtqa.corrections.store import Corrections
    from mtqa.document import Span
    from mtqa.finding import Finding
    from mtqa.linter import Linter
    from mtqa.lsp.buffer import Buffer

_CHANGED = "the text differs from the original on disk: save it, or take your changes back, first"


@dataclass
class Project:
    """One configuration and what follows from it; ``linter`` is exchanged when more is known of the corpus.

    ``learned`` says that it has been, or is about to be.
    """

    config: Config
    linter: Linter
    corrections: Corrections
    learned: bool = False

    @classmethod
    def load(cls, config: Config) -> Project:
        """Raises :class:`MtqaError` for a configuration or rules that cannot be used."""
        return cls(config, linter_of(config), corrections_of(config))

    def learn(self) -> None:
        """Gather what the configured originals tell of each other; what is remembered of them is not read again."""
        from mtqa.cache import CachedLinter, Store
        from mtqa.sources import find_sources

        if not self.config.settings.originals:
            return
        engine = CachedLinter(self.linter, Store.open())
        knowledge = engine.gather(find_sources((), self.config))
        engine.close()
        self.linter = self.linter.knowing(knowledge)

    def name_of(self, file: Path) -> str:
        """An article's name: its path below the project's folder, or its whole path outside of it."""
        for known in (file, file.parent.resolve() / file.name):  # the folder may have been reached through a link
            if known.is_relative_to(self.config.root):
                return known.relative_to(self.config.root).as_posix()
        return file.as_posix()


@dataclass(frozen=True)
class Decided:
    """A decision that stands, and where."""

    decision: Decision
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Checked:
    """What was found in one version of an article. ``closed`` says why nothing can be decided, or is empty.

    ``turn`` is the article's when the check began.
    """

    buffer: Buffer
    turn: int = 0
    document: Document | None = None
    findings: tuple[Finding, ...] = ()
    decided: tuple[Decided, ...] = ()
    errors: tuple[MtqaError, ...] = ()
    closed: str = ""

    def at(self, start: int, end: int) -> list[Finding]:
        """The findings that touch a stretch of the text."""
        return [f for f in self.findings if f.span.start <= end and start <= f.span.end]


@dataclass
class OpenArticle:
    """An article in the editor, in the version that the editor last told.

    ``turn`` counts the reasons to check it anew although its text is the same: a decision, other rules.
    """

    file: Path
    buffer: Buffer
    version: int | None = None
    turn: int = 0
    checked: Checked | None = None

    @property
    def fresh(self) -> Checked | None:
        """What was found, if it is about this version and nothing has happened since."""
        checked = self.checked
        return checked if checked and checked.buffer is self.buffer and checked.turn == self.turn else None


@dataclass
class Desk:
    """All open articles by URI, and their projects by folder. ``by`` is who decides, as for ``mtqa review``."""

    by: str = ""
    folders: tuple[Path, ...] = ()
    articles: dict[str, OpenArticle] = field(default_factory=dict)
    _projects: dict[Path, Project] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # -- projects

    def project_of(self, file: Path) -> Project:
        """The project that a file lies in: the nearest configuration, else the folder that the editor has open."""
        config = load_config(file.parent)
        if config.file is None:
            around = [folder for folder in self.folders if file.is_relative_to(folder)]
            config = Config(root=max(around, key=lambda folder: len(folder.parts), default=file.parent))
        with self._lock:
            known = self._projects.get(config.root)
            if known is None or known.config != config:
                known = self._projects[config.root] = Project.load(config)
            return known

    @property
    def projects(self) -> list[Project]:
        """Those in use."""
        with self._lock:
            return list(self._projects.values())

    def forget_projects(self) -> None:
        """Read configurations and rules anew when they are next needed."""
        with self._lock:
            self._projects.clear()

    # -- checking

    def check(self, article: OpenArticle) -> Checked:
        """An article's findings as it stands in the editor; what prevents a check is in the result's ``errors``."""
        if article.fresh is None:
            article.checked = self._check(article, article.buffer, article.turn)
        assert article.checked is not None
        return article.checked

    def _check(self, article: OpenArticle, buffer: Buffer, turn: int) -> Checked:
        try:
            project = self.project_of(article.file)
            document, closed = _document(article.file, buffer, project)
            examined = project.linter.examine(document)
        except MtqaError as error:
            return Checked(buffer, turn, errors=(error,), closed=str(error))
        source, words = Source(document.path), count_words(document.text)
        result = Result(source, document, tuple(examined.findings), words, examined.unchecked)
        settled = settle(result, project.corrections, project.linter.check).result
        decided = () if closed or settled.errors else _decided(document, project.corrections)
        return Checked(buffer, turn, document, settled.findings, decided, settled.errors, closed)

    # -- deciding

    def accept(self, uri: str, fingerprint: str, fix: int) -> str:
        """Record a fix of a finding as a correction; what was done, in words. The original is not touched."""
        document, finding = self._finding(uri, fingerprint)
        self._decide(uri, accept(document, finding, fix))
        return f"Accepted as a correction: {finding.rule}"

    def reject(self, uri: str, fingerprint: str, why: str) -> str:
        """Record that a finding is none, and why; what was done, in words."""
        document, finding = self._finding(uri, fingerprint)
        if not why.strip():
            raise MtqaError("a rejection needs a reason", remedy="say why this is no fault")
        self._decide(uri, hold(document, Verdict.REJECT, finding, why.strip()))
        return f"Rejected: {finding.rule}: {why.strip()}"

    def take_back(self, uri: str, decision: str) -> str:
        """Take a decision back; what was done, in words."""
        self._decide(uri, undo(decision))
        return "Taken back"

    def _finding(self, uri: str, fingerprint: str) -> tuple[Document, Finding]:
        checked = self._article(uri).fresh
        if checked is None or checked.document is None:
            raise MtqaError("the text has changed meanwhile", remedy="try again in a moment")
        found = next((finding for finding in checked.findings if finding.fingerprint == fingerprint), None)
        if found is None:
            raise MtqaError("this finding is not open any more")
        if checked.closed:
            raise MtqaError(checked.closed)
        return checked.document, found

    def _article(self, uri: str) -> OpenArticle:
        if uri not in self.articles:
            raise MtqaError("this article is not open in the editor")
        return self.articles[uri]

    def _decide(self, uri: str, choice: Choice) -> None:
        """Against the original as it is now on disk: what it no longer says is refused there."""
        file = self._article(uri).file
        project = self.project_of(file)
        by = editor_name(self.by, project.config.root)
        project.corrections.read(project.name_of(file)).decide(choice, by)


def _document(file: Path, buffer: Buffer, project: Project) -> tuple[Document, str]:
    """The original where the editor shows just that, else the text in the editor and why it is not the original."""
    name = project.name_of(file)
    try:
        original = Document.read(file, name, project.config.encoding_of(name))
    except MtqaError as error:
        return Document.from_text(buffer.text, name), error.problem
    # Editors that end every text with a line ending say so of files that have none, too.
    if buffer.text in (original.text, f"{original.text}\n", f"{original.text}\r\n"):
        return original, ""
    return Document.from_text(buffer.text, name), _CHANGED


def _decided(document: Document, corrections: Corrections) -> tuple[Decided, ...]:
    if not corrections.has_ledger(document.path):
        return ()
    state = corrections.article(document).state
    found = []
    for decision in state.settled.values():
        changes = state.anchor(decision, document.sha256)
        if changes:
            found.append(Decided(decision, tuple(change.span for change in changes)))
    return tuple(found)


def inside(spans: Sequence[Span], start: int, end: int) -> bool:
    """True when a stretch of text touches one of ``spans``."""
    return any(span.start <= end and start <= span.end for span in spans)


def file_of(uri: str) -> Path | None:
    """The file of a ``file:`` URI, symbolic links kept; None for anything else, such as an unsaved text."""
    from pygls.uris import to_fs_path

    path = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(os.path.abspath(path)) if path else None  # noqa: PTH100 - resolving would rename what links name
