"""The Telegram channel: one bot, by webhook or by long polling."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import ClassVar

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
    Rate,
    SendResult,
    SendState,
)
from bot.connector.answers import failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Kind
from bot.errors import BadSignature
from connectors.telegram.address import Me
from connectors.telegram.api import TelegramApi
from connectors.telegram.files import FILE_RULES
from connectors.telegram.guide import GUIDE, examine
from connectors.telegram.intake import Intake
from connectors.telegram.media import read_address
from connectors.telegram.payload import CHANNEL, parse_body, parse_update
from connectors.telegram.place import read_native_ids, read_target
from connectors.telegram.posts import PostMemory, get_held, release
from connectors.telegram.render import BUTTONS_MAX, PAYLOAD_MAX, TEXT_MAX, TEXT_UNIT, render_reply
from connectors.telegram.send import make, skip_made
from connectors.telegram.webhook import Webhook

API_URL = "https://api.telegram.org"
OPTIONS = frozenset({"token", "secret", "api_url", "take_over_webhook"})
TOKEN = re.compile(r"([0-9]{1,18}):[A-Za-z0-9_-]{10,}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
FIRST_PAUSE = timedelta(seconds=1)


class TelegramConnector:
    """One bot."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT, Surface.GROUP, Surface.PUBLIC}),
        text_max=TEXT_MAX,
        text_unit=TEXT_UNIT,
        buttons_max=BUTTONS_MAX,
        button_label_max=64,
        button_payload_max=PAYLOAD_MAX,
        typing=True,
        polling=True,
        burst_pause=timedelta(seconds=1),  # an album comes picture by picture
        files=frozenset(FILE_RULES),
        file_rules=FILE_RULES,
        brings=frozenset(
            {Kind.TEXT, Kind.MEDIA, Kind.POSTBACK, Kind.EDIT, Kind.DELETE, Kind.REACTION, Kind.ECHO}
        ),
        rates=(
            Rate(scope="account", limit=30, period=timedelta(seconds=1)),
            Rate(scope="conversation", limit=20, period=timedelta(minutes=1)),
        ),
    )

    def __init__(
        self,
        account: AccountConfig,
        *,
        http_timeout: timedelta = HTTP_TIMEOUT,
        pause: timedelta = FIRST_PAUSE,
    ) -> None:
        """Hold the account. `pause` is the first of the growing waits while Telegram is away."""
        self.account = account
        token = account.options.get("token", "")
        known = TOKEN.fullmatch(token)
        self._own_id = int(known[1]) if known else None
        self._secret = get_secret(account.options)
        base_url = account.options.get("api_url") or API_URL
        self._api = TelegramApi(base_url=base_url, token=token, timeout=http_timeout)
        self._pause = pause
        self._watching: asyncio.Task[None] | None = None
        self._posts = PostMemory()

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("token"):
            problems.append("set `token`: @BotFather gives one for each bot")
        elif not TOKEN.fullmatch(options["token"]):
            problems.append("`token` is not one of @BotFather's: a number, a colon, letters and digits")
        if options.get("secret") and not SECRET.fullmatch(options["secret"]):
            problems.append("`secret` may hold 1 to 256 letters, digits, _ and - only")
        url_problem = find_url_problem(options.get("api_url") or API_URL, allow_internal=True)
        if url_problem:
            problems.append(f"`api_url` {url_problem}")
        return problems

    def verify(self, request: InboundRequest) -> None:
        """Accept only requests that carry the secret given to Telegram with the webhook."""
        if not self._secret:
            raise BadSignature("neither `token` nor `secret` is set for this account: nothing is accepted")
        given = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            raise BadSignature("the webhook's secret token is missing or wrong")

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one update."""
        return self._read(parse_body(request.body))

    def needs(self, event: InboundEvent) -> str | None:
        """Return what the post left that an event may stand under."""
        thread = get_held(event).get("thread")
        return thread if isinstance(thread, str) else None

    def recall(self, event: InboundEvent, known: Earlier | None) -> InboundEvent:
        """Read an event again once it is known whether its thread is a post."""
        update = get_held(event).get("update")
        if known is None or not isinstance(update, Mapping):
            return release(event)
        self._posts.note(known.metadata)
        (read,) = self._read(update)
        return release(read)

    async def acknowledge(self, event: InboundEvent) -> None:
        """Let a pressed button stop spinning."""
        query_id = event.metadata.get("callback_query_id")
        if query_id:
            await self._api.call("answerCallbackQuery", {"callback_query_id": query_id})

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many messages as it needs, after those delivered before."""
        arrived = list(reply.delivered)
        try:
            calls = render_reply(reply)
        except ValueError as error:
            return stop(arrived, failed(ErrorClass.INVALID, str(error)))
        if not calls:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be shown on Telegram"))
        for call in skip_made(calls, len(arrived)):
            outcome = await make(self._api, call)
            if outcome.error is not None:
                return stop(arrived, outcome)
            arrived += read_native_ids(outcome.result)
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived))

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Ask Telegram where a file lies."""
        return read_address(await self._api.call("getFile", {"file_id": attachment.ref}), self._api.files_url)

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return the link that opens a private chat with the bot, once Telegram has told its name."""
        return f"https://t.me/{self._api.username}?start=private" if self._api.username else None

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask about the bot and its webhook."""
        return await examine(self._api, hook_url)

    async def typing(self, conversation_key: str) -> None:
        """Show "typing…" for about five seconds."""
        with suppress(ValueError):
            await self._api.call("sendChatAction", {**read_target(conversation_key), "action": "typing"})

    async def poll(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Ask for updates for ever, once no webhook is set, which excludes asking."""
        intake = Intake(self._api, self.account, pause=self._pause)
        async with aclosing(intake.ask(cursor)) as batches:
            async for updates, following in batches:
                events = tuple(event for update in updates for event in self._read(update))
                yield Polled(events=events, cursor=following)

    async def start(self, hook_url: str | None) -> None:
        """Open the session; register the webhook, and look after it from then on."""
        await self._api.open()
        if hook_url is None:
            return
        webhook = Webhook(
            self._api, account=self.account.name, url=hook_url, secret=self._secret, pause=self._pause
        )
        await webhook.register()
        self._watching = asyncio.create_task(webhook.watch())

    async def close(self) -> None:
        """Stop looking after the webhook and close the session. It stays registered: we come back."""
        task, self._watching = self._watching, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._api.close()

    def _read(self, update: JsonObject) -> list[InboundEvent]:
        me = Me(id=self._own_id, username=self._api.username, posts=self._posts.channels)
        events = parse_update(update, self.account, me=me)
        return [told for event in events for told in self._posts.learn(event)]


def get_secret(options: Mapping[str, str]) -> str:
    """Return the secret token of the webhook, empty where there is nothing to make it of.

    An account without a `secret` of its own gets one that only holders of its token can compute,
    so a bot needs one variable to be set, and nothing is ever accepted on trust.
    """
    token = options.get("token", "")
    derived = hmac.new(token.encode(), b"visavis webhook", hashlib.sha256).hexdigest() if token else ""
    return options.get("secret") or derived


CONNECTOR: type[Connector] = TelegramConnector
