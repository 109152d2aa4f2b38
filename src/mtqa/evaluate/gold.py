"""Gold annotations: read, and held against the originals before anything is measured by them.

The format is described in tests/gold/README.md. Every problem names the file and, where there is one, the line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import yaml

from mtqa.document import Document, Span
from mtqa.errors import MtqaError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TERM_BASE = "terms.json"  # may lie beside the annotations; it is none
POST_EDITS = "postedit"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class GoldError(MtqaError):
    """Gold or clean text that cannot be used to measure anything."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of a gold file: unknown keys are errors."""


class LineLabel(_Strict, frozen=True):
    """What a line is; ``kind`` (``class`` in the file) says more, such as ``footer`` or ``byline``."""

    line: int
    label: Literal["content", "title", "metadata", "boilerplate"]
    kind: str | None = msgspec.field(name="class", default=None)


class ErrorMark(_Strict, frozen=True):
    """An MQM error; ``start`` and ``end`` are code points within the line; see tests/gold/README.md."""

    line: int
    start: int
    end: int
    text: str
    mqm: str
    mqm_other: list[str]
    severity: Literal["minor", "major", "critical"]
    fixes: list[str]
    deterministic: bool
    annotators: list[Literal["A", "B"]]
    exact_agreement: bool
    note: str = ""

    @property
    def agreed(self) -> bool:
        """True when both annotators marked it."""
        return len(self.annotators) == 2


class SentenceMark(_Strict, frozen=True):
    """How garbled a sentence is, 0 (fine) to 3 (nonsense)."""

    line: int
    start: int
    end: int
    text: str
    garble: Literal[0, 1, 2, 3]


class GarbledMark(_Strict, frozen=True):
    """A sentence that annotator A calls garbled, and why."""

    line: int
    start: int
    end: int
    text: str
    level: Literal[0, 1, 2, 3]
    why: str = ""


class GoldFile(_Strict, frozen=True):
    """One file of annotations; ``file`` names the original below the folder of originals."""

    file: str
    sha256: str
    lines: list[LineLabel]
    errors: list[ErrorMark]
    sentences: list[SentenceMark] = []
    garbled: list[GarbledMark] = []


@dataclass(frozen=True)
class GoldDocument:
    """An original and its annotations, checked against each other."""

    document: Document
    marks: GoldFile

    def span(self, mark: ErrorMark) -> Span:
        """Where in the document a mark lies."""
        start = self.document.lines[mark.line - 1].start
        return Span(start + mark.start, start + mark.end)


@dataclass(frozen=True)
class Gold:
    """All annotated documents, in order of file name, and the post-edits that belong to them."""

    documents: tuple[GoldDocument, ...]
    post_edits: tuple[Document, ...] = ()


def load_gold(folder: Path, originals: Sequence[Path]) -> Gold:
    """Read every annotation file in ``folder`` and the originals they name, which lie in one of ``originals``.

    Raises :class:`GoldError` for a missing or changed original, a slice that differs from its text, an unknown key.
    """
    if not folder.is_dir():
        raise GoldError("no such folder of gold annotations", place=Place(str(folder)))
    files = sorted(file for file in folder.glob("*.json") if file.name != TERM_BASE)
    if not files:
        raise GoldError("holds no annotations (*.json)", place=Place(str(folder)))
    return Gold(
        tuple(_load(file, originals) for file in files),
        tuple(_post_edit(file) for file in sorted((folder / POST_EDITS).glob("*.txt"))),
    )


def _post_edit(file: Path) -> Document:
    """A post-edit without its editor's comments, the lines that begin with ``#``."""
    document = Document.read(file)
    kept = [document.slice(line.full) for line in document.lines if not document.text.startswith("#", line.start)]
    return Document.from_text("".join(kept), document.path)


def _load(file: Path, originals: Sequence[Path]) -> GoldDocument:
    source = _Json(file)
    marks = source.convert()
    original = next((path for folder in originals if (path := folder / marks.file).is_file()), None)
    if original is None:
        looked = ", ".join(str(folder) for folder in originals)
        remedy = "name the folder of originals with --originals"
        raise source.error(f"there is no original {marks.file!r} in {looked}", ".file", remedy)
    document = Document.read(original, marks.file)
    if document.sha256 != marks.sha256:
        raise source.error(f"{original} has changed since it was annotated: sha256 {document.sha256}", ".sha256")
    for problem, where in _mismatches(document, marks):
        raise source.error(problem, where)
    return GoldDocument(document, marks)


def _mismatches(document: Document, marks: GoldFile) -> Iterator[tuple[str, str]]:
    """What the annotations say that the document does not bear out, and where in the file."""
    filled = {line.number for line in document.lines if document.slice(line.span).strip()}
    seen: set[int] = set()
    for index, label in enumerate(marks.lines):
        if label.line not in filled or label.line in seen:
            problem = "labelled twice" if label.line in seen else "empty or missing in the original"
            yield f"line {label.line} is {problem}", f".lines[{index}]"
        seen.add(label.line)
    if missing := sorted(filled - seen):
        yield f"line {missing[0]} of the original has no label", ".lines"
    for name in ("errors", "sentences", "garbled"):
        for index, mark in enumerate(getattr(marks, name)):
            if (text := _slice(document, mark)) != mark.text:
                place = f"line {mark.line} [{mark.start}, {mark.end})"
                yield f"{place} of the original is {text!r}, not {mark.text!r}", f".{name}[{index}]"


def _slice(document: Document, mark: ErrorMark | SentenceMark | GarbledMark) -> str | None:
    if not (1 <= mark.line <= len(document.lines) and 0 <= mark.start < mark.end):
        return None
    return document.slice(document.lines[mark.line - 1].span)[mark.start : mark.end]


class _Json:
    """One JSON file, able to say on which line a part of it stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.text = Document.read(file).text

    def convert(self) -> GoldFile:
        try:
            data = json.loads(self.text)
        except json.JSONDecodeError as error:
            raise GoldError(f"not JSON: {error.msg}", place=Place(str(self.file), error.lineno, error.colno)) from error
        try:
            return msgspec.convert(data, GoldFile)
        except msgspec.ValidationError as error:
            problem, _, path = str(error).partition(" - at `$")
            path = path.rstrip("`")
            if unknown := re.search(r"unknown field `([^`]+)`", problem):
                path += f".{unknown[1]}"
            raise self.error(problem, path) from error

    def error(self, problem: str, path: str, remedy: str = "") -> GoldError:
        """An error at ``path``, written as msgspec does: ``.errors[2].text``."""
        return GoldError(problem, place=Place(str(self.file), self._line(path)), remedy=remedy)

    def _line(self, path: str) -> int:
        node = yaml.compose(self.text, Loader=_LOADER)  # JSON is YAML, and YAML nodes know their lines
        line = node.start_mark.line if node else 0
        for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
            if index and isinstance(node, yaml.SequenceNode):
                node = node.value[int(index)]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == name), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line, pair[1]
        return int(line) + 1
