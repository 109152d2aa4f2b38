"""Run checkers over documents: one document, or a stream of them on several processes.

Results come in the order of the sources and hold nothing of earlier documents, so memory does not grow with the
corpus and neither worker count nor order changes a byte of the output.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from mtqa.document import Document
from mtqa.errors import DocumentError, MtqaError, Place
from mtqa.finding import Finding, Severity, identify, resolve
from mtqa.grammar import FAMILIES, EngineError, Engines, build_engines
from mtqa.knowledge import Gatherer, Knowledge
from mtqa.packed import packed, unpacked
from mtqa.rules.load import Rule, RuleSet, load_rules, shipped_rules
from mtqa.segment import count_words
from mtqa.selection import Selection, family_wanted, select_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.finding import Checker

_R = TypeVar("_R")
_MAX_LINE = 1_000_000


class CheckerError(MtqaError):
    """A checker that crashed, timed out or is missing; never the same as "no findings"."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from: ``name`` is what is shown and recorded; ``data`` replaces reading ``file``.

    ``error`` says why there is nothing to read; reading raises it. ``id`` is that of a table's row. Where ``data`` is
    the corrected text, ``original_sha256`` is that of the bytes it was made from.
    """

    name: str
    file: str = ""
    encoding: str | None = None
    data: bytes | None = None
    error: MtqaError | None = None
    id: str = ""
    original_sha256: str = ""

    def read(self) -> Document:
        if self.error is not None:
            raise self.error
        if self.data is not None:
            return Document.from_bytes(self.data, self.name, self.encoding)
        return Document.read(self.file or self.name, self.name, self.encoding)


@dataclass(frozen=True)
class Result:
    """What linting one source gave: the document and its findings, or the errors that prevented it.

    Where an engine could not check the document (:class:`mtqa.grammar.EngineError`), it has both.
    """

    source: Source
    document: Document | None = None
    findings: tuple[Finding, ...] = ()
    words: int = 0
    errors: tuple[MtqaError, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with the findings packed."""
        return (_arrived, (self.source, self.document, self.packed, self.errors))

    @cached_property
    def packed(self) -> bytes:
        """Its findings and its number of words, as the cache keeps them (:func:`mtqa.packed.packed`)."""
        return packed(self.findings, self.words)

    @cached_property
    def penalty(self) -> int:
        """MQM penalty points of all findings."""
        return sum(finding.severity.penalty for finding in self.findings)

    @property
    def penalty_per_1000_words(self) -> float:
        """MQM penalty points per 1,000 words; 0 for a text without words."""
        return 1000 * self.penalty / self.words if self.words else 0.0


def _arrived(source: Source, document: Document | None, data: bytes, errors: tuple[MtqaError, ...]) -> Result:
    findings, words = unpacked(data)
    result = Result(source, document, findings, words, errors)
    result.__dict__["packed"] = data  # need not be packed again
    return result


@dataclass(frozen=True, slots=True)
class Examined:
    """The findings of one document, and the engines that could not check it, each with its reason."""

    findings: list[Finding]
    unchecked: tuple[EngineError, ...] = ()


@dataclass
class _Asked:
    """A document, what its checkers have said so far, the engines that could not check it, and what stopped it all."""

    document: Document
    raw: list[Finding] = field(default_factory=list)
    unchecked: list[EngineError] = field(default_factory=list)
    error: MtqaError | None = None

    def ask(self, checker: Checker) -> None:
        """Add what a checker finds."""
        if self.error is not None:
            return
        place = Place(self.document.path)
        try:
            self.raw.extend(list(checker.check(self.document)))  # all of an engine's findings, or none
        except EngineError as error:
            self.unchecked.append(error.of(checker.name, place))
        except MtqaError as error:
            self.error = error
        except Exception as error:
            self.error = CheckerError(
                f"checker {checker.name!r} failed: {type(error).__name__}: {error}",
                place=place,
                remedy="this is a bug in the checker; leave its rules out with --ignore until it is mended",
            )
            self.error.__cause__ = error


def _read(source: Source) -> _Asked | MtqaError:
    try:
        return _Asked(source.read())
    except MtqaError as error:
        return error


