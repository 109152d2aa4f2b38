"""How fast the review opens and answers on a large corpus made from the seeds.

    python benchmarks/review.py [--articles 10000] [--size 120x40] [--keys 200] [--starts 5] [--wait 300]

Each article is a seed with its paragraphs rotated, so that there are more than ten findings in each. Reported are:

- opening: from the start of the program in a real pseudo-terminal until the first article and its findings are drawn;
- keys: from a key until the screen has been drawn again, at rest and while the background checks the corpus, beside the
  idle floor, which is the same for a key that does nothing;
- memory.

Times are wall-clock; "CPU" is what the own process of the program used (user and system). On a busy machine only CPU
tells something.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import re
import resource
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"
KEYS = ("j", "j", "a", "k", "d", "]", "u", "v", "s", "o")


def make_corpus(folder: Path, articles: int) -> None:
    """Write the articles and a configuration."""
    texts = [file.read_text(encoding="utf-8").split("\n\n") for file in sorted(SEEDS.glob("*.txt"))]
    home = folder / "articles"
    home.mkdir()
    for number in range(articles):
        paragraphs = texts[number % len(texts)]
        turn = number // len(texts) % len(paragraphs)
        (home / f"{number:06}.txt").write_text("\n\n".join(paragraphs[turn:] + paragraphs[:turn]), encoding="utf-8")
    (folder / "mtqa.toml").write_text('originals = ["articles"]\n', encoding="utf-8")


def opened(folder: Path, size: tuple[int, int]) -> dict[str, float]:
    """Open the review in a pseudo-terminal; seconds and CPU seconds until findings are drawn."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    command = [sys.executable, "-m", "mtqa", "review", "--by", "Benchmark"]
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    begin, seen = time.perf_counter(), b""
    process = subprocess.Popen(
        command, cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    while not re.search(rb"1 of \d+ here", seen):
        if not select.select([master], [], [], 120)[0]:
            sys.exit(f"nothing was drawn: {seen[-500:]!r}")
        seen += os.read(master, 65536)
    wall = time.perf_counter() - begin
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    process.kill()
    process.wait()
    os.close(master)
    return {"wall": wall, "cpu": cpu}


async def measure(folder: Path, size: tuple[int, int], keys: int, wait: float) -> dict[str, object]:
    """Open the app on ``folder`` and press keys."""
    from mtqa.cli.review import LinterMaker
    from mtqa.config import load_config
    from mtqa.corrections.store import Corrections
    from mtqa.review.start import start
    from mtqa.sources import find_sources

    config = load_config(folder)
    sources = find_sources((), config)
    corrections = Corrections(config.root, originals=("articles",))
    begin = time.perf_counter()
    app = start(sources, corrections, "Benchmark", LinterMaker(config), config.settings.review)
    result: dict[str, object] = {}
    async with app.run_test(size=size) as pilot:
        await app.ready.wait()
        await drawn(app)
        await press(app, 20)
        result["key ms while checking"] = await press(app, keys)
        result["idle floor ms while checking"] = await press(app, keys, ("f12",))
        result["articles checked until then"] = app.session.corpus.checked
        try:
            await asyncio.wait_for(app.finished.wait(), wait)
        except TimeoutError:
            app.on_unmount()
            result["stopped waiting for the background after s"] = wait
        await pilot.pause()
        result["corpus checked after s"] = round(time.perf_counter() - begin, 1)
        result["articles checked"] = app.session.corpus.checked
        result["findings"] = sum(len(briefs) for briefs in app.session.corpus.briefs.values())
        result["key ms at rest"] = await press(app, keys)
        result["idle floor ms at rest"] = await press(app, keys, ("f12",))
        result["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        app.exit()
    return result


async def press(app: object, count: int, names: tuple[str, ...] = KEYS) -> dict[str, float]:
    """Press keys one after the other; milliseconds from the key to the screen drawn again, and CPU for each."""
    from textual.events import Key

    taken, used = [], []
    for number in range(count):
        name = names[number % len(names)]
        begin, before = time.perf_counter(), time.process_time()
        app.post_message(Key(name, name if len(name) == 1 else None))  # type: ignore[attr-defined]
        await drawn(app)
        taken.append(1000 * (time.perf_counter() - begin))
        used.append(1000 * (time.process_time() - before))
    return {
        "median": round(statistics.median(taken), 1),
        "p95": round(statistics.quantiles(taken, n=20)[-1], 1),
        "worst": round(max(taken), 1),
        "CPU median": round(statistics.median(used), 1),
    }


async def drawn(app: object) -> None:
    """Until the key has been dealt with and the screen laid out and drawn."""
    done = asyncio.Event()
    app.call_next(lambda: app.screen.call_after_refresh(done.set))  # type: ignore[attr-defined]
    await done.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--wait", type=float, default=300, help="seconds to wait for the background")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    if given.inside:
        print(json.dumps(asyncio.run(measure(given.inside, (width, height), given.keys, given.wait))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MTQA_STATE_DIR"] = str(folder / "state")
        make_corpus(folder, given.articles)
        opened(folder, (width, height))  # once for the pattern memo and the file system
        runs = [opened(folder, (width, height)) for _ in range(given.starts)]
        for kind in ("wall", "cpu"):
            values = sorted(run[kind] for run in runs)
            label = f"findings on the screen after s ({kind})"
            print(f"{label}: median {statistics.median(values):.2f}, least {values[0]:.2f}, most {values[-1]:.2f}")
        command = [sys.executable, __file__, *sys.argv[1:], "--inside", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    for key, value in json.loads(done.stdout.strip().splitlines()[-1]).items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
