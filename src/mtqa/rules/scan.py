"""One pass over a line for all rules at once: which of them may match it.

Most patterns require some literal text (:mod:`mtqa.rules.literals`); one Aho-Corasick automaton looks for all of these
literals together. RE2 looks for the few patterns that require none, by their guards (:mod:`mtqa.rules.guard`): for all
small ones at once and for all large ones at once, with one ``Set`` each.

One ``Set`` over all guards was tried first: its automaton of hundreds of guards keeps building new states, ten seconds
for the first megabyte; over the three dozen without literals it still does so for a tenth of a second. So was RE2's own
prefilter, ``Filter``: its automaton for the literals is bound to 8 MiB, which thousands of them exhaust, and then costs
150 ns a byte; and what requires no literal it looks for pattern by pattern, four times as slow as a ``Set``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtqa.rules.literals import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MEMORY = 256 << 20
_FEW_LITERALS = 2_000
_SMALL = 250  # instructions of a guard


class Scanner:
    """``guards`` and ``literals`` are those of the patterns, by position; ``literals`` may be empty for some."""

    def __init__(self, guards: Sequence[str], literals: Sequence[tuple[str, ...]]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        owners: dict[str, set[int]] = {}
        for index, found in enumerate(literals):
            for literal in found:
                owners.setdefault(literal, set()).add(index)
        self._owners = [frozenset(indices) for indices in owners.values()]
        # Nearly three times as fast for the literals of a few dozen rules; for many thousands it is only larger.
        kind = Implementation.DFA if len(owners) <= _FEW_LITERALS else None
        literal_bytes = [literal.encode() for literal in owners]
        self._automaton = BytesAhoCorasick(literal_bytes, implementation=kind) if owners else None
        self._sets = list(_sets({index: guards[index] for index, found in enumerate(literals) if not found}))

    def candidates(self, text: str, data: bytes) -> list[int]:
        """Positions, in order, of all patterns that match ``text``, and of some that do not; ``data`` is its UTF-8."""
        found: set[int] = set()
        if self._automaton is not None:
            folded = data.lower() if text.isascii() else fold(text).encode()
            for literal in {match[0] for match in self._automaton.find_matches_as_indexes(folded, overlapping=True)}:
                found |= self._owners[literal]
        for indices, match in self._sets:
            found.update(indices[number] for number in match(data) or ())
        return sorted(found)


def _sets(guards: Mapping[int, str]) -> Iterator[tuple[list[int], Any]]:
    """``(indices, match)``: ``match(data)`` gives the places in ``indices`` of those that match, or None."""
    import re2

    sizes = {index: re2.compile(guard, re2_options()).programsize for index, guard in guards.items()}
    for small in (True, False):
        chosen = [index for index, size in sizes.items() if (size <= _SMALL) is small]
        if chosen:
            together = re2.Set.SearchSet(re2_options())
            for index in chosen:
                together.Add(guards[index])
            together.Compile()
            yield chosen, together.Match


def compile_filter(guards: Sequence[str]) -> Any:
    """An RE2 filter over ``guards``; ``Match(text)`` gives the indices of those that match, in order, or None."""
    import re2

    scanner = re2.Filter()
    for guard in guards:
        scanner.Add(guard, re2_options())
    scanner.Compile()
    return scanner


def re2_options() -> Any:
    """Room for large automata, and no messages on standard error when it runs out."""
    import re2

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return options
