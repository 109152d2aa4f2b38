"""``python -m mtqa``."""

from __future__ import annotations

from mtqa.cli import main

main()
