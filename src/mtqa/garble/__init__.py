"""Sentences that are hard to understand or nonsense, told by models on the English alone (docs/garble.md).

The first tier is a fast model in numpy; the second an encoder, which runs where :class:`NeuralOptions` say so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NeuralOptions:
    """``enabled``: the second tier runs; ``model``: a folder or a name on the hub, empty for the one that ships.

    ``threshold``: the probability from which on there is a finding; None for the model's own.
    """

    enabled: bool = False
    model: str = ""
    threshold: float | None = None

    @property
    def key(self) -> str:
        """Changes with what the second tier may find."""
        if not self.enabled:
            return ""
        from mtqa.garble.encoder import digest, located

        return f"{digest(located(self.model))} {self.threshold}"

    def require(self) -> None:
        """Raise :class:`mtqa.errors.MtqaError`, with what to do, where the second tier is asked for and cannot run."""
        if self.enabled:
            from mtqa.garble.encoder import require

            require(self.model)
