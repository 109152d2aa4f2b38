"""Grammar and spelling engines behind one face: each is a :class:`mtqa.finding.Checker`.

The ids of their findings are ``<engine>.<the engine's own rule>``, so that a rule can be looked up, ignored and
re-weighted by the name that its makers gave it. What an engine may report, and as what, is data (``data/*.yaml``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mtqa.errors import MtqaError
from mtqa.garble import NeuralOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.errors import Place
    from mtqa.finding import Checker
    from mtqa.knowledge import Knowledge

ENGINES = ("harper", "languagetool", "both", "off")
FAMILIES = ("harper", "languagetool", "speller")


class EngineError(MtqaError):
    """An engine that is absent, slow or dying; never the same as "no findings". ``engine`` is its family."""

    def __init__(self, problem: str, *, place: Place | None = None, remedy: str = "", engine: str = "") -> None:
        super().__init__(problem, place=place, remedy=remedy)
        self.engine = engine

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.problem, self.place, self.remedy, self.engine))

    def of(self, engine: str, place: Place) -> EngineError:
        """The same error, laid at the door of ``engine``; at ``place`` where it names none of its own."""
        return EngineError(self.problem, place=self.place or place, remedy=self.remedy, engine=engine)


def _rebuild(problem: str, place: Place | None, remedy: str, engine: str) -> EngineError:
    return EngineError(problem, place=place, remedy=remedy, engine=engine)


@dataclass(frozen=True, slots=True)
class LanguageToolOptions:
    """How LanguageTool is asked: ``timeout`` and ``idle`` in seconds, ``memory`` in MiB of Java heap."""

    url: str = ""
    language: str = "en-US"
    disabled: tuple[str, ...] = ()
    picky: bool = False
    timeout: float = 60.0
    memory: int = 1024
    idle: float = 900.0


@dataclass(frozen=True, slots=True)
class Engines:
    """Which engines run. ``grammar`` is "harper", "languagetool", "both" or "off".

    ``words`` are the project's own correct words; ``cache`` is the file that remembers what engines answered;
    ``neural`` is the second tier of the garble rules.
    """

    grammar: str = "off"
    spelling: bool = False
    words: frozenset[str] = frozenset()
    languagetool: LanguageToolOptions = field(default_factory=LanguageToolOptions)
    cache: Path | None = None
    neural: NeuralOptions = field(default_factory=NeuralOptions)

    @property
    def families(self) -> tuple[str, ...]:
        """The engines that these settings ask for."""
        asked = {"off": (), "both": ("harper", "languagetool")}.get(self.grammar, (self.grammar,))
        return (*asked, *(("speller",) if self.spelling else ()))

    @property
    def key(self) -> str | None:
        """Changes with what these settings make engines find; None when that can change unseen, on a remote server."""
        asked = self.languagetool
        key = f"{self.families} {sorted(self.words)} {self.neural.key}"
        if "languagetool" not in self.families:
            return key
        if asked.url:
            return None
        return f"{key} {asked.language} {sorted(asked.disabled)} {asked.picky}"


def build_engines(engines: Engines, families: Sequence[str], knowledge: Knowledge) -> list[Checker]:
    """Those of ``families`` that ``engines`` asks for, in a fixed order.

    Raises :class:`EngineError` with the command that gets what is missing.
    """
    checkers: list[Checker] = []
    for family in engines.families:
        if family not in families:
            continue
        if family == "harper":
            from mtqa.grammar.harper import HarperChecker

            checkers.append(HarperChecker(engines.cache))
        elif family == "languagetool":
            from mtqa.grammar.languagetool import LanguageToolChecker

            checkers.append(LanguageToolChecker(engines.languagetool, engines.cache))
        else:
            from mtqa.grammar.spelling import SpellingChecker

            checkers.append(SpellingChecker(engines.words, knowledge.words))
    return checkers


def load_ahead(engines: Engines, families: Sequence[str]) -> None:
    """Load what processes that are forked from this one inherit: Harper's dictionary."""
    if "harper" in set(engines.families) & set(families):
        with suppress(ImportError):  # the checker says so
            import harper

            harper.Linter()


def require(engines: Engines, families: Sequence[str]) -> None:
    """Raise :class:`EngineError`, with what to do, where an engine that will be needed is not installed."""
    engines.neural.require()
    asked = set(engines.families) & set(families)
    if "harper" in asked and find_spec("harper") is None:
        from mtqa.grammar import harper

        raise EngineError("Harper is not installed", remedy=f"{harper.INSTALL}, or use --grammar off")
    if "languagetool" in asked:
        from mtqa.grammar import languagetool, server

        if languagetool.installed() is None:
            remedy = f"{languagetool.CLIENT}, or use --grammar off"
            raise EngineError("LanguageTool's client is not installed", remedy=remedy)
        if not engines.languagetool.url:
            server.home()


def known_ids() -> frozenset[str]:
    """Ids that can be named without running an engine; LanguageTool has thousands more, ``languagetool.<its id>``."""
    from mtqa.grammar.table import load_table

    harper = load_table("harper")
    return frozenset(
        {"speller.misspelling", "languagetool", *(f"harper.{rule}" for rule in (*harper.rules, *harper.covered))}
    )