@dataclass
class Linter:
    """All checkers of a rule set, ready to run. Build it once per process."""

    rules: RuleSet
    selection: Selection = field(default_factory=Selection)
    overrides: tuple[tuple[str, Selection], ...] = ()
    knowledge: Knowledge = field(default_factory=Knowledge)
    max_line: int = _MAX_LINE
    engines: Engines = field(default_factory=Engines)

    def __post_init__(self) -> None:
        aliases = self.rules.aliases
        self.selection = self.selection.renamed(aliases)
        self.overrides = tuple((pattern, selection.renamed(aliases)) for pattern, selection in self.overrides)
        self.rules = select_rules(self.rules, self.selection, kinds=("garble",) if self.engines.neural.enabled else ())

    @cached_property
    def checkers(self) -> list[Checker]:
        """What checks; built when first used, for a run whose results are all remembered needs none."""
        from mtqa.checkers import build_checkers

        engines = build_engines(self.engines, self.families, self.knowledge)
        return [*build_checkers(self.rules, self.knowledge, self.engines), *engines]

    def load_engines(self) -> None:
        """Load what takes long, where it does not matter, so that the first article need not wait for it."""
        for checker in self.checkers:
            if load := getattr(checker, "load", None):
                load()

    @cached_property
    def families(self) -> list[str]:
        """The families of the engines that are wanted."""
        return [family for family in FAMILIES if family_wanted(family, self.selection)]

    @cached_property
    def _gatherer(self) -> Gatherer:
        return Gatherer(self.rules, words=self.engines.spelling and "speller" in self.families)

    def accepting(self, word: str) -> Linter:
        """The same linter, with a word that is right."""
        return replace(self, engines=replace(self.engines, words=self.engines.words | {word}))

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild in another process: compiled pattern sets cannot travel."""
        return (Linter, (self.rules, self.selection, self.overrides, self.knowledge, self.max_line, self.engines))

    def knowing(self, knowledge: Knowledge) -> Linter:
        """The same linter with what the corpus tells."""
        return replace(self, knowledge=knowledge) if knowledge else self

    @property
    def compares(self) -> bool:
        """True when what is found in an article depends on the others: then a first pass gathers knowledge."""
        kinds = ("consistency", "recurrence")
        return self.engines.spelling or any(self.rules.of_kind(kind) for kind in kinds)

    def check_among(self, document: Document, others: Iterable[Document]) -> list[Finding]:
        """Findings of one document in a corpus of its own, with ``others``."""
        parts = map(self._gatherer.read, (document, *others))
        return self.knowing(Knowledge.of_corpus(parts)).check(document)

    def check(self, document: Document) -> list[Finding]:
        """The findings of :meth:`examine`; raises the first :class:`EngineError` when an engine could not check."""
        examined = self.examine(document)
        if examined.unchecked:
            raise examined.unchecked[0]
        return examined.findings

    def examine(self, document: Document) -> Examined:
        """Findings of one document, in document order, resolved, with fingerprints; without those of failed engines.

        Raises :class:`CheckerError` naming the checker that failed, :class:`DocumentError` for an over-long line.
        """
        asked = _Asked(document)
        self._ask([asked])
        return self._examined(asked)

    def _ask(self, asked: Sequence[_Asked]) -> None:
        """Ask the checkers about each: one after the other, so that what one needs stays in the processor's caches."""
        for one in asked:
            one.error = self._too_long(one.document)
        for checker in self.checkers:
            for one in asked:
                one.ask(checker)

    def _examined(self, asked: _Asked) -> Examined:
        from mtqa.checkers.boilerplate import group_blocks
        from mtqa.grammar.merge import merge_engines

        if asked.error is not None:
            raise asked.error
        document = asked.document
        # Before lines become blocks, so that a block is made of what its document's configuration keeps, and no more.
        active = self._active(document)
        kept = merge_engines(_reweighted(asked.raw, active))
        found = group_blocks(document, kept, _reweighted_blocks(self.rules, active), self.knowledge)
        least = max(selection.min_severity for selection in active)
        findings = identify(document, resolve(finding for finding in found if finding.severity >= least))
        return Examined(findings, tuple(asked.unchecked))

    def _active(self, document: Document) -> list[Selection]:
        return [self.selection, *(s for pattern, s in self.overrides if fnmatchcase(document.path, pattern))]

    def wants(self, family: str) -> bool:
        """False when no finding of a family of rules could be kept."""
        return family_wanted(family, self.selection)

    def chosen(self, document: Document, findings: Iterable[Finding]) -> list[Finding]:
        """Findings that came later than :meth:`check`, as the selections in force keep and weigh them."""
        active = self._active(document)
        least = max(selection.min_severity for selection in active)
        return [finding for finding in _reweighted(findings, active) if finding.severity >= least]

    def joined(self, document: Document, findings: Sequence[Finding], later: Sequence[Finding]) -> list[Finding]:
        """Findings of :meth:`check` and ``later`` ones of other rules: resolved, with fingerprints."""
        kept = resolve([*findings, *later])
        known = [finding for finding in kept if finding.fingerprint]
        new = identify(document, [finding for finding in kept if not finding.fingerprint])
        return sorted([*known, *new], key=lambda finding: finding.sort_key)

    def _too_long(self, document: Document) -> DocumentError | None:
        if len(document.text) <= self.max_line:
            return None
        for line in document.lines:
            if line.end - line.start > self.max_line:
                return DocumentError(
                    f"a line of {line.end - line.start:,} characters; the limit is {self.max_line:,}",
                    place=Place(document.path, line.number),
                    remedy="one paragraph per line is expected; raise max-line-length under [lint] if this is prose",
                )
        return None

    def lint(self, source: Source) -> Result:
        """Read and check one source; what prevents that becomes the result's errors."""
        (result,) = self.lint_all([source])
        return result

    def lint_all(self, sources: Sequence[Source]) -> list[Result]:
        """:meth:`lint` of each; all are held in memory, and some take less time together."""
        read = [_read(source) for source in sources]
        self._ask([one for one in read if isinstance(one, _Asked)])
        return [self._result(source, one) for source, one in zip(sources, read, strict=True)]

    def _result(self, source: Source, asked: _Asked | MtqaError) -> Result:
        try:
            if isinstance(asked, MtqaError):
                raise asked
            examined = self._examined(asked)
        except MtqaError as error:
            return Result(source, errors=(error,))
        document = asked.document
        return Result(source, document, tuple(examined.findings), count_words(document.text), examined.unchecked)

    def gather(self, sources: Iterable[Source]) -> Knowledge:
        """What the sources tell, as a part of a corpus (see :mod:`mtqa.knowledge`); unreadable ones tell nothing."""
        return Knowledge.merged(map(self.gather_one, sources))

    def gather_one(self, source: Source) -> Knowledge:
        """What one source tells."""
        try:
            document = source.read()
        except MtqaError:
            return Knowledge()
        return Knowledge() if self._too_long(document) else self.told(document)

    def told(self, document: Document) -> Knowledge:
        """What one document tells."""
        return self._gatherer.read(document)


