"""What an article says of itself, moved to fields: from the metadata findings of its original.

A finding that an editor rejected says nothing. Taking the line out of the text is a decision of its own, made like any
other: nothing is deleted here.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING

from mtqa.corrections.decision import Verdict
from mtqa.finding import Layer
from mtqa.release.record import Fields, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtqa.corrections.state import State
    from mtqa.document import Document
    from mtqa.finding import Finding

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERIC = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})", re.I)
_DAY_FIRST = re.compile(r"(\d{1,2}) ([a-z]{3})[a-z]*\.? (\d{4})", re.I)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([ap])\.?m)?", re.I)
_AND = re.compile(r"\s*(?:[,、;；/]|\band\b|&)\s*")
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,4}(?:cn|com|net|org|hk|tw|gov|edu))(?![\w-])", re.I
)
_SENTENCE_END = re.compile(r"[.!?;:,。！？；：，][\"'”’)\]]*$")
_TITLE_LENGTH = 300


def iso_date(words: str) -> str:
    """``words`` as an ISO 8601 date, with the time where there is one; "" when it is no date of the calendar.

    No time zone is added: the article names none.
    """
    if found := _NUMERIC.search(words):
        year, month, day = (int(part) for part in found.groups())
    elif found := _MONTH_FIRST.search(words):
        year, month, day = int(found[3]), _month(found[1]), int(found[2])
    elif found := _DAY_FIRST.search(words):
        year, month, day = int(found[3]), _month(found[2]), int(found[1])
    else:
        return ""
    try:
        whole = date(year, month, day).isoformat()
        clock = _TIME.search(words, found.end())
        return f"{whole}T{_clock(clock)}" if clock else whole
    except ValueError:
        return ""


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1 if name.lower() in _MONTHS else 0


def _clock(found: re.Match[str]) -> str:
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a half day")
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    moment = time(hour, int(found[2]), int(found[3] or 0))
    return moment.isoformat("seconds" if found[3] else "minutes")


def names_in(words: str) -> list[str]:
    """The names of a list such as "Li Ming, Wang Wei and Zhao Min"."""
    return [name for part in _AND.split(words) if (name := part.strip())]


def fields_of(original: Document, findings: Sequence[Finding], cleaned: Document, left: Iterable[Finding]) -> Fields:
    """The fields of an article.

    ``findings`` are those of the original that stand (metadata and page furniture), ``left`` all of the cleaned text.
    Of several values the first in the text counts; names are collected.
    """
    said: dict[str, list[str]] = {}
    for finding in findings:
        for name, value in finding.fields.items():
            if value.strip():
                said.setdefault(name, []).append(value.strip())
    first = {name: values[0] for name, values in said.items()}
    published = first.get("published", "")
    kicker, headline = first.get("kicker", ""), first.get("headline", "")
    return Fields(
        title=title_of(cleaned, left) or headline,
        kicker=kicker,
        original_title=first.get("original_title", "") or headline,
        source=first.get("source", ""),
        outlet=first.get("outlet", ""),
        published=iso_date(published),
        published_text=published,
        authors=_names(said.get("authors", ())),
        editor=_names(said.get("editor", ())),
        photographers=_names(said.get("photo_credit", ())),
        site=_site(original, findings),
        passages=tuple(_passage(original, finding) for finding in findings if finding.fields),
    )


def standing(state: State, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of an original that no editor rejected."""
    settled = state.settled
    return [
        finding
        for finding in findings
        if not ((said := settled.get(finding.fingerprint)) and said.verdict is Verdict.REJECT)
    ]


def _passage(original: Document, finding: Finding) -> Passage:
    line = original.line_column(finding.span.start)[0]
    return Passage(original.slice(finding.span).strip(), line, finding.rule, tuple(sorted(finding.fields)))


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for value in values for name in names_in(value)))


def title_of(cleaned: Document, findings: Iterable[Finding]) -> str:
    """The first line that is neither page furniture nor metadata, if it is set as a headline: short, no full stop."""
    taken = [finding.span for finding in findings if finding.layer in (Layer.BLOCK, Layer.METADATA)]
    lines = [line for line in cleaned.lines if cleaned.slice(line.span).strip()]
    for number, line in enumerate(lines):
        if any(span.overlaps(line.span) for span in taken):
            continue
        words = cleaned.slice(line.span).strip()
        last = number == len(lines) - 1
        return "" if last or len(words) > _TITLE_LENGTH or _SENTENCE_END.search(words) else words
    return ""


def _site(original: Document, findings: Iterable[Finding]) -> str:
    """The first internet domain in what is page furniture or metadata."""
    for finding in findings:
        if finding.layer in (Layer.BLOCK, Layer.METADATA) and (found := _DOMAIN.search(original.slice(finding.span))):
            return found[1].lower().removeprefix("www.")
    return ""
