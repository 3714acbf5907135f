"""Rasa's REST channel: what is said, and the replies of its own turn."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from aiohttp import web

from bot.connector import Delivery
from bot.connector.rasa_files import with_addresses
from bot.errors import UnknownAccount
from bot.service.fetch import fetch, keep_for_later
from bot.storage.json_text import dump_json
from bot.web.hooks import find_base, find_connector, take
from bot.web.keys import CONNECTORS, FETCH_LOG, REST_WAIT, ROAD
from bot.web.public_files import make_file_path
from bot.web.rasa_api.parameters import read_flag

if TYPE_CHECKING:
    from bot.connector import Connector, Renders
    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.storage.pulled import Pulled

routes = web.RouteTableDef()

NOTES = {
    "queued": "A person was asked for and will answer here; the bot is silent until then.",
    "held": "A person has this conversation and will answer here; the bot is silent.",
    "snoozed": "A person has this conversation and will answer here; the bot is silent.",
    "bot": "The answer takes longer than this call may wait. It comes with the next one.",
    "resolved": "The answer takes longer than this call may wait. It comes with the next one.",
}
# What is missing where a channel is not on: open, as with Rasa. Their README files tell the other options.
_LINES = {
    "rest": "rest: {open: true}",
    "callback": "callback: {open: true, url: …}",
    "socketio": "socketio: {open: true}",
}


@routes.post("/webhooks/rest/webhook")
async def talk(request: web.Request) -> web.StreamResponse:
    """Take `{sender, message, metadata?}` and answer with the replies of its own turn.

    `?account=` chooses among several accounts of the channel. `?stream=true`: a line of JSON for each
    reply instead of a list of them all.
    """
    connector = choose_account(request, "rest")
    ((event, received),) = await take(request, connector)
    if event.reply_context.get("delivery") != Delivery.PULL.value:
        return _respond([], stream=read_flag(request, "stream"))  # the replies are called back
    log = request.app[FETCH_LOG]
    fetched = await fetch(request.app[ROAD], received, limit=request.app[REST_WAIT], told=log.told)
    fetched = log.without_told(fetched)
    items = _render(connector, _address_files(request, fetched), event.conversation_key)
    told = [message.id for message in (*fetched.earlier, *fetched.replies)]
    return await send_told(request, _respond(items, stream=read_flag(request, "stream")), told)


@routes.get("/webhooks/{channel:rest|callback|socketio}/", allow_head=False)
async def say_well(request: web.Request) -> web.Response:
    """Tell that a channel is on."""
    choose_account(request, request.match_info["channel"])
    return web.json_response({"status": "ok"})


def choose_account(request: web.Request, channel: str) -> Connector:
    """Return the account that `?account=` names, or the first of the channel. Raises `UnknownAccount`."""
    if "account" in request.query:
        return find_connector(request, channel, request.query["account"])
    for (each, _), connector in request.app[CONNECTORS].items():
        if each == channel:
            return connector
    raise UnknownAccount(
        f"no account of channel {channel!r} is on: write `{_LINES[channel]}` under `channels:` in "
        "config.yml, and start again"
    )


async def send_told(request: web.Request, response: web.Response, told: list[int]) -> web.Response:
    """Send an answer that tells messages: only what was written to the caller counts as fetched."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionResetError:
        await keep_for_later(request.app[ROAD], told)
        raise
    request.app[FETCH_LOG].add(told)
    return response


def _respond(items: list[JsonObject], *, stream: bool) -> web.Response:
    # A turn is committed as a whole, so its replies are there at once, streamed or not.
    if not stream:
        return web.json_response(items, dumps=dump_json)
    lines = "".join(f"{json.dumps(item)}\n" for item in items)
    return web.Response(text=lines, content_type="text/event-stream")


def _address_files(request: web.Request, fetched: Pulled) -> Pulled:
    """Say where the caller can fetch the files that staff sent."""
    if not any(message.content.attachments for message in (*fetched.earlier, *fetched.replies)):
        return fetched
    base = find_base(request)

    def address(message: Message) -> Message:
        paths = [make_file_path(request.app, each) for each in message.content.attachments]
        urls = [base + path for path in paths if path is not None]
        return replace(message, content=with_addresses(message.content, urls)) if urls else message

    return replace(
        fetched,
        earlier=tuple(address(each) for each in fetched.earlier),
        replies=tuple(address(each) for each in fetched.replies),
    )


def _render(connector: Connector, fetched: Pulled, recipient_id: str) -> list[JsonObject]:
    rendering = cast("Renders", connector)  # this channel's do: `isinstance` takes 10 µs of every call
    said = (*fetched.earlier, *fetched.replies)
    items = [item for message in said for item in rendering.render(message, recipient_id)]
    if fetched.turn_id is None:
        status = fetched.status.value
        note: JsonObject = {"visavis": {"status": status, "note": NOTES[status]}}
        items.append({"recipient_id": recipient_id, "custom": note})
    return items
