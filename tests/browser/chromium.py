"""Which Chromium the browser tests use."""

from __future__ import annotations

import shutil

from bot.settings import get_environment

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the browser CI names, else the one of this machine, else None."""
    named = get_environment().get("VISAVIS_TEST_BROWSER")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)
