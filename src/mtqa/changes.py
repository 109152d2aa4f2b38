"""Which findings a change brought: decided by words, since a paragraph is one line of some thousand characters.

Old and new version of an article are judged by the same rules and the same knowledge of the corpus. The words of both
are aligned; a finding was there before when its own words stand in both, in much the same surroundings, and the same
rule found them in the old version. What is left is compared with what the change took away, here or in another article:
text that moved is not new.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mtqa.finding import Layer
from mtqa.git import GitError, Repository
from mtqa.linter import Source
from mtqa.segment import normalised, sentence_at
from mtqa.workers import lint_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.config import Config
    from mtqa.document import Document
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding
    from mtqa.linter import Linter, Result

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_CONTEXT = 8  # tokens on each side of a finding, about four words
_LONG = 24  # tokens from which a passage is known by itself, without its surroundings
_MOST_CELLS = 400_000_000  # of a word alignment: 50 MB of bits; longer stretches are compared by sentences only
_Key = tuple[str, ...]


# -- one article


@dataclass(frozen=True)
class Version:
    """An article with its findings, cut into tokens: words, marks and white space."""

    document: Document
    findings: Sequence[Finding]

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(self.document.text)]

    @cached_property
    def starts(self) -> list[int]:
        """Where each token starts."""
        return [start for start, _ in self._bounds]

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens; white space counts as one space, so that re-wrapping changes nothing."""
        text = self.document.text
        return [" " if text[start].isspace() else text[start:end] for start, end in self._bounds]

    def range_of(self, start: int, end: int) -> range:
        """The tokens that a span touches, at least one unless the text is empty."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        return range(first, max(bisect_left(self.starts, end), min(first + 1, len(self.starts))))

    def lines(self) -> list[tuple[str, range]]:
        """The content of each line, white space folded, and its tokens; a line break belongs to the line before."""
        found, edge = [], 0
        for line in self.document.lines:
            stop = bisect_left(self.starts, line.full.end)
            found.append((normalised(self.document.slice(line.span)), range(edge, max(edge, stop))))
            edge = max(edge, stop)
        return found


def align(old: Version, new: Version) -> dict[int, int]:
    """New token -> the old token that it was: whole lines first, then words within the lines that differ."""
    old_lines, new_lines = old.lines(), new.lines()
    same: dict[int, int] = {}
    matcher = SequenceMatcher(None, [text for text, _ in old_lines], [text for text, _ in new_lines], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            for (_, before), (_, after) in zip(old_lines[a1:a2], new_lines[b1:b2], strict=True):
                _pair(old.tokens, new.tokens, before, after, same)
        elif tag == "replace":
            before = range(old_lines[a1][1].start, old_lines[a2 - 1][1].stop)
            after = range(new_lines[b1][1].start, new_lines[b2 - 1][1].stop)
            _pair(old.tokens, new.tokens, before, after, same)
    return same


def _pair(old: list[str], new: list[str], before: range, after: range, same: dict[int, int]) -> None:
    """Align two stretches word by word, by their longest common subsequence."""
    a, b = old[before.start : before.stop], new[after.start : after.stop]
    if a == b:
        same.update(zip(after, before, strict=True))
        return
    if len(a) * len(b) > _MOST_CELLS:
        return
    from rapidfuzz.distance import LCSseq

    for code in LCSseq.opcodes(a, b):
        if code.tag == "equal":
            for step in range(code.src_end - code.src_start):
                same[after.start + code.dest_start + step] = before.start + code.src_start + step


@dataclass(frozen=True)
class Comparison:
    """``fresh``: findings of the new version that were not where they are; ``gone``: old ones that are no longer."""

    fresh: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def compare(old: Version, new: Version) -> Comparison:
    """Compare two versions of one article."""
    if old.document.text == new.document.text:
        return Comparison((), ())
    same = align(old, new)
    at: dict[int, list[int]] = {}
    for number, finding in enumerate(old.findings):
        for token in old.range_of(finding.span.start, finding.span.end):
            at.setdefault(token, []).append(number)
    kept: set[int] = set()
    fresh = []
    for finding in new.findings:
        if (known := _known(finding, old, new, same, at)) is None:
            fresh.append(finding)
        else:
            kept.update(known)
    return Comparison(tuple(fresh), tuple(f for number, f in enumerate(old.findings) if number not in kept))


def _known(
    finding: Finding, old: Version, new: Version, same: dict[int, int], at: dict[int, list[int]]
) -> set[int] | None:
    """The old findings that this one is, or None: its words, or those around it, have been touched."""
    own = new.range_of(finding.span.start, finding.span.end)
    words = [token for token in own if new.tokens[token] != " "] or list(own)
    found: set[int] = set()
    touched = 0
    for token in words:
        alike = [n for n in at.get(same.get(token, -1), ()) if _alike(old.findings[n], finding)]
        found.update(alike)
        touched += not alike
    block = finding.layer is Layer.BLOCK
    if not found or touched > (0 if block else len(words) // 10):
        return None
    return found if block or len(own) >= _LONG or _surroundings_stand(own, new, same) else None


def _alike(old: Finding, new: Finding) -> bool:
    """The same rule; of blocks, whose rule may change with their lines, the same layer."""
    return old.rule == new.rule or old.layer is new.layer is Layer.BLOCK


def _surroundings_stand(own: range, new: Version, same: dict[int, int]) -> bool:
    """True when half of the words and marks beside a finding, on its line, still stand at the same distance from it.

    Words alone are no proof: a fault that goes in one sentence may come back in another.
    """
    line = new.document.line_at(min(new.starts[own.start], len(new.document.text)))
    home = new.range_of(line.start, line.end)
    near = [
        *((token, own.start) for token in range(max(home.start, own.start - _CONTEXT), own.start)),
        *((token, own.stop - 1) for token in range(own.stop, min(home.stop, own.stop + _CONTEXT))),
    ]
    beside = [(token, edge) for token, edge in near if new.tokens[token] != " "]
    stands = sum(token in same and edge in same and same[token] - same[edge] == token - edge for token, edge in beside)
    return 2 * stands >= len(beside)


def moved_key(document: Document, finding: Finding) -> _Key:
    """What a finding is known by when its text has moved: rule, sentence and matched text, white space folded."""
    sentence = normalised(document.slice(sentence_at(document, finding.span.start)))
    return (finding.rule, sentence, normalised(document.slice(finding.span)))


# -- a change of a repository


@dataclass(frozen=True)
class Change:
    """What has changed since a commit: ``old_of`` maps articles to their old contents, None for added ones.

    ``removed`` holds articles that are gone, by old path.
    """

    old_of: dict[str, bytes | None]
    removed: dict[str, bytes] = field(default_factory=dict)

    def sources(self, sources: Iterable[Source]) -> list[Source]:
        """Those that have changed."""
        return [source for source in sources if source.name in self.old_of]


def changed_since(revision: str, sources: Iterable[Source], config: Config) -> Change:
    """What the working tree changes against the commit where its history and that of ``revision`` part.

    Raises :class:`~mtqa.git.GitError` without a repository, the revision or its history, and for articles outside.
    """
    repository = Repository.around(config.root)
    changes = repository.changes(repository.base(revision))
    tracked = repository.tracked()
    by_new = {change.new: change for change in changes if change.new is not None}
    by_old = {change.old: change for change in changes if change.old is not None and change.new is None}
    blobs: dict[str, str] = {}
    taken = set()
    for source in sources:
        path = _path(repository, source)
        change = by_new.get(path) or by_old.get(path)
        if change is not None:
            blobs[source.name] = change.blob
            taken.add(change)
        elif path not in tracked:
            blobs[source.name] = ""
    names = [change.old for change in by_old.values() if change.old and change not in taken]
    removed = {name: by_old[name].blob for name in sorted(names) if _is_article(name, config)}
    contents = repository.contents(blob for blob in [*blobs.values(), *removed.values()] if blob)
    return Change(
        {name: contents[blob] if blob else None for name, blob in blobs.items()},
        {name: contents[blob] for name, blob in removed.items()},
    )


def _path(repository: Repository, source: Source) -> str:
    path = repository.path_of(source.file) if source.file else None
    if path is None:
        raise GitError(
            f"{source.name} is not in the repository at {repository.top}",
            remedy="what has changed can be told of files of the repository only",
        )
    return path


def _is_article(path: str, config: Config) -> bool:
    name = PurePosixPath(path).name
    return any(fnmatchcase(name, pattern) for pattern in config.settings.include)


@dataclass(frozen=True)
class Introduced:
    """A result with nothing but what the change brought; ``known`` counts the findings that were there before.

    ``unreadable`` says why the old version could not be compared, so that everything counts as new.
    """

    result: Result
    known: int = 0
    unreadable: MtqaError | None = None


def introduced(linter: Linter, results: Iterable[Result], change: Change, jobs: int = 1) -> Iterator[Introduced]:
    """Reduce the results of changed articles, in order. They are held until all are compared, since text moves."""
    held = list(results)
    old = _old_results(linter, held, change, jobs)
    lost: Counter[_Key] = Counter()
    compared = []
    for result in held:
        before = old.get(result.source.name)
        fresh, gone = _compared(before, result)
        if before is not None and before.document is not None:
            lost.update(moved_key(before.document, finding) for finding in gone)
        compared.append(fresh)
    for name in change.removed:
        gone_article = old[f"\0{name}"]
        if gone_article.document is not None:
            lost.update(moved_key(gone_article.document, finding) for finding in gone_article.findings)
    for result, fresh in zip(held, compared, strict=True):
        findings = tuple(_not_moved(result, fresh, lost))
        before = old.get(result.source.name)
        unreadable = before.errors[0] if before is not None and before.document is None and before.errors else None
        errors = result.errors or (before.errors if before is not None and unreadable is None else ())
        new = replace(result, findings=findings, errors=errors)  # without its engine the old version tells half
        yield Introduced(new, len(result.findings) - len(findings), unreadable)


def _old_results(linter: Linter, held: Sequence[Result], change: Change, jobs: int) -> dict[str, Result]:
    """Old versions under the names of the new ones, whose settings apply; removed articles under NUL and old path."""
    contents = ((result.source, change.old_of[result.source.name]) for result in held)
    sources = [replace(source, data=data) for source, data in contents if data is not None]
    found = {result.source.name: result for result in lint_sources(linter, sources, jobs)}
    removed = [Source(name, data=data) for name, data in change.removed.items()]
    return found | {f"\0{result.source.name}": result for result in lint_sources(linter, removed, jobs)}


def _compared(before: Result | None, after: Result) -> tuple[Sequence[Finding], Sequence[Finding]]:
    if after.document is None or before is None or before.document is None:
        return after.findings, ()
    comparison = compare(Version(before.document, before.findings), Version(after.document, after.findings))
    return comparison.fresh, comparison.gone


def _not_moved(result: Result, fresh: Iterable[Finding], lost: Counter[_Key]) -> Iterator[Finding]:
    for finding in fresh:
        assert result.document is not None
        key = moved_key(result.document, finding)
        if lost[key] > 0:
            lost[key] -= 1
        else:
            yield finding
