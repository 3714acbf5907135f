"""The Mastodon channel: one account of one server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import ClassVar, NoReturn

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    Earlier,
    ErrorClass,
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
)
from bot.connector.answers import Outcome, failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Kind
from bot.errors import BadSignature, MediaGone
from connectors.mastodon.api import Ask, MastodonApi
from connectors.mastodon.entities import find_host
from connectors.mastodon.files import FILE_RULES
from connectors.mastodon.guide import GUIDE, examine_account
from connectors.mastodon.intake import Intake
from connectors.mastodon.own import get_answered, release_own
from connectors.mastodon.payload import CHANNEL, parse_body, parse_frame
from connectors.mastodon.render import (
    Address,
    Limits,
    Post,
    make_address,
    make_fields,
    make_idempotency_key,
    read_person,
    render_reply,
)
from connectors.mastodon.server import DEFAULTS, ask_for_instance, read_limits
from connectors.mastodon.upload import upload

OPTIONS = frozenset({"instance", "token"})
FIRST_PAUSE = timedelta(seconds=1)


class MastodonConnector(Quiet):
    """One account."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.PUBLIC, Surface.DIRECT}),
        text_max=DEFAULTS.characters,
        webhook=False,
        polling=True,
        idempotent_sends=True,
        idempotent_for=timedelta(minutes=59),  # keys are forgotten after an hour
        burst_pause=timedelta(seconds=1),
        rates=(Rate(scope="account", limit=300, period=timedelta(hours=3)),),
        brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.EDIT, Kind.DELETE, Kind.ECHO}),
        files=frozenset(FILE_RULES),
        file_rules=FILE_RULES,
        private_reply=PrivateReply(each=None),
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
        self._api = MastodonApi(
            base_url=account.options.get("instance", ""),
            token=account.options.get("token", ""),
            timeout=http_timeout,
        )
        self._pause = pause
        self._limits: Limits | None = None

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("token"):
            problems.append("set `token`: the access token of an application of the account's")
        elif not options["token"].isascii() or not options["token"].isprintable() or " " in options["token"]:
            problems.append("`token` is no access token: it has characters that none has")
        if not options.get("instance"):
            problems.append("set `instance`: the address of the account's server")
        elif problem := find_url_problem(options["instance"], allow_internal=True):
            problems.append(f"`instance` {problem}")
        return problems

    def verify(self, request: InboundRequest) -> NoReturn:
        """Refuse: what comes in was asked for."""
        raise BadSignature("this channel takes no webhooks: it asks the server")

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one event as the streaming API has it, or a list of notifications as the REST API does."""
        frames = parse_body(request.body)
        return [event for frame in frames for event in parse_frame(frame, self.account)]

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many posts as it needs, after those delivered before."""
        arrived = list(reply.delivered)
        address = await self._find_address(reply)
        if isinstance(address, Outcome):
            return stop(arrived, address)
        posts = render_reply(reply, address, await self._learn_limits())
        if not posts:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be shown on Mastodon"))
        rates: tuple[RateLeft, ...] = ()
        for number, post in enumerate(posts[len(arrived) :], start=len(arrived)):
            key = make_idempotency_key(reply, number, post.text)
            outcome = await self._post(post, address, arrived[-1] if arrived else address.reply_to, key)
            if outcome.error is not None:
                return stop(arrived, outcome)
            arrived.append(str(outcome.object.get("id", "")))
            rates = outcome.rates_left
        private = reply.mode is ReplyMode.PRIVATE
        return SendResult(
            state=SendState.SENT,
            native_ids=tuple(arrived),
            rates_left=rates,
            delivered_to=read_person(reply.conversation_key) if private else None,
        )

    @override
    async def poll(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Ask for what was written to us for ever, woken by the stream."""
        intake = Intake(self._api, self.account, pause=self._pause)
        async with aclosing(intake.ask(cursor)) as batches:
            async for frames, following in batches:
                events = (event for frame in frames for event in self._read(frame))
                yield Polled(events=tuple(events), cursor=following)

    def _read(self, frame: JsonObject) -> list[InboundEvent]:
        """Read an event; of the brand's own posts only those that are the word of its people to somebody."""
        events = parse_frame(frame, self.account)
        own = frame["event"] == "update"
        return [event for event in events if event.kind is Kind.ECHO or self.needs(event) or not own]

    def needs(self, event: InboundEvent) -> str | None:
        """Return which post of our own the brand's people answered."""
        return get_answered(event)

    def recall(self, event: InboundEvent, known: Earlier | None) -> InboundEvent:
        """Return such an answer as the brand's word, where that post was said in a conversation."""
        return release_own(event, known)

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file lies: anybody may fetch it, so no proof goes with it."""
        host = find_host(attachment.ref)
        if not host:
            raise MediaGone("the file has no address")
        return MediaAddress(url=attachment.ref, hosts=frozenset({host}))

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask the server whether all is well."""
        api = MastodonApi(
            base_url=self._api.base_url,
            token=self.account.options.get("token", ""),
            timeout=self._api.timeout,
        )
        await api.open()
        try:
            return await examine_account(api)
        finally:
            await api.close()

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session."""
        await self._api.open()

    @override
    async def close(self) -> None:
        """Close the session."""
        await self._api.close()

    async def _find_address(self, reply: OutboundReply) -> Address | Outcome:
        """Return whom a reply is for; their name is asked for where the conversation does not have it."""
        acct = reply.reply_context.get("acct")
        if not isinstance(acct, str) or not acct:
            outcome = await self._api.get(f"/api/v1/accounts/{read_person(reply.conversation_key)}")
            if outcome.error is not None:
                return outcome
            acct = str(outcome.object.get("acct", ""))
        if not acct:
            return failed(ErrorClass.RECIPIENT_GONE, "the server does not know whom this is for")
        return make_address(reply, acct)

    async def _learn_limits(self) -> Limits:
        """Ask the server for its limits once; as long as it does not answer, Mastodon's own hold."""
        if self._limits is None:
            instance = await ask_for_instance(self._api)
            if instance.error is not None:
                return DEFAULTS
            self._limits = read_limits(instance.object)
        return self._limits

    async def _post(self, post: Post, address: Address, reply_to: str | None, key: str) -> Outcome:
        media: list[str] = []
        for file in post.files:
            found = await upload(self._api, file, pause=self._pause)
            if isinstance(found, Outcome):
                return found
            media.append(found)
        fields = make_fields(post, address, reply_to, media)
        return await self._api.call(
            "POST", "/api/v1/statuses", Ask(fields=fields, headers={"Idempotency-Key": key})
        )


CONNECTOR: type[Connector] = MastodonConnector
