"""Load rule files: check them, name file and line of what is wrong, turn them into entries for the engine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.errors import Place, RuleError
from mtqa.finding import Layer, Safety, Severity
from mtqa.rules.memo import Memo, memo_file
from mtqa.rules.options import check_options
from mtqa.rules.pattern import Checked, PatternError, checked, expand, phrases
from mtqa.rules.schema import (
    CONFIDENCE,
    ContextSpec,
    Definitions,
    Example,
    FixSpec,
    RuleFile,
    as_example,
)
from mtqa.rules.snapshot import Snapshot, rule_files
from mtqa.rules.source import RuleSource

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITIONS = "definitions.yaml"
_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")
_NUMBERED = re.compile(r"\\[1-9]|\(\?\(\d")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATTERN_KINDS = ("existence", "replace", "metadata")
_ROW_KINDS = ("terms", "consistency")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to match: a pattern with what to say, how to mend it and where to keep silent.

    ``pattern`` carries its own flags; ``guard`` is its RE2 form, and of ``literals`` (if any) every match holds one;
    ``good`` holds replacement templates when ``template``, else literal replacements; ``letters`` names the letter case
    that replacements are put into, and ``exact_case`` keeps them in the rule's own; lines of more than ``max_words``
    words (0: any number) are not looked at.
    """

    id: str
    kind: str
    pattern: str
    guard: str
    literals: tuple[str, ...]
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
    max_words: int = 0
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

    def weighing(self, severity: Severity) -> Rule:
        """The same rule file with another severity; entries keep theirs."""
        return Rule(msgspec.structs.replace(self.spec, severity=severity.label), self.path, self.entries)

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

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Present id by former id."""
        return {alias: rule.id for rule in self.rules for alias in rule.spec.aliases}

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
    snapshot = Snapshot(folders, f"examine_all={examine_all}")
    if (known := snapshot.read()) is not None:
        return known
    loaded = _load(folders, examine_all=examine_all)
    snapshot.write(loaded)
    return loaded


def _load(folders: tuple[Path, ...], *, examine_all: bool) -> RuleSet:
    sources: dict[str, RuleSource] = {}
    define: dict[str, str] = {}
    contexts: dict[str, ContextSpec] = {}
    memo = Memo(memo_file(folders))
    shipped = shipped_rules()
    for folder in folders:
        if not folder.is_dir():
            raise RuleError("no such rules folder", place=Place(str(folder)))
        for source in _sources(folder, memo, examine=examine_all or folder != shipped):
            if source.name == DEFINITIONS:
                definitions = source.convert(Definitions)
                define |= definitions.define
                contexts |= _contexts(source, definitions, define)
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
    _refuse_duplicates(loaded, {str(source.file): source for source in sources.values()})
    return loaded


def _sources(folder: Path, memo: Memo, *, examine: bool) -> Iterator[RuleSource]:
    for _, file in rule_files(folder):
        if file.suffix == ".yml":
            raise RuleError("a rule file's name ends in .yaml", place=Place(str(file)), remedy="rename it")
        yield RuleSource(file, folder, memo, examine=examine)


def _contexts(source: RuleSource, definitions: Definitions, define: dict[str, str]) -> dict[str, ContextSpec]:
    found = {}
    for name, spec in definitions.contexts.items():
        path = f".contexts.{name}.pattern"
        _checked(source, spec.pattern, path, define, case=spec.case)
        found[name] = ContextSpec(pattern=expand(spec.pattern, define), at_least=spec.at_least, case=spec.case)
    return found


def _rule(source: RuleSource, shared: dict[str, str], contexts: dict[str, ContextSpec]) -> Rule:
    spec = source.convert(RuleFile)
    expected = source.name.removesuffix(".yaml").replace("/", ".")
    if spec.id != expected or not _ID.fullmatch(spec.id):
        raise source.error(f"id {spec.id!r} does not equal the path, which says {expected!r}", ".id")
    _refuse_idle_keys(source, spec)
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


def _refuse_idle_keys(source: RuleSource, spec: RuleFile) -> None:
    """A key that the rule's kind does not read would be a wish that nobody hears."""
    idle: tuple[str, ...] = ()
    if spec.kind in _ROW_KINDS:
        idle = ("pattern", "patterns", "fix", "options")
    elif spec.kind in _PATTERN_KINDS:
        idle = ("rows", "options")
        if spec.pattern is not None and spec.patterns:
            raise source.error("a rule has either a pattern or patterns", ".patterns")
    for key in idle:
        if getattr(spec, key):
            raise source.error(f"a rule of kind {spec.kind} has no use for {key!r}", f".{key}")
    if spec.kind in _ROW_KINDS and spec.scope != "line":
        raise source.error(f"a rule of kind {spec.kind} is matched against lines", ".scope")
    check_options(source, spec)


