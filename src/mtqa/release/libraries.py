"""The libraries that releases need beyond mtqa's own, imported when used."""

from __future__ import annotations

import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from mtqa import __version__
from mtqa.release.record import ReleaseError

if TYPE_CHECKING:
    from mtqa.rules.load import RuleSet

_TOOLS = ("ftfy", "google-re2", "numpy", "pyarrow", "rensa", "sentencex", "zstandard")


def library(name: str) -> Any:
    """The module ``name``; raises :class:`ReleaseError` saying how to install it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        package = name.partition(".")[0]
        raise ReleaseError(
            f"releases need {package}, which is not installed", remedy="python -m pip install 'mtqa[release]'"
        ) from error


def models(rules: RuleSet) -> list[str]:
    """The models that rules judge by, each with the digest of its data."""
    found = []
    if rules.of_kind("garble"):
        from mtqa.garble.store import data_digest

        found.append(f"garble {data_digest()}")
    if rules.of_kind("insertion"):
        from mtqa.insertion.space import digest

        found.append(f"insertion {digest()}")
    return found


def tools() -> dict[str, str]:
    """Versions of everything that has a say in the bytes of a release."""
    found = {"mtqa": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    for name in _TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
