"""The pre-commit hook, the GitHub action and the GitLab template, run where there is an old and a new fault."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import Project

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "They said re mobilize now.\n", "We all want to re mobilize.\n"
BIN = str(Path(sys.executable).parent)


@pytest.fixture
def changed(project: Project) -> Project:
    project.write("old one.txt", OLD)
    project.commit()
    project.write("old one.txt", OLD + NEW)
    project.git("add", "-A")
    return project


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GITHUB_", "CI_"))}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, **more}


def test_pre_commit_against_a_local_clone(changed: Project, tmp_path: Path) -> None:
    """The hook as it is published, but run by this environment's mtqa, for tests install nothing."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (hooks / ".pre-commit-hooks.yaml").write_text(text.replace("language: python", "language: system"))
    changed.git("init", "-q", str(hooks))
    changed.git("-C", str(hooks), "add", "-A")
    changed.git("-C", str(hooks), "commit", "-q", "-m", "x")
    revision = changed.git("-C", str(hooks), "rev-parse", "HEAD")
    config = {"repos": [{"repo": hooks.as_uri(), "rev": revision, "hooks": [{"id": "mtqa"}]}]}
    (changed.root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    changed.git("add", "-A")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run"],
            cwd=changed.root,
            env=environment(PRE_COMMIT_HOME=str(tmp_path / "home")),
            capture_output=True,
            text=True,
            check=False,
        )

    done = run()
    assert done.returncode == 1, done
    assert "We all want to «re mobilize»." in done.stdout
    assert "1 finding not brought by the change" in done.stdout
    changed.write("old one.txt", OLD)
    changed.git("add", "-A")
    done = run()
    assert done.returncode == 0, done


def action(project: Project, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the steps of action.yml as the runner does: inputs go in where the file says so, by environment only."""
    described = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    values = {name: inputs.get(name.replace("-", "_"), spec["default"]) for name, spec in described["inputs"].items()}

    def filled(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"${{{{ inputs.{name} }}}}", value)
        assert "${{" not in text or text in values.values()
        return text

    runner = {"RUNNER_TEMP": str(project.root.parent), "GITHUB_ACTION_PATH": str(ROOT)}
    runner |= {name: str(project.root.parent / name) for name in ("GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
    done: subprocess.CompletedProcess[str] | None = None
    for step in described["runs"]["steps"]:
        assert "${{" not in step["run"]  # an input in a script would be run
        assert step["shell"] == "bash"
        env = environment(**runner, **{name: filled(value) for name, value in step.get("env", {}).items()})
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        folder = project.root / filled(step.get("working-directory", "."))
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            break
    assert done is not None
    return done


def test_the_action_annotates_what_is_new(changed: Project) -> None:
    done = action(changed, changed_since="HEAD")
    assert done.returncode == 1, done
    assert done.stdout.count("::warning ") == 1
    assert "file=news/old one.txt,line=2" in done.stdout
    assert "## mtqa" in (changed.root.parent / "GITHUB_STEP_SUMMARY").read_text()
    assert action(changed, changed_since="HEAD", arguments="--fail-on\nmajor\n").returncode == 0
    assert action(changed).stdout.count("::warning ") == 2
    assert action(changed, paths="news/old one.txt\n").returncode == 1


@pytest.mark.parametrize("evil", ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "--output=pwned"])
def test_inputs_of_the_action_are_never_run(changed: Project, evil: str) -> None:
    for name in ("paths", "changed_since"):
        assert action(changed, **{name: evil}).returncode == 2
    assert not (changed.root / "pwned").exists()


def test_the_gitlab_template(changed: Project) -> None:
    job = yaml.safe_load((ROOT / "templates" / "gitlab-ci.yml").read_text(encoding="utf-8"))["mtqa"]
    script = "\n".join(job["script"])
    report = changed.root / job["artifacts"]["reports"]["codequality"]
    for base, number in ((changed.git("rev-parse", "HEAD"), 1), ("", 2)):
        variables = {k: v.replace("$CI_PROJECT_DIR", str(changed.root)) for k, v in job["variables"].items()}
        env = environment(**variables, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=changed.root, env=env, check=False)
        assert done.returncode == 1
        assert len(json.loads(report.read_text(encoding="utf-8"))) == number
    assert (changed.root / job["cache"]["paths"][0]).is_dir()
    assert shutil.which("mtqa", path=BIN)  # or the script would have tried to install it
