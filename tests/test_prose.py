"""Whole-text snapshots: what any change to the rules does to real prose.

``pytest tests/test_prose.py --snapshot-update`` writes them anew; the difference in ``tests/prose`` is then to be read
and committed with the change that made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from mtqa.evaluate import load_gold
from mtqa.finding import Finding, Fix, Severity
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

    from mtqa.document import Document

TESTS = Path(__file__).parent
GOLD = load_gold(TESTS / "gold", [TESTS.parent / "seeds"])
SEEDS = tuple(gold.document for gold in GOLD.documents)
CORPORA = {"seed": SEEDS, "postedit": GOLD.post_edits}
LONGEST = 90


class _Prose(SingleFileSnapshotExtension):
    """One text file per document below ``tests/prose``."""

    _write_mode = WriteMode.TEXT
    file_extension = _file_extension = "txt"  # the latter is what syrupy 4 calls it

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(Path(test_location.filepath).parent / "prose" / test_location.basename)


@pytest.fixture(scope="module")
def linters() -> dict[str, Linter]:
    """One linter for each corpus, which knows that corpus."""
    rules = load_rules(shipped_rules())
    return {
        name: Linter(rules, knowledge=Knowledge.merged(map(Gatherer(rules).read, documents)))
        for name, documents in CORPORA.items()
    }


@pytest.mark.parametrize(
    ("corpus", "document"),
    [(name, document) for name, documents in CORPORA.items() for document in documents],
    ids=[f"{name}-{Path(document.path).stem[:3]}" for name, documents in CORPORA.items() for document in documents],
)
def test_findings(corpus: str, document: Document, linters: dict[str, Linter], snapshot: SnapshotAssertion) -> None:
    findings = linters[corpus].check(document)
    shown = "".join(f"{_shown(document, finding)}\n" for finding in findings) or "no findings\n"
    assert shown == snapshot(extension_class=_Prose)


def _shown(document: Document, finding: Finding) -> str:
    """``line severity rule "text" → "first fix"``, or the edits where the fix changes more or less than the text."""
    line = document.line_at(finding.span.start).number
    level = {Severity.NEUTRAL: "-", Severity.MINOR: "m", Severity.MAJOR: "M", Severity.CRITICAL: "C"}[finding.severity]
    said = f"{line:>3} {level} {finding.rule} {_quoted(document.slice(finding.span))}"
    return said + (f" → {_fix(document, finding, finding.fixes[0])}" if finding.fixes else "")


def _fix(document: Document, finding: Finding, fix: Fix) -> str:
    first = fix.edits[0]
    deletes_line = not first.replacement and document.slice(first.span).strip() == document.slice(finding.span).strip()
    if len(fix.edits) == 1 and (first.span == finding.span or deletes_line):
        return _quoted(first.replacement)
    edits = (f"{_quoted(document.slice(edit.span))} → {_quoted(edit.replacement)}" for edit in fix.edits)
    return f"({'; '.join(edits)})"


def _quoted(text: str) -> str:
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    return '"' + shown.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
