"""Findings, documents and errors as the plain values that the JSON formats write (``schema/*.json`` describes them).

Positions are given in every unit at once, so that no reader has to convert: code points, bytes of the file as it is on
disk (its byte order mark counted), and 1-based line and column, columns in code points.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa import __version__
from mtqa.report.escape import json_text

if TYPE_CHECKING:
    from mtqa.document import Document, Span
    from mtqa.errors import MtqaError
    from mtqa.finding import Edit, Finding
    from mtqa.linter import Result

VERSION = 1
_encode = msgspec.json.Encoder().encode
TOOL = {"name": "mtqa", "version": __version__}


def encode(value: Any) -> str:
    """One line of JSON, keys in the given order, non-ASCII letters as they are, everything unsafe escaped."""
    try:
        return json_text(_encode(value).decode())
    except UnicodeEncodeError:  # a file name with bytes that are no text
        return json_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def location(document: Document, span: Span) -> dict[str, dict[str, int]]:
    """Where a span starts and (exclusive) ends, in all units."""
    (line, column, byte), (last, until, size) = document.extent(span)
    return {
        "start": {"offset": span.start, "byte": byte, "line": line, "column": column},
        "end": {"offset": span.end, "byte": size, "line": last, "column": until},
    }


def finding_record(document: Document, finding: Finding) -> dict[str, Any]:
    """One finding with everything it knows."""
    start, end = finding.span.start, finding.span.end
    here, text = location(document, finding.span), document.text[start:end]
    return {
        "rule": finding.rule,
        "family": finding.family,
        "severity": finding.severity.label,
        "mqm": finding.mqm,
        "confidence": finding.confidence,
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "explanation": finding.explanation,
        "source_wording": finding.source_wording,
        "related": list(finding.related),
        "fields": dict(sorted(finding.fields.items())) if finding.fields else {},
        "location": here,
        "text": text,
        "fixes": [
            {
                "safety": fix.safety.value,
                "edits": [
                    # What a fix replaces is most often the finding itself.
                    {"location": here, "text": text, "replacement": edit.replacement}
                    if edit.span.start == start and edit.span.end == end
                    else _edit_record(document, edit)
                    for edit in fix.edits
                ],
            }
            for fix in finding.fixes
        ],
    }


def _edit_record(document: Document, edit: Edit) -> dict[str, Any]:
    return {
        "location": location(document, edit.span),
        "text": document.slice(edit.span),
        "replacement": edit.replacement,
    }


def document_record(result: Result, document: Document) -> dict[str, Any]:
    """What is known of one article beside its findings."""
    return {
        "path": document.path,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "words": result.words,
        "points": result.penalty,
        "points_per_1000_words": round(result.penalty_per_1000_words, 2),
    }


def error_record(result: Result, error: MtqaError) -> dict[str, Any]:
    """What could not be done. ``path`` is the source's name, unless the error names a place of its own."""
    place = error.place
    return {
        "path": place.path if place else result.source.name,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "problem": error.problem,
        "remedy": error.remedy,
    }
