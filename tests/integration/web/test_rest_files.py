"""Files over REST: what a caller sends is looked at and kept, what staff send can be fetched."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.domain.media import MediaState
from bot.service.keep_media import keep_due
from bot.service.keep_outgoing import NewFile, keep_outgoing
from bot.service.sent_files import SentFiles
from bot.service.staff_reply import Reply, send_reply
from bot.storage import media
from bot.web.keys import CONNECTORS, FILES
from tests.fakes.whole_app import SIGNING_KEY, whole_service
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

    from bot.domain.media import MediaFile
    from bot.service.road import Road

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
async def service(road: Road, tmp_path: Path) -> AsyncIterator[tuple[str, web.Application]]:
    async with whole_service(road, tmp_path) as found:
        yield found


async def post(url: str, **body: object) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/webhooks/rest/webhook", json={"sender": "ann", **body}) as answer,
    ):
        return answer.status, await answer.json()


async def list_files(road: Road) -> list[MediaFile]:
    async with road.database.read() as connection:
        found = await media.list_files(connection, range(1, 20))
    return [found[at] for at in sorted(found)]


def inline(content: bytes, **more: str) -> dict[str, str]:
    return {"content": b64encode(content).decode(), **more}


async def test_file_within_a_message_is_kept_as_what_it_is(
    road: Road, service: tuple[str, web.Application]
) -> None:
    url, app = service
    status, said = await post(
        url, message="look", attachments=[inline(PICTURE, mime="text/html", name="a.png")]
    )
    assert (status, said) == (200, [{"recipient_id": "ann", "text": "1: look"}])
    await keep_due(road, app[CONNECTORS], app[FILES])
    (file,) = await list_files(road)
    assert (file.state, file.mime, file.size) == (MediaState.KEPT, "image/png", len(PICTURE))
    assert await app[FILES].get(file.key) == PICTURE
    assert await app[FILES].list_keys("uploads/") == []  # where it waited it is no more


@pytest.mark.parametrize(
    ("file", "reason"),
    [(inline(PAGE), "unwanted kind"), ({"content": "no base64"}, "not base64"), ({"content": ""}, "kind")],
)
async def test_file_that_is_not_taken_is_refused_with_its_message(
    road: Road, service: tuple[str, web.Application], file: dict[str, str], reason: str
) -> None:
    status, said = await post(service[0], message="look", attachments=[file])
    assert status == 400
    assert reason in said["message"]
    assert await list_files(road) == []


async def test_file_elsewhere_is_fetched_from_public_places_alone(
    road: Road, service: tuple[str, web.Application]
) -> None:
    """A name that leads into our own network is found out when it is looked up."""
    url, app = service
    status, _ = await post(url, attachments=[{"url": "https://localhost/cup.png"}])
    assert status == 200
    await keep_due(road, app[CONNECTORS], app[FILES])
    (file,) = await list_files(road)
    assert (file.state, file.reason) == (MediaState.REFUSED, "the file lies in our own network")


async def test_what_staff_send_comes_with_the_next_call_and_can_be_fetched(
    road: Road, service: tuple[str, web.Application]
) -> None:
    url, app = service
    await post(url, message="hello")
    mara = await add_agent(road, "Mara Lindqvist")
    here = replace(road, sent_files=SentFiles(store=app[FILES], signing_key=SIGNING_KEY))
    brought = await keep_outgoing(here, app[CONNECTORS], 1, mara, NewFile(name="cup.png", content=PICTURE))
    await send_reply(here, 1, mara, Reply(text="Here.", key="r1", files=(brought.file.id,)))
    _, said = await post(url, message="thanks")
    assert {"recipient_id": "ann", "text": "Here."} in said
    (address,) = [item["attachment"] for item in said if "attachment" in item]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert address.startswith(f"{url}/files/")
        assert await answer.read() == PICTURE
