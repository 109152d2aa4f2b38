"""Load rule files: check them, name file and line of what is wrong, turn them into entries for the engine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from mtqa.errors import Place, RuleError
from mtqa.finding import Layer, Safety, Severity
from mtqa.rules.memo import Memo, memo_file
from mtqa.rules.pattern import PatternError, checked, expand, phrases
from mtqa.rules.schema import (
    CONFIDENCE,
    ContextSpec,
    Definitions,
    Example,
    FixSpec,
    RuleFile,
    as_example,
)

DEFINITIONS = "definitions.yaml"
_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATTERN_KINDS = ("existence", "replace", "metadata")
_ROW_KINDS = ("terms", "consistency")
_T = TypeVar("_T")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to match: a pattern with what to say, how to mend it and where to keep silent.

    ``pattern`` carries its own flags; ``guard`` is its RE2 form; ``good`` holds replacement templates when
    ``template``, else literal replacements; ``letters`` names the letter case that replacements are put into, and
    ``exact_case`` keeps them in the rule's own.
    """

    id: str
    kind: str
    pattern: str
    guard: str
    scope: str
    layer: Layer
    message: str
    severity: Severity
    mqm: str
    confidence: float
    good: tuple[str, ...] = ()
    template: bool = False
    exact_case: bool = False
    letters: str = ""
    delete: str = ""
    safety: Safety = Safety.REVIEW
    unless: str = ""
    when: str = ""
    context: tuple[str, ...] = ()
    zh: str = ""
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule file: where it is, what it says, and the entries it gives (none for kinds with their own checker)."""

    spec: RuleFile
    path: str
    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def family(self) -> str:
        return self.spec.id.partition(".")[0]

    @property
    def severity(self) -> Severity:
        return Severity[self.spec.severity.upper()]

    @property
    def examples(self) -> list[tuple[str, list[Example], list[str]]]:
        """``(entry id, texts it must fire on, texts it must leave alone)`` for the rule and each of its rows."""
        found = [(f"{self.id}.{row.key}", [as_example(e) for e in row.hit], row.miss) for row in self.spec.rows]
        if self.spec.bad or self.spec.good or not found:
            found.insert(0, (self.id, [as_example(e) for e in self.spec.bad], self.spec.good))
        return found


@dataclass(frozen=True)
class RuleSet:
    """All rules in order of id, with the contexts they refer to; ``digest`` changes when any file does."""

    rules: tuple[Rule, ...]
    contexts: dict[str, ContextSpec] = field(default_factory=dict)
    digest: str = ""

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for rule in self.rules for entry in rule.entries)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id that a finding may carry, and every rule id."""
        return frozenset(entry.id for entry in self.entries) | {rule.id for rule in self.rules}

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.spec.kind == kind)

    def find(self, rule_id: str) -> Rule | None:
        """The rule with this id, this alias, or this entry id."""
        for rule in self.rules:
            if rule_id == rule.id or rule_id in rule.spec.aliases or any(e.id == rule_id for e in rule.entries):
                return rule
        return None


