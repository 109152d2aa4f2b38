"""Every report against the schema of who reads it: published ones where there are any (see tests/data/*/README.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator

from mtqa.report.escape import is_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtqa.linter import Result

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
RDJSON = Draft4Validator(json.loads((DATA / "reviewdog" / "DiagnosticResult.json").read_bytes()))
GITLAB = Draft202012Validator(json.loads((DATA / "gitlab" / "code-quality.json").read_bytes()))
JUNIT = xmlschema.XMLSchema10(DATA / "junit" / "junit-10.xsd")


@pytest.fixture(params=["run_of_all", "hostile_run", "nothing"])
def results(request: pytest.FixtureRequest) -> list[Result]:
    found: list[Result] = [] if request.param == "nothing" else request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(("name", "schema"), [("rdjson", RDJSON), ("gitlab", GITLAB)])
def test_json_for_services(
    render: Callable[..., bytes], results: list[Result], name: str, schema: Draft4Validator | Draft202012Validator
) -> None:
    data = render(name, results).decode()
    schema.validate(json.loads(data))
    json.dumps(json.loads(data), ensure_ascii=False).encode()  # half a surrogate pair is refused by many readers
    assert all(is_safe(line) for line in data.split("\n"))


def test_junit(render: Callable[..., bytes], results: list[Result]) -> None:
    JUNIT.validate(render("junit", results).decode())


def test_the_schemas_are_in_force(render: Callable[..., bytes], run_of_all: list[Result]) -> None:
    told = json.loads(render("rdjson", run_of_all))
    told["diagnostics"][0]["severity"] = "BAD"
    assert not RDJSON.is_valid(told)
    issues = json.loads(render("gitlab", run_of_all))
    issues[0]["location"]["lines"]["begin"] = 0
    assert not GITLAB.is_valid(issues)
    assert not JUNIT.is_valid(
        render("junit", run_of_all).decode().replace("<failure", "<flop").replace("/failure", "/flop")
    )


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.gitlab-ci", "templates/gitlab-ci.yml")]
)
def test_what_services_run_is_what_they_understand(schema: str, file: str) -> None:
    """The schemas of the JSON Schema Store, as check-jsonschema brings them."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_pre_commit_takes_the_hook() -> None:
    check = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
