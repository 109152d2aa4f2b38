"""Make hostile text harmless: what an article or a file name holds never acts on a terminal, a log or a viewer.

Every report passes foreign text through one of these functions, and nothing else in mtqa escapes for output.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

# Controls (C0, DEL, C1), invisible format characters, bidirectional controls, U+2028 and U+2029, byte order marks,
# interlinear annotation, lone surrogates (undecodable bytes in file names), tag characters. Left alone: the
# (non-)joiners U+200C and U+200D, which Persian, Indic scripts and emoji need and which move nothing.
_UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff"
    "\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]"
)
_NAMES = {"\t": "<TAB>", "\n": "<LF>", "\r": "<CR>", "\x1b": "<ESC>"}
_NO_COMMAND = "#<U+0023>["
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>#|~&!@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_LIST = re.compile(r"\A(\s*\d*)([-+.)])")
_DRIVE = re.compile(r"[A-Za-z]:/")


def is_safe(text: str) -> bool:
    """True when ``text`` holds nothing that :func:`visible` would change."""
    return _UNSAFE.search(text) is None


def visible(text: str) -> str:
    """``text`` on one line, with every control and invisible character spelled out, as in ``<ESC>`` or ``<U+202E>``.

    So is ``##[``, which GitHub's runner takes for a command anywhere in a line.
    """
    return _spelled(text).replace("##[", _NO_COMMAND)


def _spelled(text: str) -> str:
    return _UNSAFE.sub(lambda match: _NAMES.get(match[0]) or f"<U+{ord(match[0]):04X}>", text)


def log_line(line: str) -> str:
    """A finished line of printed text that GitHub's runner takes for no command of its own.

    The runner obeys a line that begins with ``::`` after white space, and ``##[`` anywhere; see :func:`visible`, which
    cannot know what stands beside its text.
    """
    line = line.replace("##[", _NO_COMMAND)
    if line.lstrip().startswith("::"):
        line = line.replace("::", ":<U+003A>", 1)
    return line


def json_text(serialised: str) -> str:
    """One line of JSON with unsafe characters as ``\\u`` escapes: the same to a parser, harmless when printed."""
    if not serialised.isprintable():  # what is unsafe is not printable; to ask that is four times as fast
        serialised = _UNSAFE.sub(_json_escape, serialised)
    return serialised.replace("##[", "#\\u0023[")  # only ever inside a string; see visible


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def workflow_message(lines: list[str]) -> str:
    """The message of a GitHub workflow command; line breaks stand only between ``lines``."""
    return _percent("\n".join(visible(line) for line in lines))


def workflow_property(value: str) -> str:
    """A property of a GitHub workflow command. Line ends are kept, encoded: a file name may hold them."""
    kept = "".join(part if part in "\r\n" else _spelled(part) for part in re.split(r"([\r\n])", value))
    return _percent(kept).replace(":", "%3A").replace(",", "%2C")


def _percent(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def markdown(text: str) -> str:
    """Text in Markdown that is nothing but text: every mark of ASCII as a character reference, so no link, no HTML,
    no mention and no table cell arises.
    """
    return _MARKS.sub(lambda match: f"&#{ord(match[0])};", _spelled(text))


def markdown_prose(text: str) -> str:
    """Text in Markdown of editors, which show it raw as often as not: only what would do something gets a backslash."""
    text = _ACTIVE.sub(r"\\\g<0>", _spelled(text))
    return _LIST.sub(r"\g<1>\\\g<2>", text)


def fenced(text: str) -> str:
    """Lines of text in Markdown that are shown as they are, whatever they hold; line breaks are kept."""
    lines = [_spelled(line) for line in text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}text", *lines, fence))


def html_text(text: str) -> str:
    """Text of an HTML element or a quoted attribute; what cannot be seen is spelled out."""
    return html.escape(_spelled(text), quote=True).replace("##[", "#&#35;[")


def sarif_message(text: str) -> str:
    """A plain text message of SARIF: braces doubled, brackets escaped, so that no link or placeholder arises.

    SARIF 2.1.0, sections 3.11.5 (placeholders) and 3.11.6 (embedded links).
    """
    text = visible(text).replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
    return text.replace("[", "\\[").replace("]", "\\]")


def uri(path: str) -> str:
    """A percent-encoded URI reference: relative for a relative path, ``file:`` for an absolute one."""
    encoded = quote(path_bytes(path), safe="/")
    if path.startswith("/"):
        return f"file://{encoded}"
    if _DRIVE.match(path):
        return f"file:///{path[:2]}{encoded[4:]}"
    return encoded


def path_bytes(path: str) -> bytes:
    """The bytes of a file name, those that are no UTF-8 included (Python holds them as lone surrogates)."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def scalar_path(path: str) -> str:
    """A file name for readers that take Unicode only (Go's, Ruby's): bytes that are no UTF-8 become U+FFFD."""
    return path_bytes(path).decode("utf-8", "replace")


def git_path(path: str) -> bytes:
    """A file name as git writes it in patch headers: quoted, with octal escapes, where it holds anything odd."""
    if is_safe(path) and '"' not in path and "\\" not in path:
        return path.encode()
    return b'"' + b"".join(_octal(byte) for byte in path_bytes(path)) + b'"'


def _octal(byte: int) -> bytes:
    if byte in b'"\\':
        return b"\\" + bytes([byte])
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte
