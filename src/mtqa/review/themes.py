"""Colours. Every meaning has a shape or a text style as well.

Grounds are nearly grey on purpose: terminals of 256 colours, tmux among them, turn a bluish dark grey into navy.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

VARIABLES = {
    "mtqa-critical": "#ff6b81",
    "mtqa-major": "#ffb454",
    "mtqa-minor": "#7fc8f8",
    "mtqa-neutral": "#9aa5b1",
    "mtqa-old": "#d0707c",
    "mtqa-new": "#8fd694",
    "mtqa-dim": "#6b7684",
    "mtqa-mark": "#c99bff",
    "mtqa-match": "#f5e663",
}

_LIGHT = {
    "mtqa-critical": "#b00030",
    "mtqa-major": "#9a5200",
    "mtqa-minor": "#005c99",
    "mtqa-neutral": "#59636e",
    "mtqa-old": "#a8323e",
    "mtqa-new": "#116329",
    "mtqa-dim": "#7a828c",
    "mtqa-mark": "#6f2dbd",
    "mtqa-match": "#7a5f00",
}
_ANSI = {
    "mtqa-critical": "ansi_bright_red",
    "mtqa-major": "ansi_yellow",
    "mtqa-minor": "ansi_cyan",
    "mtqa-neutral": "ansi_default",
    "mtqa-old": "ansi_red",
    "mtqa-new": "ansi_green",
    "mtqa-dim": "ansi_bright_black",
    "mtqa-mark": "ansi_magenta",
    "mtqa-match": "ansi_bright_yellow",
}
_MONO = dict.fromkeys(VARIABLES, "#e6e6e6") | {"mtqa-dim": "#8a8a8a", "mtqa-old": "#b0b0b0"}

THEMES = (
    Theme(
        name="dark",
        primary="#7fc8f8",
        secondary="#5b8db8",
        accent="#ffb454",
        warning="#ffb454",
        error="#ff6b81",
        success="#8fd694",
        foreground="#d7dde4",
        background="#131619",
        surface="#1a1d21",
        panel="#24292f",
        variables=VARIABLES,
    ),
    Theme(
        name="light",
        primary="#005c99",
        secondary="#3c7fb1",
        accent="#9a5200",
        warning="#9a5200",
        error="#b00030",
        success="#116329",
        foreground="#1f2328",
        background="#fbfaf7",
        surface="#f2f0ea",
        panel="#e6e3da",
        dark=False,
        variables=_LIGHT,
    ),
    replace(BUILTIN_THEMES["ansi-dark"], name="ansi", variables=BUILTIN_THEMES["ansi-dark"].variables | _ANSI),
    Theme(
        name="mono",
        primary="#e6e6e6",
        secondary="#b0b0b0",
        accent="#ffffff",
        warning="#e6e6e6",
        error="#ffffff",
        success="#e6e6e6",
        foreground="#e6e6e6",
        background="#000000",
        surface="#0a0a0a",
        panel="#1a1a1a",
        variables=_MONO,
    ),
)
