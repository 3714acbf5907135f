"""A real Chromium. Without one these tests are skipped, and say so; CI names its own and must have it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright

from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

SCREENSHOTS = Path(__file__).parent / "screenshots"
# No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the browser CI names, else the one of this machine."""
    named = get_environment().get("VISAVIS_TEST_BROWSER")
    return (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A running headless browser."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()
