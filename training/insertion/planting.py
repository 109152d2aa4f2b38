"""Makes foreign phrases and puts them into an article where a fluent decoder might: after a comma, “and” or “of”."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

import numpy as np

from mtqa.insertion.space import Space

_SHAPES = ("the {} of the {}", "{} and {} {}", "{} {}", "{} of {}", "{} {} and {} {}", "the {} {} and {}", "{}, {} {}")
_PLACE = re.compile(r", (?=[a-z])|\b(?:and|of) (?=[a-z])")


def plant(text: str, phrase: str, chance: random.Random) -> tuple[str, int, int] | None:
    """The text with the phrase and where that stands; None when there is no place."""
    places = list(_PLACE.finditer(text))
    if not places:
        return None
    place = chance.choice(places)
    joint = ", " if place[0] == ", " or chance.random() < 0.5 else " and "
    at = place.end()
    return f"{text[:at]}{phrase}{joint}{text[at:]}", at, at + len(phrase)


def phrase_maker(space: Space, written: Sequence[str]) -> Callable[[random.Random], str]:
    """Half of the phrases are written ones, half are made of nouns that lie close together in the space."""
    names = sorted(space.forms, key=space.forms.__getitem__)
    nouns = np.flatnonzero((space.noun[space.lemma] > 0.7) & (space.zipf > 2.4) & (space.zipf < 4.6))
    rows = space.lemma[nouns]
    special = np.flatnonzero((space.senses[rows] < 1.7) & (space.concrete[rows] > 0))

    def make(chance: random.Random) -> str:
        if chance.random() < 0.5:
            return chance.choice(written)
        shape = chance.choice(_SHAPES)
        first = int(special[chance.randrange(len(special))])
        cosine = space.unit(rows) @ space.unit(rows[[first]])[0]
        near = [int(n) for n in np.argsort(-cosine, kind="stable")[:60] if cosine[n] < 0.95 and rows[n] != rows[first]]
        chosen = [first, *chance.sample(near[:24], shape.count("{}") - 1)]
        return shape.format(*(names[nouns[n]] for n in chosen))

    return make
