"""Text as it can be shown on a screen: nothing in an article or a file name may steer the terminal."""

from __future__ import annotations


def visible(text: str) -> str:
    """``text`` with control, bidirectional and other invisible characters made visible.

    So is ``##[``, which GitHub's runner takes for a command anywhere in a line.
    """
    text = text.replace("##[", "#<U+0023>[")
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _picture(ord(character)) for character in text)


def _picture(code: int) -> str:
    if code == 0x0A:
        return "⏎"
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code == 0xA0:
        return "⍽"
    return f"<U+{code:04X}>"
