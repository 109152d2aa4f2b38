"""One fault, one finding: findings of several sources on the same place become one that names them all.

A rule of mtqa's own speaks for what an engine says about the same words, since its fix was written for this genre and
tested. Of several engines the more confident speaks; the others' rules are in ``related``, their fixes follow its own.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from mtqa.finding import Layer
from mtqa.grammar import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.finding import Finding


def merge_engines(findings: Iterable[Finding]) -> list[Finding]:
    """``findings`` with those of engines merged into what stands at their place; the order does not matter."""
    own: list[Finding] = []
    foreign: list[Finding] = []
    for finding in findings:
        (foreign if finding.family in FAMILIES else own).append(finding)
    if not foreign:
        return own
    words = sorted((f for f in own if f.layer is Layer.WORDS), key=lambda f: f.sort_key)
    longest = max((len(f.span) for f in words), default=0)
    absorbed: dict[int, list[Finding]] = {}
    alone = []
    for finding in foreign:
        at = _overlapping(words, finding, longest)
        if at is None:
            alone.append(finding)
        else:
            absorbed.setdefault(id(words[at]), []).append(finding)
    named = [_naming(f, absorbed[id(f)]) if id(f) in absorbed else f for f in own]
    return [*named, *_merged(alone)]


def _overlapping(words: Sequence[Finding], finding: Finding, longest: int) -> int | None:
    """The first of ``words`` (sorted) that overlaps ``finding`` or has its very span."""
    index = bisect_left(words, finding.span.start - longest, key=lambda f: f.span.start)
    while index < len(words) and words[index].span.start <= finding.span.end:
        if words[index].span.overlaps(finding.span) or words[index].span == finding.span:
            return index
        index += 1
    return None


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Engines' findings that overlap, as one each."""
    groups: list[list[Finding]] = []
    end = -1
    for finding in sorted(findings, key=lambda f: f.sort_key):
        if groups and (finding.span.start < end or finding.span == groups[-1][-1].span):
            groups[-1].append(finding)
        else:
            groups.append([finding])
            end = -1
        end = max(end, finding.span.end)
    return [_one(group) for group in groups]


def _one(group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    best, *others = sorted(group, key=lambda f: (-f.confidence, FAMILIES.index(f.family), f.sort_key))
    merged = _naming(best, others)
    same_place = [fix for other in others if other.span == best.span for fix in other.fixes]
    return replace(merged, fixes=tuple(dict.fromkeys([*best.fixes, *same_place])))


def _naming(finding: Finding, others: Iterable[Finding]) -> Finding:
    """``finding`` with the rules of ``others`` among the related ones."""
    rules = sorted({rule for other in others for rule in (other.rule, *other.related)} - {finding.rule})
    return replace(finding, related=(*finding.related, *(rule for rule in rules if rule not in finding.related)))
