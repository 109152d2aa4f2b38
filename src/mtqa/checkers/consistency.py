"""One thing named several ways, inside an article or across the corpus.

Each row of a ``kind: consistency`` rule lists the forms of one name; ``good`` is the one to keep. A document that uses
one form only is left alone, unless other documents of the corpus use another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix
from mtqa.knowledge import Knowledge, fold
from mtqa.rules.match import Contexts, matches, starts_sentence
from mtqa.rules.pattern import fit_case
from mtqa.rules.scan import compile_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.rules.load import Entry, RuleSet


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> ConsistencyChecker:  # noqa: ARG001 - one shape for all
    return ConsistencyChecker(rules, knowledge)


class ConsistencyChecker:
    """All rows of all ``kind: consistency`` rules."""

    name = "consistency"

    def __init__(self, rules: RuleSet, knowledge: Knowledge) -> None:
        self.version = f"{rules.digest}:{knowledge.digest}"
        self._entries = tuple(entry for entry in rules.entries if entry.kind == "consistency")
        self._set = compile_filter([entry.guard for entry in self._entries])
        self._knowledge = knowledge
        self._contexts = rules.contexts

    def check(self, document: Document) -> Iterator[Finding]:
        contexts = Contexts(document, self._contexts)
        data = document.text.encode()
        for index in self._set.Match(data) or ():
            entry = self._entries[index]
            if contexts.any(entry.context):
                yield from self._check(document, entry, data)

    def _check(self, document: Document, entry: Entry, data: bytes) -> Iterator[Finding]:
        found = list(matches(entry.pattern, entry.guard, document.text, data))
        here = {fold(match[0]) for match in found}
        forms = here | set(self._knowledge.forms.get(entry.id, ()))
        if len(forms) < 2:
            return
        good = {fold(form) for form in entry.good}
        where = "in this article" if len(here) > 1 else "across the corpus"
        spelt = (fit_case(form, entry.good[0], starts_sentence=True) for form in sorted(forms))
        listed = ", ".join(f"“{form}”" for form in spelt)
        for match in found:
            if fold(match[0]) not in good:
                yield _finding(document, entry, Span(*match.span()), f"{where}: {listed}")


def _finding(document: Document, entry: Entry, span: Span, forms: str) -> Finding:
    line = document.line_at(span.start)
    text, start = document.slice(line.span), span.start - line.start
    matched = document.slice(span)
    candidates = dict.fromkeys(
        fit_case(form, matched, starts_sentence=starts_sentence(text, start)) for form in _of_number(entry, matched)
    )
    return Finding(
        rule=entry.id,
        span=span,
        message=entry.message.replace("{match}", matched).replace("{good}", entry.good[0]).replace("{forms}", forms),
        severity=entry.severity,
        mqm=entry.mqm,
        confidence=entry.confidence,
        fixes=tuple(Fix((Edit(span, form),)) for form in candidates if form != matched),
        source_wording=entry.zh,
        explanation=entry.note,
    )


def _of_number(entry: Entry, matched: str) -> tuple[str, ...]:
    """The names to keep that are plural where ``matched`` is, and singular where it is not; all if there are none."""
    wanted = _is_plural(matched)
    return tuple(form for form in entry.good if _is_plural(form) == wanted) or entry.good


def _is_plural(form: str) -> bool:
    return form.endswith("s") and not form.endswith("ss")
