"""One rule file as text: read it, convert it, and say on which line a part of it stands."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from mtqa.errors import Place, RuleError

if TYPE_CHECKING:
    from pathlib import Path

    from mtqa.rules.memo import Memo

_T = TypeVar("_T")


@cache
def _loader() -> Any:
    """A safe loader that refuses a key written twice; YAML forbids it, PyYAML keeps the last."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc] # the C loader has no types
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[tuple[str, str]] = set()
            for key, _ in node.value:
                name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else ("", "")
                if name in seen:
                    problem = f"the key {key.value!r} is written twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                if name != ("", "") and key.tag != "tag:yaml.org,2002:merge":
                    seen.add(name)
            return super().construct_mapping(node, deep=deep)

    return Loader


class RuleSource:
    """The text of one YAML file; ``name`` is its path under the rules folder.

    ``memo`` remembers what earlier runs worked out about its patterns; ``examine``: whether to look for slow ones.

    Raises :class:`RuleError` for a file that cannot be read or is not UTF-8.
    """

    def __init__(self, file: Path, folder: Path, memo: Memo, *, examine: bool) -> None:
        self.file = file
        self.memo = memo
        self.examine = examine
        self.name = file.relative_to(folder).as_posix()
        try:
            data = file.read_bytes()
        except OSError as error:
            raise RuleError(f"cannot read: {error.strerror}", place=Place(str(file))) from error
        try:
            self.text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise RuleError(f"not UTF-8 at byte offset {error.start}", place=Place(str(file), line)) from error

    def convert(self, kind: type[_T]) -> _T:
        """The file as ``kind``; raises :class:`RuleError` for what YAML or the schema refuses."""
        import yaml

        try:
            data = yaml.load(self.text, Loader=_loader())  # noqa: S506 - a safe loader
        except (yaml.YAMLError, ValueError) as error:
            raise self._not_yaml(error) from error
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            raise self.error(message, path.rstrip("`"), unknown=message) from error

    def _not_yaml(self, error: Exception) -> RuleError:
        """ValueError: PyYAML's own, for a date or number that is none, without a place."""
        import yaml

        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        if isinstance(error, yaml.reader.ReaderError):
            line = self.text.count("\n", 0, error.position) + 1
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        return RuleError(f"not YAML: {problem}", place=Place(str(self.file), line))

    def error(self, problem: str, path: str = "", *, unknown: str = "", remedy: str = "") -> RuleError:
        """An error at ``path``, written as msgspec does: ``.rows[2].good``."""
        steps: list[str | int] = [
            int(index) if index else name for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path) if name or index
        ]
        if found := re.search(r"unknown field `([^`]+)`", unknown):
            steps.append(found[1])
        return RuleError(problem, place=Place(str(self.file), self._line(steps)), remedy=remedy)

    def _line(self, steps: list[str | int]) -> int:
        import yaml

        node = yaml.compose(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        line = node.start_mark.line if node else 0
        for step in steps:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == step), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line, pair[1]
        return int(line) + 1
