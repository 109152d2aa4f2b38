"""Make the pictures of the review for the README and docs: real seeds, shipped rules, real keys.

python tools/screenshots.py [FOLDER]    (default: docs/images)
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mtqa.cli.review import LinterMaker
from mtqa.config import load_config
from mtqa.corrections.store import Corrections
from mtqa.review.start import start
from mtqa.sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
# name -> (theme, columns, rows, keys)
PICTURES: dict[str, tuple[str, int, int, Sequence[str]]] = {
    "review": ("dark", 120, 40, ("o", "]", "a", "a", "a", "a")),
    "review-80x24": ("dark", 80, 24, ("o", "]", "a", "a", "a", "a")),
    "review-mono": ("mono", 120, 40, ("o", "]", "a", "a", "a", "a")),
    "review-light": ("light", 120, 40, ("]", "w", "s")),
    "review-batch": ("dark", 120, 40, ("b", "4")),
}


async def picture(folder: Path, theme: str, size: tuple[int, int], keys: Sequence[str]) -> str:
    """The screen after some keys, as SVG."""
    from msgspec.structs import replace

    config = load_config(folder)
    moments = iter(range(10_000))
    morning = datetime(2026, 1, 1, tzinfo=UTC)
    corrections = Corrections(
        config.root, originals=("seeds",), clock=lambda: morning + timedelta(seconds=next(moments))
    )
    settings = replace(config.settings.review, theme=theme)
    app = start(find_sources((), config), corrections, "Ana", LinterMaker(config), settings)
    async with app.run_test(size=size) as pilot:
        await asyncio.wait_for(app.finished.wait(), 120)
        for key in keys:
            await pilot.press(key)
            await app.workers.wait_for_complete()
        await pilot.pause(0.2)
        svg = re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="mtqa review"))
        svg = re.sub(r',\s*url\("[^"]*"\) format\("\w+"\)', "", svg)  # nothing is to be fetched to look at it
        return re.sub(r'textLength="([\d.]+)"([^>]*>)([^<]*)<', _at_its_width, svg)


def _at_its_width(text: re.Match[str]) -> str:
    """Rich's export gives a Chinese character the width of a Latin one, where a terminal gives it two."""
    shown = unescape(text[3])
    width = float(text[1]) / len(shown) * cell_len(shown) if shown else 0.0
    return f'textLength="{width:.10g}"{text[2]}{text[3]}<'


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    for name, (theme, columns, rows, keys) in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            os.environ["MTQA_STATE_DIR"] = f"{folder}/state"
            shutil.copytree(ROOT / "seeds", Path(folder) / "seeds")
            Path(folder, "mtqa.toml").write_text('originals = ["seeds"]\n', encoding="utf-8")
            svg = asyncio.run(picture(Path(folder), theme, (columns, rows), keys))
        (target / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(target / f"{name}.svg")


if __name__ == "__main__":
    main()
