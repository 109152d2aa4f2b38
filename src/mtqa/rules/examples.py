"""Run the examples inside rules: every rule proves itself on its own texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from mtqa.document import Document
from mtqa.finding import apply_edits
from mtqa.rules.load import RuleSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtqa.finding import Edit, Finding
    from mtqa.rules.load import Rule
    from mtqa.rules.schema import Example

    Check = Callable[[Document], Iterable[Finding]]


def isolated(rule: Rule, rules: RuleSet) -> RuleSet:
    """What a rule's examples are judged with: the rule alone; a block rule together with its family."""
    family = [r for r in rules.rules if r.family == rule.family] if rule.spec.kind == "block" else [rule]
    asked = tuple(replace(r, spec=msgspec.structs.replace(r.spec, optional=False)) for r in family)
    return RuleSet(asked, rules.contexts, rules.digest)


def failures(rule: Rule, check: Check) -> Iterator[str]:
    """What goes wrong with a rule's examples, a sentence each; ``check`` runs that rule alone on a document."""
    for entry, bad, good in rule.examples:
        for example in bad:
            yield from _bad(entry, example, check)
        for text in good:
            for finding in _of(entry, check(Document.from_text(text))):
                yield f"{entry}: fires on the good example {text!r}, at {_quote(text, finding)}"


def _bad(entry: str, example: Example, check: Check) -> Iterator[str]:
    document = Document.from_text(example.text)
    found = _of(entry, check(document))
    if not found:
        yield f"{entry}: does not fire on the bad example {example.text!r}"
        return
    if example.fields is not None:
        fields = {name: value for finding in found for name, value in finding.fields.items()}
        if fields != example.fields:
            yield f"{entry}: captures {fields} from {example.text!r}, not {example.fields}"
    if example.fixed is None:
        return
    try:
        fixed = apply_edits(document.text, [edit for finding in found for edit in _first_fix(finding)])
    except ValueError as error:
        yield f"{entry}: its fixes of {example.text!r} cannot be applied together: {error}"
        return
    if fixed != example.fixed:
        yield f"{entry}: turns {example.text!r} into {fixed!r}, not {example.fixed!r}"
    elif again := _of(entry, check(Document.from_text(fixed))):
        yield f"{entry}: its fix does not settle: fires again on {fixed!r}, at {_quote(fixed, again[0])}"


def _first_fix(finding: Finding) -> tuple[Edit, ...]:
    return finding.fixes[0].edits if finding.fixes else ()


def _of(entry: str, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if entry in (finding.rule, *finding.related)]


def _quote(text: str, finding: Finding) -> str:
    return repr(text[finding.span.start : finding.span.end])
