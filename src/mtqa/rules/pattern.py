"""From what a rule file says to one regular expression: literal phrases, named fragments, replacements."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from mtqa.rules.guard import widen_tree
from mtqa.rules.literals import required_of

_parser: Any = import_module("re._parser")

_NAME = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_SPACE = "[ \\t\\u00a0\\u2000-\\u200a\\u202f\\u205f\\u3000]+"
_APOSTROPHE = "['’]"
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "nor",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "up",
        "via",
        "with",
    ]
)


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why."""


Checked = tuple[str, str, tuple[str, ...]]


def expand(pattern: str, define: dict[str, str]) -> str:
    """``pattern`` with every ``{{name}}`` replaced by its definition (which may use others)."""
    for _ in range(8):
        missing = [name for name in _NAME.findall(pattern) if name not in define]
        if missing:
            raise PatternError(f"undefined fragment {{{{{missing[0]}}}}}")
        expanded = _NAME.sub(lambda found: f"(?:{define[found[1]]})", pattern)
        if expanded == pattern:
            return pattern
        pattern = expanded
    raise PatternError("fragments refer to each other in a circle")


def phrases(forms: list[str]) -> str:
    """One pattern for literal forms: whole words, longest first, any white space, either apostrophe."""
    parts = [_phrase(form) for form in sorted(forms, key=lambda form: (-len(form), form))]
    return "(?:" + "|".join(parts) + ")"


def _phrase(form: str) -> str:
    words = [re.sub("['’]", _APOSTROPHE, re.escape(word)) for word in form.split()]
    before = r"(?<!\w)" if form.lstrip()[:1].isalnum() else ""
    after = r"(?!\w)" if form.rstrip()[-1:].isalnum() else ""
    return before + _SPACE.join(words) + after


def checked(pattern: str, *, case: bool, examined: bool = False, anchors: bool = True) -> Checked:
    """The pattern as ``re`` takes it, flags inside, its RE2 guard, and the literals its matches hold.

    ``examined`` leaves out compiling and the search for dangerous shapes, where the parts have been examined one by
    one; ``anchors`` is for the guard (see :func:`mtqa.rules.guard.widen`).

    Raises :class:`PatternError` for a pattern that does not parse, matches nothing, or could take too long.
    """
    full = pattern if case else f"(?i:{pattern})"
    try:
        _parser.parse(pattern)  # by itself, lest "a)(b" be closed by the group around it
        tree = _parser.parse(full)
        problem = "" if examined else _complaint(full, pattern, 0 if case else re.IGNORECASE)
        guard = widen_tree(tree, anchors=anchors)
        empty = tree.getwidth()[0] == 0 and re.compile(full).match("")
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"not a regular expression: {error}") from error
    if problem:
        raise PatternError(problem)
    if empty:
        raise PatternError("matches the empty string, so it would fire everywhere")
    return full, guard, required_of(tree)


def _complaint(full: str, pattern: str, flags: int) -> str:
    from mtqa.rules.safety import complaint

    re.compile(full)  # what only the compiler refuses, such as a look-behind of no fixed width
    return complaint(pattern, flags)


def fit_case(replacement: str, matched: str, *, starts_sentence: bool, exact: bool = False) -> str:
    """``replacement`` in the letter case of what it replaces.

    All capitals give all capitals; a title-cased phrase of two or more words gives a title-cased one, unless the
    replacement has capitals of its own (a proper name); a leading capital at the start of a sentence gives a leading
    capital. Anything else is left as the rule wrote it; where the rule minds letter case (``exact``), so is everything
    but the capital at the start of a sentence.
    """
    if matched.islower():
        return replacement
    letters = [c for c in matched if c.isalpha()]
    if not letters or not replacement:
        return replacement
    if exact:
        return replacement[:1].upper() + replacement[1:] if starts_sentence and letters[0].isupper() else replacement
    if len(letters) > 3 and all(c.isupper() for c in letters):
        return replacement.upper()
    if starts_sentence and letters[0].isupper():
        replacement = replacement[:1].upper() + replacement[1:]
    if any(c.isupper() for c in replacement[1:]):
        return replacement
    words = [word for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", matched) if word.lower() not in _SMALL_WORDS]
    if len(words) > 1 and all(word[0].isupper() for word in words):
        return _title(replacement)
    return replacement


def recase(text: str, letters: str) -> str:
    """``text`` in ``lower`` case; as a ``capital`` and then small letters; or as a ``title``, small words small."""
    if letters == "title":
        return _title(text)
    small = text.lower()
    if letters == "lower":
        return small
    first = next((place for place, c in enumerate(small) if c.isalpha()), 0)
    return small[:first] + small[first : first + 1].upper() + small[first + 1 :]


def _title(text: str) -> str:
    words = re.split(r"(\s+|-)", text)
    return "".join(
        word if word in _SMALL_WORDS and place else word[:1].upper() + word[1:] for place, word in enumerate(words)
    )
