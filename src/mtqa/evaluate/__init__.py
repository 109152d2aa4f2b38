"""Measure a linter against gold annotations and clean text; what each figure means is in docs/evaluation.md."""

from __future__ import annotations

from mtqa.evaluate.clean import CleanText, load_clean
from mtqa.evaluate.gold import Gold, GoldDocument, GoldError, load_gold
from mtqa.evaluate.interval import Figure, rate, share
from mtqa.evaluate.score import Evaluation, FalseAlarms, LineScores, Scores, evaluate

__all__ = [
    "CleanText",
    "Evaluation",
    "FalseAlarms",
    "Figure",
    "Gold",
    "GoldDocument",
    "GoldError",
    "LineScores",
    "Scores",
    "evaluate",
    "load_clean",
    "load_gold",
    "rate",
    "share",
]