def _reweighted(findings: Iterable[Finding], active: Sequence[Selection]) -> Iterator[Finding]:
    """The findings that every selection keeps, in the severity that the last of them gives."""
    for finding in findings:
        if all(selection.keeps(finding.rule) for selection in active):
            severity = _severity(finding.rule, finding.severity, active)
            yield finding if severity is finding.severity else replace(finding, severity=severity)


def _reweighted_blocks(rules: RuleSet, active: Sequence[Selection]) -> RuleSet:
    """The rules of blocks that every selection keeps, in the severity that the last of them gives."""
    family = (*rules.of_kind("block"), *rules.of_kind("recurrence"))
    kept = [rule for rule in family if all(selection.keeps(rule.id) for selection in active)]
    return RuleSet(tuple(rule.weighing(_severity(rule.id, rule.severity, active)) for rule in kept))


def _severity(rule: str, severity: Severity, active: Sequence[Selection]) -> Severity:
    for selection in active:
        severity = selection.severity(rule, severity)
    return severity


def example_check(rule: Rule, rules: RuleSet) -> Callable[[Document], list[Finding]]:
    """What judges the examples of a rule (see :mod:`mtqa.rules.examples`): the rule alone, in the corpus it names."""
    from mtqa.rules.examples import isolated

    linter = Linter(isolated(rule, rules))
    if not rule.spec.among:
        return linter.check
    others = [Document.from_text(text) for text in rule.spec.among]
    return lambda document: linter.check_among(document, others)


def lint(document: Document, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Finding]:
    """Findings of one document by the shipped rules and Harper; the Python entry point, ``from mtqa import lint``.

    For many documents build a :class:`Linter` once.
    """
    rules = load_rules(shipped_rules())
    return Linter(rules, Selection(tuple(select), tuple(ignore)), engines=Engines("harper")).check(document)
