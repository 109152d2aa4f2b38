"""Run checkers over documents: one document, or a stream of them on several processes, with progress."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from mtqa.checkers import build_checkers
from mtqa.checkers.boilerplate import BlockGrouper
from mtqa.document import Document
from mtqa.errors import DocumentError, MtqaError, Place
from mtqa.finding import Finding, Severity, identify, resolve
from mtqa.segment import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtqa.finding import Checker
    from mtqa.rules.load import RuleSet

_T = TypeVar("_T")
_R = TypeVar("_R")


class CheckerError(MtqaError):
    """A checker that crashed, timed out or is missing; never the same as "no findings"."""
