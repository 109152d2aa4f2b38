from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.judge import fake

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[fake.Fake]:
    with fake.running() as running:
        yield running
