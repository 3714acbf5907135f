"""Webhooks of the platforms: verified, parsed once, committed, and only then answered with 200."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from bot.connector import Delivery, InboundRequest
from bot.errors import BadPayload, BadSignature, NotAllowed, PlatformUnavailable, UnknownAccount
from bot.service.complete import complete
from bot.service.receive import receive
from bot.service.uploads import holds_files, shelve
from bot.web.clients import is_this_machine
from bot.web.keys import CONNECTORS, FILES, PUBLIC_URL, ROAD
from bot.web.newcomers import NEWCOMERS
from bot.web.turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.connector import Connector, HookResponse, InboundEvent
    from bot.service.receive import Received

log = structlog.get_logger(__name__)

routes = web.RouteTableDef()

TURNSTILE: web.AppKey[Turnstile] = web.AppKey("turnstile", Turnstile)


def add_hook_routes(app: web.Application) -> None:
    """Take webhooks in an application."""
    app[TURNSTILE] = Turnstile()
    app.add_routes(routes)


@routes.post("/webhooks/{channel}/{account}")
async def take_webhook(request: web.Request) -> web.Response:
    """Take whatever a platform posts for one account."""
    await request.app[TURNSTILE].go_through()
    connector = find_connector(request, request.match_info["channel"], request.match_info["account"])
    inbound = await read_verified(request, connector)
    answer = ask_handshake(connector, inbound)
    if answer is not None:
        return render_answer(answer)
    request.app[ROAD].listening.hear(connector.channel, connector.account.name, inbound.received_at)
    repeats = request.app[ROAD].repeats
    if not repeats.holds(inbound) and await _take_events(request, connector, inbound):
        repeats.note(inbound)
    answer = connector.capabilities.hook_answer
    return render_answer(answer) if answer is not None else web.json_response({"status": "ok"})


async def _take_events(request: web.Request, connector: Connector, inbound: InboundRequest) -> bool:
    """Commit what a verified request tells; returns whether all of it was known."""
    events = [
        (each, event) for each in find_takers(request, connector, inbound) for event in each.parse(inbound)
    ]
    if any(event.reply_context.get("delivery") == Delivery.PULL.value for _, event in events):
        raise BadPayload("nobody would hear the answer: this account calls nobody back")
    for other in {id(each): each for each, _ in events if each is not connector}.values():
        request.app[ROAD].listening.hear(other.channel, other.account.name, inbound.received_at)
    taken = await commit(request, events)
    return len(taken) == len(events) and all(received.duplicate for _, received in taken)


@routes.get("/webhooks/{channel}/{account}", allow_head=False)
async def shake_hands(request: web.Request) -> web.Response:
    """Answer a platform that asks whether this address is ours. Who has no such question posts."""
    connector = request.app[CONNECTORS].get((request.match_info["channel"], request.match_info["account"]))
    inbound = await read_request(request)
    try:
        answer = ask_handshake(connector, inbound)
    except BadSignature as error:
        if connector is not None and inbound.query:  # without a question it is somebody's browser
            _note_refusal(request, connector, inbound, error)
        raise
    if answer is None:
        raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_POST])
    return render_answer(answer)


def ask_handshake(connector: Connector | None, inbound: InboundRequest) -> HookResponse | None:
    """Return the channel's own answer, where it `Handshakes` and this is such a question.

    Looked for by name: `isinstance` with a protocol takes 30 µs, of every message.
    """
    handshake: Callable[[InboundRequest], HookResponse | None] | None = getattr(connector, "handshake", None)
    return handshake(inbound) if handshake is not None else None


async def take(request: web.Request, connector: Connector) -> list[tuple[InboundEvent, Received]]:
    """Verify, parse and commit a request whose answer tells the replies."""
    inbound = await read_verified(request, connector)
    return await commit(request, [(connector, event) for event in connector.parse(inbound)])


def find_takers(request: web.Request, connector: Connector, inbound: InboundRequest) -> list[Connector]:
    """Return the accounts whose events a verified request may hold.

    Where the platform calls one address for several accounts, that is each of the channel's that verifies it.
    """
    if not connector.capabilities.shared_hook:
        return [connector]
    others = (each for each in request.app[CONNECTORS].values() if each.channel == connector.channel)
    return [connector, *(each for each in others if each is not connector and _verifies(each, inbound))]


def _verifies(connector: Connector, inbound: InboundRequest) -> bool:
    try:
        connector.verify(inbound)
    except BadSignature:
        return False
    return True


async def commit(
    request: web.Request, events: list[tuple[Connector, InboundEvent]]
) -> list[tuple[InboundEvent, Received]]:
    """Commit the events of a request, each with its account's connector.

    One event that cannot be stored does not lose the others of its batch; a request of which nothing
    can be stored raises `BadPayload`. One that the platform does not complete raises `PlatformUnavailable`
    once the others are stored: told again, they are known.
    """
    taken: list[tuple[InboundEvent, Received]] = []
    refused: list[tuple[InboundEvent, BadPayload]] = []
    away: PlatformUnavailable | None = None
    for connector, told in events:
        try:
            event = await _prepare(request, connector, told)
            taken.append((event, await receive(request.app[ROAD], event)))
        except BadPayload as error:
            refused.append((told, error))
            continue
        except PlatformUnavailable as error:
            away = error
            continue
        await connector.acknowledge(event)
    if away is not None:
        raise away
    if refused and not taken:
        raise refused[0][1]
    for event, reason in refused:
        log.warning("Event refused", channel=event.channel, account=event.account, reason=str(reason))
    return taken


async def _prepare(request: web.Request, connector: Connector, told: InboundEvent) -> InboundEvent:
    """Return an event as it is committed. Raises `TooManyAttempts`, `PlatformUnavailable`."""
    newcomers = request.app.get(NEWCOMERS)
    if newcomers is not None:
        await newcomers.let_in(request, connector, told)
    event = await complete(request.app[ROAD], connector, told)
    if holds_files(event):
        event = await shelve(request.app[FILES], event, now=request.app[ROAD].now())
    return event


def find_connector(request: web.Request, channel: str, account: str) -> Connector:
    """Return the connector of an account. Raises `UnknownAccount`."""
    connector = request.app[CONNECTORS].get((channel, account))
    if connector is None:
        raise UnknownAccount(f"there is no account {account!r} of channel {channel!r} here")
    return connector


async def read_verified(request: web.Request, connector: Connector) -> InboundRequest:
    """Read a request that provably comes from the platform. Raises `BadSignature`, `NotAllowed`."""
    check_place(request, connector)
    inbound = await read_request(request)
    try:
        connector.verify(inbound)
    except BadSignature as error:
        _note_refusal(request, connector, inbound, error)
        raise
    return inbound


def _note_refusal(
    request: web.Request, connector: Connector, inbound: InboundRequest, error: BadSignature
) -> None:
    """Keep for `visavis channels doctor` that a request was not the platform's, as far as we can tell."""
    listening = request.app[ROAD].listening
    listening.refuse(connector.channel, connector.account.name, inbound.received_at, str(error))


def check_place(request: web.Request, connector: Connector) -> None:
    """Let in who may use an account from where they are. Raises `NotAllowed`."""
    if connector.account.only_here and not is_this_machine(request):
        raise NotAllowed(
            f"only programs on this machine may write: to let others, name {connector.channel!r} under "
            "`channels:` in config.yml"
        )


async def read_request(request: web.Request) -> InboundRequest:
    """Read a request's raw bytes, within the app's size limit."""
    return InboundRequest(
        body=await request.read(),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query),
        received_at=datetime.now(UTC),
        method=request.method,
        url=find_base(request) + request.raw_path,
    )


def find_base(request: web.Request) -> str:
    """Return the address at which whoever asks reaches us, as we are told or as they name it."""
    told = request.app.get(PUBLIC_URL)
    if told:
        return told
    try:
        return str(request.url.origin())
    except ValueError:  # what they name is no host
        return f"{request.scheme}://{request.host}"


def render_answer(answer: HookResponse) -> web.Response:
    """Return a connector's own answer. It may repeat what was asked, so no browser may guess at its type."""
    return web.Response(
        body=answer.body,
        status=answer.status,
        content_type=answer.content_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )
