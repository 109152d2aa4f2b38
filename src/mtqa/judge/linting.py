"""Lint results with what the judge says of their doubtful passages.

Runs in the process that reports, after the checkers: one judge counts the calls of the whole run, and results of the
checkers are remembered without it. Some documents are asked about ahead, so that calls go out in parallel.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from mtqa.checkers.garble import GarbleChecker
from mtqa.errors import MtqaError, Place
from mtqa.finding import Layer
from mtqa.linter import CheckerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.document import Document, Span
    from mtqa.finding import Finding
    from mtqa.judge.grading import Judge, Pending
    from mtqa.linter import Linter, Result

    Suspects = Callable[[Document], Sequence[Span]]

_AHEAD = 4  # documents for each thread of the judge


def suspects_of(linter: Linter) -> Suspects:
    """The passages that the checkers of ``linter`` are unsure about: of each that can tell, ``unsure(document)``.

    Where none of those that run can tell, the garble model does: its own findings may be off, its doubts are wanted.
    """
    telling = [unsure for checker in linter.checkers if (unsure := getattr(checker, "unsure", None)) is not None]
    if not telling:
        telling = [GarbleChecker(linter.rules, linter.engines).unsure]
    return lambda document: sorted({passage for unsure in telling for passage in unsure(document)})


def judged(
    results: Iterable[Result], judge: Judge, linter: Linter, suspects: Suspects, parallel: int = 1
) -> Iterator[Result]:
    """``results`` in order, with the findings of the judge, and its errors for what it could not judge."""
    waiting: deque[tuple[Result, Pending | None]] = deque()
    for result in results:
        waiting.append(_begun(result, judge, suspects))
        if len(waiting) > _AHEAD * parallel:
            yield _joined(*waiting.popleft(), linter)
    while waiting:
        yield _joined(*waiting.popleft(), linter)


def _begun(result: Result, judge: Judge, suspects: Suspects) -> tuple[Result, Pending | None]:
    document = result.document
    if document is None:
        return result, None
    try:
        return result, judge.submit(document, suspects(document))
    except MtqaError as error:
        return replace(result, errors=(*result.errors, error)), None
    except Exception as error:
        told = CheckerError(
            f"the choice of passages for the judge failed: {type(error).__name__}: {error}",
            place=Place(document.path),
            remedy="this is a bug in a checker; use --no-judge until it is mended",
        )
        return replace(result, errors=(*result.errors, told)), None


def _joined(result: Result, pending: Pending | None, linter: Linter) -> Result:
    if pending is None or result.document is None:
        return result
    grades = pending.result()
    named, new = _apart(result.findings, linter.chosen(result.document, grades.findings))
    findings = linter.joined(result.document, named, new)
    return replace(result, findings=tuple(findings), errors=(*result.errors, *grades.errors))


def _apart(known: Sequence[Finding], graded: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """One fault, one finding: what a finding about words already tells is named there, the rest stands by itself."""
    named = list(known)
    new = []
    for finding in graded:
        at = next(
            (i for i, f in enumerate(named) if f.layer is Layer.WORDS and f.span.contains(finding.span)),
            None,
        )
        if at is None:
            new.append(finding)
        elif finding.rule not in named[at].related:
            named[at] = replace(named[at], related=(*named[at].related, finding.rule))
    return named, new
