"""Rasa's HTTP API, as far as its clients need it: change the address and they go on working."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import Delivery, Renders
from bot.connector.fields import parse_object, read_optional_text
from bot.errors import BadPayload, BadSignature, NotAllowed, UnknownAccount
from bot.nlu.parse_json import render_parse
from bot.service.fetch import fetch, keep_for_later
from bot.web.clients import is_this_machine
from bot.web.hooks import find_connector, take
from bot.web.keys import AUTH_TOKEN, CONNECTORS, ENGINE, FETCH_LOG, REST_WAIT, ROAD

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.domain.json import JsonObject
    from bot.storage.pulled import Pulled

routes = web.RouteTableDef()

NOTES = {
    "queued": "A person was asked for and will answer here; the bot is silent until then.",
    "held": "A person has this conversation and will answer here; the bot is silent.",
    "snoozed": "A person has this conversation and will answer here; the bot is silent.",
    "bot": "The answer takes longer than this call may wait. It comes with the next one.",
    "resolved": "The answer takes longer than this call may wait. It comes with the next one.",
}


@routes.post("/webhooks/rest/webhook")
async def talk(request: web.Request) -> web.StreamResponse:
    """Take `{sender, message, metadata?}` and answer with the replies of its own turn.

    `?account=` chooses among several accounts of the channel.
    """
    connector = _choose_account(request)
    ((event, received),) = await take(request, connector)
    if event.reply_context.get("delivery") != Delivery.PULL.value:
        return web.json_response([])  # the replies are called back
    fetched = await fetch(request.app[ROAD], received, limit=request.app[REST_WAIT])
    fetched = request.app[FETCH_LOG].without_told(fetched)
    response = web.json_response(_render(connector, fetched, event.conversation_key))
    told = [message.id for message in (*fetched.earlier, *fetched.replies)]
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionResetError:
        await keep_for_later(request.app[ROAD], told)
        raise
    # Only what was written to the caller counts as fetched.
    request.app[FETCH_LOG].add(told)
    return response


def _choose_account(request: web.Request) -> Connector:
    if "account" in request.query:
        return find_connector(request, "rest", request.query["account"])
    for (channel, _), connector in request.app[CONNECTORS].items():
        if channel == "rest":
            return connector
    raise UnknownAccount("no account of channel 'rest' is on")


def _render(connector: Connector, fetched: Pulled, recipient_id: str) -> list[JsonObject]:
    assert isinstance(connector, Renders)
    said = (*fetched.earlier, *fetched.replies)
    items = [item for message in said for item in connector.render(message, recipient_id)]
    if fetched.turn_id is None:
        status = fetched.status.value
        note: JsonObject = {"visavis": {"status": status, "note": NOTES[status]}}
        items.append({"recipient_id": recipient_id, "custom": note})
    return items


def _check_token(request: web.Request) -> None:
    token = request.app[AUTH_TOKEN]
    if token is None:
        if not is_this_machine(request):
            raise NotAllowed("set VISAVIS_AUTH_TOKEN to use this from another machine")
        return
    given = request.query.get("token", "")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):
        raise BadSignature("`?token=` is missing or wrong")


@routes.post("/model/parse")
async def parse(request: web.Request) -> web.Response:
    """Take `{text}` and answer with Rasa's parse JSON.

    It costs a computation and says what a model knows. So it is for whoever has the token, given as
    to Rasa (`?token=`); without one set, for programs on this machine.
    """
    _check_token(request)
    text = read_optional_text(parse_object(await request.read()), "text")
    if text is None:
        raise BadPayload("`text` must be a string")
    return web.json_response(render_parse(await request.app[ENGINE].parse(text)))
