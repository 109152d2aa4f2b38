"""A language model behind an OpenAI-compatible endpoint grades the passages that the checkers are unsure about.

Off unless asked for. What it answers is validated against the text and can do no more than point at spans of it
(:mod:`mtqa.judge.answer`); what fails is refused and counted, and a passage without a usable answer is an error, never
"no findings". See docs/judge.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtqa.errors import MtqaError

__all__ = ["Judge", "JudgeError", "JudgeOptions", "RefusedError", "Spending"]

if TYPE_CHECKING:
    from mtqa.judge.grading import Judge
    from mtqa.judge.spending import Spending

FAMILY = "judge"
_HOMES = {"Judge": "mtqa.judge.grading", "Spending": "mtqa.judge.spending"}


class JudgeError(MtqaError):
    """No answer could be had; never the same as "no findings"."""


class RefusedError(JudgeError):
    """An answer came and cannot be used: cut off, no JSON, or not about the passage."""


class HopelessError(JudgeError):
    """What would come again with the next passage, such as a wrong key: nothing more is asked in this run."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """Whom to ask and how.

    ``url`` is the base that ends in ``/v1``; ``key_env`` names the environment variable that holds the key; ``timeout``
    and ``backoff`` (before the first retry) are seconds; ``max_calls`` bounds the requests of one run, retries
    included; ``price_in`` and ``price_out`` are per million tokens, in any currency.
    """

    url: str
    model: str
    key_env: str = ""
    timeout: float = 120.0
    max_calls: int = 200
    parallel: int = 2
    price_in: float | None = None
    price_out: float | None = None
    temperature: float = 0.0
    seed: int = 0
    max_tokens: int = 2048
    backoff: float = 1.0


def __getattr__(name: str) -> Any:
    """Import what is asked for only then, so that reading the configuration stays fast."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mtqa.judge' has no attribute {name!r}")


def known_ids() -> frozenset[str]:
    """The ids that findings of the judge may have."""
    from mtqa.judge.answer import Category

    return frozenset(category.rule for category in Category)
