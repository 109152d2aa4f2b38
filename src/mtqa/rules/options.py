"""The ``options`` of rules whose kind has a checker of its own: which there are, of which type, which are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtqa.rules.pattern import PatternError, checked

if TYPE_CHECKING:
    from mtqa.rules.schema import RuleFile
    from mtqa.rules.source import RuleSource

_GATED = ("existence", "replace", "metadata")
# kind -> mode -> its options; numbers are needed, word lists (words of one string) may be left out.
_MODES: dict[str, dict[str, dict[str, type]]] = {
    "loop": {
        "word": {"min_letters": int, "words": str, "doubled": str, "names": str},
        "phrase": {"max_gap": int, "min_words_with_gap": int},
        "runaway": {"list_copies": int, "doubled": str},
        "dense": {"times": int, "window": int, "min_letters": int},
    },
    "truncation": {
        "end": {"needy": str, "prepositions": str, "before_of": str, "before_to": str},
        "word": {},
        "bracket": {},
        "list": {},
    },
    "residue": {
        "script": {},
        "pinyin": {"loans": str},
        "words": {"least": int},
        "stutter": {},
        "syllable": {"doubled": str},
        "glued": {},
        "capitals": {},
        "names": {},
    },
}


def check_options(source: RuleSource, spec: RuleFile) -> None:
    """Raises :class:`RuleError`, naming file and line, for options that the rule's kind does not have or misses."""
    _check_gate(source, spec)
    if spec.kind == "block":
        _check_block(source, spec)
    elif spec.kind == "recurrence":
        _check_recurrence(source, spec)
    elif spec.kind == "insertion":
        _check_insertion(source, spec)
    elif spec.kind in _MODES:
        _check_mode(source, spec, _MODES[spec.kind])


def _check_gate(source: RuleSource, spec: RuleFile) -> None:
    words = spec.max_words
    if words is not None and (spec.kind not in _GATED or spec.scope != "line" or words < 1):
        raise source.error("max_words, a number from 1, is for patterns that are matched against lines", ".max_words")
    if spec.among and spec.kind != "recurrence":
        raise source.error(f"a rule of kind {spec.kind} has no use for 'among'", ".among")


def _check_recurrence(source: RuleSource, spec: RuleFile) -> None:
    options = spec.options
    for name in ("max_words", "min_articles"):
        if type(options.get(name)) is not int or options[name] < 2:
            raise source.error(f"options of a recurrence rule need {name}, a number from 2", ".options")
    if "site" in options:
        try:
            checked(str(options["site"]), case=True)
        except PatternError as error:
            raise source.error(str(error), ".options.site") from error
    if more := set(options) - {"max_words", "min_articles", "site"}:
        raise source.error(f"unknown option {min(map(str, more))!r}", ".options")


def _check_mode(source: RuleSource, spec: RuleFile, modes: dict[str, dict[str, type]]) -> None:
    mode = spec.options.get("mode")
    if mode not in modes:
        raise source.error(f"options of a {spec.kind} rule need a mode: {', '.join(modes)}", ".options")
    known = modes[mode]
    for name, value in spec.options.items():
        if name != "mode" and name not in known:
            raise source.error(
                f"unknown option {name!r} of mode {mode}; known: {', '.join(known) or 'none'}", ".options"
            )
        if known.get(name) is str and not isinstance(value, str):
            raise source.error(f"{name} is words separated by spaces; quote it", ".options")
    for name, kind in known.items():
        if kind is int and (type(spec.options.get(name)) is not int or spec.options[name] < 1):
            raise source.error(f"options of mode {mode} need {name}, a number from 1", ".options")


def _check_insertion(source: RuleSource, spec: RuleFile) -> None:
    options = spec.options
    if type(options.get("threshold")) not in (int, float):
        raise source.error("options of an insertion rule need a threshold, a number", ".options")
    if type(options.get("least_words")) is not int or options["least_words"] < 1:
        raise source.error("options of an insertion rule need least_words, a number from 1", ".options")
    if more := set(options) - {"threshold", "least_words"}:
        raise source.error(f"unknown option {min(map(str, more))!r}", ".options")


def _check_block(source: RuleSource, spec: RuleFile) -> None:
    options = spec.options
    if options.get("position") not in ("between", "after"):
        raise source.error("options of a block rule need a position: between or after", ".options")
    for name in ("max_words", "max_lines"):
        if type(options.get(name)) is not int or options[name] < 1:
            raise source.error(f"options of a block rule need {name}, a number from 1", ".options")
    if options.get("safety") not in ("safe", "review"):
        raise source.error("options of a block rule say how safe the deletion is: safe or review", ".options")
    if more := set(options) - {"position", "max_words", "max_lines", "safety"}:
        raise source.error(f"unknown option {min(map(str, more))!r}", ".options")
