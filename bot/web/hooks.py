"""Webhooks of the platforms: verified, parsed once, committed, and only then answered with 200."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.connector import InboundRequest
from bot.errors import BadPayload, UnknownAccount
from bot.service.receive import receive
from bot.web.keys import CONNECTORS, ROAD

if TYPE_CHECKING:
    from bot.connector import Connector, InboundEvent
    from bot.service.receive import Received

log = structlog.get_logger(__name__)

routes = web.RouteTableDef()


@routes.post("/webhooks/{channel}/{account}")
async def take_webhook(request: web.Request) -> web.Response:
    """Take whatever a platform posts for one account."""
    connector = find_connector(request, request.match_info["channel"], request.match_info["account"])
    await take(request, connector)
    return web.json_response({"status": "ok"})


async def take(request: web.Request, connector: Connector) -> list[tuple[InboundEvent, Received]]:
    """Verify, parse and commit a request.

    One event that cannot be stored does not lose the others of its batch; a request of which nothing
    can be stored raises `BadPayload`.
    """
    inbound = await read_request(request)
    connector.verify(inbound)
    taken: list[tuple[InboundEvent, Received]] = []
    refused: BadPayload | None = None
    for event in connector.parse(inbound):
        try:
            taken.append((event, await receive(request.app[ROAD], event)))
        except BadPayload as error:
            refused = error
            continue
        await connector.acknowledge(event)
    if refused and not taken:
        raise refused
    if refused:
        log.warning(
            "Event refused", channel=connector.channel, account=connector.account.name, reason=str(refused)
        )
    return taken


def find_connector(request: web.Request, channel: str, account: str) -> Connector:
    """Return the connector of an account. Raises `UnknownAccount`."""
    connector = request.app[CONNECTORS].get((channel, account))
    if connector is None:
        raise UnknownAccount(f"there is no account {account!r} of channel {channel!r} here")
    return connector


async def read_request(request: web.Request) -> InboundRequest:
    """Read a request's raw bytes, within the app's size limit."""
    return InboundRequest(
        body=await request.read(),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query),
        received_at=datetime.now(UTC),
    )
