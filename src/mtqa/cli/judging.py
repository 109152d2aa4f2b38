"""The judge in ``mtqa lint``: made before anything is written, and its bill told at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtqa.document import Document
from mtqa.errors import MtqaError
from mtqa.judge.grading import Judge
from mtqa.judge.linting import judged, suspects_of
from mtqa.report.escape import visible
from mtqa.segment import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.changes import Change
    from mtqa.config import Config
    from mtqa.document import Span
    from mtqa.judge.linting import Suspects
    from mtqa.linter import Linter, Result, Source


class Judging:
    """The judge of one run. Raises :class:`MtqaError` for a configuration that cannot work, before anything is sent."""

    def __init__(self, config: Config, linter: Linter, sources: Sequence[Source], change: Change | None) -> None:
        suspects_of(linter)
        self._options = config.judge()
        self._sources = {source.name: source for source in sources}
        self._change = change
        self._cache = config.judge_cache()
        self.judge: Judge | None = None

    def open(self, *, remember: bool) -> None:
        """Get ready to ask."""
        self.judge = Judge(self._options, self._cache if remember else None)

    def results(self, results: Iterable[Result], linter: Linter) -> Iterator[Result]:
        """The results with what the judge finds."""
        assert self.judge is not None
        suspects = self._changed(suspects_of(linter))
        return judged(results, self.judge, linter, suspects, self._options.parallel)

    def close(self) -> None:
        """End what is under way and say what it cost, whatever became of the run."""
        if self.judge is None:
            return
        self.judge.close()
        for note in self.judge.notes:
            click.echo(f"note: judge: {visible(note)}", err=True)
        click.echo(f"judge: {visible(self.judge.name)}: {visible(self.judge.spent.told())}", err=True)

    def _changed(self, suspects: Suspects) -> Suspects:
        """With a change: the passages whose words did not stand in the old version of their article."""
        change = self._change
        if change is None:
            return suspects

        def fresh(document: Document) -> list[Span]:
            old = self._old_text(change, document.path)
            return [passage for passage in suspects(document) if normalised(document.slice(passage)) not in old]

        return fresh

    def _old_text(self, change: Change, name: str) -> str:
        data = change.old_of.get(name)
        source = self._sources.get(name)
        if data is None or source is None:
            return ""
        try:
            return normalised(Document.from_bytes(data, name, source.encoding).text)
        except MtqaError:  # all its findings count as new, and the report says why
            return ""
