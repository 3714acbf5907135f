"""The WhatsApp channel: one phone number of the Cloud API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar
from urllib.parse import urlsplit

from typing_extensions import override

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    ErrorClass,
    Finding,
    Guide,
    HookResponse,
    InboundEvent,
    InboundRequest,
    MediaAddress,
    OutboundReply,
    Rate,
    SendResult,
    Template,
    Window,
)
from bot.connector.answers import failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.meta.fields import get_url
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.setup import Subscriber
from bot.connector.meta.webhook import answer_meta_challenge, check_meta_signature, read_app_secrets
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.connector.recent import Recent
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaUnavailable, SettingsError
from connectors.whatsapp.api import Sender
from connectors.whatsapp.approved import load_templates
from connectors.whatsapp.faults import read_answer
from connectors.whatsapp.files import FILE_RULES
from connectors.whatsapp.payload import CHANNEL, parse_body
from connectors.whatsapp.registering import register
from connectors.whatsapp.render import (
    BUTTON_ID_MAX,
    BUTTON_TITLE_MAX,
    BUTTONS_MAX,
    LIST_LABEL,
    TEXT_MAX,
    TEXT_UNIT,
    read_target,
    render_reply,
)
from connectors.whatsapp.setup import GUIDE, as_object, examine

API_URL = "https://graph.facebook.com"
OPTIONS = frozenset(
    {
        *("access_token", "app_secret", "verify_token", "phone_number_id", "waba_id"),
        *("list_label", "quote", "api_url"),
    }
)
REQUIRED = {
    "access_token": "set `access_token`: a system user's, with the permission whatsapp_business_messaging",
    "app_secret": "set `app_secret`: App settings > Basic; what Meta sends is signed with it",
    "verify_token": "set `verify_token`: a word of your own, which Meta shows when it asks for our address",
    "phone_number_id": "set `phone_number_id`: WhatsApp > API Setup; it is not the phone number",
}
META_ID = re.compile(r"[0-9]{1,32}")
MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
MEDIA_HOSTS = frozenset({"lookaside.fbsbx.com", "*.fbsbx.com", "*.whatsapp.net"})
LABEL_MAX = 20
FIRST_PAUSE = timedelta(seconds=5)
MOST_REMEMBERED = 2_000
WINDOW = "https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages"


class WhatsappConnector(Quiet):
    """One phone number."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=TEXT_MAX,
        text_unit=TEXT_UNIT,
        buttons_max=BUTTONS_MAX,
        button_label_max=BUTTON_TITLE_MAX,
        button_payload_max=BUTTON_ID_MAX,
        typing=True,
        burst_pause=timedelta(seconds=1),
        rates=(
            Rate(scope="account", limit=80, period=timedelta(seconds=1)),
            Rate(scope="conversation", limit=45, period=timedelta(seconds=270)),  # 1 in 6 s, 45 at once
        ),
        brings=frozenset(
            {
                *(Kind.TEXT, Kind.MEDIA, Kind.POSTBACK, Kind.EDIT, Kind.DELETE, Kind.REACTION),
                *(Kind.RECEIPT, Kind.ECHO),
            }
        ),
        files=frozenset({"image", "audio", "video", "file"}),
        file_rules=FILE_RULES,
        window=Window(bot=timedelta(hours=24), templates=True, source=WINDOW),
        shared_hook=True,
        many_ids=True,
    )
    guide: ClassVar[Guide] = GUIDE

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account."""
        self.account = account
        options = account.options
        self._secrets = read_app_secrets(options.get("app_secret", ""))
        self._number_id = options.get("phone_number_id", "")
        self._api_url = options.get("api_url") or API_URL
        self._api = self._make_api(http_timeout)
        self._sender = Sender(self._api, number_id=self._number_id, quote=account.flag("quote"))
        self._last_heard: Recent[str, str] = Recent(MOST_REMEMBERED)
        self.first_pause = FIRST_PAUSE
        self._earlier: tuple[str, ...] = ()
        self._subscriber: Subscriber | None = None

    def _make_api(self, timeout: timedelta) -> GraphApi:
        token = self.account.options.get("access_token", "")
        return GraphApi(base_url=self._api_url, token=token, timeout=timeout, refuse=read_answer)

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        problems += [words for name, words in REQUIRED.items() if not options.get(name, "").strip()]
        problems += [
            f"`{name}` must be Meta's number for it, digits alone"
            for name in ("phone_number_id", "waba_id")
            if options.get(name) and not META_ID.fullmatch(options[name])
        ]
        if len(options.get("list_label", "")) > LABEL_MAX:
            problems.append(f"`list_label` may have {LABEL_MAX} characters")
        url_problem = find_url_problem(options.get("api_url") or API_URL, allow_internal=True)
        return [*problems, *([f"`api_url` {url_problem}"] if url_problem else [])]

    def verify(self, request: InboundRequest) -> None:
        """Accept only what Meta has signed with the app's secret."""
        check_meta_signature(request, self._secrets)

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Answer Meta when it asks whether the address is ours."""
        return answer_meta_challenge(request, self.account.options.get("verify_token", ""))

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read what concerns this number."""
        return parse_body(request.body, self.account)

    @override
    async def acknowledge(self, event: InboundEvent) -> None:
        """Remember what can be marked as read. WhatsApp shows typing only in answer to a message."""
        message_id = event.reply_context.get("message_id")
        if isinstance(message_id, str):
            self._last_heard.keep(event.conversation_key, message_id)

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many messages as it needs, after those delivered before."""
        try:
            read_target(reply.conversation_key)
            calls = render_reply(reply, list_label=self.account.options.get("list_label") or LIST_LABEL)
        except ValueError as error:
            return stop(reply.delivered, failed(ErrorClass.INVALID, str(error)))
        if not calls:
            return stop(
                reply.delivered, failed(ErrorClass.INVALID, "nothing in this reply can be shown on WhatsApp")
            )
        return await self._sender.send(reply, calls)

    @override
    async def typing(self, conversation_key: str) -> None:
        """Show "typing…" for up to 25 seconds, and mark what the contact wrote last as read."""
        message_id = self._last_heard.get(conversation_key)
        if message_id is None:
            return
        fields = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        await self._api.post(f"{self._number_id}/messages", {**fields, "typing_indicator": {"type": "text"}})

    def know_earlier(self, hook_urls: Sequence[str]) -> None:
        """Learn the addresses that this account had before: an app that calls one of them is led here."""
        self._earlier = tuple(hook_urls)

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session, see that the token is good, and have Meta call us where it calls nobody."""
        await self._api.open()
        if hook_url is None:
            return
        outcome = await self._api.get(self._number_id, {"fields": "id"})
        if outcome.error is not None and outcome.error.error_class is ErrorClass.AUTH:
            raise SettingsError(f"the access token is refused: {outcome.error.detail}")
        self._subscriber = Subscriber(
            partial(register, self._api, self.account.options, hook_url, self._earlier),
            account=self.account.name,
            pause=self.first_pause,
        )
        await self._subscriber.start()

    @override
    async def close(self) -> None:
        """Stop trying to be called, and close the session."""
        if self._subscriber is not None:
            await self._subscriber.close()
        await self._api.close()

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file lies for the next five minutes. Meta keeps what customers send for days."""
        if not MEDIA_ID.fullmatch(attachment.ref):
            raise MediaGone(f"a {attachment.kind} is no file")
        outcome = await self._api.get(attachment.ref, {"phone_number_id": self._number_id})
        if outcome.error is not None:
            if outcome.error.error_class in (ErrorClass.INVALID, ErrorClass.PERMANENT):
                raise MediaGone(outcome.error.detail)
            raise MediaUnavailable(outcome.error.detail)
        url = get_url(as_object(outcome.result), "url")
        if not url:
            raise MediaUnavailable("WhatsApp does not say where the file lies")
        own = urlsplit(self._api_url).hostname or ""
        headers = {"authorization": f"Bearer {self.account.options.get('access_token', '')}"}
        return MediaAddress(url=url, headers=headers, hosts=MEDIA_HOSTS | {own})

    async def list_templates(self) -> tuple[Template, ...]:
        """Ask Meta which templates it approved."""
        return await load_templates(self._api, self.account.options)

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask Meta whether all is well."""
        api = self._make_api(self._api.timeout)
        await api.open()
        try:
            return await examine(api, self.account.options, hook_url, self._earlier)
        finally:
            await api.close()


CONNECTOR: type[Connector] = WhatsappConnector
