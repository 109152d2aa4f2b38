"""Configuration: ``mtqa.toml`` or ``[tool.mtqa]`` of pyproject.toml, found from the working folder upwards.

Paths in it are relative to its folder, the project root. An unknown key is an error with its line and the nearest
right name. Every value knows where it came from.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mtqa.budget import Budget
from mtqa.errors import ConfigError, Place
from mtqa.finding import Severity
from mtqa.garble import NeuralOptions
from mtqa.grammar import Engines, LanguageToolOptions
from mtqa.grammar.words import read_words
from mtqa.judge import JudgeOptions
from mtqa.selection import Selection
from mtqa.settings import TABLES, LanguageTool, Settings
from mtqa.tables import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.settings import GrammarName, Override

_FILES = ("mtqa.toml", "pyproject.toml")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\-\"' ]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*(?:=|\.)""")


@dataclass(frozen=True)
class Config:
    """The settings in force, the project root they are relative to, and where each came from."""

    settings: Settings = field(default_factory=Settings)
    root: Path = field(default_factory=Path)
    file: Path | None = None
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def selection(self) -> Selection:
        return _selection(self.settings)

    @property
    def overrides(self) -> tuple[tuple[str, Selection], ...]:
        return tuple((pattern, _selection(table)) for table in self.settings.overrides for pattern in table.paths)

    @property
    def budget(self) -> Budget:
        """What a run may find before it fails."""
        least = self.settings.fail_on
        return Budget(Severity[least.upper()] if least else None, self.settings.max_findings, self.settings.max_score)

    @property
    def columns(self) -> Columns:
        """The columns of tables that hold articles."""
        return Columns(self.settings.columns.text, self.settings.columns.id)

    def encoding_of(self, name: str) -> str | None:
        """The encoding that the last matching override names for an article, if any."""
        from fnmatch import fnmatchcase

        for table in reversed(self.settings.overrides):
            if table.encoding and any(fnmatchcase(name, pattern) for pattern in table.paths):
                return table.encoding
        return None

    def rule_folders(self) -> list[Path]:
        """The shipped rules, then the project's own where there are any."""
        from mtqa.rules.load import shipped_rules

        shipped = shipped_rules()
        own = [self.root / folder for folder in self.settings.rules]
        named = "rules" in self.origins
        return [shipped, *(f for f in own if (named or f.is_dir()) and f.resolve() != shipped.resolve())]

    def engines(self) -> Engines:
        """The grammar and spelling engines; raises :class:`mtqa.errors.MtqaError` for an unreadable word list."""
        grammar = self.settings.grammar
        asked = grammar.languagetool
        options = LanguageToolOptions(
            asked.url, asked.language, tuple(asked.disabled), asked.picky, asked.timeout, asked.memory, asked.idle
        )
        words = read_words(self.word_list) if grammar.spelling else frozenset[str]()
        cache = _cache_file("grammar") if grammar.cache else None
        return Engines(grammar.engine, grammar.spelling, words, options, cache, self._neural)

    @property
    def _neural(self) -> NeuralOptions:
        asked = self.settings.neural
        folder = self.root / asked.model
        model = str(folder) if asked.model and folder.is_dir() else asked.model
        return NeuralOptions(asked.enabled, model, asked.threshold)

    def judge(self) -> JudgeOptions:
        """Whom the judge asks, and how."""
        asked = self.settings.judge
        return JudgeOptions(
            asked.url,
            asked.model,
            asked.key_env,
            asked.timeout,
            asked.max_calls,
            asked.parallel,
            asked.price_in,
            asked.price_out,
            asked.temperature,
            asked.seed,
            asked.max_tokens,
        )

    def judge_cache(self) -> Path | None:
        """The file that remembers the judge's answers."""
        return _cache_file("judge") if self.settings.judge.cache else None

    @property
    def word_list(self) -> Path:
        """The file of the project's own words."""
        return self.root / self.settings.grammar.words

    def with_grammar(self, engine: GrammarName | None) -> Config:
        """With the engine that the command line names; None leaves it as it is."""
        if engine is None:
            return self
        return self.replaced("command line", grammar=msgspec.structs.replace(self.settings.grammar, engine=engine))

    def with_neural(self, enabled: bool | None) -> Config:
        """With the second tier of the garble rules on or off; None leaves it as it is."""
        if enabled is None:
            return self
        return self.replaced("command line", neural=msgspec.structs.replace(self.settings.neural, enabled=enabled))

    def replaced(self, origin: str, **values: object) -> Config:
        """With some values replaced, as by the command line; None leaves a value as it is."""
        given = {name: value for name, value in values.items() if value is not None}
        settings = msgspec.structs.replace(self.settings, **given)
        origins = self.origins | {_kebab(name): origin for name in given}
        return Config(settings, self.root, self.file, origins)


