"""What a release holds of one article, and which of it becomes a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.errors import MtqaError
from mtqa.score import Score  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReleaseError(MtqaError):
    """A release that cannot be built, read or trusted."""


class EditRow(msgspec.Struct, frozen=True):
    """One replacement that a decision made: a row of the ``edits`` table.

    ``start`` and ``end`` are code points of the original; a decision with several replacements has a row for each.
    """

    id: str
    path: str
    decision: str
    start: int
    end: int
    old: str
    new: str
    rule: str
    verdict: str
    editor: str
    time: str
    reason: str


class Passage(msgspec.Struct, frozen=True):
    """Where an article says something of itself: the ``text`` as it stands in the original, its ``line``, the rule."""

    text: str
    line: int
    rule: str
    fields: tuple[str, ...]


class Fields(msgspec.Struct, frozen=True):
    """What the article says of itself; empty where it says nothing.

    ``published`` is ISO 8601 without a zone (a date, or a date and time), ``published_text`` the words it comes from;
    ``passages`` are all words that anything comes from, in order of the text.
    """

    title: str = ""
    kicker: str = ""
    original_title: str = ""
    source: str = ""
    outlet: str = ""
    published: str = ""
    published_text: str = ""
    authors: tuple[str, ...] = ()
    editor: tuple[str, ...] = ()
    photographers: tuple[str, ...] = ()
    site: str = ""
    passages: tuple[Passage, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """One article as released, or as left out.

    ``decided`` tells who gave the verdict: "score", or the editor's name. ``blockers`` are what is still open, one
    readable line each. ``left_out`` is the reason for which there is no row; empty for a row.
    """

    id: str
    path: str
    text: str
    fields: Fields
    source_sha256: str
    text_sha256: str
    words: int
    score: Score
    verdict: str
    decided: str
    open_critical: int = 0
    open_major: int = 0
    open_minor: int = 0
    blockers: tuple[str, ...] = ()
    left_out: str = ""
    reason: str = ""
    edits: tuple[EditRow, ...] = ()
    patch: bytes = b""
    patch_sha256: str = ""
    ledger_sha256: str = ""


# name -> (Arrow type, what it is); the order is that of the files
COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("string", "Identifies the article within the corpus, from release to release."),
    "text": ("string", "The cleaned text: the original with its patch applied."),
    "title": ("string", "The headline; null where the article has none."),
    "kicker": ("string", "The line above the headline, where the article says that it is one."),
    "original_title": ("string", "The title that the article names as its original one."),
    "source": ("string", "Where the article says it was first published."),
    "outlet": ("string", "The newspaper or agency of the byline."),
    "published": ("string", "Date, or date and time, of publication in ISO 8601 without a time zone."),
    "published_text": ("string", "The date as it stood in the article."),
    "authors": ("list<string>", "Names of the byline."),
    "editor": ("list<string>", "Names of the editors in charge."),
    "photographers": ("list<string>", "Names of photo credits."),
    "metadata_text": ("list<string>", "The passages of the original that these fields come from, as they stood there."),
    "path": ("string", "The original's path within its project."),
    "source_sha256": ("string", "SHA-256 of the original's bytes."),
    "text_sha256": ("string", "SHA-256 of `text` in UTF-8."),
    "language": ("string", "Language of the text."),
    "words": ("int64", "Words of the text."),
    "mqm_penalty": ("int64", "MQM penalty points of what is still wrong with the text: minor 1, major 5, critical 25."),
    "mqm_score": ("double", "Penalty points per 1,000 words."),
    "mqm_score_low": ("double", "Lower end of its 95 % interval."),
    "mqm_score_high": ("double", "Upper end of its 95 % interval."),
    "verdict": ("string", "publish, repair, retranslate or drop."),
    "verdict_by": ("string", "Who gave the verdict: score, or an editor."),
    "site": ("string", "Internet domain named in the page furniture of the original."),
    "duplicate_cluster": ("string", "Smallest id among the articles that this one nearly repeats; null where none."),
    "open_critical": ("int64", "Critical findings that nobody has decided on."),
    "open_major": ("int64", "Major findings that nobody has decided on."),
    "open_minor": ("int64", "Minor findings that nobody has decided on."),
    "unsettled": ("list<string>", "What the release's gate found and was told to let pass."),
    "edits": ("int64", "Number of edits made to the original."),
}  # fmt: skip

EDIT_COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("string", "The article's id."),
    "path": ("string", "The original's path."),
    "decision": ("string", "Id of the decision: the line of the ledger that owns this change."),
    "start": ("int64", "Where it begins in the original's text, in code points."),
    "end": ("int64", "Where it ends, exclusive."),
    "old": ("string", "What stood there."),
    "new": ("string", "What stands there now."),
    "rule": ("string", "The rule that found it; null for an edit of the editor's own."),
    "verdict": ("string", "accept: a fix as offered; edit: the editor's own wording."),
    "editor": ("string", "Who decided."),
    "time": ("string", "When, in UTC (RFC 3339)."),
    "reason": ("string", "Why."),
}


def row_of(record: Record, language: str, cluster: str) -> dict[str, Any]:
    """The article's row: :data:`COLUMNS` in order, None for what is not known."""
    fields, score = record.fields, record.score
    return {
        "id": record.id,
        "text": record.text,
        "title": fields.title or None,
        "kicker": fields.kicker or None,
        "original_title": fields.original_title or None,
        "source": fields.source or None,
        "outlet": fields.outlet or None,
        "published": fields.published or None,
        "published_text": fields.published_text or None,
        "authors": list(fields.authors),
        "editor": list(fields.editor),
        "photographers": list(fields.photographers),
        "metadata_text": [passage.text for passage in fields.passages],
        "path": record.path,
        "source_sha256": record.source_sha256,
        "text_sha256": record.text_sha256,
        "language": language or None,
        "words": record.words,
        "mqm_penalty": score.penalty,
        "mqm_score": score.value,
        "mqm_score_low": score.low,
        "mqm_score_high": score.high,
        "verdict": record.verdict,
        "verdict_by": record.decided,
        "site": fields.site or None,
        "duplicate_cluster": cluster or None,
        "open_critical": record.open_critical,
        "open_major": record.open_major,
        "open_minor": record.open_minor,
        "unsettled": list(record.blockers),
        "edits": len(record.edits),
    }


def edit_row_of(edit: EditRow) -> dict[str, Any]:
    """The row of one edit: :data:`EDIT_COLUMNS` in order."""
    return {name: getattr(edit, name) for name in EDIT_COLUMNS} | {"rule": edit.rule or None}
