"""Documents and edits of every awkward kind, made from any source of chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.corrections.store import Corrections
from mtqa.document import Document, Span
from mtqa.finding import Edit

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

WORDS = (
    *(
        "trade",
        "union",
        "the",
        "of",
        "a",
        "18th",
        "Wang",
        "Dongming.",
        "“typical”",
        "guide'",
        "工会",
        "é",
        "e\u0301",
        "👩‍👩‍👧",
    ),
    *("\u00a0", "\u2028", "\u2029", "\x0c", "\r", "\x0b", "\x85", "\x1b[31m", "\ufeff", "\u202e", "\t", " "),
    *("--", "+++ b/x", "--- a/x", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline at end of file", "-", "+"),
    *("*** 1,2 ****", "Index: x", "1,2d", "3a", "From: x"),
)
NAMES = ("plain", "with space", 'quo"te', "back\\slash", "工会", "tab\there", "é", "a  b ", "-dash", "'single'", "b/b")


def make_text(random: Random) -> str:
    """An article, or what passes for one."""
    lines = [_line(random) for _ in range(random.choice((0, 0, 1, 1, 2, 3, 5, 8, 12, 20)))]
    style = random.choice(("\n", "\r\n", "mixed"))
    text = "".join(line + (random.choice(("\n", "\r\n")) if style == "mixed" else style) for line in lines)
    text += random.choice(("", "", "\n", "\n\n\n", "\r", "last line", "last\r\n", " "))
    return text


def _line(random: Random) -> str:
    if random.random() < 0.2:
        return ""
    if random.random() < 0.01:
        return "word " * 1000
    return random.choice((" ", "")).join(random.choice(WORDS) for _ in range(random.randrange(1, 9)))


def make_edits(random: Random, document: Document) -> list[Edit]:
    """Edits apart from each other, sorted: words, lines, insertions, adjacent ones, at the start, at the end."""
    text = document.text
    if random.random() < 0.06:
        return [Edit(Span(0, len(text)), random.choice(("", "", "new", "new\n")))]
    points = sorted(random.randrange(len(text) + 1) for _ in range(random.choice((2, 2, 4, 6, 10))))
    if random.random() < 0.3:
        points = sorted(_line_edge(random, document, point) for point in points)
    if random.random() < 0.15:
        points[0] = 0
    if random.random() < 0.15:
        points[-1] = len(text)
    if random.random() < 0.2:  # adjacent ones
        points = sorted(points[: len(points) // 2] * 2)[: len(points)]
    edits: list[Edit] = []
    for start, end in zip(points[::2], points[1::2], strict=False):
        span = Span(start, min(end, start + random.choice((0, 3, 30, 5000))))
        if not edits or span.start > edits[-1].span.end or (span.start == edits[-1].span.end and len(span)):
            edits.append(Edit(span, _replacement(random)))
    return edits


def _line_edge(random: Random, document: Document, point: int) -> int:
    line = document.line_at(point)
    return random.choice((line.start, line.end, line.full.end))


def _replacement(random: Random) -> str:
    kind = random.randrange(6)
    if kind < 2:
        return ""
    if kind < 4:
        return random.choice(WORDS)
    return random.choice(("\n", "\r\n", "a new line\n", "\nanother", "one\ntwo\n\nthree", "x " * 500))


def make_document(random: Random, path: str) -> Document:
    data = make_text(random).encode("utf-8")
    return Document.from_bytes(random.choice((b"", b"", b"", b"\xef\xbb\xbf")) + data, path)


def write(root: Path, document: Document) -> Document:
    """Put a document's bytes where its path says."""
    file = root / document.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(document.data)
    return document


def project(tmp_path: Path, **files: str) -> Corrections:
    """A project with originals under ``seeds/``; ``a="text"`` is ``seeds/a.txt``."""
    for name, text in files.items():
        write(tmp_path, Document.from_text(text, f"seeds/{name}.txt"))
    return Corrections(tmp_path, originals=("seeds",))
