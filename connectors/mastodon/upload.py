"""Files that go with a post."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp

from bot.connector import ErrorClass, OutboundFile
from bot.connector.answers import Outcome, failed, read_file
from connectors.mastodon.api import Ask, MastodonApi

ACCEPTED, PARTIAL = 202, 206  # taken, and not ready yet
LOOKS = 20  # pauses to wait for a film to be made ready


async def upload(api: MastodonApi, file: OutboundFile, *, pause: timedelta) -> str | Outcome:
    """Return the id of an uploaded file, ready to be posted; else what went wrong.

    Whatever goes wrong, nothing was posted: that is certain.
    """
    content = await read_file(file)
    if isinstance(content, Outcome):
        return content
    outcome = await api.call("POST", "/api/v2/media", Ask(form=make_form(file, content)))
    for _ in range(LOOKS):
        if outcome.error is not None:
            return replace(outcome, certain=True)
        media_id = outcome.object.get("id")
        if not isinstance(media_id, str):
            return failed(ErrorClass.TRANSIENT, "the server did not name the uploaded file")
        if outcome.status not in (ACCEPTED, PARTIAL):
            return media_id
        await asyncio.sleep(pause.total_seconds())
        outcome = await api.get(f"/api/v1/media/{media_id}")
    return failed(ErrorClass.TRANSIENT, "the server takes too long to make the file ready")


def make_form(file: OutboundFile, content: bytes) -> aiohttp.FormData:
    """Return a file as the upload takes it, with its name as the description that people hear read out."""
    form = aiohttp.FormData()
    form.add_field("file", content, filename=file.name or "file", content_type=file.mime)
    form.add_field("description", file.name)
    return form
