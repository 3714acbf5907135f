"""Files of ours on their way to X: begun, sent in pieces, ended, and waited for.

Source: https://docs.x.com/x-api/media/quickstart/media-upload-chunked
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.connector import ErrorClass, OutboundFile
from bot.connector.answers import Outcome, failed, read_file
from bot.domain.json import Json, JsonObject
from connectors.x.api import Call, XApi
from connectors.x.reading import as_object, take_id, take_text
from connectors.x.render import name_category

PIECE = 4_000_000  # bytes; X takes up to 5 MB at once
LOOKS_MAX = 20  # at a file that X still works on
LONGEST_LOOK = timedelta(seconds=3)


async def upload(api: XApi, file: OutboundFile, *, direct: bool) -> Outcome:
    """Upload a file; `result` is its id. Nobody sees it yet, so no failure leaves a doubt."""
    content = await read_file(file)
    if isinstance(content, Outcome):
        return content
    question: JsonObject = {
        "media_type": file.mime,
        "total_bytes": len(content),
        "media_category": name_category(file, direct=direct),
    }
    begun = await api.call(Call(method="POST", path="/2/media/upload/initialize", body=question))
    media = get_id(begun.result)
    if begun.error is not None or not media:
        return settle(begun)
    for number, start in enumerate(range(0, len(content), PIECE)):
        piece = content[start : start + PIECE]
        sent = await api.call(
            Call(
                method="POST",
                path=f"/2/media/upload/{media}/append",
                form={"segment_index": str(number)},
                file=piece,
                quiet=True,
            )
        )
        if sent.error is not None:
            return settle(sent)
    ended = await api.call(Call(method="POST", path=f"/2/media/upload/{media}/finalize"))
    return await wait_for(api, media, ended)


async def wait_for(api: XApi, media: str, outcome: Outcome) -> Outcome:
    """Return the id once X has worked through the file: a video takes some seconds."""
    for _ in range(LOOKS_MAX):
        if outcome.error is not None:
            return settle(outcome)
        working = as_object(get_data(outcome.result).get("processing_info"))
        state = take_text(working.get("state"))
        if state == "failed":
            return failed(ErrorClass.INVALID, "X cannot use the file")
        if state in ("", "succeeded"):
            return Outcome(result=media)
        await asyncio.sleep(read_pause(working.get("check_after_secs")))
        outcome = await api.get("/2/media/upload", {"command": "STATUS", "media_id": media})
    return failed(ErrorClass.TRANSIENT, "X works on the file for too long")


def read_pause(seconds: Json) -> float:
    """Return how long to wait before the next look."""
    longest = LONGEST_LOOK.total_seconds()
    return min(max(float(seconds), 0), longest) if isinstance(seconds, int | float) else longest


def settle(outcome: Outcome) -> Outcome:
    """Return a failed call of an upload as one that certainly did nothing that anybody sees."""
    if outcome.error is None:
        return failed(ErrorClass.TRANSIENT, "X gives the file no id")
    detail = f"the file was not uploaded: {outcome.error.detail}"
    return replace(outcome, error=replace(outcome.error, detail=detail), certain=True)


def get_data(result: Json) -> JsonObject:
    """Return what an answer is about."""
    return as_object(as_object(result).get("data"))


def get_id(result: Json) -> str:
    """Return the id in an answer."""
    return take_id(get_data(result).get("id"))
