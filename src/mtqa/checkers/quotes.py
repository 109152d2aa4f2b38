"""Mixed quotation marks: one finding a document, whose fix makes all marks of the rarer style like the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtqa.document import Document
    from mtqa.grammar import Engines
    from mtqa.knowledge import Knowledge
    from mtqa.rules.load import Rule, RuleSet

_CURLY = re.compile("[“”‘’]")
_STRAIGHT_DOUBLE = re.compile('"')
_STRAIGHT_SINGLE = re.compile(r"(?<=\w)'(?=\w)|(?<=s)'(?= )")
_STRAIGHTENED = {"“": '"', "”": '"', "‘": "'", "’": "'"}


def build(rules: RuleSet, knowledge: Knowledge, engines: Engines) -> QuotesChecker:  # noqa: ARG001 - one shape for all
    return QuotesChecker(rules)


class QuotesChecker:
    """The ``kind: quotes`` rules; ``options.least``: how many marks of each style make a document mixed."""

    name = "quotes"

    def __init__(self, rules: RuleSet) -> None:
        self.version = rules.digest
        self._rules = rules.of_kind("quotes")

    def check(self, document: Document) -> Iterator[Finding]:
        for rule in self._rules if not document.text.isascii() else ():  # else no mark is curly
            yield from _mixed(document, rule)


def _mixed(document: Document, rule: Rule) -> Iterator[Finding]:
    text = document.text
    curly = list(_CURLY.finditer(text))
    straight = [*_STRAIGHT_DOUBLE.finditer(text), *_STRAIGHT_SINGLE.finditer(text)] if curly else []
    least = int(rule.spec.options["least"])
    if min(len(curly), len(straight)) < least:
        return
    if len(curly) <= len(straight):
        rarer, fix = curly, _fix(tuple(Edit(Span(*m.span()), _STRAIGHTENED[m[0]]) for m in curly))
    else:
        # Which way a straight mark would curl is the editor's to see: no fix is proposed.
        rarer, fix = sorted(straight, key=lambda m: m.start()), None
    yield Finding(
        rule=rule.id,
        span=Span(*rarer[0].span()),
        message=f"Mixed quotation marks: {len(curly)} curly, {len(straight)} straight. {rule.spec.message}",
        severity=rule.severity,
        mqm=rule.spec.mqm,
        fixes=(fix,) if fix else (),
        explanation=rule.spec.note,
    )


def _fix(edits: tuple[Edit, ...]) -> Fix:
    return Fix(edits)
