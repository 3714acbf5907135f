"""The channel of text messages: one Twilio account's number, or its messaging service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

import structlog
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
    SendState,
)
from bot.connector.answers import failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.domain.conversation import Surface
from bot.domain.json import Json
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone
from connectors.sms.api import TwilioApi
from connectors.sms.guide import GUIDE, as_object, examine
from connectors.sms.history import LookUp, Sending
from connectors.sms.payload import CHANNEL, PREFIX, parse_request
from connectors.sms.render import FILE_RULES, TEXT_MAX, TEXT_UNIT, Text, render_reply
from connectors.sms.segments import count_segments
from connectors.sms.signature import check_signature, read_keys
from connectors.sms.webhook import Webhook

log = structlog.get_logger(__name__)

OPTIONS = frozenset(
    {"account_sid", "auth_token", "from", "messaging_service", "smart_encoding", "links_only", "api_url"}
)
ACCOUNT_SID, SERVICE_SID = re.compile(r"AC[0-9a-fA-F]{32}"), re.compile(r"MG[0-9a-fA-F]{32}")
SENDER = re.compile(r"\+[0-9]{3,15}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11}")  # a number, a short code, a name
MEDIA_HOSTS = frozenset({"*.twilio.com", "*.twiliocdn.com"})


class SmsConnector(Quiet):
    """One Twilio account."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=TEXT_MAX,
        text_unit=TEXT_UNIT,
        burst_pause=timedelta(seconds=3),  # phones cut long texts, and people write several short ones
        # Twilio queues what carriers are too slow for: this keeps its queue short.
        rates=(
            Rate(scope="account", limit=30, period=timedelta(seconds=1)),
            Rate(scope="conversation", limit=1, period=timedelta(seconds=1)),
        ),
        brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.RECEIPT}),
        files=frozenset({"image", "audio", "video", "file"}),
        file_rules=FILE_RULES,
        fetches_files=True,
        # Twilio takes any answer to a message but TwiML for a mistake (its error 12300).
        hook_answer=HookResponse(body=b"<Response/>", content_type="text/xml"),
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        self.account = account
        options = account.options
        self._keys = read_keys(options.get("auth_token", ""))
        self._api = TwilioApi(
            base_url=options.get("api_url") or None,
            account_sid=options.get("account_sid", ""),
            auth_token=self._keys[0].decode() if self._keys else "",
            timeout=http_timeout,
        )
        self.webhook = Webhook(self._api, options, account=account.name)
        self._hook_url: str | None = None
        self._sending = Sending()

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not ACCOUNT_SID.fullmatch(options.get("account_sid", "")):
            problems.append("set `account_sid`: AC and 32 letters and digits, from Twilio's console")
        if not options.get("auth_token", "").strip():
            problems.append("set `auth_token`: it stands below the SID in Twilio's console")
        problems.extend(find_sender_problems(options))
        url_problem = (
            find_url_problem(options["api_url"], allow_internal=True) if options.get("api_url") else None
        )
        if url_problem:
            problems.append(f"`api_url` {url_problem}")
        return problems

    def verify(self, request: InboundRequest) -> None:
        """Accept only what Twilio signed with the account's auth token."""
        check_signature(request, self._keys)

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read a message, or what became of one of ours."""
        return parse_request(request, self.account)

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many messages as it needs, after those delivered before."""
        arrived = list(reply.delivered)
        try:
            texts = render_reply(reply, links_only=self.account.flag("links_only"))
        except ValueError as error:
            return stop(arrived, failed(ErrorClass.INVALID, str(error)))
        if not texts:
            return stop(
                arrived, failed(ErrorClass.INVALID, "nothing in this reply can be said in a text message")
            )
        self._sending.begin(reply.idempotency_key, datetime.now(UTC))
        for text in texts[len(arrived) :]:
            outcome = await self._api.create_message(self._fields(reply, text))
            if outcome.error is not None:
                return stop(arrived, outcome)
            arrived.append(self._note(text, outcome.result))
        self._sending.end(reply.idempotency_key)
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived))

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Look for a send in Twilio's list of messages, from when it began, or the customer last wrote."""
        texts = render_reply(reply, links_only=self.account.flag("links_only"))
        since = self._sending.began(reply.idempotency_key) or reply.last_heard_at
        return await LookUp(self._api).find(reply, texts, since) if since is not None else None

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file of an MMS lies; Twilio asks for our credentials there."""
        hosts = MEDIA_HOSTS
        if not is_below(attachment.ref, hosts):
            raise MediaGone("the file does not lie at Twilio")
        return MediaAddress(
            url=attachment.ref, headers={"Authorization": self._api.authorization}, hosts=hosts
        )

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask Twilio whether all is well."""
        await self._api.open()
        return await examine(self._api, self.account.options, hook_url, self.webhook.earlier)

    def know_earlier(self, hook_urls: Sequence[str]) -> None:
        """Learn our addresses of before: Twilio is led from them to the one of now."""
        self.webhook.earlier = tuple(hook_urls)

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session, and have incoming messages come here where they go nowhere yet."""
        self._hook_url = hook_url
        await self._api.open()
        if hook_url is not None:
            await self.webhook.start(hook_url)

    @override
    async def close(self) -> None:
        """Stop trying to register, and close the session. The address stays: we come back."""
        await self.webhook.close()
        await self._api.close()

    def _fields(self, reply: OutboundReply, text: Text) -> list[tuple[str, str]]:
        options = self.account.options
        service, own = options.get("messaging_service"), reply.reply_context.get("own")
        sender = own if isinstance(own, str) and own else options.get("from", "")
        hook = self._hook_url or reply.reply_context.get("hook")
        fields = [("To", reply.conversation_key)]
        fields += [("MessagingServiceSid", service)] if service else [("From", sender)]
        fields += [("Body", text.body)] if text.body else []
        fields += [("MediaUrl", url) for url in text.media]
        fields += [("StatusCallback", hook)] if isinstance(hook, str) and hook else []
        fields += [("SmartEncoded", "true")] if self.account.flag("smart_encoding") else []
        return fields

    def _note(self, text: Text, result: Json) -> str:
        """Say what a message costs, and return its native id."""
        segments = count_segments(text.body)
        said = as_object(result).get("num_segments")
        log.info(
            "text message sent",
            account=self.account.name,
            encoding=segments.encoding,
            segments=int(said)
            if isinstance(said, str) and said.isdigit() and said != "0"
            else segments.count,
            files=len(text.media),
        )
        return str(as_object(result).get("sid") or "")


def find_sender_problems(options: Mapping[str, str]) -> list[str]:
    """Say in words what is wrong with the number or service to send from."""
    number, service = options.get("from", ""), options.get("messaging_service", "")
    if PREFIX.match(number):
        return ["`from` is a number for text messages: WhatsApp has a channel of its own, `whatsapp`"]
    problems = []
    if not number and not service:
        problems.append("set `from` (the number to send from) or `messaging_service`")
    if number and not SENDER.fullmatch(number):
        problems.append("`from` must be a number with + and country code, a short code, or a name")
    if service and not SERVICE_SID.fullmatch(service):
        problems.append("`messaging_service` must be MG and 32 letters and digits")
    return problems


def is_below(url: str, hosts: frozenset[str]) -> bool:
    """Tell whether an https address lies on one of `hosts` (`*.` and a name)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and any(host.endswith(each.removeprefix("*")) for each in hosts)


CONNECTOR: type[Connector] = SmsConnector
