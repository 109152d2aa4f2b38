"""What a change of rules does to a corpus: findings that it adds and takes away."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.errors import MtqaError, Place, RuleError
from mtqa.git import Repository
from mtqa.linter import Linter
from mtqa.rules.load import load_rules
from mtqa.rules.memo import memo_file
from mtqa.rules.snapshot import Snapshot
from mtqa.workers import gather_knowledge, lint_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.config import Config
    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Result, Source
    from mtqa.rules.load import RuleSet


@dataclass
class Impact:
    """Findings added and removed, by rule, and in how many of ``articles`` anything changed."""

    articles: int = 0
    changed: int = 0
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Difference:
    """One article in which the rules say something else than they did."""

    document: Document
    added: tuple[Finding, ...]
    removed: tuple[Finding, ...]


def rules_at(revision: str, config: Config) -> RuleSet:
    """The rules as they were at a git revision; folders outside of the project's repository are taken as they are.

    Raises :class:`MtqaError` when none of the rule folders is in the repository.
    """
    repository = Repository.around(config.root)
    folders = []
    with tempfile.TemporaryDirectory() as name:
        found = False
        for number, folder in enumerate(config.rule_folders()):
            path = repository.path_of(folder.resolve())
            if path is None:
                folders.append(folder)
                continue
            found = True
            folders.append(Path(name) / str(number))
            folders[-1].mkdir()
            _check_out(repository.tree(revision, path), path, folders[-1])
        if not found:
            raise MtqaError(
                "no folder of rules is in this repository, so none can have changed",
                remedy="run it in the project whose rules have changed",
            )
        try:
            return load_rules(*folders)
        except RuleError as error:
            raise _unusable(error, revision, Path(name)) from error
        finally:
            for file in (memo_file(tuple(folders)), Snapshot(folders).file):  # nobody will load this copy again
                file.unlink(missing_ok=True)


def _unusable(error: RuleError, revision: str, checkout: Path) -> MtqaError:
    """The same error, with a place that can be found: the copy is gone by then."""
    place = error.place
    if place is not None and Path(place.path).is_relative_to(checkout):
        inside = Path(*Path(place.path).relative_to(checkout).parts[1:]).as_posix()
        place = Place(f"{revision}:{inside}", place.line)
    return MtqaError(
        f"this mtqa cannot use the rules of then: {error.problem}",
        place=place,
        remedy="compare with a later revision; rules from before a change of the format cannot be loaded",
    )


def _check_out(contents: dict[str, bytes], top: str, to: Path) -> None:
    for path, data in contents.items():
        if path.endswith((".yaml", ".yml")):
            file = to / Path(path).relative_to(top)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def differences(
    old: RuleSet, new: RuleSet, sources: Sequence[Source], config: Config, impact: Impact, *, jobs: int = 1
) -> Iterator[Difference]:
    """Each article whose findings differ, in order; ``impact`` counts. Both rule sets judge the same text.

    A finding is the same when rule, place and severity are.
    """
    for before, after in zip(*(_results(rules, sources, config, jobs) for rules in (old, new)), strict=True):
        for result in (before, after):
            if result.errors:
                raise MtqaError(f"impact needs every article: {result.errors[0]}")
        assert after.document is not None
        impact.articles += 1
        added, removed = _only(after, before), _only(before, after)
        impact.added.update(finding.rule for finding in added)
        impact.removed.update(finding.rule for finding in removed)
        if added or removed:
            impact.changed += 1
            yield Difference(after.document, added, removed)


def _results(rules: RuleSet, sources: Sequence[Source], config: Config, jobs: int) -> Iterator[Result]:
    linter = Linter(rules, config.selection, config.overrides, max_line=config.settings.max_line_length)
    return lint_sources(linter.knowing(gather_knowledge(linter, sources, jobs)), sources, jobs)


def _only(one: Result, other: Result) -> tuple[Finding, ...]:
    there = {(finding.rule, finding.span, finding.severity) for finding in other.findings}
    return tuple(f for f in one.findings if (f.rule, f.span, f.severity) not in there)
