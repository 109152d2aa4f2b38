"""Does everything still fit? Ledger, patch and original of each article, byte for byte."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from mtqa.corrections.diff import DiffError, FileDiff, read_diff, split_lines
from mtqa.corrections.ledger import Problem
from mtqa.corrections.patch import Patch, apply_patch, line_sums, preamble_fields
from mtqa.errors import MtqaError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.corrections.state import Edits
    from mtqa.corrections.store import Article, Corrections

_SHOWN = 60


def verify(corrections: Corrections, path: str) -> list[Problem]:
    """All problems of one article; none when its patch is what its ledger yields, applies to its original, and yields
    the recorded hash, and nothing was altered, removed or decided against each other.
    """
    try:
        article = corrections.read(path)
        return list(_article(article))
    except MtqaError as error:
        return [Problem(error.place or Place(path), error.problem)]


def _article(article: Article) -> Iterator[Problem]:
    ledger, (patch_file, shown) = article.home.ledger(article.path), article.home.patch_file(article.path)
    present = patch_file.read_bytes() if patch_file.exists() else b""
    for problem in article.reading.problems:
        yield Problem(problem.place, problem.message + _altered_fields(article, problem, present))
    line_of = dict(zip((one.id for one in article.reading.decisions), article.reading.lines, strict=True))
    for name, decision in article.state.missing.items():
        place = Place(ledger.shown, line_of[decision.id])
        yield Problem(place, f"refers to decision {name}, whose line has been removed or damaged")
    edits = article.state.edits(article.document.sha256)
    yield from _conflicts(article, edits, line_of)
    if edits.stale:
        yield from _changed_original(article, edits, present)
    if article.damage:
        return
    patch = article.patch()
    if not edits.stale or preamble_fields(present).get("Source-Sha256") == article.document.sha256:
        yield from _patch_file(shown, present, patch)
    yield from _applies(article, patch, shown)


def _conflicts(article: Article, edits: Edits, line_of: dict[str, int]) -> Iterator[Problem]:
    shown = article.home.ledger(article.path).shown
    for conflict in (*article.state.contradictions.values(), *edits.overlaps):
        last = conflict.decisions[-1]
        said = "; ".join(f"{one.by}: {one.verdict.value} ({one.id})" for one in conflict.decisions)
        what = "decisions contradict each other" if conflict.kind == "contradiction" else "edits overlap"
        yield Problem(Place(shown, line_of[last.id]), f"{what}: {said}")


# -- the patch


def _patch_file(shown: str, present: bytes, patch: Patch) -> Iterator[Problem]:
    if present == patch.data:
        return
    if not present:
        yield Problem(Place(shown), "is missing, although the ledger has edits; run `mtqa patch rebuild`")
    elif not patch.data:
        yield Problem(Place(shown), "is there, although the ledger yields no edits; run `mtqa patch rebuild`")
    else:
        number, said = _first_difference(present, patch.data)
        yield Problem(Place(shown, number), f"is not what the ledger yields: {said}")


def _applies(article: Article, patch: Patch, shown: str) -> Iterator[Problem]:
    """Read the derived patch back, as any other tool would."""
    if not patch.data:
        return
    try:
        result = apply_patch(article.document.data, patch.data)
    except DiffError as error:
        yield Problem(Place(shown, error.line), f"does not apply to its original: {error}")
        return
    recorded = preamble_fields(patch.data)["Result-Sha256"]
    if result != patch.result or hashlib.sha256(result).hexdigest() != recorded:
        yield Problem(Place(shown), "applied, it does not give the recorded result")


def _first_difference(found: bytes, expected: bytes) -> tuple[int, str]:
    """1-based line of the first difference, and both sides of it."""
    ours, theirs = split_lines(found), split_lines(expected)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one != other:
            return number, _both_sides(one, other)
    number = min(len(ours), len(theirs)) + 1
    extra = ours[number - 1] if len(ours) > len(theirs) else b""
    missing = theirs[number - 1] if len(theirs) > len(ours) else b""
    return number, _both_sides(extra, missing)


def _both_sides(found: bytes, expected: bytes) -> str:
    at = next(
        (i for i, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), min(len(found), len(expected))
    )
    start = max(0, at - _SHOWN // 3)
    one, other = (side[start : start + _SHOWN].decode("utf-8", "replace") for side in (found, expected))
    return f"at byte {at + 1} it says {one!r}, it should say {other!r}"


# -- the original


def _changed_original(article: Article, edits: Edits, present: bytes) -> Iterator[Problem]:
    """The original is not the one that decisions were made on: which line changed, as far as the patch tells."""
    document = article.document
    fields = preamble_fields(present)
    number, detail = None, ""
    if fields.get("Source-Sha256") in {one.source_sha256 for one in edits.stale} and "Source-Lines" in fields:
        number = _changed_line(fields["Source-Lines"], line_sums(document.data))
        old = _line_in_patch(present, number) if number else None
        now = split_lines(document.data)
        if old is not None and number and number <= len(now):
            detail = ": " + _both_sides(now[number - 1], old)
    yield Problem(
        Place(document.path, number),
        f"the original has changed since {len(edits.stale)} edits were accepted{detail}; "
        "restore it, or run `mtqa patch rebase`",
    )


def _changed_line(before: str, now: str) -> int | None:
    olds, news = ([sums[at : at + 4] for at in range(0, len(sums), 4)] for sums in (before, now))
    for number, (old, new) in enumerate(zip(olds, news, strict=False), 1):
        if old != new:
            return number
    return min(len(olds), len(news)) + 1 if len(olds) != len(news) else None


def _line_in_patch(patch: bytes, number: int) -> bytes | None:
    """A line of the original as the patch quotes it."""
    try:
        diffs: list[FileDiff] = read_diff(patch)
    except DiffError:
        return None
    for hunk in (hunk for diff in diffs for hunk in diff.hunks):
        if hunk.start < number <= hunk.start + len(hunk.old):
            return hunk.old[number - 1 - hunk.start]
    return None


# -- the ledger


def _altered_fields(article: Article, problem: Problem, patch: bytes) -> str:
    """Which fields of an altered ledger line disagree with its patch and its original."""
    if "altered" not in problem.message or problem.place.line is None:
        return ""
    line = article.home.ledger(article.path).file.read_bytes().split(b"\n")[problem.place.line - 1]
    fields: dict[str, Any] = json.loads(line)
    stanza = _stanza(patch, str(fields.get("id", "")))
    names = [
        name
        for name, key in (("by", "By"), ("at", "Date"), ("rule", "Rule"), ("why", "Why"))
        if stanza and str(fields.get(name, "")) != _plain(stanza.get(key, ""))
    ]
    if fields.get("source_sha256") == article.document.sha256:
        names += _misquoted(article.document.text, fields)
    if stanza and "new" in fields and str(fields["new"]).encode() not in patch.replace(b"\n+", b"\n"):
        names.append("new")
    return f"; not as in its patch or original: {', '.join(names)}" if names else ""


def _misquoted(text: str, fields: dict[str, Any]) -> list[str]:
    start, end = fields.get("span", (0, 0))
    before, after = str(fields.get("before", "")), str(fields.get("after", ""))
    checks = {
        "old": text[start:end] == fields.get("old", ""),
        "before": text[:start].endswith(before),
        "after": text[end : end + len(after)] == after,
    }
    return [name for name, fits in checks.items() if not fits]


def _stanza(patch: bytes, name: str) -> dict[str, str]:
    """The preamble's fields for one edit."""
    for paragraph in patch.decode("utf-8", "replace").split("\n\n"):
        if paragraph.startswith(f"Edit: {name}\n"):
            return dict(line.partition(": ")[::2] for line in paragraph.split("\n"))
    return {}


def _plain(value: str) -> str:
    """A field's value as it was before it was written; see :func:`mtqa.corrections.patch.field_value`."""
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except json.JSONDecodeError:
        return value
