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
    """Ids of articles, sorted; ``rules`` is edits by rule: (before, after)."""

    came: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: int = 0
    rules: Mapping[str, tuple[int, int]] = field(default_factory=dict)

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
    """The difference between two releases' folders; without ``before`` everything came."""
    olds = _texts(before) if before else {}
    news = _texts(after)
    both = olds.keys() & news.keys()
    changed = tuple(sorted(name for name in both if olds[name] != news[name]))
    old_rules, new_rules = _rules(before) if before else Counter[str](), _rules(after)
    return Difference(
        came=tuple(sorted(news.keys() - olds.keys())),
        left=tuple(sorted(olds.keys() - news.keys())),
        changed=changed,
        same=len(both) - len(changed),
        rules={rule: (old_rules[rule], new_rules[rule]) for rule in sorted(old_rules.keys() | new_rules.keys())},
    )


def _texts(release: Path) -> dict[str, str]:
    return {row["id"]: row["text_sha256"] for row in read_rows(release / "data", ("id", "text_sha256"))}


def _rules(release: Path) -> Counter[str]:
    return Counter(row["rule"] or "(editor's own)" for row in read_rows(release / "edits", ("rule",)))


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
        lines += [f"First release: {len(found.came):,} articles.", ""]
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
