"""Remember a loaded rule set between runs: reading YAML takes longer than linting an article.

With it go the compiled patterns (see :mod:`mtqa.rules.programs`). A snapshot is found by the contents of all rule files
and by this package's code, so a changed rule is read anew, with all its checks. It lies beside the pattern memo (see
:mod:`mtqa.rules.memo`); losing it costs time only.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mtqa.rules.memo import cache_folder, code_digest, place_digest
from mtqa.rules.programs import keep, packed, programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtqa.rules.load import RuleSet

_DIGEST = 32  # bytes at the start of the file that say what it was made from


class Snapshot:
    """The rule set that ``folders`` gave when they held what they hold now; ``told``: what else loading depends on."""

    def __init__(self, folders: Sequence[Path], told: str = "") -> None:
        self.file = cache_folder() / f"rules-{code_digest()}-{place_digest(folders)}.msgpack"
        self._digest = _digest(folders, told)

    def read(self) -> RuleSet | None:
        """The remembered rule set, if there is one for just these files."""
        from mtqa.rules.load import RuleSet

        try:
            data = self.file.read_bytes()
            if data[:_DIGEST] == self._digest:
                rules, known = msgspec.msgpack.decode(memoryview(data)[_DIGEST:], type=tuple[RuleSet, bytes])
                keep(known)
                return rules
        except (OSError, msgspec.MsgspecError, ValueError):
            pass
        return None

    def write(self, rules: RuleSet) -> None:
        """Remember ``rules``; readers never see half a file."""
        known = packed(programs(_patterns(rules)))
        keep(known)
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.file.parent, delete=False) as stream:
                stream.write(self._digest + msgspec.msgpack.encode((rules, known)))
            Path(stream.name).replace(self.file)


def _patterns(rules: RuleSet) -> Iterator[str]:
    """What :mod:`mtqa.rules.match` may compile."""
    yield from (context.full for context in rules.contexts.values())
    for entry in rules.entries:
        yield from filter(None, (entry.pattern, entry.unless, entry.when))


def _digest(folders: Sequence[Path], told: str) -> bytes:
    digest = hashlib.sha256(told.encode())
    for folder in folders:
        digest.update(f"\0{folder}\0".encode(errors="surrogateescape"))
        for name, file in rule_files(folder):
            digest.update(f"{name}\0".encode(errors="surrogateescape"))
            with suppress(OSError):  # loading will say what is wrong with it
                data = file.read_bytes()
                digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def rule_files(folder: Path) -> list[tuple[str, Path]]:
    """``(name, file)`` of everything that looks like a rule file below ``folder``, in order of name."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".yaml", ".yml")):
                file = Path(place) / name
                found.append((file.relative_to(folder).as_posix(), file))
    return sorted(found)
