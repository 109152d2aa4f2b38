"""What changes between two wordings, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALIKE = 0.4
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a comparison; ``kind`` is "same", "old" or "new"."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Part]:
    """The two wordings as one text: what stays, what goes, what comes. Wordings with little in common stand whole."""
    parts: list[Part] = []
    steps = list(_steps(old, new))
    common = sum(len(was.strip()) for was, _, same in steps if same)
    if old.strip() and new.strip() and common < _ALIKE * max(len(old), len(new)):
        return [Part("old", old), Part("same", " "), Part("new", new)]
    for was, becomes, same in steps:
        if same:
            parts.append(Part("same", was))
            continue
        parts += [Part(kind, text) for kind, text in (("old", was), ("new", becomes)) if text]
    return parts


def edits_between(old: str, new: str, at: int = 0) -> list[Edit]:
    """The edits, in whole words, that turn ``old`` (which begins at offset ``at``) into ``new``."""
    edits, offset = [], at
    for was, becomes, same in _steps(old, new):
        if not same:
            edits.append(Edit(Span(offset, offset + len(was)), becomes))
        offset += len(was)
    return edits


def _steps(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    pending: list[str] = ["", ""]
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        was, becomes = "".join(left[a:b]), "".join(right[c:d])
        if kind == "equal" and (was.strip() or not any(pending)):
            if any(pending):
                yield pending[0], pending[1], False
                pending = ["", ""]
            yield was, becomes, True
        else:  # a blank between two changed words belongs to the change
            pending[0] += was
            pending[1] += becomes
    if any(pending):
        yield pending[0], pending[1], False
