"""The tables of the configuration: their keys, what these may hold, and their defaults."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from mtqa.rules.schema import SeverityName  # noqa: TC001 - msgspec reads the annotations

VerdictName = Literal["publish", "repair", "retranslate", "drop"]
GrammarName = Literal["harper", "languagetool", "both", "off"]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of all tables: unknown keys are errors."""


class Override(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """Settings for the articles whose path matches one of ``paths`` (globs; ``*`` also crosses folders)."""

    paths: list[str]
    select: list[str] = []
    ignore: list[str] = []
    min_severity: SeverityName = "neutral"
    severities: dict[str, SeverityName] = {}
    encoding: str | None = None


class Review(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """How the review screen looks and which keys it listens to (action id: key or keys).

    ``glyphs`` is "ascii" for terminals that draw symbols two cells wide.
    """

    theme: str = "dark"
    glyphs: Literal["unicode", "ascii"] = "unicode"
    keys: dict[str, str | list[str]] = {}


class Editor(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """What editors are offered by ``mtqa lsp``: the ``reasons`` for which a finding can be rejected."""

    reasons: list[str] = msgspec.field(
        default_factory=lambda: [
            "correct as it stands",
            "official or quoted wording",
            "a name or a title",
            "the rule does not fit here",
        ]
    )


class Release(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """What a release says of itself, and the thresholds of its verdicts (see docs/release.md).

    ``publish``, ``retranslate`` and ``drop`` are MQM penalty points per 1,000 words; ``exclude`` names verdicts whose
    articles are left out even though nobody decided so; ``near_duplicate`` is a Jaccard similarity.
    """

    name: str = "corpus"
    title: str = ""
    description: str = ""
    license: str = ""
    creator: str = ""
    url: str = ""
    citation: str = ""
    language: str = "en"
    translated_from: str = "zh"
    publish: float = 25.0
    retranslate: float = 200.0
    drop: float = 400.0
    exclude: list[VerdictName] = []
    near_duplicate: float = 0.8


class LanguageTool(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """How LanguageTool is reached and asked; without ``url`` a local server is started and shared.

    ``disabled``: ids of its rules; ``timeout`` and ``idle`` (until the local server stops) in seconds; ``memory`` is
    the heap of the local server in MiB.
    """

    url: str = ""
    language: str = "en-US"
    disabled: list[str] = []
    picky: bool = False
    timeout: float = 60.0
    memory: Annotated[int, msgspec.Meta(ge=256)] = 1024
    idle: Annotated[float, msgspec.Meta(gt=0)] = 900.0


class Grammar(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """Which engines run besides the rules; ``words`` is a file of correct words, one a line."""

    engine: GrammarName = "harper"
    spelling: bool = False
    words: str = "rules/words.txt"
    cache: bool = True
    languagetool: LanguageTool = LanguageTool()


class Neural(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """The second tier of the garble rules (see docs/garble.md); ``model`` is a folder or a name on the hub.

    ``threshold`` is the probability from which on a sentence is a finding; without it the model's own.
    """

    enabled: bool = False
    model: str = ""
    threshold: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None


class TableColumns(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """Which columns of JSON Lines and Parquet files hold an article's text and id; ``id = ""`` numbers the rows."""

    text: Annotated[str, msgspec.Meta(min_length=1)] = "text"
    id: str = "id"


class Cluster(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """How releases ask Slurm for machines; ``memory`` in GB, ``environment`` is a command run before each task.

    ``sbatch`` are further options of sbatch by name.
    """

    partition: str = ""
    time: str = "10:00:00"
    memory: Annotated[int, msgspec.Meta(ge=1)] = 2
    environment: str = ""
    sbatch: dict[str, str] = {}


class Judge(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """The endpoint that grades doubtful passages (see docs/judge.md); only ``enabled`` or --judge makes mtqa use it.

    ``key_env`` is the name of an environment variable, never the key; for the rest see
    :class:`mtqa.judge.JudgeOptions`.
    """

    enabled: bool = False
    url: str = ""
    model: str = ""
    key_env: Annotated[str, msgspec.Meta(pattern="^[A-Z_][A-Z0-9_]*$|^$")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    max_calls: Annotated[int, msgspec.Meta(ge=1)] = 200
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2
    price_in: Annotated[float, msgspec.Meta(ge=0)] | None = None
    price_out: Annotated[float, msgspec.Meta(ge=0)] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.0
    seed: int = 0
    max_tokens: Annotated[int, msgspec.Meta(ge=16)] = 2048
    cache: bool = True


class Settings(_Strict, frozen=True, kw_only=True, rename="kebab"):
    """All keys of the configuration, with their defaults.

    ``originals``: files, folders and globs that are linted when none are named; ``include``: which files of a folder
    are articles, or tables of them; ``rules``: folders of the project's own rules; ``max_line_length`` counts code
    points; ``baseline`` is a file; for ``fail_on``, ``max_findings`` and ``max_score`` see :class:`mtqa.budget.Budget`.
    """

    originals: list[str] = []
    include: list[str] = msgspec.field(default_factory=lambda: ["*.txt"])
    rules: list[str] = msgspec.field(default_factory=lambda: ["rules"])
    corrections: str = "corrections"
    select: list[str] = []
    ignore: list[str] = []
    min_severity: SeverityName = "neutral"
    severities: dict[str, SeverityName] = {}
    max_line_length: int = 1_000_000
    jobs: int = 1
    baseline: str | None = None
    fail_on: SeverityName | None = None
    max_findings: Annotated[int, msgspec.Meta(ge=0)] | None = None
    max_score: Annotated[float, msgspec.Meta(ge=0)] | None = None
    grammar: Grammar = Grammar()
    judge: Judge = Judge()
    neural: Neural = Neural()
    overrides: list[Override] = []
    review: Review = Review()
    editor: Editor = Editor()
    release: Release = Release()
    columns: TableColumns = TableColumns()
    cluster: Cluster = Cluster()


TABLES: dict[str, type[msgspec.Struct]] = {
    "editor": Editor,
    "cluster": Cluster,
    "columns": TableColumns,
    "grammar": Grammar,
    "judge": Judge,
    "neural": Neural,
    "overrides": Override,
    "release": Release,
    "review": Review,
}
