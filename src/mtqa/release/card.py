"""``README.md``: the data set's card, as Hugging Face reads it, with its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mtqa.release.chart import bar_chart
from mtqa.release.markdown import code, plain
from mtqa.release.record import COLUMNS, EDIT_COLUMNS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mtqa.release.manifest import Manifest
    from mtqa.release.statistics import Statistics
    from mtqa.settings import Release

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_SIZES_ON = ((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))
_MOST_LISTED = 100


def write_card(root: Path, manifest: Manifest, settings: Release, figures: Statistics) -> None:
    """Write README.md and ``charts/``."""
    charts = root / "charts"
    charts.mkdir()
    words = bar_chart(figures.by_words, "Length of articles", "words, from")
    points = bar_chart(figures.by_score, "MQM penalty points per 1,000 words", "points per 1,000 words, from")
    (charts / "words.svg").write_bytes(words.encode())
    (charts / "score.svg").write_bytes(points.encode())
    head = yaml.safe_dump(front_matter(manifest, settings), sort_keys=False, allow_unicode=True, width=1000)
    body = "\n".join(_body(manifest, settings, figures)) + "\n"
    (root / "README.md").write_bytes(f"---\n{head}---\n\n{body}".encode())


def front_matter(manifest: Manifest, settings: Release) -> dict[str, Any]:
    """The YAML block: both tables as configurations, and what hubs search by.

    Without edits there is no configuration of them: `datasets` cannot load a split that has no rows.
    """
    tables = [("default", "data/*.parquet"), *([("edits", "edits/*.parquet")] if manifest.counts["edits"] else [])]
    return {
        "pretty_name": settings.title or manifest.name,
        "version": manifest.version,
        "license": settings.license.lower() or "unknown",
        "language": [settings.language],
        "size_categories": [_size(manifest.counts["articles"])],
        "task_categories": ["text-generation"],
        "tags": ["machine-translation", "post-editing", "mqm", "text-cleaning"],
        "configs": [
            {"config_name": name, "default": name == "default", "data_files": [{"split": "train", "path": path}]}
            for name, path in tables
        ],
    }


def _size(articles: int) -> str:
    return next((name for limit, name in (*_SIZES, *_SIZES_ON) if articles < limit), "n>1T")


def _body(manifest: Manifest, settings: Release, figures: Statistics) -> Iterator[str]:
    yield f"# {plain(settings.title or manifest.name)} {manifest.version}"
    yield ""
    if settings.description:
        yield from (plain(settings.description), "")
    yield f"Release id `{manifest.release_id}`, {manifest.date}."
    yield ""
    yield from _figures(manifest, figures)
    yield from _open(manifest)
    yield from _loading(manifest)
    yield from _tables()
    yield from _provenance(manifest, settings, figures)
    yield from _verdicts(settings)
    yield from _checking()
    if settings.citation:
        yield from ("## Citation", "", plain(settings.citation), "")


def _figures(manifest: Manifest, figures: Statistics) -> Iterator[str]:
    counts = manifest.counts
    yield from ("## Figures", "", "| | |", "|---|---:|")
    rows = {
        "articles": counts["articles"],
        "articles left out (`DROPPED.jsonl`)": counts["left_out"],
        "words": counts["words"],
        "characters": counts["characters"],
        "edits to the originals": counts["edits"],
        "articles with near duplicates": counts["near_duplicates"],
    }
    yield from (f"| {name} | {number:,} |" for name, number in rows.items())
    per = 1000 * figures.penalty / figures.words if figures.words else 0.0
    yield f"| MQM penalty points per 1,000 words | {per:.1f} |"
    yield ""
    yield from _counted("Verdicts", "verdict", figures.verdicts)
    yield "![Articles by number of words](charts/words.svg)"
    yield ""
    yield "![Articles by MQM penalty points per 1,000 words](charts/score.svg)"
    yield ""
    yield from _counted("Edits by rule", "rule", figures.rules)
    yield from _counted("Left out", "why", figures.left_out)


def _counted(title: str, what: str, counted: Counter[str]) -> Iterator[str]:
    if not counted:
        return
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    yield from (f"### {title}", "", f"| {what} | number |", "|---|---:|")
    yield from (f"| {code(name)} | {number:,} |" for name, number in ordered[:_MOST_LISTED])
    yield ""


def _open(manifest: Manifest) -> Iterator[str]:
    if not manifest.unsettled:
        yield from ("No critical or major finding, stale edit or conflict was open when this was built.", "")
        return
    yield "## Still open"
    yield ""
    yield (
        f"This release was built although {manifest.counts['unsettled']:,} points were not settled. They are in each "
        "row's `unsettled`, and in `MANIFEST.json`."
    )
    yield ""
    yield from (f"- {code(line)}" for line in manifest.unsettled[:_MOST_LISTED])
    if manifest.counts["unsettled"] > _MOST_LISTED:
        yield f"- and {manifest.counts['unsettled'] - _MOST_LISTED:,} more"
    yield ""


def _loading(manifest: Manifest) -> Iterable[str]:
    edits = 'edits = load_dataset("PATH_OF_THIS_FOLDER", "edits", split="train")'
    return (
        "## Loading",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'articles = load_dataset("PATH_OF_THIS_FOLDER", split="train")',
        *([edits] if manifest.counts["edits"] else []),
        "```",
        "",
        "```python",
        "import polars",
        "",
        'articles = polars.read_parquet("data/*.parquet")',
        "```",
        "",
        "```sql",
        "SELECT id, title, verdict FROM 'data/*.parquet';  -- DuckDB",
        "```",
        "",
    )


def _tables() -> Iterator[str]:
    yield from _columns("Articles (`data/`)", COLUMNS)
    yield from _columns("Edits (`edits/`)", EDIT_COLUMNS)


def _columns(title: str, columns: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield from (f"## {title}", "", "| column | type | meaning |", "|---|---|---|")
    yield from (f"| `{name}` | {code(kind)} | {meaning} |" for name, (kind, meaning) in columns.items())
    yield ""


def _provenance(manifest: Manifest, settings: Release, figures: Statistics) -> Iterator[str]:
    yield "## Provenance and licence"
    yield ""
    yield (
        f"Articles machine-translated from `{settings.translated_from}` to `{settings.language}`. Every difference "
        "between an original and its text here is an edit that somebody decided on: `patches/` holds the unified "
        "diffs, the table `edits` who decided what, when and why. Nothing else was changed."
    )
    yield ""
    yield f"Licence: {plain(settings.license) or 'none was stated'}."
    if settings.creator:
        yield f"Published by {plain(settings.creator)}."
    if settings.url:
        yield f"Home: <{settings.url}>"
    yield ""
    yield from _counted("Editors", "editor", figures.editors)
    yield (
        f"Built by mtqa {manifest.tools['mtqa']} with rules `{manifest.rules_sha256[:12]}`; parameters, versions and "
        "digests of all originals, ledgers and patches are in `MANIFEST.json`."
    )
    yield ""


def _verdicts(settings: Release) -> Iterable[str]:
    return (
        "## Scores and verdicts",
        "",
        "`mqm_score` is MQM penalty points (minor 1, major 5, critical 25) per 1,000 words of what mtqa's rules still "
        "find and no editor rejected; the interval (95 %) takes the sentence as the event (Fay and Feuer 1997). "
        f"`drop`: its lower end is above {settings.drop:g}; `retranslate`: above {settings.retranslate:g}; `publish`: "
        f"the score is at most {settings.publish:g}; `repair`: everything else. An editor's verdict overrides these.",
        "",
        "Rules find what they know. A score of 0 is no proof of a good translation.",
        "",
    )


def _checking() -> Iterable[str]:
    return (
        "## Checking",
        "",
        "`sha256sum -c SHA256SUMS` checks the files; `mtqa release verify` also checks every row and patch and, in the "
        "project this was built from, builds it again and compares.",
        "",
    )
