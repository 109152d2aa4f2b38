"""A project as a whole: lint results in the light of its corrections, and its articles as they would be released."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.config import Config
    from mtqa.corrections.outcome import Decided
    from mtqa.corrections.store import Corrections
    from mtqa.document import Document
    from mtqa.finding import Finding
    from mtqa.linter import Linter, Result, Source

_IN_WORDS = {
    "accept": "mended by an accepted edit",
    "edit": "mended by an editor's own edit",
    "reject": "rejected",
    "defer": "put off",
    "retranslate": "in passages marked for retranslation",
    "drop": "in passages marked to be dropped",
}


def linter_of(config: Config) -> Linter:
    """Everything that a configured project is checked by.

    Raises :class:`MtqaError` for rules that cannot be used and for engines that are not installed.
    """
    from mtqa.grammar import require
    from mtqa.linter import Linter
    from mtqa.rules.load import load_rules

    linter = Linter(
        load_rules(*config.rule_folders()),
        config.selection,
        config.overrides,
        max_line=config.settings.max_line_length,
        engines=config.engines(),
    )
    require(linter.engines, linter.families)
    return linter


def corrections_of(config: Config) -> Corrections:
    """The corrections of a configured project; originals that are named by globs are not checked as folders."""
    from mtqa.corrections.store import Corrections

    originals = config.settings.originals
    folders = () if any(set(name) & set("*?[") for name in originals) else tuple(originals)
    return Corrections(
        config.root, config.settings.corrections, folders, encoding_of=config.encoding_of, columns=config.columns
    )


@dataclass(frozen=True)
class Settled:
    """A lint result without what has been decided: ``held_back`` counts that, by what was decided.

    ``shown`` are the findings that were rejected or put off, each with who said so and why in its explanation.
    """

    result: Result
    held_back: Counter[str] = field(default_factory=Counter)
    shown: tuple[Finding, ...] = ()


def settle(
    result: Result,
    corrections: Corrections,
    check: Callable[[Document], Sequence[Finding]],
    *,
    corrected: bool = False,
) -> Settled:
    """Take what has been decided out of a result; ``corrected``: the result is of the cleaned text.

    ``check`` finds the faults of a corrected text, where that has to tell whether a fault is still there.
    A ledger that cannot be read becomes an error of the result: decisions are never silently left out.
    """
    document = result.document
    if document is None or not corrections.has_ledger(document.path):
        return Settled(result)
    from mtqa.corrections.outcome import settled, split_corrected

    try:
        article = corrections.article(document)
        if article.damage:
            raise MtqaError(
                article.damage[0].message,
                place=article.damage[0].place,
                remedy="restore the line from version control, or see mtqa patch verify",
            )
        sorted_out = (
            split_corrected(result.findings, article.state, result.source.original_sha256)
            if corrected
            else settled(document, result.findings, article.state, lambda: check(article.corrected()))
        )
    except MtqaError as error:
        return Settled(replace(result, errors=(*result.errors, error)))
    decided = (*sorted_out.held, *sorted_out.resolved)
    held_back = Counter(_IN_WORDS[each.decision.verdict.value] for each in decided)
    shown = tuple(_explained(decided) for decided in sorted_out.held)
    return Settled(replace(result, findings=sorted_out.open), held_back, shown)


def _explained(decided: Decided) -> Finding:
    decision = decided.decision
    why = f": {decision.why}" if decision.why else ""
    return replace(decided.finding, explanation=f"Held back ({decision.verdict.value}) by {decision.by}{why}")


def corrected_sources(
    sources: Iterable[Source], corrections: Corrections, decided: frozenset[str] | None = None
) -> Iterator[Source]:
    """Each source with the text that would be released; what prevents that becomes the source's error.

    ``decided`` are the paths that have corrections, where that is known already.
    """
    decided = frozenset(corrections.paths()) if decided is None else decided
    for source in sources:
        try:
            document = source.read()
            original = document.sha256
            if document.path in decided:
                document = corrections.article(document).corrected()
            yield replace(source, data=document.data, original_sha256=original)
        except MtqaError as error:
            yield replace(source, error=error)
