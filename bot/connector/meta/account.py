"""What the connectors of a Facebook page and of an Instagram account have in common."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from typing_extensions import override

from bot.connector.answers import Outcome, failed, stop
from bot.connector.capabilities import Capabilities
from bot.connector.egress import find_url_problem
from bot.connector.events import AccountConfig, HookResponse, InboundEvent, InboundRequest
from bot.connector.guides import Finding, Guide
from bot.connector.media import MediaAddress
from bot.connector.meta.comments import PREFIX
from bot.connector.meta.events import Us
from bot.connector.meta.fields import get_object, get_text
from bot.connector.meta.files import locate_file
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.hook import AppHook, enter_hook
from bot.connector.meta.messages import render_plain
from bot.connector.meta.send import LOOKED_AT, Call, check_id, find_sent, send_calls
from bot.connector.meta.setup import Subscriber, Wanted, examine_fields, examine_hook, examine_token
from bot.connector.meta.webhook import answer_meta_challenge, check_meta_signature, read_app_secrets
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.connector.replies import ErrorClass, OutboundReply, ReplyMode, SendError, SendResult, SendState
from bot.connector.text import measure
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment

NUMBER = re.compile(r"[0-9]{1,32}")
COMMON = frozenset({"token", "app_secret", "verify_token", "app_id", "mark_seen", "api_url"})
SEEN_AT_ONCE = 100  # signs under way; more than that are not shown
FIRST_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where an account is in the graph: `id` sends and subscribes, `name` is the field that names it.

    `fields` are the events that we are told of, `object_name` what their webhooks are about; `app_fields` are
    those that the app's webhook is set for, or mended by (none: that is done by hand).
    """

    id: str
    name: str
    platform: str
    object_name: str
    fields: Collection[str]
    app_fields: Collection[str] = ()


