"""mastodon-mock, a server with Mastodon's API that others wrote, and people who use it as an app does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.networks.ports import find_free_ports

REPOSITORY = Path(__file__).parents[2]
PROGRAM = REPOSITORY / ".cache" / "mastodon" / "bin" / "mastodon_mock"
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"]  # also where these tests are killed
PATIENCE = 30.0  # seconds until it answers
BRAND, ANN, BEN, ROBOT = "lyra", "ann", "ben", "robot"
SETTINGS = """
domain = "127.0.0.1:{port}"
url_scheme = "http"
media_storage_path = "{folder}/media"

[ratelimit]
enabled = true
limit = 100000

[auth]
enforce_scopes = true

[seed]
accounts = [
  {{ username = "lyra", display_name = "Lyra", access_token = "lyra", bot = true }},
  {{ username = "ann", display_name = "Ann Berg", access_token = "ann" }},
  {{ username = "ben", domain = "far.example", access_token = "ben" }},
  {{ username = "robot", access_token = "robot", bot = true }},
]
follows = [{{ follower = "lyra", following = "ann" }}]
"""

Post = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server; tokens are the names of accounts."""

    url: str
    http: aiohttp.ClientSession

    async def call(self, who: str, method: str, path: str, fields: Post | None = None, **params: str) -> Any:
        """Call the API as somebody; raises `aiohttp.ClientResponseError` for a refusal."""
        async with self.http.request(
            method,
            f"{self.url}/api/v1/{path}",
            json=fields,
            params=params,
            headers={"Authorization": f"Bearer {who}"},
        ) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, who: str, text: str, **fields: Any) -> Post:
        """Post something as somebody."""
        made: Post = await self.call(who, "POST", "statuses", {"status": text, **fields})
        return made

    async def list_posts(self, who: str = BRAND) -> list[Post]:
        """Return what somebody posted, oldest first."""
        me = await self.call(who, "GET", "accounts/verify_credentials")
        found: list[Post] = await self.call(who, "GET", f"accounts/{me['id']}/statuses", limit="40")
        return found[::-1]

    async def list_mentions(self, who: str) -> list[Post]:
        """Return the posts that somebody was told of, oldest first."""
        found = await self.call(who, "GET", "notifications")
        return [each["status"] for each in found if each["type"] == "mention"][::-1]

    async def fail(self, effect: Post, *, method: str = "POST", path: str = "/api/v1/statuses") -> None:
        """Let the next call of a method go wrong."""
        match = {"methods": [method], "path": path}
        await self.call(BRAND, "POST", "_mock/faults", {"match": match, "effect": effect, "count": 1})


def find_missing() -> str | None:
    """Say in words what is missing to run it, None where all is there."""
    if not PROGRAM.exists():
        return "mastodon-mock is not installed (make test-networks does it)"
    return None if shutil.which("setpriv") else "there is no setpriv here, which ends it with the tests"


@contextmanager
def run_mastodon() -> Iterator[str]:
    """Start the server, and stop it at the end; yields its address."""
    (port,) = find_free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="visavis-mastodon-"))
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(port=port, folder=folder))
    arguments = ["serve", "--config", str(settings), "--port", str(port), "--in-memory"]
    try:
        with (folder / "output.log").open("w") as output:
            process = subprocess.Popen(
                [*ENDS_WITH_US, str(PROGRAM), *arguments],
                stdout=output,
                stderr=output,
                env={**os.environ, "TMPDIR": str(folder)},  # noqa: TID251 - a child's
            )
        try:
            wait_for(port, process, folder / "output.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody listens on a port."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return
