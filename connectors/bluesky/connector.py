"""The Bluesky channel: one account, its posts and its direct messages."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, NoReturn

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    ErrorClass,
    FileRule,
    Finding,
    Guide,
    InboundEvent,
    InboundRequest,
    MediaAddress,
    OutboundReply,
    Polled,
    PrivateReply,
    Rate,
    RateLeft,
    ReplyMode,
    SendResult,
    SendState,
    TextUnit,
    Window,
)
from bot.connector.answers import Outcome, failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from bot.errors import BadSignature, MediaGone
from connectors.bluesky.api import BlueskyApi
from connectors.bluesky.entities import IMAGE_HOST, VIDEO_HOST
from connectors.bluesky.guide import GUIDE, examine_account
from connectors.bluesky.intake import Intake
from connectors.bluesky.payload import CHANNEL, NOT_A_CONTACTS, parse_body, parse_page
from connectors.bluesky.records import POST, make_record_key
from connectors.bluesky.render import (
    DIRECT_MAX,
    IMAGE_BYTES,
    IMAGE_TYPES,
    POST_MAX,
    Part,
    render_direct,
    render_posts,
)
from connectors.bluesky.send import (
    find_convo,
    find_place,
    find_record,
    list_recent,
    write_direct,
    write_post,
)

API_URL = "https://bsky.social"
OPTIONS = frozenset({"handle", "app_password", "api_url"})
HANDLE = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|did:[a-z]+:[A-Za-z0-9._:%-]+")
FIRST_PAUSE = timedelta(seconds=1)
ACCEPTED_MAX = 10_000  # conversations that are not accepted again
RATES = (
    # Writing a record by its key costs 2 points of 5,000 an hour.
    Rate(scope="account", limit=2_500, period=timedelta(hours=1)),
)
PUBLIC = Capabilities(
    surfaces=frozenset({Surface.PUBLIC}),
    text_max=POST_MAX,
    text_unit=TextUnit.GRAPHEME,
    webhook=False,
    polling=True,
    idempotent_sends=True,
    burst_pause=timedelta(seconds=1),
    rates=RATES,
    brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.ECHO}),
    files=frozenset({"image"}),
    file_rules={"image": FileRule(mimes=IMAGE_TYPES, most=IMAGE_BYTES)},
    private_reply=PrivateReply(each=None),
)


class BlueskyConnector(Quiet):
    """One account."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT, Surface.PUBLIC}),
        text_max=DIRECT_MAX,
        text_unit=TextUnit.GRAPHEME,
        webhook=False,
        polling=True,
        burst_pause=timedelta(seconds=1),
        rates=RATES,
        brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.DELETE, Kind.REACTION, Kind.ECHO}),
        window=Window(whom="whose settings let the account write"),
        private_reply=PrivateReply(each=None),
        elsewhere={Surface.PUBLIC: PUBLIC},
    )
    guide: ClassVar[Guide] = GUIDE

    def __init__(
        self,
        account: AccountConfig,
        *,
        http_timeout: timedelta = HTTP_TIMEOUT,
        pause: timedelta = FIRST_PAUSE,
    ) -> None:
        """Hold the account. `pause` is the first of the growing waits while the server is away."""
        self.account = account
        self._timeout = http_timeout
        self._api = self._make_api()
        self._pause = pause
        self._accepted: set[str] = set()

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("handle"):
            problems.append("set `handle`: the account's, as in brand.bsky.social")
        elif not HANDLE.fullmatch(options["handle"].removeprefix("@")):
            problems.append("`handle` is none: names with dots between them, as in brand.bsky.social")
        if not options.get("app_password"):
            problems.append("set `app_password`: Settings, Privacy and security, App passwords")
        problem = find_url_problem(options.get("api_url") or API_URL, allow_internal=True)
        return [*problems, f"`api_url` {problem}"] if problem else problems

    def verify(self, request: InboundRequest) -> NoReturn:
        """Refuse: what comes in was asked for."""
        raise BadSignature("this channel takes no webhooks: it asks the server")

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read a list as the server answers it."""
        return parse_page(parse_body(request.body), self.account)

    @override
    async def acknowledge(self, event: InboundEvent) -> None:
        """Accept a private conversation: a stranger's first message is a request until then."""
        key = event.conversation_key
        if event.surface is Surface.DIRECT and event.awaits_answer and key not in self._accepted:
            outcome = await self._api.post("chat.bsky.convo.acceptConvo", {"convoId": key}, chat=True)
            if outcome.error is None and len(self._accepted) < ACCEPTED_MAX:
                self._accepted.add(key)

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many posts or messages as it needs, after those delivered before."""
        if reply.mode is ReplyMode.PRIVATE:
            return await self._send_private(reply)
        if is_public(reply.conversation_key):
            return await self._send_posts(reply)
        return await self._send_direct(reply, reply.conversation_key)

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Tell what became of a send: posts are found by their keys, messages by their words."""
        me = await self._api.sign_in()
        if isinstance(me, Outcome) or reply.mode is ReplyMode.PRIVATE:
            return None
        if not is_public(reply.conversation_key):
            recent = await list_recent(self._api, me, reply.conversation_key)
            return None if recent is None else match(render_direct(reply), reply, recent)
        arrived: list[str] = []
        for number, part in enumerate(render_posts(reply)):
            uri = f"at://{me.did}/{POST}/{make_record_key(reply, number, part.text)}"
            found = await find_record(self._api, uri)
            if isinstance(found, Outcome):
                if found.error is None or found.error.code != "RecordNotFound":
                    return None
                return stop(arrived, failed(ErrorClass.TRANSIENT, "it did not arrive"))
            arrived.append(uri)
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived))

    @override
    async def poll(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Ask for what was written to us for ever."""
        intake = Intake(self._api, self.account, pause=self._pause)
        async with aclosing(intake.ask(cursor)) as pages:
            async for page, following in pages:
                events = parse_page(page, self.account)
                yield Polled(events=tuple(filter(is_worth_keeping, events)), cursor=following)

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file lies: anybody may fetch it, so no proof goes with it."""
        hosts = frozenset({IMAGE_HOST, VIDEO_HOST})
        if not attachment.ref.startswith(tuple(f"https://{host}/" for host in hosts)):
            raise MediaGone("this is a post, not a file")
        return MediaAddress(url=attachment.ref, hosts=hosts)

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask the server whether all is well."""
        api = self._make_api()
        await api.open()
        try:
            return await examine_account(api)
        finally:
            await api.close()

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the connections."""
        await self._api.open()

    @override
    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    def _make_api(self) -> BlueskyApi:
        options = self.account.options
        return BlueskyApi(
            base_url=options.get("api_url") or API_URL,
            identifier=options.get("handle", "").removeprefix("@"),
            password=options.get("app_password", ""),
            timeout=self._timeout,
        )

    async def _send_posts(self, reply: OutboundReply) -> SendResult:
        arrived = list(reply.delivered)
        parts = render_posts(reply)
        if not parts:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be shown on Bluesky"))
        place = await find_place(self._api, reply)
        if isinstance(place, Outcome):
            return stop(arrived, place)
        parent = await find_record(self._api, arrived[-1]) if arrived else place.parent
        rates: tuple[RateLeft, ...] = ()
        for number, part in enumerate(parts[len(arrived) :], start=len(arrived)):
            if isinstance(parent, Outcome):
                return stop(arrived, parent)
            written = await write_post(self._api, reply, number, part, place.below(parent))
            if isinstance(written, Outcome):
                return stop(arrived, written)
            parent, outcome = written
            arrived.append(parent["uri"])
            rates = outcome.rates_left or rates
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived), rates_left=rates)

    async def _send_private(self, reply: OutboundReply) -> SendResult:
        """Write to the author of a post alone. Another try might say it twice: there is none."""
        convo = await find_convo(self._api, reply.conversation_key.partition(" ")[0])
        if isinstance(convo, Outcome):
            return stop(list(reply.delivered), convo)
        result = await self._send_direct(reply, convo)
        if result.state is SendState.UNKNOWN and result.error is not None:
            final = replace(result.error, error_class=ErrorClass.PERMANENT)
            return replace(result, error=final, delivered_to=convo)
        return replace(result, delivered_to=convo)

    async def _send_direct(self, reply: OutboundReply, convo: str) -> SendResult:
        arrived = list(reply.delivered)
        parts = render_direct(reply)
        if not parts:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be shown on Bluesky"))
        for part in parts[len(arrived) :]:
            written = await write_direct(self._api, convo, part.text)
            if isinstance(written, Outcome):
                return stop(arrived, written)
            arrived.append(written[0])
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived))


def is_public(key: str) -> bool:
    """Tell public conversations, of author and post, from private ones."""
    return " " in key


def is_worth_keeping(event: InboundEvent) -> bool:
    """Tell what machines wrote, ourselves first of all, from the rest."""
    return event.metadata != NOT_A_CONTACTS


def match(parts: tuple[Part, ...], reply: OutboundReply, recent: list[tuple[str, str]]) -> SendResult:
    """Return which parts of a reply are among what was said lately."""
    arrived = list(reply.delivered)
    for part in parts[len(arrived) :]:
        found = next((each for each, text in recent if text == part.text and each not in arrived), None)
        if found is None:
            return stop(arrived, failed(ErrorClass.TRANSIENT, "it did not arrive"))
        arrived.append(found)
    return SendResult(state=SendState.SENT, native_ids=tuple(arrived))


CONNECTOR: type[Connector] = BlueskyConnector
