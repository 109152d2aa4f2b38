"""Errors a user can act on: what is wrong, where, and what to do about it.

Everything mtqa raises on purpose derives from :class:`MtqaError`; the command line prints it without a
traceback and exits with 2. Any other exception is a bug in mtqa.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a file, and optionally a 1-based line and column."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


class MtqaError(Exception):
    """A problem with input, configuration or environment that the user can mend.

    ``problem`` says what is wrong, ``place`` where, ``remedy`` what to do; the latter two may be absent.
    """

    def __init__(self, problem: str, *, place: Place | None = None, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{where}{self.problem}{remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the keyword arguments when the error crosses a process boundary."""
        return (_rebuild, (type(self), self.problem, self.place, self.remedy))


def _rebuild(kind: type[MtqaError], problem: str, place: Place | None, remedy: str) -> MtqaError:
    return kind(problem, place=place, remedy=remedy)


class DocumentError(MtqaError):
    """An input that cannot be read as text."""


class ConfigError(MtqaError):
    """A configuration that cannot be used."""


class RuleError(MtqaError):
    """A rule file that cannot be used."""