def shipped_rules() -> Path:
    """The folder of the rules that come with mtqa: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[2] / "rules"


def load_rules(*folders: Path, examine_all: bool = False) -> RuleSet:
    """Load every ``*.yaml`` below ``folders``; a file of a later folder replaces an earlier one of the same id.

    Patterns that could take too long are refused. The shipped ones were examined before they were released, and are
    again only with ``examine_all``.

    Raises :class:`RuleError` with file and line for anything that cannot be used.
    """
    sources: dict[str, _Source] = {}
    define: dict[str, str] = {}
    contexts: dict[str, ContextSpec] = {}
    memo = Memo(memo_file(folders))
    shipped = shipped_rules()
    for folder in folders:
        if not folder.is_dir():
            raise RuleError("no such rules folder", place=Place(str(folder)))
        for file in sorted(folder.rglob("*.yaml"), key=lambda file: file.relative_to(folder).as_posix()):
            source = _Source(file, folder, memo, examine=examine_all or folder != shipped)
            if source.name == DEFINITIONS:
                definitions = source.convert(Definitions)
                define |= definitions.define
                contexts |= definitions.contexts
            else:
                sources[source.name] = source
    digest = hashlib.sha256()
    rules: list[Rule] = []
    for name, source in sorted(sources.items()):
        digest.update(f"{name}\0{source.text}\0".encode())
        rules.append(_rule(source, define, contexts))
    memo.save()
    digest.update(repr((sorted(define.items()), sorted(contexts.items()))).encode())
    loaded = RuleSet(tuple(sorted(rules, key=lambda rule: rule.id)), contexts, digest.hexdigest())
    _refuse_duplicates(loaded)
    return loaded


class _Source:
    """One YAML file, able to say on which line a part of it stands.

    ``memo`` remembers what earlier runs worked out about its patterns; ``examine``: whether to look for slow ones.
    """

    def __init__(self, file: Path, folder: Path, memo: Memo, *, examine: bool) -> None:
        self.file = file
        self.memo = memo
        self.examine = examine
        self.name = file.relative_to(folder).as_posix()
        try:
            self.text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise RuleError(f"cannot read: {error.strerror}", place=Place(str(file))) from error
        except UnicodeDecodeError as error:
            raise RuleError(f"not UTF-8 at byte offset {error.start}", place=Place(str(file))) from error

    def convert(self, kind: type[_T]) -> _T:
        try:
            data = yaml.load(self.text, Loader=_LOADER)  # noqa: S506 - a safe loader
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error)
            raise RuleError(
                f"not YAML: {problem}", place=Place(str(self.file), mark.line + 1 if mark else None)
            ) from error
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            raise self.error(message, path.rstrip("`"), unknown=message) from error

    def error(self, problem: str, path: str = "", *, unknown: str = "", remedy: str = "") -> RuleError:
        """An error at ``path``, written as msgspec does: ``.rows[2].good``."""
        steps: list[str | int] = [
            int(index) if index else name for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path) if name or index
        ]
        if found := re.search(r"unknown field `([^`]+)`", unknown):
            steps.append(found[1])
        return RuleError(problem, place=Place(str(self.file), self._line(steps)), remedy=remedy)

    def _line(self, steps: list[str | int]) -> int:
        node = yaml.compose(self.text, Loader=_LOADER)
        line = node.start_mark.line if node else 0
        for step in steps:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == step), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line, pair[1]
        return int(line) + 1


def _rule(source: _Source, shared: dict[str, str], contexts: dict[str, ContextSpec]) -> Rule:
    spec = source.convert(RuleFile)
    expected = source.name.removesuffix(".yaml").replace("/", ".")
    if spec.id != expected or not _ID.fullmatch(spec.id):
        raise source.error(f"id {spec.id!r} does not equal the path, which says {expected!r}", ".id")
    define = shared | spec.define
    for name in spec.context:
        if name not in contexts:
            raise source.error(f"unknown context {name!r}; known: {', '.join(sorted(contexts))}", ".context")
    if spec.kind in _ROW_KINDS:
        entries = tuple(_row_entry(source, spec, index, define, contexts) for index in range(len(spec.rows)))
        if not entries:
            raise source.error(f"a rule of kind {spec.kind} needs rows", ".kind")
    elif spec.kind in _PATTERN_KINDS:
        entries = _pattern_entries(source, spec, define)
    else:
        entries = ()
    if spec.kind not in _ROW_KINDS or spec.bad or spec.good:
        _need_examples(source, len(spec.bad), len(spec.good), ".bad")
    return Rule(spec, str(source.file), entries)


def _need_examples(source: _Source, bad: int, good: int, path: str, least: int = 2) -> None:
    if bad < least or good < least:
        raise source.error(
            f"needs at least {least} examples that must be found and {least} that must not, has {bad} and {good}",
            path,
            remedy="write real sentences; they run as tests",
        )


def _pattern_entries(source: _Source, spec: RuleFile, define: dict[str, str]) -> tuple[Entry, ...]:
    patterns = [spec.pattern] if spec.pattern is not None else spec.patterns
    if not patterns:
        raise source.error(f"a rule of kind {spec.kind} needs a pattern", ".kind")
    where = ".pattern" if spec.pattern is not None else ".patterns"
    # `^…$` must hold for each alternative, so each stands in its own group.
    joined = "|".join(f"(?:{pattern})" for pattern in patterns) if len(patterns) > 1 else patterns[0]
    fix = spec.fix or FixSpec()
    if fix.delete and (fix.replace or fix.letters):
        raise source.error("a fix either deletes or replaces, not both", ".fix")
    for pattern in patterns:
        _checked(source, pattern, where, define, case=spec.case)
    full, guard = _checked(source, joined, where, define, case=spec.case, examined=True)
    entry = Entry(
        id=spec.id,
        kind=spec.kind,
        pattern=full,
        guard=guard,
        scope=spec.scope,
        layer=_layer(spec),
        message=spec.message,
        severity=Severity[spec.severity.upper()],
        mqm=spec.mqm,
        confidence=CONFIDENCE[spec.confidence],
        good=tuple(fix.replace),
        template=True,
        exact_case=spec.case,
        letters=fix.letters or "",
        delete=fix.delete or "",
        safety=Safety(fix.safety),
        unless=_condition(source, spec.unless, ".unless", define),
        when=_condition(source, spec.when, ".when", define),
        context=tuple(spec.context),
        zh=spec.zh,
        note=spec.note,
    )
    _check_templates(source, entry, ".fix")
    return (entry,)


def _layer(spec: RuleFile) -> Layer:
    if spec.kind == "metadata":
        return Layer.METADATA
    if spec.fix and spec.fix.delete == "line":
        return Layer.BLOCK
    return Layer.WORDS


def _row_entry(
    source: _Source, spec: RuleFile, index: int, define: dict[str, str], contexts: dict[str, ContextSpec]
) -> Entry:
    row = spec.rows[index]
    path = f".rows[{index}]"
    if not _KEY.fullmatch(row.key):
        raise source.error(f"key {row.key!r} is not lower-case words joined by hyphens", f"{path}.key")
    if bool(row.bad) == (row.pattern is not None):
        raise source.error("a row has either bad forms or a pattern", path)
    _need_examples(source, len(row.hit), len(row.miss), f"{path}.hit", least=1)
    case = spec.case if row.case is None else row.case
    if spec.kind == "consistency" and not (row.bad and row.good):
        raise source.error("a consistency row needs bad forms and the good one", path)
    # Consistency compares all forms of a name, so its pattern finds the good ones, too.
    forms = [*row.bad, *row.good] if spec.kind == "consistency" else row.bad
    raw = phrases(forms) if row.pattern is None else row.pattern
    full, guard = _checked(source, raw, f"{path}.{'bad' if row.bad else 'pattern'}", define, case=case)
    names = spec.context if row.context is None else row.context
    for name in names:
        if name not in contexts:
            raise source.error(f"unknown context {name!r}; known: {', '.join(sorted(contexts))}", f"{path}.context")
    entry = Entry(
        id=f"{spec.id}.{row.key}",
        kind=spec.kind,
        pattern=full,
        guard=guard,
        scope="line",
        layer=Layer.WORDS,
        message=row.message or spec.message,
        severity=Severity[(row.severity or spec.severity).upper()],
        mqm=row.mqm or spec.mqm,
        confidence=CONFIDENCE[row.confidence or spec.confidence],
        good=tuple(row.good),
        template=row.pattern is not None,
        exact_case=case,
        safety=Safety.REVIEW,
        unless=_condition(source, row.unless or spec.unless, f"{path}.unless", define),
        when=_condition(source, row.when or spec.when, f"{path}.when", define),
        context=tuple(names),
        zh=row.zh,
        note=row.note,
    )
    _check_templates(source, entry, f"{path}.good")
    return entry


def _checked(
    source: _Source, pattern: str, path: str, define: dict[str, str], *, case: bool, examined: bool = False
) -> tuple[str, str]:
    examined = examined or not source.examine
    try:
        whole = expand(pattern, define)
        full, guard = source.memo.get(
            ("pattern", whole, case, examined), lambda: checked(whole, case=case, examined=examined)
        )
    except PatternError as error:
        raise source.error(str(error), path) from error
    return full, guard


def _condition(source: _Source, pattern: str | None, path: str, define: dict[str, str]) -> str:
    return _checked(source, pattern, path, define, case=False)[0] if pattern else ""


def _check_templates(source: _Source, entry: Entry, path: str) -> None:
    """A template that names a group which the pattern lacks fails here, not in the middle of a run."""
    if not entry.template or not entry.good:
        return
    missing = source.memo.get(("groups", entry.pattern, entry.good), lambda: _missing_group(entry))
    if missing:
        raise source.error(f"the replacement names group {missing!r}, which the pattern lacks", path)


def _missing_group(entry: Entry) -> str:
    parser = re.compile(entry.pattern)
    for good in entry.good:
        for name, number in re.findall(r"\\(?:g<(\w+)>|(\d))", good):
            group = name or number
            if not (int(group) <= parser.groups if group.isdigit() else group in parser.groupindex):
                return str(group)
    return ""


def _refuse_duplicates(rules: RuleSet) -> None:
    seen: dict[str, str] = {}
    for rule in rules.rules:
        ids = [entry.id for entry in rule.entries if entry.id != rule.id] + [rule.id, *rule.spec.aliases]
        for rule_id in ids:
            if rule_id in seen:
                raise RuleError(f"id {rule_id!r} is also used in {seen[rule_id]}", place=Place(rule.path))
            seen[rule_id] = rule.path
