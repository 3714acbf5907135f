"""What tests of customers' files set up: where they are kept, and a platform that has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.files import FileStore
from tests.integration.service.keeping_media import Platform, running


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform()
    async with running(platform):
        yield platform
