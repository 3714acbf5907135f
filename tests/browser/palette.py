"""Screens in 256 colours: they are flat, so nothing a reader sees is lost, and half the bytes are."""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser

_COLOURS = 256
_READ = """async (png) => {
    const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(bitmap, 0, 0);
    const { data } = drawing.getImageData(0, 0, bitmap.width, bitmap.height);
    const reader = new FileReader();
    const read = new Promise((done) => { reader.onload = done; });
    reader.readAsDataURL(new Blob([data]));
    await read;
    return [bitmap.width, reader.result.split(",")[1]];
}"""


async def shrink(browser: Browser, png: bytes) -> bytes:
    """Return the same picture with at most 256 colours."""
    page = await browser.new_page()
    width, encoded = await page.evaluate(_READ, base64.b64encode(png).decode())
    await page.close()
    colours = [pixel[:3] for pixel in struct.iter_unpack("4B", base64.b64decode(encoded))]
    palette, index = choose_palette(colours)
    rows = bytes(index[colour] for colour in colours)
    lines = b"".join(b"\0" + rows[at : at + width] for at in range(0, len(rows), width))  # 0: no filter
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(colours) // width, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in palette for part in colour)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def choose_palette(
    colours: list[tuple[int, ...]],
) -> tuple[list[tuple[int, ...]], dict[tuple[int, ...], int]]:
    """Return the most frequent colours, and for every colour the place of the one nearest to it."""
    counts = Counter(colours)
    palette = [colour for colour, _ in counts.most_common(_COLOURS)]
    index = {colour: place for place, colour in enumerate(palette)}
    for colour in counts:
        if colour not in index:
            index[colour] = min(range(len(palette)), key=_distances(palette, colour).__getitem__)
    return palette, index


def _distances(palette: list[tuple[int, ...]], colour: tuple[int, ...]) -> list[int]:
    return [sum((one - other) ** 2 for one, other in zip(each, colour, strict=True)) for each in palette]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
