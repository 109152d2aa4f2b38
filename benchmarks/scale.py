"""Lint and release of a large corpus: speed, memory, kills, and the same release by every executor.

    python benchmarks/scale.py FOLDER --mb 2000          everything, on all cores; docs/scale.md says how long it takes
    python benchmarks/scale.py FOLDER --mb 20 lint       a small corpus, one step, to see that it works

Makes the corpus with `scale_corpus.py` where it is not there. Steps: `lint` (by the rules, as a release does it);
`processes` (built, killed three times, at a quarter, a half and three quarters of the pieces, and resumed); `local`,
`ray` and `slurm` (datatrove's executors; the last only when it is named, for it needs Slurm); `verify` (the files of
the release). Every step prints one line of JSON: seconds of the clock and of the processor, MB of text a second of
either, the most memory that any process and that all together held (the proportional set size, looked at every two
seconds), and the load of the machine before and after. In the end the sums of all releases are compared. A run that is
interrupted goes on where it was. Needs Linux and `mtqa[cluster]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import scale_corpus

MB = 1_000_000
STEPS = ("lint", "processes", "local", "ray", "verify")
BUILDS = ("processes", "local", "ray", "slurm")
KILLS = (0.25, 0.5, 0.75)
_LOOK = 2.0


@dataclass
class Watch:
    """What a process and all below it use, looked at now and then."""

    cpu: float = 0.0
    one: float = 0.0
    together: float = 0.0
    _seen: dict[int, float] = field(default_factory=dict)

    def look(self, root: int) -> None:
        sizes = []
        for pid in _below(root):
            if (found := _usage(pid)) is not None:
                seconds, size = found
                self._seen[pid] = max(self._seen.get(pid, 0.0), seconds)
                sizes.append(size)
        self.cpu = sum(self._seen.values())
        self.one = max(self.one, *sizes, 0.0)
        self.together = max(self.together, sum(sizes))


def _below(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for one in found:
        found += parents.get(one, [])
    return found


def _usage(pid: int) -> tuple[float, float] | None:
    """Processor seconds (its own) and proportional set size in MB of a process; None where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    size = next(int(line.split()[1]) for line in rollup.split("\n") if line.startswith("Pss:"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), size * 1024 / MB


def run(root: Path, arguments: list[str], watch: Watch, stop_at: float | None = None) -> bool:
    """Run mtqa; with ``stop_at`` kill it once that share of the pieces is done. True when it ended by itself."""
    started = subprocess.Popen(
        [sys.executable, "-m", "mtqa", *arguments],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=(root / "errors.log").open("ab"),
    )
    wanted = len(list((root / "articles").glob("part-*")))
    while started.poll() is None:
        watch.look(started.pid)
        done = len(list(root.glob(".processes.part/pieces/*/done")))
        if stop_at is not None and done >= stop_at * wanted:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            return False
        time.sleep(_LOOK)
    if started.returncode not in (0, 1):
        sys.exit(f"mtqa {' '.join(arguments)} failed: {(root / 'errors.log').read_text()[-2000:]}")
    return True


def measured(root: Path, size: float, step: str, jobs: int) -> None:
    watch, before, begun = Watch(), os.getloadavg()[0], time.monotonic()
    more: dict[str, object] = {}
    if step == "lint":
        run(root, ["lint", "--grammar", "off", "--format", "jsonl", "-o", "lint.jsonl", "-j", str(jobs)], watch)
    elif step == "verify":
        run(root, ["release", "verify", "--files-only", "processes"], watch)
    else:
        shutil.rmtree(root / step, ignore_errors=True)
        build = ["release", "build", "--version", "1.0.0", "--to", step, "--allow-open", "-j", str(jobs)]
        if step == "processes":
            more["kills"] = [share for share in KILLS if not run(root, build, watch, share)]
            run(root, build, watch)
        else:
            run(root, [*build, "--executor", step], watch)
        manifest = json.loads((root / step / "MANIFEST.json").read_bytes())
        sums = hashlib.sha256((root / step / "SHA256SUMS").read_bytes()).hexdigest()
        more |= {"release_id": manifest["release_id"], "sums": sums, "articles": manifest["counts"]["articles"]}
        more |= {"near_duplicates": manifest["counts"]["near_duplicates"], "edits": manifest["counts"]["edits"]}
    seconds = time.monotonic() - begun
    told = {
        "step": step,
        "MB": round(size, 1),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(watch.cpu, 1),
        "MB_per_second": round(size / seconds, 2),
        "MB_per_cpu_second": round(size / watch.cpu, 2),
        "most_MB_of_one_process": round(watch.one),
        "most_MB_together": round(watch.together),
        "load_before": round(before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        **more,
    }
    print(json.dumps(told), flush=True)


def correct(root: Path) -> None:
    """Accept the safe fixes of the first shard, so that the release has corrections of rows."""
    if not (root / "corrections").exists():
        subprocess.run(
            [sys.executable, "-c", _CORRECT, "articles/part-00000.jsonl.zst"], cwd=root, check=True, text=True
        )


_CORRECT = """
import sys
from mtqa.config import load_config
from mtqa.corrections.batch import accept_safe
from mtqa.linter import Linter, Source
from mtqa.project import corrections_of
from mtqa.rules.load import load_rules, shipped_rules
from mtqa.sources import rows

config = load_config()
corrections, linter = corrections_of(config), Linter(load_rules(shipped_rules()))
for row in rows(Source(sys.argv[1]), config.columns):
    document = row.read()
    if "QR code" in document.text or "Editor" in document.text:
        accept_safe(corrections.article(document), linter.check(document), "Ana <ana@example.org>")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("steps", nargs="*", default=[], metavar="STEP", help=", ".join(STEPS))
    parser.add_argument("--mb", type=float, default=2000, help="MB of text")
    parser.add_argument("--shard-mb", type=float, default=scale_corpus.SHARD, help="MB of text to a shard")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_intermixed_args()
    root = asked.folder.resolve()
    size = scale_corpus.make(root, asked.mb, asked.shard_mb) / MB
    correct(root)
    for step in asked.steps or STEPS:
        measured(root, size, step, asked.jobs)
    sums = {(root / step / "SHA256SUMS").read_bytes() for step in BUILDS if (root / step / "SHA256SUMS").exists()}
    if len(sums) == 1:
        print("the same bytes by every executor")
    elif sums:
        sys.exit("DIFFERENT BYTES")


if __name__ == "__main__":
    main()
