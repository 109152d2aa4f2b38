"""SARIF 2.1.0, the OASIS interchange format that code scanning services read.

Results are written as they come; the rules they refer to, the artifacts and the errors follow at the end, which JSON
allows. Columns and offsets count code points; byte offsets count the bytes of the file, its byte order mark included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.finding import Safety, Severity
from mtqa.report.escape import sarif_message, uri
from mtqa.report.record import TOOL, encode

if TYPE_CHECKING:
    from mtqa.document import Document, Span
    from mtqa.errors import MtqaError
    from mtqa.finding import Edit, Finding, Fix
    from mtqa.linter import Result
    from mtqa.report import Options
    from mtqa.report.summary import Summary
    from mtqa.rules.load import Entry, Rule, RuleSet

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.MAJOR: "error", Severity.MINOR: "warning", Severity.NEUTRAL: "note"}
_ENCODINGS = {"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}
_SAFETY = {
    Safety.SAFE: "Safe fix: it cannot change the meaning.",
    Safety.REVIEW: "Proposed fix: a person must decide.",
}


class SarifReport:
    """Keeps one entry per rule that fired, per article with findings, and per error."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self._stream = stream
        self._rules = options.rules
        self._fired: dict[str, Finding] = {}
        self._indices: dict[str, int] = {}
        self._artifacts: list[dict[str, Any]] = []
        self._notifications: list[dict[str, Any]] = []
        self._separator = "\n"
        self._write(f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{{"columnKind":"unicodeCodePoints","results":[')

    def add(self, result: Result) -> None:
        self._notifications += [_notification(error, result.source.name) for error in result.errors]
        document = result.document
        if document is None or not result.findings:
            return
        artifact = _artifact_location(document.path) | {"index": len(self._artifacts)}
        self._artifacts.append(_artifact(document))
        for finding in result.findings:
            self._write(self._separator + encode(self._result(document, artifact, finding)))
            self._separator = ",\n"

    def finish(self, summary: Summary) -> None:
        invocation = {
            "executionSuccessful": summary.complete,
            "toolExecutionNotifications": self._notifications,
        }
        driver = {
            "name": TOOL["name"],
            "semanticVersion": TOOL["version"],
            "rules": [_descriptor(rule_id, finding, self._rules) for rule_id, finding in self._fired.items()],
        }
        rest = {
            "tool": {"driver": driver},
            "invocations": [invocation],
            "artifacts": self._artifacts,
            "newlineSequences": ["\r\n", "\n"],
            "properties": {"mtqa": summary.record()},
        }
        self._write("\n]," + encode(rest)[1:-1] + "}]}\n")

    def _result(self, document: Document, artifact: dict[str, Any], finding: Finding) -> dict[str, Any]:
        index = self._indices.setdefault(finding.rule, len(self._indices))
        self._fired.setdefault(finding.rule, finding)
        region = _region(document, finding.span) | {"snippet": {"text": document.slice(finding.span)}}
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": _LEVELS[finding.severity],
            "message": {"text": sarif_message(finding.message)},
            "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
            "partialFingerprints": {"mtqa/v1": finding.fingerprint},
            "properties": _properties(finding),
        }
        # A fix without edits says nothing, and SARIF wants at least one replacement.
        if fixes := [_fix(document, artifact, fix) for fix in finding.fixes if fix.edits]:
            result["fixes"] = fixes
        return result

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())


def _properties(finding: Finding) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "severity": finding.severity.label,
        "mqm": finding.mqm,
        "confidence": finding.confidence,
    }
    if finding.source_wording:
        properties["sourceWording"] = finding.source_wording
    if finding.fields:
        properties["fields"] = dict(sorted(finding.fields.items()))
    if finding.related:
        properties["related"] = list(finding.related)
    return properties


def _region(document: Document, span: Span) -> dict[str, int]:
    line, column = document.line_column(span.start)
    end_line, end_column = document.line_column(span.end)
    start, end = document.byte_offset(span.start), document.byte_offset(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": len(span),
        "byteOffset": start,
        "byteLength": end - start,
    }


def _fix(document: Document, artifact: dict[str, Any], fix: Fix) -> dict[str, Any]:
    return {
        "description": {"text": _SAFETY[fix.safety]},
        "artifactChanges": [
            {"artifactLocation": artifact, "replacements": [_replacement(document, edit) for edit in fix.edits]}
        ],
        "properties": {"safety": fix.safety.value},
    }


def _replacement(document: Document, edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(document, edit.span), "insertedContent": {"text": edit.replacement}}


def _artifact_location(path: str) -> dict[str, Any]:
    location = {"uri": uri(path)}
    if not location["uri"].startswith("file:"):
        location["uriBaseId"] = "%SRCROOT%"
    return location


def _artifact(document: Document) -> dict[str, Any]:
    artifact: dict[str, Any] = {
        "location": _artifact_location(document.path),
        "length": len(document.data),
        "hashes": {"sha-256": document.sha256},
        "sourceLanguage": "en",
    }
    if document.encoding in _ENCODINGS:
        artifact["encoding"] = _ENCODINGS[document.encoding]
    return artifact


def _notification(error: MtqaError, name: str) -> dict[str, Any]:
    text = f"{error.problem} ({error.remedy})" if error.remedy else error.problem
    notification: dict[str, Any] = {"level": "error", "message": {"text": sarif_message(text)}}
    path = error.place.path if error.place else name
    if path:
        place: dict[str, Any] = {"artifactLocation": _artifact_location(path)}
        if error.place and error.place.line is not None:
            place["region"] = {"startLine": error.place.line}
            if error.place.column is not None:
                place["region"]["startColumn"] = error.place.column
        notification["locations"] = [{"physicalLocation": place}]
    return notification


def _descriptor(rule_id: str, finding: Finding, rules: RuleSet | None) -> dict[str, Any]:
    """What a viewer shows about a rule; without the rule at hand, what its first finding says."""
    rule = rules.find(rule_id) if rules else None
    if rule is None:
        return {
            "id": rule_id,
            "shortDescription": {"text": sarif_message(finding.message)},
            "defaultConfiguration": {"level": _LEVELS[finding.severity]},
            "properties": {"family": finding.family, "mqm": finding.mqm},
        }
    entry = next((entry for entry in rule.entries if entry.id == rule_id), None)
    severity = entry.severity if entry else rule.severity
    return {
        "id": rule_id,
        "shortDescription": {"text": sarif_message(_general(rule, entry))},
        "help": {"text": sarif_message(_help(rule, entry))},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"family": rule.family, "mqm": entry.mqm if entry else rule.spec.mqm},
    }


def _general(rule: Rule, entry: Entry | None) -> str:
    """The rule's message without the words of one finding."""
    message = entry.message if entry else rule.spec.message
    good = entry.good[0] if entry and entry.good and not entry.template else "…"
    zh = (entry.zh if entry else rule.spec.zh) or "…"
    return message.replace("{match}", "…").replace("{good}", good).replace("{zh}", zh)


def _help(rule: Rule, entry: Entry | None) -> str:
    note = entry.note if entry else rule.spec.note
    wanted = entry.id if entry else rule.id
    bad, good = next(((bad, good) for name, bad, good in rule.examples if name == wanted), ([], []))
    parts = [
        *([note] if note else []),
        *(f"Reported: {example.text}" for example in bad[:2]),
        *(f"Not reported: {text}" for text in good[:2]),
    ]
    return " · ".join(parts) or _general(rule, entry)
