"""What an editor can do, by which key: the one table that keys, help, palette and hints come from.

A key is written as the character it types (``a``, ``A``, ``?``) or by name (``enter``, ``shift+left``, ``ctrl+r``).
Keys that terminals, tmux or screen keep for themselves are refused, and so are conflicts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mtqa.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtqa.errors import Place

BROWSE, SELECT = "browse", "select"
BOTH_MODES = (BROWSE, SELECT)
CANDIDATES = tuple("123456789")


@dataclass(frozen=True, slots=True)
class Action:
    """Something an editor can do. ``hint`` is its short name in the line of hints; empty: not shown there."""

    id: str
    keys: tuple[str, ...]
    group: str
    text: str
    modes: tuple[str, ...] = (BROWSE,)
    hint: str = ""


def _action(  # noqa: PLR0917 - a table
    id: str,  # noqa: A002
    keys: str,
    group: str,
    text: str,
    hint: str = "",
    modes: Sequence[str] = (BROWSE,),
) -> Action:
    return Action(id, tuple(keys.split()), group, text, tuple(modes), hint)


ACTIONS = (
    _action("accept", "a enter", "Decide", "Accept the first candidate (1-9: that candidate)", "accept"),
    _action("edit", "e", "Decide", "Correct the words in place", "edit"),
    _action("reject", "r", "Decide", "Reject, with a reason: the text is right", "reject"),
    _action("defer", "d", "Decide", "Defer: decide later", "defer"),
    _action("delete", "x", "Decide", "Delete the passage", "delete", BOTH_MODES),
    _action("editor", "E", "Decide", "Open the paragraph in $EDITOR", "", BOTH_MODES),
    _action("retranslate", "t", "Decide", "Cannot be repaired: translate the sentence again", "", BOTH_MODES),
    _action("drop", "T", "Decide", "Cannot be repaired: drop the sentence", "", BOTH_MODES),
    _action("batch", "b", "Decide", "Decide on many at once, with preview", "batch"),
    _action("word", "W", "Decide", "Add the word to the project's word list: it is right", "", BOTH_MODES),
    _action("undo", "u", "Decide", "Undo, without limit", "undo", BOTH_MODES),
    _action("redo", "U", "Decide", "Redo", "", BOTH_MODES),
    _action("next", "j down", "Go", "Next finding"),
    _action("previous", "k up", "Go", "Previous finding"),
    _action("next-article", "] right", "Go", "Next article"),
    _action("previous-article", "[ left", "Go", "Previous article"),
    _action("next-severity", "s", "Go", "Next finding of another severity"),
    _action("previous-severity", "S", "Go", "Previous group of one severity"),
    _action("jump", "g", "Go", "Jump to a finding on the screen by its label"),
    _action("search", "/", "Go", "Search in all articles, this one first"),
    _action("next-match", "n", "Go", "Next match of the search, over article borders"),
    _action("previous-match", "N", "Go", "Previous match"),
    _action("page-down", "pagedown space", "Go", "Scroll the article down"),
    _action("page-up", "pageup", "Go", "Scroll the article up"),
    _action("select", "w", "Words", "Select words anywhere and correct them", "words"),
    _action("left", "left h", "Words", "To the word before", "", (SELECT,)),
    _action("right", "right l", "Words", "To the word after", "", (SELECT,)),
    _action("up", "up k", "Words", "Up a row", "", (SELECT,)),
    _action("down", "down j", "Words", "Down a row", "", (SELECT,)),
    _action("extend-left", "shift+left H", "Words", "Take in the word before", "grow", (SELECT,)),
    _action("extend-right", "shift+right L", "Words", "Take in the word after", "grow", (SELECT,)),
    _action("sentence", "s", "Words", "Select the whole sentence, then the paragraph", "sentence", (SELECT,)),
    _action("correct", "enter e", "Words", "Correct the selected words", "correct", (SELECT,)),
    _action("leave", "escape w q", "Words", "Back to the findings", "back", (SELECT,)),
    _action("view", "v", "Show", "Original, corrected text, or both", "view"),
    _action("filter", "f", "Show", "Filter by family, severity and rule", "filter"),
    _action("order", "o", "Show", "Order by weight or by place in the text"),
    _action("deferred", "D", "Show", "Show or hide deferred findings"),
    _action("details", "i", "Show", "All about the finding"),
    _action("list", "Q", "Show", "Show or hide the queue"),
    _action("theme", "", "Show", "Choose a theme"),
    _action("help", "?", "mtqa", "Help on the keys", "help", BOTH_MODES),
    _action("palette", ":", "mtqa", "All commands by name"),
    _action("quit", "q", "mtqa", "Quit; everything is saved already"),
)
_BY_ID = {action.id: action for action in ACTIONS}

_RESERVED = {
    "ctrl+a": "the prefix of screen",
    "ctrl+b": "the prefix of tmux",
    "ctrl+c": "interrupts programs",
    "ctrl+d": "closes shells",
    "ctrl+q": "resumes terminal output",
    "ctrl+s": "stops terminal output",
    "ctrl+z": "suspends programs",
    "ctrl+\\": "kills programs",
    **dict.fromkeys(CANDIDATES, "takes the candidate of that number"),
}
_NAMED = re.compile(
    r"(?:(?:shift|ctrl|alt)\+)?(?:enter|tab|escape|space|backspace|delete|insert|home|end|pageup|pagedown|up|down|left"
    r"|right|f(?:[1-9]|1[0-9]|2[0-4]))|(?:ctrl|alt)\+[a-z0-9\\]"
)


class Keymap:
    """Which key does what, in each mode."""

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self.keys = {action.id: tuple(keys.get(action.id, action.keys)) for action in ACTIONS}
        self._actions = {
            (mode, key): action.id for action in ACTIONS for mode in action.modes for key in self.keys[action.id]
        }

    def action(self, mode: str, key: str) -> str | None:
        """The action of a key."""
        return self._actions.get((mode, key))

    def key(self, action: str) -> str:
        """The first key of an action, for hints; empty when it has none."""
        return next(iter(self.keys[action]), "")

    def hints(self, mode: str) -> list[tuple[str, str, str]]:
        """``(key, short name, action id)`` for the line of hints."""
        found: dict[str, tuple[str, str, str]] = {}
        for action in ACTIONS:
            if action.hint and mode in action.modes and self.key(action.id):
                label = self.key(action.id)
                if action.hint in found:
                    before = found[action.hint]
                    label, ident = f"{before[0]} {label}", before[2]
                    found[action.hint] = (label, action.hint, ident)
                else:
                    found[action.hint] = (label, action.hint, action.id)
        return sorted(found.values(), key=lambda hint: hint[2] != "help")  # help first: the rest may not fit

    def table(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """For help: ``(group, [(keys, what they do, action id)])``."""
        groups: dict[str, list[tuple[str, str, str]]] = {}
        for action in ACTIONS:
            keys = "  ".join(self.keys[action.id]) or "(no key)"
            groups.setdefault(action.group, []).append((keys, action.text, action.id))
        return list(groups.items())


def load_keymap(keys: Mapping[str, str | Sequence[str]], place: Place | None = None) -> Keymap:
    """The key map with the keys that a configuration gives to actions; an empty list takes all keys from one.

    Raises :class:`ConfigError` for unknown actions and keys, reserved keys, and two actions on one key.
    """
    given: dict[str, tuple[str, ...]] = {}
    for name, value in keys.items():
        if name not in _BY_ID:
            near = get_close_matches(name, _BY_ID, 1)
            remedy = f"did you mean {near[0]!r}?" if near else f"actions: {', '.join(sorted(_BY_ID))}"
            raise ConfigError(f"review.keys: no action {name!r}", place=place, remedy=remedy)
        given[name] = tuple(_checked(key, name, place) for key in ([value] if isinstance(value, str) else value))
    made = Keymap(given)
    _refuse_conflicts(made, given, place)
    return made


def _checked(key: str, action: str, place: Place | None) -> str:
    if key in _RESERVED:
        raise ConfigError(
            f"review.keys.{action}: {key!r} {_RESERVED[key]}",
            place=place,
            remedy="choose another key",
        )
    if not (len(key) == 1 and key.isprintable() and key != " ") and not _NAMED.fullmatch(key):
        raise ConfigError(
            f"review.keys.{action}: no key {key!r}",
            place=place,
            remedy="write a character, or a name such as enter, shift+left, f2, ctrl+r",
        )
    return key


def _refuse_conflicts(keymap: Keymap, given: Mapping[str, object], place: Place | None) -> None:
    seen: dict[tuple[str, str], str] = {}
    for action in ACTIONS:
        for mode in action.modes:
            for key in keymap.keys[action.id]:
                other = seen.setdefault((mode, key), action.id)
                if other != action.id:
                    wanted = action.id if action.id in given else other
                    holder = other if wanted == action.id else action.id
                    raise ConfigError(
                        f"review.keys.{wanted}: {key!r} is the key of {holder!r} already",
                        place=place,
                        remedy=f"choose another key, or give {holder!r} one too",
                    )


_SHOWN = {"enter": "⏎", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup"}
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


def show_key(key: str) -> str:
    """A key as people read it."""
    *held, name = key.split("+") if len(key) > 1 else [key]
    shown = "".join("⇧" if one == "shift" else f"{one}+" for one in held)
    return shown + (_SHOWN | _ARROWS).get(name, name)
