"""`visavis erase` as somebody types it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.service.add_staff import add_staff
from bot.service.join_people import Decision, decide_pair
from bot.service.receive import receive
from bot.service.suggest_same_person import look
from bot.storage import people
from bot.storage.files import FileStore
from tests.fakes.service import Service, run_command
from tests.fakes.small_brand import write_brand
from tests.integration.service.erasing import MAIL, SECRET, says_it, sends_picture, tables_with

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from bot.embedded import Child
    from bot.service.road import Road

    Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.timeout(300)  # several commands, each a process of its own
CHAT = ("webchat", "lyra", f"visitor-{SECRET}")


@pytest.fixture
def run(database_url: str, valkey: Child, tmp_path: Path) -> Run:
    service = Service(
        project=write_brand(tmp_path / "project"),
        data=tmp_path / "data",
        log_folder=tmp_path,
        variables={"DATABASE_URL": database_url, "REDIS_URL": valkey.url, "COLUMNS": "120", "TERM": "dumb"},
    )

    def erase(*words: str) -> subprocess.CompletedProcess[str]:
        return run_command(service, "erase", *words)

    return erase


async def _customer(road: Road) -> int:
    """Somebody who wrote in the chat, with a picture, and by e-mail; staff say that it is one person."""
    picture = await receive(road, sends_picture())
    mail = await receive(road, says_it("hello", channel="email", sender=MAIL))
    while await look(road, quiet=timedelta()):
        pass
    staff = await add_staff(road, email="lea@lyra.example", name="Lea", password="correct horse", roles=[])
    async with road.database.read() as connection:
        (pair,) = await people.list_pairs(connection, 1)
    await decide_pair(road, (pair.contact_id, pair.other), Decision.SAME, staff)
    assert mail.message_id
    assert picture.message_id
    return picture.message_id


async def test_it_shows_what_it_would_do_and_does_it_when_told(road: Road, run: Run, tmp_path: Path) -> None:
    message_id = await _customer(road)
    files = FileStore(tmp_path / "data" / "media")
    await files.put(f"{message_id}/0-abc", b"picture")
    asked = await asyncio.to_thread(run, *CHAT)
    assert asked.returncode == 1
    assert f"visitor-{SECRET} on webchat lyra: 1 contact, 1 conversation, 1 message, 1 file." in asked.stdout
    assert "one more contact is the same person: --everywhere erases them, too." in asked.stdout
    assert "Nothing was erased." in asked.stdout
    assert "message" in await tables_with(road, SECRET)
    done = await asyncio.to_thread(run, *CHAT, "--everywhere", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Erased: 2 contacts, 2 conversations, 2 messages, 1 file. It cannot be taken back." in done.stdout
    assert await tables_with(road, SECRET) == set()
    assert await files.list_keys(f"{message_id}/") == []
    again = await asyncio.to_thread(run, *CHAT, "--yes")
    assert again.returncode == 2
    assert "Nobody has this id on webchat lyra." in again.stderr


async def test_the_other_contact_stays_unless_it_is_asked_for(road: Road, run: Run) -> None:
    await _customer(road)
    done = await asyncio.to_thread(run, *CHAT, "--yes")
    assert done.returncode == 0, done.stderr
    assert "handle" in await tables_with(road, MAIL)
    received = await receive(road, replace(says_it("still here", channel="email", sender=MAIL)))
    assert received.conversation_id is not None
