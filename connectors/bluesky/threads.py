"""Whom the brand's people answer when they answer below a post of the brand's own."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.json import Json, JsonObject
from connectors.bluesky.api import BlueskyApi
from connectors.bluesky.records import split_uri

GET = "com.atproto.repo.getRecord"
HIGHEST = 10  # posts of ours above each other: a long answer is a chain of them


async def find_answered(api: BlueskyApi, me: str, record: Json) -> str | None:
    """Return the author of the nearest post above one of ours that is not ours; None where none is found."""
    for _ in range(HIGHEST):
        try:
            author, collection, key = split_uri(read_parent(record))
        except ValueError:
            return None
        if author != me:
            return author
        outcome = await api.get(GET, ("repo", me), ("collection", collection), ("rkey", key))
        record = outcome.object.get("value")
    return None


def read_parent(record: Json) -> str:
    """Return the address of the post that a post answers, empty where there is none."""
    reply = record.get("reply") if isinstance(record, Mapping) else None
    parent = reply.get("parent") if isinstance(reply, Mapping) else None
    uri: Json = parent.get("uri") if isinstance(parent, Mapping) else None
    return uri if isinstance(uri, str) else ""


def read_answered(known: JsonObject, uri: str) -> list[str]:
    """Return whom a post of ours answers, as `known` has it of posts by their addresses."""
    answered = known.get("answered")
    did = answered.get(uri) if isinstance(answered, Mapping) else None
    return [did] if isinstance(did, str) else []
