"""What the editor is shown, in the protocol's types: diagnostics, hovers, actions. No state, no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from mtqa.finding import Layer, Severity
from mtqa.lsp.desk import inside
from mtqa.report.escape import fenced, markdown_prose, visible
from mtqa.report.passage import fix_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtqa.document import Document, Span
    from mtqa.errors import MtqaError
    from mtqa.finding import Finding, Fix
    from mtqa.lsp.buffer import Buffer
    from mtqa.lsp.desk import Checked

ACCEPT, REJECT, TAKE_BACK = "mtqa.accept", "mtqa.reject", "mtqa.takeBack"
_LEVELS = {
    Severity.CRITICAL: types.DiagnosticSeverity.Error,
    Severity.MAJOR: types.DiagnosticSeverity.Error,
    Severity.MINOR: types.DiagnosticSeverity.Warning,
    Severity.NEUTRAL: types.DiagnosticSeverity.Information,
}
_SHORT, _LONG = 60, 400
_VERDICTS = {
    "accept": "the accepted correction",
    "edit": "the editor's correction",
    "reject": "the rejection",
    "defer": "what was put off",
    "retranslate": "the mark for retranslation",
    "drop": "the mark to be dropped",
}


def range_of(buffer: Buffer, span: Span) -> types.Range:
    """Where a span is, in the editor's units."""
    start, end = (types.Position(*buffer.position(offset)) for offset in (span.start, span.end))
    return types.Range(start, end)


def diagnostics(checked: Checked) -> list[types.Diagnostic]:
    """All findings, and first what could not be done: that is never "no findings"."""
    told = [_failure(checked.buffer, error) for error in checked.errors]
    return told + [diagnostic(checked.buffer, finding) for finding in checked.findings]


def diagnostic(buffer: Buffer, finding: Finding) -> types.Diagnostic:
    """One finding; what is page furniture is shown faded where the editor can."""
    furniture = finding.layer is Layer.BLOCK
    return types.Diagnostic(
        range=range_of(buffer, finding.span),
        message=visible(finding.message),
        severity=_LEVELS[finding.severity],
        code=finding.rule,
        source="mtqa",
        tags=[types.DiagnosticTag.Unnecessary] if furniture else None,
        data={"fingerprint": finding.fingerprint},
    )


def _failure(buffer: Buffer, error: MtqaError) -> types.Diagnostic:
    line = error.place.line - 1 if error.place and error.place.line else 0
    at = buffer.offset(line, 0)
    end = at + len(buffer.text[at:].partition("\n")[0])
    start, stop = (types.Position(*buffer.position(offset)) for offset in (at, end))
    problem = f"{error.problem} ({error.remedy})" if error.remedy else error.problem
    return types.Diagnostic(
        range=types.Range(start, stop),
        message=f"could not be checked: {visible(problem)}",
        severity=types.DiagnosticSeverity.Error,
        source="mtqa",
    )


def hover(checked: Checked, offset: int, *, markdown: bool) -> types.Hover | None:
    """What there is to say of the findings at an offset; None where there are none."""
    found = checked.at(offset, offset)
    document = checked.document
    if document is None or not found:
        return None
    parts = [_markdown(document, finding) if markdown else _plain(document, finding) for finding in found]
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    text = ("\n\n---\n\n" if markdown else "\n\n").join(parts)
    return types.Hover(types.MarkupContent(kind, text), range_of(checked.buffer, found[0].span))


def _markdown(document: Document, finding: Finding) -> str:
    head = f"**{finding.severity.label}** {markdown_prose(finding.rule)} ({markdown_prose(finding.mqm)})"
    parts = [head, markdown_prose(finding.message)]
    if finding.explanation:
        parts.append(markdown_prose(finding.explanation))
    if details := _details(document, finding):
        parts.append(fenced("\n".join(details)))
    return "\n\n".join(parts)


def _plain(document: Document, finding: Finding) -> str:
    parts = [f"{finding.severity.label} {finding.rule} ({finding.mqm})", finding.message, finding.explanation]
    return "\n".join(visible(part) for part in (*parts, *_details(document, finding)) if part)


def _details(document: Document, finding: Finding) -> list[str]:
    told = []
    for number, fix in enumerate(finding.fixes):
        safe = "  (safe)" if fix.safety.value == "safe" else ""
        told.append(f"{'or ' if number else 'fix'}     {visible(_arrow(document, fix, _LONG))}{safe}")
    if finding.source_wording:
        told.append(f"source  {visible(finding.source_wording)}")
    if finding.related:
        told.append(f"also    {visible(', '.join(finding.related))}")
    return told


def actions(
    uri: str, checked: Checked, wanted: types.CodeActionParams, reasons: Sequence[str]
) -> list[types.CodeAction]:
    """What can be decided about the findings, and taken back of the decisions, that a range touches."""
    document, buffer = checked.document, checked.buffer
    if document is None:
        return []
    start = buffer.offset(wanted.range.start.line, wanted.range.start.character)
    end = buffer.offset(wanted.range.end.line, wanted.range.end.character)
    found = list(_back(uri, checked, start, end))
    for finding in reversed(checked.at(start, end)):
        shown = [d for d in wanted.context.diagnostics if _is_of(d, finding)] or [diagnostic(buffer, finding)]
        found = [*_of(uri, document, finding, reasons, shown), *found]
    if checked.closed:
        for action in found:
            action.command, action.disabled = None, types.CodeActionDisabled(reason=visible(checked.closed))
    return found


def _of(
    uri: str, document: Document, finding: Finding, reasons: Iterable[str], shown: list[types.Diagnostic]
) -> Iterator[types.CodeAction]:
    for number, fix in enumerate(finding.fixes):
        title = f"Accept as correction: {visible(_arrow(document, fix, _SHORT))}"
        yield _action(title, ACCEPT, [uri, finding.fingerprint, number], shown, first=number == 0)
    for why in reasons:
        yield _action(f"Reject: {visible(why)}", REJECT, [uri, finding.fingerprint, why], shown)


def _arrow(document: Document, fix: Fix, budget: int) -> str:
    """A fix as ``old words → new words``, or in words where whole lines go."""
    pieces = fix_pieces(document, fix, budget)
    old = "".join(text for text, style in pieces if style != "new")
    new = "".join(text for text, style in pieces if style != "old")
    return old if old == new else f"{old} → {new if new.strip() else 'nothing'}"


def _back(uri: str, checked: Checked, start: int, end: int) -> Iterator[types.CodeAction]:
    for decided in checked.decided:
        if inside(decided.spans, start, end):
            decision = decided.decision
            what = f"{_VERDICTS.get(decision.verdict.value, 'the decision')} on {decision.rule or 'these words'}"
            yield _action(f"Take back {visible(what)} by {visible(decision.by)}", TAKE_BACK, [uri, decision.id], None)


def _action(
    title: str, command: str, arguments: list[Any], shown: list[types.Diagnostic] | None, *, first: bool = False
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=shown,
        is_preferred=first or None,
        command=types.Command(title=title, command=command, arguments=arguments),
    )


def _is_of(diagnostic: types.Diagnostic, finding: Finding) -> bool:
    data = diagnostic.data
    told = data.get("fingerprint") if isinstance(data, dict) else getattr(data, "fingerprint", None)
    return told == finding.fingerprint
