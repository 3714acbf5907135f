"""The programs of these tests end with them, also where they are killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest
from sqlalchemy.engine import make_url

from tests.networks import atproto, mastodon
from tests.networks.missing import require

if TYPE_CHECKING:
    from bot.embedded import Child

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("mastodon")]

REPOSITORY = Path(__file__).parents[2]
NETWORK = """
import sys
from tests.networks.atproto import run_network
with run_network(sys.argv[1]) as running:
    print(running.process.pid, flush=True)
    input()
"""
MASTODON = """
import psutil
from tests.networks.mastodon import run_mastodon
with run_mastodon():
    print(psutil.Process().children()[0].pid, flush=True)
    input()
"""


def kill_holder(words: str, *arguments: str) -> psutil.Process:
    """Start a program in another process, kill that, and return the program's."""
    holder = subprocess.Popen(
        [sys.executable, "-c", words, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert holder.stdout is not None
    started = psutil.Process(int(holder.stdout.readline()))
    holder.kill()
    holder.communicate()
    return started


def test_mastodon_ends_with_killed_tests() -> None:
    require(mastodon.find_missing())
    kill_holder(MASTODON).wait(timeout=30)


async def test_network_ends_with_killed_tests(postgres: Child) -> None:
    require(atproto.find_missing())
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE DATABASE another_network")
    await connection.close()
    url = make_url(postgres.url).set(database="another_network").render_as_string(hide_password=False)
    (await asyncio.to_thread(kill_holder, NETWORK, url)).wait(timeout=30)
