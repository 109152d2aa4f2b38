"""The ``options`` of rules whose kind has a checker of its own: which there are, of which type, which are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtqa.rules.schema import RuleFile
    from mtqa.rules.source import RuleSource

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
    if spec.kind == "block":
        _check_block(source, spec)
    elif spec.kind in _MODES:
        _check_mode(source, spec, _MODES[spec.kind])


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
