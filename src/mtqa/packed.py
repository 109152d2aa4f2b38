"""Findings as bytes: for the cache, and for the way from a worker process, where pickling objects takes far longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mtqa.document import Span
from mtqa.finding import Edit, Finding, Fix, Layer, Safety, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEVERITIES, _LAYERS, _SAFETIES = tuple(Severity), tuple(Layer), {safety.value: safety for safety in Safety}


class _Row(msgspec.Struct, array_like=True, frozen=True):
    """A finding as it is stored: spans as pairs, fixes as (safety, edits), edits as (start, end, replacement)."""

    rule: str
    span: tuple[int, int]
    message: str
    severity: int
    mqm: str
    confidence: float
    fixes: list[tuple[str, list[tuple[int, int, str]]]]
    layer: int
    source_wording: str
    explanation: str
    related: list[str]
    fields: dict[str, str]
    fingerprint: str


class _Stored(msgspec.Struct, array_like=True, frozen=True):
    words: int
    rows: list[_Row]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Stored).decode


def packed(findings: Iterable[Finding], words: int) -> bytes:
    """The findings of one article and its number of words."""
    return _encode(_Stored(words, [_row(finding) for finding in findings]))


def unpacked(data: bytes) -> tuple[tuple[Finding, ...], int]:
    """What was packed; raises msgspec.MsgspecError, LookupError or ValueError for anything else."""
    stored = _decode(data)
    return tuple(map(_finding, stored.rows)), stored.words


def _row(finding: Finding) -> _Row:
    return _Row(
        finding.rule,
        (finding.span.start, finding.span.end),
        finding.message,
        finding.severity.value,
        finding.mqm,
        finding.confidence,
        [
            (fix.safety.value, [(edit.span.start, edit.span.end, edit.replacement) for edit in fix.edits])
            for fix in finding.fixes
        ],
        finding.layer.value,
        finding.source_wording,
        finding.explanation,
        list(finding.related),
        dict(finding.fields),
        finding.fingerprint,
    )


def _finding(row: _Row) -> Finding:
    finding = object.__new__(Finding)
    # As its __init__ would, in less than half the time: a frozen class sets each field by a call.
    finding.__dict__.update(
        rule=row.rule,
        span=Span(*row.span),
        message=row.message,
        severity=_SEVERITIES[row.severity],
        mqm=row.mqm,
        confidence=row.confidence,
        fixes=tuple(
            [
                Fix(tuple([Edit(Span(start, end), text) for start, end, text in edits]), _SAFETIES[safety])
                for safety, edits in row.fixes
            ]
        ),
        layer=_LAYERS[row.layer],
        source_wording=row.source_wording,
        explanation=row.explanation,
        related=tuple(row.related),
        fields=row.fields,
        fingerprint=row.fingerprint,
    )
    return finding
