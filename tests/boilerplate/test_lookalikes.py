"""Text that only looks like boilerplate is kept, line by line, by the whole boilerplate pass."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mtqa.document import Document
from mtqa.finding import Finding, Layer
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.linter import Linter
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.selection import Selection

PASSAGES = yaml.safe_load(Path(__file__).with_name("lookalikes.yaml").read_text(encoding="utf-8"))
DOCUMENTS = [Document.from_text(entry["text"], f"{entry['kind']}-{n}.txt") for n, entry in enumerate(PASSAGES)]
KINDS = {"subject", "dialogue", "list", "verse", "table", "caption", "short", "note", "edge", "recurring"}


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(load_rules(shipped_rules()), Selection(select=("boilerplate", "metadata")))


@pytest.fixture(scope="module")
def corpus(linter: Linter) -> Linter:
    """The linter that knows all passages as one corpus, so that recurrence has its say."""
    return linter.knowing(Knowledge.of_corpus(map(Gatherer(linter.rules).read, DOCUMENTS)))


def losses(document: Document, findings: list[Finding]) -> list[str]:
    """What would leave the text, or is called boilerplate."""
    return [
        document.slice(finding.span)
        for finding in findings
        if finding.layer is Layer.BLOCK or any(not edit.replacement for fix in finding.fixes for edit in fix.edits)
    ]


def test_there_are_enough_of_every_kind() -> None:
    assert {entry["kind"] for entry in PASSAGES} == KINDS
    assert len(PASSAGES) >= 60
    assert all(sum(entry["kind"] == kind for entry in PASSAGES) >= 4 for kind in KINDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_kept_alone(document: Document, linter: Linter) -> None:
    assert losses(document, linter.check(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_kept_in_a_corpus(document: Document, corpus: Linter) -> None:
    assert corpus.knowledge.lines
    assert losses(document, corpus.check(document)) == []