def _need_examples(source: RuleSource, bad: int, good: int, path: str, least: int = 2) -> None:
    if bad < least or good < least:
        raise source.error(
            f"needs at least {least} examples that must be found and {least} that must not, has {bad} and {good}",
            path,
            remedy="write real sentences; they run as tests",
        )


def _pattern_entries(source: RuleSource, spec: RuleFile, define: dict[str, str]) -> tuple[Entry, ...]:
    patterns = [spec.pattern] if spec.pattern is not None else spec.patterns
    if not patterns:
        raise source.error(f"a rule of kind {spec.kind} needs a pattern", ".kind")
    where = ".pattern" if spec.pattern is not None else ".patterns"
    # `^…$` must hold for each alternative, so each stands in its own group.
    joined = "|".join(f"(?:{pattern})" for pattern in patterns) if len(patterns) > 1 else patterns[0]
    fix = spec.fix or FixSpec()
    if fix.delete and (fix.replace or fix.letters):
        raise source.error("a fix either deletes or replaces, not both", ".fix")
    for index, pattern in enumerate(patterns):
        path = where if spec.pattern is not None else f"{where}[{index}]"
        if index and _NUMBERED.search(pattern):
            raise source.error("a back-reference by number counts the groups of all patterns; name the group", path)
        _checked(source, pattern, path, define, case=spec.case)
    # A guard reads whole lines, so where the pattern is confirmed on sentences its anchors hold elsewhere.
    whole = spec.scope != "sentence"
    full, guard, literals = _checked(source, joined, where, define, case=spec.case, examined=True, anchors=whole)
    entry = Entry(
        id=spec.id,
        kind=spec.kind,
        pattern=full,
        guard=guard,
        literals=literals,
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
        max_words=spec.max_words or 0,
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
    return Layer[spec.layer.upper()]


def _row_entry(
    source: RuleSource, spec: RuleFile, index: int, define: dict[str, str], contexts: dict[str, ContextSpec]
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
    where = f"{path}.{'bad' if row.bad else 'pattern'}"
    full, guard, literals = _checked(source, raw, where, define, case=case, examined=bool(row.bad))
    names = spec.context if row.context is None else row.context
    for name in names:
        if name not in contexts:
            raise source.error(f"unknown context {name!r}; known: {', '.join(sorted(contexts))}", f"{path}.context")
    entry = Entry(
        id=f"{spec.id}.{row.key}",
        kind=spec.kind,
        pattern=full,
        guard=guard,
        literals=literals,
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
    source: RuleSource,
    pattern: str,
    path: str,
    define: dict[str, str],
    *,
    case: bool,
    examined: bool = False,
    anchors: bool = True,
) -> Checked:
    examined = examined or not source.examine
    try:
        whole = expand(pattern, define)
        full, guard, literals = source.memo.get(
            ("pattern", whole, case, examined, anchors),
            lambda: checked(whole, case=case, examined=examined, anchors=anchors),
        )
    except PatternError as error:
        raise source.error(str(error), path) from error
    return full, guard, tuple(literals)


def _condition(source: RuleSource, pattern: str | None, path: str, define: dict[str, str]) -> str:
    return _checked(source, pattern, path, define, case=False)[0] if pattern else ""


def _check_templates(source: RuleSource, entry: Entry, path: str) -> None:
    """A template that names a group which the pattern lacks fails here, not in the middle of a run."""
    if not entry.template or not entry.good:
        return
    problem = source.memo.get(("templates", entry.pattern, entry.good), lambda: _template_problem(entry))
    if problem:
        raise source.error(problem, path)


def _template_problem(entry: Entry) -> str:
    parser = re.compile(entry.pattern)
    for good in entry.good:
        try:
            parser.sub(good, "")  # reads the template even where nothing matches
        except (re.error, IndexError) as error:
            return f"the replacement {good!r} does not fit the pattern: {error}"
    return ""


def _refuse_duplicates(rules: RuleSet, sources: dict[str, RuleSource]) -> None:
    """Ids of rules come first, so that a row or alias that repeats one is what gets the blame."""
    named = [(rule.id, rule, ".id") for rule in rules.rules]
    for rule in rules.rules:
        named += [(f"{rule.id}.{row.key}", rule, f".rows[{n}].key") for n, row in enumerate(rule.spec.rows)]
        named += [(alias, rule, f".aliases[{n}]") for n, alias in enumerate(rule.spec.aliases)]
    seen: dict[str, str] = {}
    for rule_id, rule, path in named:
        if rule_id in seen:
            raise sources[rule.path].error(f"id {rule_id!r} is also used in {seen[rule_id]}", path)
        seen[rule_id] = rule.path
