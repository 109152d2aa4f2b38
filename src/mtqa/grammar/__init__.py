"""Grammar and spelling engines behind one face: each is a :class:`mtqa.finding.Checker`.

The ids of their findings are ``<engine>.<the engine's own rule>``, so that a rule can be looked up, ignored and
re-weighted by the name that its makers gave it. What an engine may report, and as what, is data (``data/*.yaml``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mtqa.errors import MtqaError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mtqa.finding import Checker
    from mtqa.knowledge import Knowledge

FAMILIES = ("harper", "languagetool", "speller")


class EngineError(MtqaError):
    """An engine that is absent, slow or dying; never the same as "no findings"."""


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

    ``words`` are the project's own correct words; ``cache`` is the file that remembers LanguageTool's answers.
    """

    grammar: str = "off"
    spelling: bool = False
    words: frozenset[str] = frozenset()
    languagetool: LanguageToolOptions = field(default_factory=LanguageToolOptions)
    cache: Path | None = None

    @property
    def families(self) -> tuple[str, ...]:
        """The engines that these settings ask for."""
        asked = {"off": (), "both": ("harper", "languagetool")}.get(self.grammar, (self.grammar,))
        return (*asked, *(("speller",) if self.spelling else ()))


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

            checkers.append(HarperChecker())
        elif family == "languagetool":
            from mtqa.grammar.languagetool import LanguageToolChecker

            checkers.append(LanguageToolChecker(engines.languagetool, engines.cache))
        else:
            from mtqa.grammar.spelling import SpellingChecker

            checkers.append(SpellingChecker(engines.words, knowledge.words))
    return checkers


def known_ids() -> frozenset[str]:
    """Ids that can be named without running an engine; LanguageTool has thousands more, ``languagetool.<its id>``."""
    from mtqa.grammar.table import load_table

    return frozenset(
        {"speller.misspelling", "languagetool"} | {f"harper.{rule}" for rule in load_table("harper").rules}
    )


def read_words(file: Path) -> frozenset[str]:
    """A word list: one word a line, ``#`` begins a comment; empty when there is no such file."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"cannot read the word list {file}: {error}", remedy="it must be UTF-8 text") from error
    return frozenset(word for line in lines if (word := line.partition("#")[0].strip()))
