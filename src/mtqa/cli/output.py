"""Where a command writes: standard output or a file that is all or nothing, and a progress bar beside it."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from mtqa.errors import MtqaError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_T = TypeVar("_T")
_WORTH_A_BAR = 20


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears only when it is complete."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        if output.exists() and not output.is_file():  # /dev/null and the like cannot be replaced
            with output.open("wb") as device:
                yield device
            return
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
            written.chmod(0o666 & ~_umask())
            written.replace(output)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise MtqaError(f"cannot write: {error.strerror or error}", place=Place(str(output))) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[str, Iterable[_T]], Iterable[_T]]]:
    """A progress bar on standard error for long runs; ``step(name, items)`` passes items through and counts them."""
    if (total is not None and total < _WORTH_A_BAR) or not sys.stderr.isatty():
        yield lambda _, items: items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield lambda name, items: bar.track(items, total=total, description=name)