class MetaAccount(Quiet, ABC):
    """One page or one Instagram account. What a subclass says: `parse_own`, `render`, its guide."""

    channel: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    guide: ClassVar[Guide]

    def __init__(self, account: AccountConfig, *, us: Us, node: Node, api: GraphApi) -> None:
        """Hold the account; opens nothing."""
        self.account, self.us, self.node, self.api = account, us, node, api
        options = account.options
        self._secrets = read_app_secrets(options.get("app_secret", ""))
        self._verify_token = options.get("verify_token", "")
        self._signs: set[asyncio.Task[None]] = set()
        self._hook_url = ""
        self._earlier: tuple[str, ...] = ()
        self.subscriber = Subscriber(self.subscribe, account=account.name, pause=FIRST_PAUSE)

    @abstractmethod
    def parse_own(self, body: bytes) -> list[InboundEvent]:
        """Read a verified body."""

    @abstractmethod
    def render(self, reply: OutboundReply, now: datetime) -> tuple[Call, ...]:
        """Return the calls that say a reply. Raises ValueError in words."""

    # --- in ---------------------------------------------------------------------------------

    def verify(self, request: InboundRequest) -> None:
        """Accept only what Meta signed with the app's secret."""
        check_meta_signature(request, self._secrets)

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Give Meta's challenge back."""
        return answer_meta_challenge(request, self._verify_token)

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read what is this account's; nothing of what is another's of the same app."""
        return self.parse_own(request.body)

    @override
    async def acknowledge(self, event: InboundEvent) -> None:
        """Show a message as seen, where the account wants that; nobody waits for it."""
        said = event.awaits_answer and event.surface is Surface.DIRECT
        if self.account.flag("mark_seen") and said and len(self._signs) < SEEN_AT_ONCE:
            task = asyncio.create_task(self._show(event.conversation_key, "mark_seen"))
            self._signs.add(task)
            task.add_done_callback(self._signs.discard)

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return Meta's own address of a file; stories may not be kept."""
        return locate_file(attachment, extra_host=self._test_host())

    def _test_host(self) -> str:
        """Return the host of another `api_url`: a proxy, or Meta's stand-in, keeps files, too."""
        return urlsplit(self.account.options.get("api_url", "")).hostname or ""

    # --- out --------------------------------------------------------------------------------

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many calls as it needs, after those made before."""
        try:
            calls = self.render(reply, datetime.now(UTC))
        except ValueError as error:
            return stop(reply.delivered, failed(ErrorClass.INVALID, str(error)))
        problem = self.find_problem(reply)
        if problem is not None:
            return stop(reply.delivered, Outcome(error=problem))
        if not calls:
            return stop(reply.delivered, failed(ErrorClass.INVALID, "nothing in this reply can be shown"))
        return await send_calls(self.api, reply, calls)

    def find_problem(self, reply: OutboundReply) -> SendError | None:
        """Say why Meta would refuse a reply: a private one to a remark is a single message."""
        if reply.mode is not ReplyMode.PRIVATE or not reply.conversation_key.startswith(PREFIX):
            return None
        limit, unit = self.capabilities.text_max, self.capabilities.text_unit
        if measure(render_plain(reply), unit) <= limit:
            return None
        detail = f"a private reply is one message of at most {limit:,} {unit.value}s: shorten it"
        return SendError(error_class=ErrorClass.TOO_LONG, detail=detail)

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Look into the thread for the texts of a reply that may have arrived; None unless all are there."""
        with suppress(ValueError):
            calls = self.render(reply, datetime.now(UTC))[len(reply.delivered) :]
            texts = [read_said(call.fields) for call in calls]
            if not texts or not all(texts) or reply.conversation_key.startswith(PREFIX):
                return None
            fields = f"messages.limit({LOOKED_AT}){{id,message,created_time,from}}"
            query = {
                "platform": self.node.platform,
                "user_id": check_id(reply.conversation_key),
                "fields": fields,
            }
            outcome = await self.api.get(f"{self.node.id}/conversations", query)
            found = find_sent(
                outcome.result,
                texts,
                own_id=self.us.own_id,
                known=reply.delivered,
                now=datetime.now(UTC),
            )
            if len(found) == len(texts):
                return SendResult(state=SendState.SENT, native_ids=(*reply.delivered, *found))
        return None

    @override
    async def typing(self, conversation_key: str) -> None:
        """Show "typing…" in a private thread, for about 20 seconds."""
        await self._show(conversation_key, "typing_on")

    async def _show(self, key: str, action: str) -> None:
        if key.startswith(PREFIX):
            return
        with suppress(ValueError):
            fields: JsonObject = {"recipient": {"id": check_id(key)}, "sender_action": action}
            await self.api.post(f"{self.node.id}/messages", fields)

    # --- setting up -------------------------------------------------------------------------

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session, and have Meta tell us of this account where it can reach us."""
        await self.api.open()
        if hook_url is not None:
            self._hook_url = hook_url
            await self.subscriber.start()

    @override
    async def close(self) -> None:
        """Release what is open."""
        await self.subscriber.close()
        for task in tuple(self._signs):
            task.cancel()
        await asyncio.gather(*self._signs, return_exceptions=True)
        await self.api.close()

    async def subscribe(self) -> Outcome:
        """Have the app told of what happens on the account, and call us about it, unless it calls others."""
        fields: JsonObject = {"subscribed_fields": ",".join(self.node.fields)}
        subscribed = await self.api.post(f"{self.node.id}/subscribed_apps", fields)
        hook = self._make_hook()
        if subscribed.error is not None or hook is None:
            return subscribed
        return await enter_hook(self.api, hook, self._hook_url)

    def _make_hook(self) -> AppHook | None:
        """Return the app's webhook as it should be; None where we may not set it."""
        app_id = self.account.options.get("app_id", "")
        if not (app_id and self._secrets and self.node.app_fields):
            return None
        return AppHook(
            app_id=app_id,
            token=f"{app_id}|{self._secrets[0].decode()}",
            object_name=self.node.object_name,
            fields=self.node.app_fields,
            verify_token=self._verify_token,
            earlier=self._earlier,
        )

    def know_earlier(self, hook_urls: Sequence[str]) -> None:
        """Learn the addresses that this account had before: the app's webhook is led from them to here."""
        self._earlier = tuple(hook_urls)

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask Meta whether the token is right, what we are told of, and where the app's webhook leads."""
        was_open = self.api.is_open
        await self.api.open()
        options = self.account.options
        try:
            return [
                await examine_token(self.api, self.us.own_id, self.node.name),
                await examine_fields(self.api, self.node.id, self.node.fields),
                await examine_hook(
                    self.api,
                    app=(options.get("app_id", ""), self._secrets[0].decode() if self._secrets else ""),
                    hook_url=hook_url,
                    wanted=Wanted(
                        object_name=self.node.object_name,
                        fields=self.node.app_fields if self._make_hook() is not None else (),
                        earlier=self._earlier,
                    ),
                ),
            ]
        finally:
            if not was_open:
                await self.api.close()


def read_said(fields: JsonObject) -> str:
    """Return the text of a call's message, or of its template; empty where it has none."""
    message = get_object(fields, "message")
    return get_text(message, "text") or get_text(
        get_object(get_object(message, "attachment"), "payload"), "text"
    )


def find_problems(
    channel: str, options: Mapping[str, str], numbers: Sequence[str], own: Collection[str]
) -> list[str]:
    """Say what is missing or wrong. `numbers` are the options that are ids, the first of them needed."""
    problems = find_unknown_options(channel, options, COMMON | set(own))
    if not options.get(numbers[0]):
        problems.append(f"set `{numbers[0]}`: the number of the account that this is")
    problems += [
        f"`{name}` must be a number"
        for name in (*numbers, "app_id")
        if options.get(name) and not NUMBER.fullmatch(options[name])
    ]
    for name, why in (
        ("token", "it sends in the account's name"),
        ("app_secret", "Meta signs with it what happens"),
        ("verify_token", "a word of your own, by which Meta shows that it knows this account"),
    ):
        if not options.get(name, "").strip():
            problems.append(f"set `{name}`: {why}")
    url = options.get("api_url")
    problem = find_url_problem(url, allow_internal=True) if url else None
    return [*problems, f"`api_url` {problem}"] if problem else problems
