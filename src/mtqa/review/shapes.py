"""The shapes that stand for severities and verdicts, as symbols or in plain ASCII; the names of the themes."""

from __future__ import annotations

UNICODE = {
    "critical": "◆",
    "major": "▲",
    "minor": "●",
    "neutral": "○",
    "retranslate": "↻",
    "drop": "⊘",
    "done": "✓",
    "here": "▶",
    "passage": "│",
    "passage-current": "┃",
}
ASCII = {
    "critical": "#",
    "major": "!",
    "minor": "*",
    "neutral": "-",
    "retranslate": "@",
    "drop": "%",
    "done": "+",
    "here": ">",
    "passage": "|",
    "passage-current": "H",
}
BRACKETS = ("[-", "-]", "{+", "+}")
THEME_NAMES = ("dark", "light", "ansi", "mono")
LABELS = "asdfghjklqwertyuiopzxcvbnm"


def shapes(name: str) -> dict[str, str]:
    """The set of that name: "unicode", or "ascii" for terminals that draw symbols two cells wide."""
    return ASCII if name == "ascii" else UNICODE
