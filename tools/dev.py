#!/usr/bin/env python3
"""Set up and run, with nothing but Python 3.11 or newer and git.

    python3 tools/dev.py demo     set up, then lint the five seed articles
    python3 tools/dev.py test     set up, then run everything that CI runs

Both make a virtual environment in .venv from the pinned versions in constraints.txt and re-use it while those,
and pyproject.toml, stay the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "mtqa-setup"
_BIN = "Scripts" if os.name == "nt" else "bin"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["demo", "test", "setup"])
    parser.epilog = "Further arguments are passed on to mtqa lint (demo) or pytest (test)."
    options, arguments = parser.parse_known_args()
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is installed
        print(f"mtqa needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    set_up()
    if options.command == "demo":
        return demo(arguments)
    return test(arguments) if options.command == "test" else 0


def set_up() -> None:
    """Make .venv and install mtqa with its development tools, unless that has been done for these very files."""
    wanted = hashlib.sha256(
        b"".join((ROOT / name).read_bytes() for name in ("constraints.txt", "pyproject.toml")) + sys.version.encode()
    ).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("setting up .venv (a minute or two, once) ...", file=sys.stderr)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"cannot make a virtual environment: {error}\nOn Debian and Ubuntu: apt install python3-venv")
    pip("install", "--upgrade", "pip")
    pip("install", "--editable", ".[all]", "--group", "dev")
    STAMP.write_text(wanted)


def pip(*arguments: str, python: Path | None = None) -> None:
    base = [str(python or VENV / _BIN / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*base, *arguments, "--constraint", str(ROOT / "constraints.txt")], check=True)


def demo(arguments: list[str]) -> int:
    """Lint the seeds as they came, whatever the example corrections mend. Finding faults is success here."""
    code = tool("mtqa", "lint", *(arguments or ["seeds", "--without-corrections"]))
    return 0 if code == 1 else code


def tool(name: str, *arguments: str) -> int:
    return subprocess.run([str(VENV / _BIN / name), *arguments], check=False).returncode


def test(arguments: list[str]) -> int:
    """Everything CI runs; stops at the first step that fails."""
    steps = (
        ("format", lambda: tool("ruff", "format", "--check", ".")),
        ("lint", lambda: tool("ruff", "check", ".")),
        ("types", lambda: tool("mypy")),
        ("rule examples", lambda: tool("mtqa", "rule", "test")),
        (
            "lint of the seeds",
            lambda: 0 if tool("mtqa", "lint", "seeds", "--without-corrections", "--statistics") == 1 else 1,
        ),
        ("lint of the corrected seeds", lambda: tool("mtqa", "lint", "seeds", "--corrected")),
        ("example corrections", lambda: tool("mtqa", "patch", "verify")),
        ("wheel", smoke_test_wheel),
        ("tests with the real LanguageTool", test_languagetool),
        ("reports in a real browser", test_browser),
        ("reports read by reviewdog", test_reviewdog),
        ("tests", lambda: tool("pytest", "-n", "2", *arguments)),
    )
    for name, step in steps:
        print(f"== {name}", file=sys.stderr, flush=True)
        if code := step():
            print(f"== {name} FAILED", file=sys.stderr)
            return code
    return 0


def test_languagetool() -> int:
    """Get LanguageTool from Maven, once, and test against its server; where it cannot run here, say so."""
    if missing := [program for program in ("bash", "java", "mvn", "unzip") if not shutil.which(program)]:
        print(f"NOT RUN: needs {', '.join(missing)}", file=sys.stderr)
        return 0
    got = subprocess.run(["bash", "tools/get_languagetool.sh"], check=False).returncode
    return got or tool("pytest", "-m", "languagetool", "tests/grammar")


def test_browser() -> int:
    """Open reports in Chromium. In CI it must be there (.ci/run gets it); elsewhere say so where it is not."""
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return tool("pytest", "-m", "browser", "tests/report")
    print("NOT RUN: needs Chromium (Debian and Ubuntu: apt install chromium)", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


def test_reviewdog() -> int:
    """Read reports with reviewdog's own parser, where it can be built."""
    if not shutil.which("go"):
        print("NOT RUN: needs go", file=sys.stderr)
        return 0
    return tool("pytest", "-m", "reviewdog", "tests/report")


def smoke_test_wheel() -> int:
    """Build the wheel, install it elsewhere, lint with it outside the checkout: it must find its rules."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pip("wheel", "--no-deps", "--wheel-dir", str(place), ".")
        wheel = next(place.glob("mtqa-*.whl"))
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / _BIN / "python"
        pip("install", str(wheel), python=python)
        shutil.copy(ROOT / "seeds" / "002_9eb9c093c3825263.txt", place / "article.txt")
        command = [str(place / "venv" / _BIN / "mtqa"), "lint", "article.txt", "--format", "jsonl"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, encoding="utf-8")
        found = done.stdout.count('"type":"finding"')
        print(f"installed wheel: exit {done.returncode}, {found} findings", file=sys.stderr)
        if done.returncode != 1 or not found:
            print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
