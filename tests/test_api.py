"""The Python entry points that the README names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mtqa
from mtqa import Document, lint

SEED = Path(__file__).resolve().parents[1] / "seeds" / "004_4dd9d332e1f8da03.txt"


def test_lint_a_document() -> None:
    document = Document.read(SEED)
    findings = lint(document)
    assert {"boilerplate.navigation", "boilerplate.copyright"} <= {finding.rule for finding in findings}
    assert findings == sorted(findings, key=lambda finding: finding.sort_key)
    assert all(finding.fingerprint for finding in findings)
    only = lint(document, select=["boilerplate"], ignore=["boilerplate.copyright"])
    assert {finding.rule for finding in only} == {"boilerplate.navigation"}


def test_every_exported_name_is_there() -> None:
    for name in mtqa.__all__:
        assert getattr(mtqa, name) is not None


def test_importing_mtqa_imports_nothing_heavy() -> None:
    code = (
        "import sys, mtqa, mtqa.cli; print([m for m in ('ftfy', 're2', 'rich', 'textual', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
