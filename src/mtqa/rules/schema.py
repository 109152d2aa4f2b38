"""The schema of rule files, as written by people in YAML (see docs/rules.md).

These structures hold a file as it stands; :mod:`mtqa.rules.load` checks what a schema cannot say and turns each
file into the entries that the engine matches.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SeverityName = Literal["neutral", "minor", "major", "critical"]
ConfidenceName = Literal["high", "medium", "low"]
SafetyName = Literal["safe", "review"]
LettersName = Literal["lower", "capital", "title"]
ScopeName = Literal["line", "sentence", "text"]
LayerName = Literal["words", "passage"]
KindName = Literal[
    "existence",
    "replace",
    "terms",
    "metadata",
    "block",
    "recurrence",
    "loop",
    "residue",
    "truncation",
    "garble",
    "consistency",
    "encoding",
    "quotes",
    "insertion",
]

CONFIDENCE: dict[str, float] = {"high": 0.95, "medium": 0.8, "low": 0.6}


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of a rule file: unknown keys are errors."""


class Example(_Strict, frozen=True, kw_only=True):
    """A text that a rule must fire on; ``fixed`` is the text after its first fix, ``fields`` what it captures."""

    text: str
    fixed: str | None = None
    fields: dict[str, str] | None = None


class FixSpec(_Strict, frozen=True, kw_only=True):
    """What to do with a match: delete it or its line, or replace it (candidates, best first).

    ``letters`` sets the letter case of each candidate, or of the match itself where ``replace`` is empty.
    """

    delete: Literal["line", "match"] | None = None
    replace: list[str] = []
    letters: LettersName | None = None
    safety: SafetyName = "review"


class Row(_Strict, frozen=True, kw_only=True):
    """One row of a ``terms`` table.

    ``bad`` lists literal forms (a space matches any white space, an apostrophe either kind); ``pattern`` is a regular
    expression instead. ``good`` lists replacements, best first. ``unless``/``when`` are searched in the sentence;
    ``context`` names contexts of which the document must show one. ``hit``/``miss`` are the row's examples.
    """

    key: str
    bad: list[str] = []
    pattern: str | None = None
    good: list[str] = []
    zh: str = ""
    note: str = ""
    message: str | None = None
    confidence: ConfidenceName | None = None
    severity: SeverityName | None = None
    mqm: str | None = None
    case: bool | None = None
    unless: str | None = None
    when: str | None = None
    context: list[str] | None = None
    hit: list[Example | str]
    miss: list[str]


class RuleFile(_Strict, frozen=True, kw_only=True):
    """One file under ``rules/``. Which keys apply depends on ``kind``; see docs/rules.md.

    ``max_words``: lines of more words are not looked at; ``among``: further articles of the corpus in which the
    examples of a recurrence rule are judged.
    An ``optional`` rule runs only where it is selected by its name or its family's.
    """

    id: str
    message: str
    severity: SeverityName = "minor"
    layer: LayerName = "words"
    mqm: str
    kind: KindName
    scope: ScopeName = "line"
    pattern: str | None = None
    patterns: list[str] = []
    case: bool = False
    define: dict[str, str] = {}
    fix: FixSpec | None = None
    note: str = ""
    zh: str = ""
    confidence: ConfidenceName = "high"
    unless: str | None = None
    when: str | None = None
    max_words: int | None = None
    context: list[str] = []
    options: dict[str, Any] = {}
    optional: bool = False
    rows: list[Row] = []
    aliases: list[str] = []
    among: list[str] = []
    bad: list[Example | str] = []
    good: list[str] = []


class ContextSpec(_Strict, frozen=True, kw_only=True):
    """A named document context: at least ``at_least`` different matches of ``pattern`` anywhere in the text."""

    pattern: str
    at_least: int = 1
    case: bool = False

    @property
    def full(self) -> str:
        """The pattern with its letter case said inside."""
        return self.pattern if self.case else f"(?i:{self.pattern})"


class Definitions(_Strict, frozen=True, kw_only=True):
    """``rules/definitions.yaml``: contexts and pattern fragments shared by all rule files."""

    contexts: dict[str, ContextSpec] = {}
    define: dict[str, str] = {}


def as_example(example: Example | str) -> Example:
    """An example in its full form."""
    return Example(text=example) if isinstance(example, str) else example