def _cache_file(name: str) -> Path:
    from mtqa.rules.memo import cache_folder

    return cache_folder() / f"{name}.sqlite"


def _selection(table: Settings | Override) -> Selection:
    return Selection(
        tuple(table.select),
        tuple(table.ignore),
        Severity[table.min_severity.upper()],
        tuple((pattern, Severity[name.upper()]) for pattern, name in table.severities.items()),
    )


def load_config(start: Path | None = None, file: Path | None = None) -> Config:
    """The configuration of ``file``, or the nearest one at or above ``start`` (default: the working folder).

    Raises :class:`ConfigError` with file and line. Without any file: the defaults, with ``start`` as the root.
    """
    start = (start or Path.cwd()).resolve()
    if file is not None:
        return _read(file, _table(file, required=True))
    for folder in (start, *start.parents):
        for name in _FILES:
            candidate = folder / name
            if candidate.is_file() and (table := _table(candidate, required=name == "mtqa.toml")) is not None:
                return _read(candidate, table)
    return Config(root=start)


def _table(file: Path, *, required: bool) -> dict[str, Any] | None:
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", place=Place(str(file))) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 at byte offset {error.start}", place=Place(str(file))) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1  # without a line it is the end of the document
        raise ConfigError(f"not TOML: {error}", place=Place(str(file), line)) from error
    if file.name != "pyproject.toml":
        return data
    table = data.get("tool", {}).get("mtqa")
    if table is None and required:
        raise ConfigError("has no [tool.mtqa] table", place=Place(str(file)))
    return table if isinstance(table, dict) else None


def _read(file: Path, table: dict[str, Any] | None) -> Config:
    prefix = ["tool", "mtqa"] if file.name == "pyproject.toml" else []
    text = file.read_text(encoding="utf-8")
    try:
        settings = msgspec.convert(table or {}, Settings)
    except msgspec.ValidationError as error:
        raise _explained(file, text, prefix, str(error)) from error
    root = file.resolve().parent
    origins = {key: f"{file.name}:{_line(text, [*prefix, key])}" for key in (table or {})}
    return Config(settings, root, file, origins)


def _explained(file: Path, text: str, prefix: list[str], problem: str) -> ConfigError:
    message, _, path = problem.partition(" - at `$")
    steps: list[str | int] = [
        int(index) if index else name.strip("'\"") for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path)
    ]
    remedy = ""
    if found := re.search(r"unknown field `([^`]+)`", message):
        known = _known_keys(_table_of(steps))
        near = get_close_matches(found[1], known, 1)
        message = f"unknown key {found[1]!r}"
        remedy = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
        steps.append(found[1])
    elif steps[-2:] == ["judge", "key-env"]:
        remedy = "the name of an environment variable, in capitals, and never the key itself"
    return ConfigError(message, place=Place(str(file), _line(text, [*prefix, *steps])), remedy=remedy)


def _table_of(steps: Sequence[str | int]) -> type[msgspec.Struct]:
    if "languagetool" in steps:
        return LanguageTool
    return TABLES.get(str(steps[0]), Settings) if steps else Settings


def _known_keys(table: type[msgspec.Struct]) -> list[str]:
    return [info.encode_name for info in msgspec.structs.fields(table)]


def _line(text: str, steps: Sequence[str | int]) -> int:
    """The line on which a key stands, or the deepest table above it that can be found."""
    best, depth = 1, 0
    for number, here in _places(text):
        common = next((i for i, (a, b) in enumerate(zip(here, steps, strict=False)) if a != b), None)
        length = min(len(here), len(steps)) if common is None else 0
        if length > depth and len(here) <= len(steps):
            best, depth = number, length
    return best


def _places(text: str) -> Iterator[tuple[int, list[str | int]]]:
    """``(line number, path)`` of every table header and key; arrays of tables count from 0."""
    table: list[str | int] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            names = [part.strip(" \"'") for part in header[2].split(".")]
            table = list(names)
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                table.append(counts[header[2]])
            yield number, table
        elif key := _KEY.match(line):
            yield number, [*table, key[1] or key[2] or key[3]]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def shown(config: Config) -> list[tuple[str, str, str]]:
    """``(key, value as TOML-like text, origin)`` of every setting, in the order of the documentation."""
    rows = []
    for info in msgspec.structs.fields(Settings):
        value = msgspec.to_builtins(getattr(config.settings, info.name))
        rows.append((info.encode_name, _literal(value), config.origins.get(info.encode_name, "default")))
    return rows


def _literal(value: object) -> str:
    return msgspec.json.encode(value).decode()
