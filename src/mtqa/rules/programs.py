"""What ``re`` compiles patterns to, kept between runs: compiling hundreds takes longer than linting fifty articles.

``re`` has no way to save a compiled pattern. What it makes of one is a list of numbers, which its engine takes back and
checks; these are private parts of the standard library, so a Python that does it otherwise only compiles anew. Programs
are kept with the snapshot of the rules (:mod:`mtqa.rules.snapshot`), which belongs to one build of Python.
"""

from __future__ import annotations

import re
from array import array
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Program(msgspec.Struct, array_like=True, frozen=True):
    """A compiled pattern: its flags, the engine's numbers (32 bits each), its groups and their names."""

    flags: int
    code: bytes
    groups: int
    names: dict[str, int]


_known: dict[str, Program] = {}
_packed: list[bytes] = []  # what is known, too, and has not been asked for
_decode = msgspec.msgpack.Decoder(dict[str, Program]).decode


def programs(patterns: Iterable[str]) -> dict[str, Program]:
    """The programs of all patterns; nothing where this Python does not tell."""
    with suppress(Exception):  # whatever a private part may raise one day
        return {pattern: _program(pattern) for pattern in sorted(set(patterns))}
    return {}


def _program(pattern: str) -> Program:
    parser: Any = import_module("re._parser")
    compiler: Any = import_module("re._compiler")
    tree = parser.parse(pattern, 0)
    code = array("I", compiler._code(tree, 0))
    return Program(tree.state.flags, code.tobytes(), tree.state.groups - 1, dict(tree.state.groupdict))


def packed(found: Mapping[str, Program]) -> bytes:
    """Programs as bytes."""
    return msgspec.msgpack.encode(found)


def keep(found: bytes) -> None:
    """Let :func:`compiled` use packed programs; they are read when the first is asked for."""
    _packed.append(found)


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> re.Pattern[str]:
    """``re.compile``, remembered; entries are compiled when they first may match."""
    while _packed:
        with suppress(msgspec.MsgspecError):
            _known.update(_decode(_packed.pop()))
    program = _known.get(pattern)
    if program is not None:
        with suppress(Exception):  # as above, or a damaged file
            return _built(pattern, program)
    return re.compile(pattern)


def _built(pattern: str, program: Program) -> re.Pattern[str]:
    engine: Any = import_module("_sre")
    names: list[str | None] = [None] * (program.groups + 1)
    for name, number in program.names.items():
        names[number] = name
    code = array("I", program.code).tolist()
    built: re.Pattern[str] = engine.compile(pattern, program.flags, code, program.groups, program.names, tuple(names))
    return built
