"""Which Chromium the browser tests use, and one that runs for all tests of a process."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120.0  # seconds until it listens
# No sandbox: tests run as root in containers. The rest keeps the browser from calling home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What Playwright starts a browser with, as far as pages can tell; it only joins the one that runs.
_AS_PLAYWRIGHT_DOES = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--hide-scrollbars",
    "--mute-audio",
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    "--force-color-profile=srgb",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-back-forward-cache",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--enable-automation",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
)


def find_chromium() -> str | None:
    """Return the browser CI names, else the one of this machine, else None."""
    named = get_environment().get("VISAVIS_TEST_BROWSER")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running_chromium(path: str, folder: Path) -> Iterator[str]:
    """Run a headless browser on a profile in an empty folder; yields the address that it is steered by."""
    profile = f"--user-data-dir={folder}"
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [path, *_AS_PLAYWRIGHT_DOES, *ARGUMENTS, profile, "about:blank"], stdout=output, stderr=output
        )
    try:
        yield f"http://127.0.0.1:{_wait_for_port(process, folder)}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for_port(process: subprocess.Popen[bytes], folder: Path) -> int:
    told = folder / "DevToolsActivePort"
    ends = time.monotonic() + PATIENCE
    while not (told.exists() and told.read_text().strip()):
        if process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError((folder / "output.log").read_text()[-2000:])
        time.sleep(0.02)
    return int(told.read_text().split()[0])
