"""One decision: a line of a ledger, and how it is written and read.

A decision's id is a hash of everything else in its line, so that two people who decide on two branches need not agree
on ids, and a line altered by hand no longer carries its own id.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from mtqa.document import Span
from mtqa.errors import MtqaError

VERSION = 1
_ID_LENGTH = 20
_ALWAYS_KEPT = ("old", "new", "before", "after")
# Valid JSON without escapes, but not safe on a screen or in an editor: DEL, C1, line separators, bidi controls, BOM.
_HARMFUL = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class CorrectionsError(MtqaError):
    """A ledger, patch or decision that cannot be used."""


class Verdict(Enum):
    """What was decided. ``rebase`` re-anchors an earlier decision after its original changed."""

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"
    DEFER = "defer"
    RETRANSLATE = "retranslate"
    DROP = "drop"
    UNDO = "undo"
    REBASE = "rebase"

    @property
    def changes_text(self) -> bool:
        """True for the verdicts that put an edit into the patch."""
        return self in (Verdict.ACCEPT, Verdict.EDIT)

    @property
    def holds_back(self) -> bool:
        """True for the verdicts after which a finding is no longer raised although its text stays."""
        return self in (Verdict.REJECT, Verdict.DEFER) or self.gives_up

    @property
    def gives_up(self) -> bool:
        """True for the verdicts by which a passage is beyond repair, with all that is found in it."""
        return self in (Verdict.RETRANSLATE, Verdict.DROP)


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """How much context makes a quotation unique in its source; see :mod:`mtqa.corrections.anchor`.

    ``alone``: it is unique without any. ``both``: lengths of context before and after that make it so together;
    ``before``, ``after``: the length on one side that does. None where no recorded length does. All in code points.
    """

    alone: bool = False
    both: tuple[int, int] | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """``old`` at ``span`` of the source becomes ``new``; None as ``new`` only quotes the passage decided on.

    ``before`` and ``after`` are the source's text directly around the span.
    """

    span: Span
    old: str
    new: str | None = None
    before: str = ""
    after: str = ""
    unique: Uniqueness = Uniqueness()


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a ledger.

    ``at`` is UTC in RFC 3339 with a final "Z"; ``of`` is the id that an undo or rebase refers to; ``supersedes`` are
    the earlier decisions on the same subject that the editor had before them; ``parents`` are the ids of the ledger's
    last decisions at that time (one, or several after a merge).
    """

    at: str
    by: str
    verdict: Verdict
    rule: str = ""
    fingerprint: str = ""
    source_sha256: str = ""
    changes: tuple[Change, ...] = ()
    why: str = ""
    of: str = ""
    supersedes: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    id: str = ""

    @property
    def order(self) -> tuple[str, str]:
        """Sort key: time, then id. Only for listing and for which of two overlapping edits stands."""
        return (self.at, self.id)

    @property
    def effect(self) -> tuple[object, ...]:
        """What two decisions must share in order not to contradict each other."""
        if self.verdict.changes_text:
            return ("change", *((change.old, change.new) for change in self.changes))
        return (self.verdict,)

    def signed(self) -> Decision:
        """The same decision with its id."""
        return replace(self, id=digest(_fields(self)))

    def line(self) -> bytes:
        """The ledger line, line ending included."""
        fields = _fields(self)
        ordered = {"v": fields.pop("v"), "id": self.id, **fields}
        text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
        return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode("utf-8") + b"\n"


def digest(fields: dict[str, Any]) -> str:
    """The id that belongs to a line's other fields: SHA-256 of their canonical JSON, cut to 20 hex digits."""
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:_ID_LENGTH]


def parse_line(line: bytes) -> Decision:
    """Read a ledger line; raises ValueError saying what is wrong with it."""
    try:
        fields = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not a JSON object: {error}") from error
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    if fields.get("v") != VERSION:
        raise ValueError(f"format version {fields.get('v')!r}; this mtqa reads version {VERSION}")
    name = fields.pop("id", None)
    try:
        decision = _decision(fields)
        expected = digest(fields)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a decision: {type(error).__name__}: {error}") from error
    if name != expected:
        raise ValueError(f"altered after it was written: its content gives id {expected}, it says {name}")
    return replace(decision, id=expected)


def _fields(decision: Decision) -> dict[str, Any]:
    """Everything but the id, in the order of the file; what is empty is left out."""
    first, *further = decision.changes or (None,)
    fields: dict[str, Any] = {
        "v": VERSION,
        "at": decision.at,
        "by": decision.by,
        "verdict": decision.verdict.value,
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "source_sha256": decision.source_sha256,
        **(_change_fields(first) if first else {}),
        "also": [_change_fields(change) for change in further if change],
        "why": decision.why,
        "of": decision.of,
        "supersedes": list(decision.supersedes),
        "parents": list(decision.parents),
    }
    return {key: value for key, value in fields.items() if value or key in _ALWAYS_KEPT}


def _change_fields(change: Change) -> dict[str, Any]:
    fields: dict[str, Any] = {"span": [change.span.start, change.span.end], "old": change.old}
    if change.new is not None:
        fields["new"] = change.new
    unique = {
        "alone": change.unique.alone or None,
        "both": list(change.unique.both) if change.unique.both is not None else None,
        "before": change.unique.before,
        "after": change.unique.after,
    }
    fields |= {"before": change.before, "after": change.after}
    if kept := {key: value for key, value in unique.items() if value is not None}:
        fields["unique"] = kept
    return fields


def _decision(fields: dict[str, Any]) -> Decision:
    changes = [_change(fields)] if "span" in fields else []
    changes += [_change(entry) for entry in fields.get("also", [])]
    return Decision(
        at=_text(fields["at"]),
        by=_text(fields["by"]),
        verdict=Verdict(fields["verdict"]),
        rule=_text(fields.get("rule", "")),
        fingerprint=_text(fields.get("fingerprint", "")),
        source_sha256=_text(fields.get("source_sha256", "")),
        changes=tuple(changes),
        why=_text(fields.get("why", "")),
        of=_text(fields.get("of", "")),
        supersedes=tuple(_text(name) for name in fields.get("supersedes", [])),
        parents=tuple(_text(name) for name in fields.get("parents", [])),
    )


def _change(fields: dict[str, Any]) -> Change:
    start, end = fields["span"]
    unique = fields.get("unique", {})
    both = unique.get("both")
    new = fields.get("new")
    change = Change(
        span=Span(int(start), int(end)),
        old=_text(fields["old"]),
        new=None if new is None else _text(new),
        before=_text(fields["before"]),
        after=_text(fields["after"]),
        unique=Uniqueness(
            bool(unique.get("alone")),
            (int(both[0]), int(both[1])) if both else None,
            _length(unique.get("before")),
            _length(unique.get("after")),
        ),
    )
    if len(change.span) != len(change.old):
        raise ValueError(f"span of {len(change.span)} code points, quotation of {len(change.old)}")
    return change


def _length(value: Any) -> int | None:
    return None if value is None else int(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a string was expected, not {value!r}")
    return value
