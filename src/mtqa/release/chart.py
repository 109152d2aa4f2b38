"""Distributions as SVG: bars with their figures on them, readable in print, in the dark and by screen readers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.release.statistics import Histogram

_BAR, _GAP, _HEIGHT, _LEFT, _TOP, _BOTTOM = 44, 8, 180, 24, 64, 60
_STYLE = (
    "text{font:12px sans-serif;fill:#1f2328}.t{font-size:15px;font-weight:600}.b{fill:#2f6f9f}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#6cb6ff}.g{fill:#0d1117}}"
)


def bar_chart(histogram: Histogram, title: str, axis: str) -> str:
    """The histogram as an SVG document; a class is named by where it begins, the last one ends nowhere."""
    counts = histogram.counts
    names = [f"{edge:,}" for edge in histogram.edges]
    names[-1] += "+"
    width = 2 * _LEFT + len(counts) * (_BAR + _GAP)
    height = _TOP + _HEIGHT + _BOTTOM
    most = max(*counts, 1)
    told = ", ".join(f"{name}: {number:,}" for name, number in zip(names, counts, strict=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">Articles by {escape(axis)}, from: {escape(told)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="g" width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="t" x="{_LEFT}" y="26">{escape(title)}</text>',
    ]
    for number, (name, count) in enumerate(zip(names, counts, strict=True)):
        parts += _bar(_LEFT + number * (_BAR + _GAP), _HEIGHT * count / most, name, count)
    parts.append(f'<text x="{width / 2:.0f}" y="{height - 12}" text-anchor="middle">{escape(axis)}</text></svg>')
    return "\n".join(parts) + "\n"


def _bar(x: int, tall: float, name: str, count: int) -> list[str]:
    base, middle = _TOP + _HEIGHT, x + _BAR // 2
    return [
        f'<rect class="b" x="{x}" y="{base - tall:.1f}" width="{_BAR}" height="{tall:.1f}" fill="#2f6f9f"/>',
        f'<text x="{middle}" y="{base - tall - 6:.1f}" text-anchor="middle">{count:,}</text>',
        f'<text x="{middle}" y="{base + 18}" text-anchor="middle">{name}</text>',
    ]
