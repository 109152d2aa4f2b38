"""How fast the review opens and answers on a large corpus made from the seeds.

    python benchmarks/review.py [--articles 10000] [--size 120x40] [--keys 200]

Each article is a seed with its paragraphs rotated, so that there are about ten findings in each. Reported are: the time
from the start of a fresh Python process to the first screen with the first article's findings on it, the time that a
key takes until the screen has been drawn again (at rest, and while the background checks the corpus), and memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
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


async def measure(folder: Path, size: tuple[int, int], keys: int, started: float, wait: float) -> dict[str, object]:
    """Open the app on ``folder`` and press keys."""
    from mtqa.cli.review import LinterMaker
    from mtqa.config import load_config
    from mtqa.corrections.store import Corrections
    from mtqa.review.start import start
    from mtqa.sources import find_sources

    config = load_config(folder)
    sources = find_sources((), config)
    found = time.time() - started
    corrections = Corrections(config.root, originals=("articles",))
    app = start(sources, corrections, "Benchmark", LinterMaker(config), config.settings.review)
    result: dict[str, object] = {"articles": len(sources), "sources found after s": round(found, 3)}
    async with app.run_test(size=size) as pilot:
        result["text on the screen after s"] = round(time.time() - started, 3)
        await app.ready.wait()
        await drawn(app)
        result["findings on the screen after s"] = round(time.time() - started, 3)
        result["key ms while checking"] = await press(app, keys)
        try:
            await asyncio.wait_for(app.finished.wait(), wait)
        except TimeoutError:
            result["stopped waiting for the background after s"] = wait
        await pilot.pause()
        result["whole corpus checked after s"] = round(time.time() - started, 1)
        result["findings"] = sum(len(briefs) for briefs in app.session.corpus.briefs.values())
        result["key ms at rest"] = await press(app, keys)
        result["idle floor ms"] = await press(app, keys, ("f12",))
        result["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        app.exit()
    return result


async def press(app: object, count: int, names: tuple[str, ...] = KEYS) -> dict[str, float]:
    """Press keys one after the other; milliseconds from the key to the screen drawn again."""
    from textual.events import Key

    taken = []
    for number in range(count):
        name = names[number % len(names)]
        character = {"]": "]"}.get(name, name if len(name) == 1 else None)
        begin = time.perf_counter()
        app.post_message(Key(name, character))  # type: ignore[attr-defined]
        await drawn(app)
        taken.append(1000 * (time.perf_counter() - begin))
    ordered = sorted(taken)
    return {
        "median": round(statistics.median(taken), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "worst": round(ordered[-1], 1),
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
    parser.add_argument("--wait", type=float, default=300, help="seconds to wait for the background")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    if given.inside:
        started = float(os.environ["BENCHMARK_STARTED"])
        print(json.dumps(asyncio.run(measure(given.inside, (width, height), given.keys, started, given.wait))))
        return
    with tempfile.TemporaryDirectory() as name:
        make_corpus(Path(name), given.articles)
        command = [sys.executable, __file__, *sys.argv[1:], "--inside", name]
        environment = os.environ | {"BENCHMARK_STARTED": str(time.time())}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    for key, value in json.loads(done.stdout.strip().splitlines()[-1]).items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
