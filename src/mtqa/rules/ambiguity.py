"""Find regular expressions that can match one text in exponentially many ways, or nearly so.

A backtracking matcher tries all ways before it gives up. Their number grows exponentially exactly when the position
automaton of the expression (Glushkov 1961) has a state that some text leads back to itself along two different paths;
such a pair of paths is a component of the automaton's square that holds both a pair of equal states and one of
different states (the criterion EDA of Weber and Seidl 1991, applied to backtracking by Weideman et al. 2016).

Repeats of up to nine rounds are written out; longer ones, and those inside such, count as loops, bounded or not. What
is written out can match in polynomially many ways, of a degree that is the length of the longest chain of loops on one
character.
Assertions and atomic groups are judged by themselves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from mtqa.rules.characters import characters

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

_WRITTEN_OUT = 9
_FEW = 3  # rounds that are written out even inside what is written out, and of a single character
_CHARACTER = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_UNBOUNDED = 200
_N = TypeVar("_N", bound="Hashable")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of an expression shows its neighbours: its first and its last positions, and if it may be empty.

    ``empty`` counts in how many ways it may, and a position is named as often as there are ways to come by it: one or
    two, which stands for more.
    """

    empty: int = 1
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


@dataclass
class Automaton:
    """The position automaton of one parsed expression.

    ``reach[p]`` are the codes that position ``p`` takes; ``follow`` counts in how many ways one position comes after
    another; ``endless`` are the positions that an unbounded repeat of one character leads back to themselves;
    ``apart`` are the parts, with their flags, to be judged by themselves.
    """

    reach: list[frozenset[int]] = field(default_factory=list)
    follow: Counter[tuple[int, int]] = field(default_factory=Counter)
    endless: set[int] = field(default_factory=set)
    apart: list[tuple[Any, int]] = field(default_factory=list)
    _inside: bool = False

    def sequence(self, items: Any, flags: int) -> _Part:
        part = _Part()
        for op, value in items:
            part = self._joined(part, self._item(str(op), value, flags))
        return part

    def _item(self, name: str, value: Any, flags: int) -> _Part:
        match name:
            case _ if name in _CHARACTER:
                return self._position(characters([(name, value)], flags))
            case "BRANCH":
                return _either([self.sequence(part, flags) for part in value[1]])
            case "GROUPREF_EXISTS":
                return _either([self.sequence(part or (), flags) for part in value[1:]])
            case "SUBPATTERN":
                return self.sequence(value[3], (flags | value[1]) & ~value[2])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(flags, *value)
            case "POSSESSIVE_REPEAT" | "ATOMIC_GROUP":
                return self._atom(name, value, flags)
            case "ASSERT" | "ASSERT_NOT":
                self.apart.append((value[1], flags))
                return _Part()
            case "GROUPREF":
                return _optional(self._position(characters([(name, value)], flags)))
            case _:
                return _Part()

    def _position(self, reach: frozenset[int]) -> _Part:
        self.reach.append(reach)
        new = (len(self.reach) - 1,)
        return _Part(0, new, new)

    def _atom(self, name: str, value: Any, flags: int) -> _Part:
        """A part that gives nothing back once it has matched: to its neighbours it is like one character."""
        body = value[2] if name == "POSSESSIVE_REPEAT" else value
        self.apart.append((body, flags))
        empty = Automaton().sequence(body, flags).empty > 0 or (name == "POSSESSIVE_REPEAT" and value[0] == 0)
        part = self._position(characters(body, flags))
        return _optional(part) if empty else part

    def _repeat(self, flags: int, low: int, high: int, body: Any) -> _Part:
        single = len(body) == 1 and str(body[0][0]) in _CHARACTER
        if high <= (_FEW if single or self._inside else _WRITTEN_OUT):
            return self._written_out(low, high, body, flags)
        if single and low == high:
            return self._written_out(_WRITTEN_OUT, _WRITTEN_OUT, body, flags)
        part = self.sequence(body, flags)
        self._link(part.last, part.first)
        if part.empty and (low > 1 or high <= _UNBOUNDED):
            self._link(part.last, part.first)  # any of the counted rounds may be the empty ones
        if high > _UNBOUNDED and part.first == part.last and len(set(part.first)) == 1:
            self.endless.update(part.first)
        return _optional(part) if low == 0 else part

    def _written_out(self, low: int, high: int, body: Any, flags: int) -> _Part:
        before, self._inside = self._inside, self._inside or high > _FEW
        part = _Part()
        for _ in range(high - low):  # from the inside: (x(x(x)?)?)?
            part = _optional(self._joined(self.sequence(body, flags), part))
        for _ in range(low):
            part = self._joined(self.sequence(body, flags), part)
        self._inside = before
        return part

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            min(left.empty * right.empty, 2),
            left.first + _times(right.first, left.empty),
            right.last + _times(left.last, right.empty),
        )

    def _link(self, sources: Iterable[int], targets: tuple[int, ...]) -> None:
        self.follow.update((source, target) for source in sources for target in targets)

    # -- questions

    def side_by_side(self) -> bool:
        """True when an unbounded repeat of one character passes into another that takes the same character."""
        return any(
            source != target and {source, target} <= self.endless and self.reach[source] & self.reach[target]
            for source, target in self.follow
        )

    def degree(self, more_than: int) -> int:
        """The longest chain of loops that one repeated character can be shared out among, if ``more_than`` that."""
        looping = Counter(code for source, target in self.follow if source == target for code in self.reach[source])
        places = {
            frozenset(place for place, reach in enumerate(self.reach) if code in reach)
            for code, count in looping.items()
            if count > more_than
        }
        return max(map(self._chain, places), default=0)

    def _chain(self, places: frozenset[int]) -> int:
        after = self._after(places)
        longest: dict[int, int] = {}
        # Components come out last first, so those that follow are known.
        for component in components(list(after), lambda place: after[place]):
            onward = [longest[other] for place in component for other in after[place] if other not in component]
            loops = any(other in component for place in component for other in after[place])
            longest |= dict.fromkeys(component, max(onward, default=0) + loops)
        return max(longest.values(), default=0)

    def exponential(self) -> bool:
        """True when some text leads a position back to itself along two paths."""
        after = self._after(frozenset(range(len(self.reach))))
        return any(
            self._twofold({place: [other for other in after[place] if other in component] for place in component})
            for component in components(list(after), lambda place: after[place])
        )

    def _after(self, places: frozenset[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {place: [] for place in places}
        for source, target in self.follow:
            if source in places and target in places:
                found[source].append(target)
        return found

    def _twofold(self, inner: dict[int, list[int]]) -> bool:
        """``inner``: the positions of one component, each with those of the component that follow it."""
        if any(self.follow[source, target] > 1 for source, targets in inner.items() for target in targets):
            return True

        def successors(pair: tuple[int, int]) -> list[tuple[int, int]]:
            return [
                (min(left, right), max(left, right))
                for left in inner[pair[0]]
                for right in inner[pair[1]]
                if self.reach[left] & self.reach[right]
            ]

        if len(inner) < 2:
            return False
        for pairs in components([(place, place) for place in inner], successors):
            equal = sum(left == right for left, right in pairs)
            if 0 < equal < len(pairs):
                return True
        return False


def _either(parts: list[_Part]) -> _Part:
    return _Part(
        min(sum(part.empty for part in parts), 2),
        tuple(place for part in parts for place in part.first),
        tuple(place for part in parts for place in part.last),
    )


def _optional(part: _Part) -> _Part:
    return _Part(min(part.empty + 1, 2), part.first, part.last)


def _times(places: tuple[int, ...], ways: int) -> tuple[int, ...]:
    if ways < 2:
        return places * ways
    return tuple(place for place, count in Counter(places).items() for _ in range(min(count * ways, 2)))


def components(roots: list[_N], successors: Callable[[_N], list[_N]]) -> list[set[_N]]:
    """Strongly connected components of what is reachable from ``roots`` (Tarjan 1972, without recursion)."""
    order: dict[_N, int] = {}
    low: dict[_N, int] = {}
    stack: list[_N] = []
    done: set[_N] = set()
    found: list[set[_N]] = []
    for root in roots:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        path = [(root, iter(successors(root)))]
        while path:
            node, rest = path[-1]
            following = next((other for other in rest if other not in done), None)
            if following is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    place = stack.index(node)
                    found.append(set(stack[place:]))
                    done.update(stack[place:])
                    del stack[place:]
            elif following in order:
                low[node] = min(low[node], order[following])
            else:
                order[following] = low[following] = len(order)
                stack.append(following)
                path.append((following, iter(successors(following))))
    return found
