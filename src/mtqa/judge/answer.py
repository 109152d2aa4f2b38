"""Validate what the model answered against the passage: it may point at spans of the text, and nothing more.

An answer that is not of the agreed shape is refused as a whole. Of a well-formed answer each error stands or falls by
itself: its quotation must occur in the passage, once, or be told apart by the words before it. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec

from mtqa.document import Span
from mtqa.errors import DocumentError
from mtqa.finding import Edit, Finding, Fix, Layer, Safety, Severity
from mtqa.judge import FAMILY, RefusedError
from mtqa.segment import normalised

if TYPE_CHECKING:
    from mtqa.document import Document

MOST_ERRORS = 20
_MOST_EXPLANATION = 400  # code points
_FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_LINK = re.compile(r"://|\bwww\.|\S@\w+\.\w")
_NUMBER = re.compile(r"\d+")
_CJK = "\u2e80"  # from here on words have no spaces between them


class Category(StrEnum):
    """The MQM categories that can be told without a source text."""

    ADDITION = "accuracy/addition"
    MISTRANSLATION = "accuracy/mistranslation"
    OMISSION = "accuracy/omission"
    UNTRANSLATED = "accuracy/untranslated"
    FRAGMENT = "fluency/fragment"
    GRAMMAR = "fluency/grammar"
    INCONSISTENCY = "fluency/inconsistency"
    REPETITION = "fluency/repetition"
    SPELLING = "fluency/spelling"
    UNIDIOMATIC = "fluency/unidiomatic"
    UNINTELLIGIBLE = "fluency/unintelligible"
    AWKWARD = "style/awkward"
    INCONSISTENT_TERM = "terminology/inconsistent"
    WRONG_TERM = "terminology/wrong-term"

    @property
    def rule(self) -> str:
        """The id of the findings, as in ``judge.fluency.grammar``."""
        return f"{FAMILY}.{self.value.replace('/', '.')}"


class Grade(StrEnum):
    """The severities that an answer may give."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity:
        return Severity[self.name]


class Confidence(StrEnum):
    """How sure the model says it is: in words, since no grammar of a server keeps a number between 0 and 1."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def share(self) -> float:
        """A stand-in between 0 and 1 for ranking; not calibrated."""
        return {"low": 0.5, "medium": 0.7, "high": 0.9}[self.value]


class _Error(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quote: str
    before: str
    category: Category
    severity: Grade
    explanation: str
    correction: str | None
    confidence: Confidence


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    errors: Annotated[list[_Error], msgspec.Meta(max_length=MOST_ERRORS)]


_decode = msgspec.json.Decoder(_Answer).decode


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer is worth: findings inside the passage, and why errors of it were refused."""

    findings: tuple[Finding, ...]
    refused: tuple[str, ...] = ()
    corrections_refused: int = 0


def read_answer(content: str, document: Document, passage: Span, by: str) -> Reading:
    """The findings of an answer about a passage; ``by`` names the model.

    Raises :class:`RefusedError` when it is not of the agreed shape, or when none of its errors can be placed.
    """
    answer = _parsed(content)
    findings: dict[tuple[Span, str], Finding] = {}
    refused: list[str] = []
    corrections_refused = 0
    for error in answer.errors:
        try:
            span = _placed(error, document.slice(passage), passage.start)
            message = _explained(error)
        except RefusedError as problem:
            refused.append(problem.problem)
            continue
        fixes, bad = _fixes(error, document, passage, span)
        corrections_refused += bad
        finding = _finding(error, span, message, fixes, by)
        findings.setdefault((span, finding.rule), finding)
    if refused and not findings:
        raise RefusedError(refused[0])
    return Reading(tuple(findings.values()), tuple(refused), corrections_refused)


def _parsed(content: str) -> _Answer:
    body = _THOUGHT.sub("", content)
    if fenced := _FENCED.match(body):
        body = fenced[1]
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        raise RefusedError(f"not of the agreed shape: {_without_values(str(error))}") from error
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RefusedError("not JSON") from error


def _without_values(problem: str) -> str:
    """The complaint without what the answer said, which is nobody's but the model's."""
    return re.sub(r"Invalid enum value .*? - at", "a value that is not on the list - at", problem)


def _placed(error: _Error, passage: str, offset: int) -> Span:
    """Where the quotation stands; raises :class:`RefusedError` unless that is certain."""
    quote = error.quote.strip()
    if not quote:
        raise RefusedError("a quotation is empty")
    places = _occurrences(re.escape(quote), passage)
    if not places:
        places = _occurrences(r"\s+".join(map(re.escape, quote.split())), passage)
    if not places:
        raise RefusedError("a quotation is not in the passage")
    if len(places) > 1:
        places = [place for place in places if _preceded(passage[: place[0]], error.before)]
    if len(places) != 1:
        raise RefusedError(
            "a quotation stands in the passage more than once, and the words before it do not tell which"
        )
    start, end = places[0]
    return Span(offset + start, offset + end)


def _occurrences(pattern: str, passage: str) -> list[tuple[int, int]]:
    """All matches, overlapping ones too, that do not cut a word in two."""
    found = [match.span(1) for match in re.finditer(f"(?=({pattern}))", passage)]
    return [(s, e) for s, e in found if not _inside_word(passage, s) and not _inside_word(passage, e)]


def _inside_word(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    return all(char.isalnum() and char < _CJK for char in text[at - 1 : at + 1])


def _preceded(head: str, before: str) -> bool:
    """True when ``head`` ends in ``before``; nothing said of it tells only the very beginning."""
    said, stands = normalised(before), normalised(head)
    return stands.endswith(said) if said else not stands


def _explained(error: _Error) -> str:
    text = normalised(error.explanation)
    if not text or len(text) > _MOST_EXPLANATION or not _harmless(text):
        raise RefusedError("an explanation is empty, too long, or holds a link or control characters")
    return f"The judge: {text}"


def _harmless(text: str) -> bool:
    return not _LINK.search(text) and not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") for char in text)


def _fixes(error: _Error, document: Document, passage: Span, span: Span) -> tuple[tuple[Fix, ...], bool]:
    """The correction as a fix that a person must decide on, and whether one was refused. "" means none."""
    correction = (error.correction or "").strip()
    if not correction:
        return (), False
    quote = document.slice(span)
    known = set(_NUMBER.findall(document.slice(passage)))
    fits = (
        normalised(correction) != normalised(quote)
        and "\n" not in correction
        and len(correction) <= 2 * len(quote) + 80
        and _harmless(correction)
        and known.issuperset(_NUMBER.findall(correction))  # a model must not bring in figures
    )
    try:
        document.encode(correction)
    except DocumentError:
        fits = False
    return ((Fix((Edit(span, correction),), Safety.REVIEW),), False) if fits else ((), True)


def _finding(error: _Error, span: Span, message: str, fixes: tuple[Fix, ...], by: str) -> Finding:
    return Finding(
        rule=error.category.rule,
        span=span,
        message=message,
        severity=error.severity.severity,
        mqm=error.category.value,
        confidence=error.confidence.share,
        fixes=fixes,
        layer=Layer.PASSAGE,
        explanation=f"Graded by {by}, which saw this passage and its neighbours only; its confidence is its own claim.",
    )
