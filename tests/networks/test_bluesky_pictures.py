"""Pictures on a real Bluesky, both ways."""

from __future__ import annotations

import struct
import zlib

import pytest

from bot.connector import OutboundFile
from connectors.bluesky.connector import BlueskyConnector
from tests.networks.acts import take
from tests.networks.people import Person
from tests.unit.connectors.asked import Reading, reply_to

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("bluesky"),
]  # the first test waits for all programs


def make_picture() -> bytes:
    """Return a PNG of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


async def test_picture_arrives_with_its_words(
    brand: Person, ann: Person, connector: BlueskyConnector, reading: Reading
) -> None:
    await ann.mention(brand, "Which one?")
    (event,) = await take(reading, 1)
    picture = make_picture()

    async def read() -> bytes:
        return picture

    file = OutboundFile(
        kind="image", mime="image/png", name="The blue one", size=len(picture), url="https://x", read=read
    )
    result = await connector.send(reply_to(event, "This one", files=(file,)))
    shown = await ann.see(result.native_ids[0])
    (image,) = shown["embed"]["images"]
    assert image["alt"] == "The blue one"
    (kept,) = shown["record"]["embed"]["images"]
    assert kept["image"]["size"] == len(picture)
    assert kept["image"]["mimeType"] == "image/png"


async def test_customers_picture_is_read(brand: Person, ann: Person, reading: Reading) -> None:
    async with ann.http.post(
        f"{ann.url}/xrpc/com.atproto.repo.uploadBlob",
        data=make_picture(),
        headers={"Authorization": f"Bearer {ann.proof}", "Content-Type": "image/png"},
    ) as response:
        blob = (await response.json())["blob"]
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a crack"}]}
    await ann.mention(brand, "Look", embed=embed)
    (event,) = await take(reading, 1)
    (file,) = event.content.attachments
    assert (file.kind, file.name, file.size) == ("image", "a crack", len(make_picture()))
    assert f"/{ann.did}/{blob['ref']['$link']}" in file.ref
