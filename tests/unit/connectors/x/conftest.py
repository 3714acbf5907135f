"""X as tests meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.connectors.x import THREAD
from tests.fakes.x import FakeX, run_fake_x


@pytest.fixture
async def fake() -> AsyncIterator[FakeX]:
    """An X where person 7 has mentioned the account."""
    async with run_fake_x() as opened:
        opened.mention("@lyra hello", post_id=THREAD)
        yield opened
