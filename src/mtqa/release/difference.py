"""What changed from one release to another: articles in and out, words, and edits by rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtqa.corrections.wording import changed_words
from mtqa.errors import Place
from mtqa.release.markdown import code
from mtqa.release.record import ReleaseError
from mtqa.release.table import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mtqa.release.manifest import Manifest

_MOST_LISTED = 1000
_DAMAGED = "this is not a release as mtqa builds it; see `mtqa release verify`"


@dataclass(frozen=True)
class Difference:
    """Ids of articles, sorted; ``rules`` is edits by rule: (before, after); ``first``: articles of a first release."""

    came: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: int = 0
    rules: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    first: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.came or self.left or self.changed)


@dataclass(frozen=True)
class Words:
    """One change of words in an article: what stood there, what stands there now; ``line`` (1-based) is the old one."""

    line: int
    old: str
    new: str


def compare(before: Path | None, after: Path) -> Difference:
    """The difference between two releases' folders; without ``before`` it is a first release, whose articles are only
    counted.

    Both are sorted by id and are read side by side: memory holds what differs.
    """
    if before is None:
        return Difference(first=sum(1 for _ in _texts(after)), rules={r: (0, n) for r, n in _rules(after).items()})
    came, left, changed, same = [], [], [], 0
    for name, old, new in _side_by_side(_texts(before), _texts(after)):
        if old is None:
            came.append(name)
        elif new is None:
            left.append(name)
        elif old != new:
            changed.append(name)
        else:
            same += 1
    old_rules, new_rules = _rules(before), _rules(after)
    rules = {rule: (old_rules[rule], new_rules[rule]) for rule in sorted(old_rules.keys() | new_rules.keys())}
    return Difference(tuple(came), tuple(left), tuple(changed), same, rules)


def _side_by_side(
    olds: Iterator[tuple[str, str]], news: Iterator[tuple[str, str]]
) -> Iterator[tuple[str, str | None, str | None]]:
    """For each id in order, what the old and the new release have; None where it is not in one."""
    old, new = next(olds, None), next(news, None)
    while old or new:
        if new is None or (old is not None and old[0] < new[0]):
            assert old is not None
            yield old[0], old[1], None
            old = next(olds, None)
        elif old is None or new[0] < old[0]:
            yield new[0], None, new[1]
            new = next(news, None)
        else:
            yield old[0], old[1], new[1]
            old, new = next(olds, None), next(news, None)


def _texts(release: Path) -> Iterator[tuple[str, str]]:
    """Id and hash of the text of each article; raises :class:`ReleaseError` where they are not sorted by id."""
    last = ""
    for row in read_rows(release / "data", ("id", "text_sha256")):
        if row["id"] < last:
            raise ReleaseError("its articles are not sorted by id", place=Place(str(release)), remedy=_DAMAGED)
        last = row["id"]
        yield last, row["text_sha256"]


def _rules(release: Path) -> Counter[str]:
    found = Counter(row["rule"] or "(editor's own)" for row in read_rows(release / "edits", ("rule",)))
    return Counter(dict(sorted(found.items())))


def changed_articles(before: Path, after: Path, found: Difference) -> Iterator[tuple[str, list[Words]]]:
    """Each changed article's id with its changes, word by word, in order of id."""
    wanted = set(found.changed)
    new_rows = (row for row in read_rows(after / "data", ("id", "text")) if row["id"] in wanted)
    for old in (row for row in read_rows(before / "data", ("id", "text")) if row["id"] in wanted):
        new: dict[str, Any] | None = next(new_rows, None)
        if new is None or new["id"] != old["id"]:
            raise ReleaseError("its articles are not sorted by id", place=Place(str(after)), remedy=_DAMAGED)
        yield old["id"], changes(old["text"], new["text"])


def changes(old: str, new: str) -> list[Words]:
    """The changes from one text to another."""
    return [
        Words(old.count("\n", 0, edit.span.start) + 1, old[edit.span.start : edit.span.end], edit.replacement)
        for edit in changed_words(old, new)
    ]


def changelog(found: Difference, before: Manifest | None, version: str, date: str) -> str:
    """CHANGELOG.md of a release."""
    lines = ["# Changelog", "", f"## {version} ({date})", ""]
    if before is None:
        lines += [f"First release: {found.first:,} articles.", ""]
    else:
        lines += [f"Compared with {before.version} (release id `{before.release_id}`).", ""]
        for title, names in (("Came in", found.came), ("Left", found.left), ("Text changed", found.changed)):
            lines += [f"### {title}: {len(names):,}", ""]
            lines += [f"- {code(name)}" for name in names[:_MOST_LISTED]]
            lines += [f"- and {len(names) - _MOST_LISTED:,} more"] if len(names) > _MOST_LISTED else []
            lines += [""] if names else []
        lines += [f"Unchanged: {found.same:,}.", ""]
    lines += ["### Edits by rule", "", "| rule | before | now |", "|---|---:|---:|"]
    lines += [f"| {code(rule)} | {old:,} | {new:,} |" for rule, (old, new) in found.rules.items()]
    return "\n".join(lines) + "\n"
