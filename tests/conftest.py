"""Hypothesis profiles: `ci` (the default) draws the same examples on every run, `dev` few and new ones.

Choose with the environment variable HYPOTHESIS_PROFILE. No test here depends on how fast the machine is.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
settings.register_profile("ci", max_examples=150, derandomize=True, database=None, print_blob=True, **_CALM)
settings.register_profile("dev", max_examples=25, **_CALM)
settings.register_profile("thorough", max_examples=3000, database=None, **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
