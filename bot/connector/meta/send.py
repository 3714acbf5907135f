"""Sending what was rendered for the Graph API, call by call, and finding again what may have arrived."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.connector.answers import Outcome, read_file, stop
from bot.connector.meta.fields import get_id, get_list, get_object, get_text
from bot.connector.meta.graph import GraphApi, Upload
from bot.connector.replies import (
    OutboundFile,
    OutboundReply,
    ReplyMode,
    SendResult,
    SendState,
)
from bot.domain.json import Json, JsonObject

GRAPH_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
LOOKED_AT = 20  # messages of a thread, newest first
RECENT = timedelta(minutes=1)  # looked for at once: the same words of five minutes ago are other ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One POST of the Graph API; `file` is uploaded with it."""

    path: str
    fields: JsonObject
    file: OutboundFile | None = None


def check_id(text: str) -> str:
    """Return an id that may stand in an address. Raises ValueError for anything else."""
    if not GRAPH_ID.fullmatch(text):
        raise ValueError("this conversation's key is not one of Meta's ids")
    return text


async def send_calls(api: GraphApi, reply: OutboundReply, calls: Sequence[Call]) -> SendResult:
    """Make the calls that were not made on an earlier try, in order, until one fails."""
    arrived = list(reply.delivered)
    outcome = Outcome()
    for call in calls[len(arrived) :]:
        outcome = await make_call(api, call)
        if outcome.error is not None:
            return stop(arrived, outcome)
        arrived.append(read_native_id(outcome.result))
    opened = ""
    if reply.mode is ReplyMode.PRIVATE and isinstance(outcome.result, dict):
        opened = get_id(outcome.result, "recipient_id")
    return SendResult(
        state=SendState.SENT,
        native_ids=tuple(arrived),
        rates_left=outcome.rates_left,
        delivered_to=opened or None,
    )


async def make_call(api: GraphApi, call: Call) -> Outcome:
    """Make one call, with its file where it has one."""
    if call.file is None:
        return await api.post(call.path, call.fields)
    content = await read_file(call.file)
    if isinstance(content, Outcome):
        return content
    upload = Upload(name=call.file.name, mime=call.file.mime, content=content)
    return await api.post(call.path, call.fields, upload=upload)


def read_native_id(result: Json) -> str:
    """Return the id of what was sent, empty if Meta does not say."""
    if not isinstance(result, dict):
        return ""
    return get_id(result, "message_id") or get_id(result, "id")


def find_sent(
    result: Json, texts: Sequence[str], *, own_id: str, known: Sequence[str], now: datetime
) -> tuple[str, ...]:
    """Return the ids of `texts` in a thread, as far as they are there in order, without those `known`.

    `result` is the answer to `conversations` with its messages, newest first.
    """
    wanted, found = list(texts), []
    for message in reversed(list_messages(result)):
        mine = get_id(get_object(message, "from"), "id") == own_id
        mid, text = get_id(message, "id"), get_text(message, "message")
        if wanted and mine and mid and mid not in known and is_recent(message, now) and text == wanted[0]:
            found.append(mid)
            wanted.pop(0)
    return tuple(found)


def list_messages(result: Json) -> list[JsonObject]:
    """Return the messages of the first thread in an answer, newest first."""
    threads = get_list(result, "data") if isinstance(result, dict) else []
    thread = threads[0] if threads and isinstance(threads[0], dict) else {}
    return [each for each in get_list(get_object(thread, "messages"), "data") if isinstance(each, dict)]


def is_recent(message: JsonObject, now: datetime) -> bool:
    """Tell whether a message was sent just now."""
    try:
        at = datetime.fromisoformat(get_text(message, "created_time", limit=40))
    except ValueError:
        return False
    return at.tzinfo is not None and now - at <= RECENT
