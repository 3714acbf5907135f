"""The X channel: one account's mentions, replies and direct messages, by webhook or by asking."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import timedelta
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
    Polled,
    PrivateReply,
    Rate,
    SendError,
    SendResult,
    SendState,
    Window,
)
from bot.connector.answers import Outcome, doubtful, failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Kind
from bot.errors import MediaGone, MediaUnavailable
from connectors.x.api import Call, XApi
from connectors.x.credentials import ROTATING, SIGNED, find_own_id
from connectors.x.faults import DUPLICATE
from connectors.x.guide import GUIDE, examine
from connectors.x.history import History
from connectors.x.intake import Intake
from connectors.x.payload import CHANNEL, REVOKED, parse_body
from connectors.x.reading import ID, Me, take_id
from connectors.x.render import (
    FILE_RULES,
    MESSAGE_MAX,
    MESSAGE_UNIT,
    POST_MAX,
    POST_UNIT,
    Part,
    Target,
    address,
    make_message,
    make_post,
    read_target,
    render_reply,
)
from connectors.x.signature import answer_challenge, check_signature
from connectors.x.upload import get_data, get_id, upload
from connectors.x.webhook import Webhook

log = structlog.get_logger(__name__)

OPTIONS = frozenset({*SIGNED, *ROTATING, "client_secret", "user_id", "app_id", "api_url"})
PAUSE = timedelta(seconds=1)
PUBLIC_MEDIA = frozenset({"*.twimg.com"})
PRIVATE_MEDIA = frozenset({"ton.x.com", "ton.twitter.com"})  # files of direct messages: for us alone
PRIVATE_LINK = "https://x.com/messages/compose?recipient_id="


class XConnector(Quiet):
    """One account."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.PUBLIC, Surface.DIRECT}),
        text_max=POST_MAX,
        text_unit=POST_UNIT,
        polling=True,
        burst_pause=timedelta(seconds=2),
        rates=(Rate(scope="account", limit=100, period=timedelta(minutes=15)),),
        brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.EDIT, Kind.DELETE, Kind.ECHO, Kind.RECEIPT}),
        files=frozenset({"image", "video"}),
        file_rules=FILE_RULES,
        window=Window(whom="who mentions or quotes the account"),
        private_reply=PrivateReply(each=1),
        shared_hook=True,
        elsewhere={
            Surface.DIRECT: Capabilities(
                surfaces=frozenset({Surface.DIRECT}),
                text_max=MESSAGE_MAX,
                text_unit=MESSAGE_UNIT,
                polling=True,
                burst_pause=timedelta(seconds=2),
                rates=(
                    Rate(scope="account", limit=15, period=timedelta(minutes=15)),
                    Rate(scope="account", limit=1_440, period=timedelta(hours=24)),
                ),
                brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.ECHO, Kind.RECEIPT}),
                files=frozenset({"image", "video"}),
                file_rules=FILE_RULES,
                window=Window(whom="whose settings let the account write"),
            )
        },
    )

    def __init__(
        self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT, pause: timedelta = PAUSE
    ) -> None:
        """Hold the account. `pause` is the first of the growing waits while X is away."""
        self.account = account
        options = account.options
        self._secret = options.get("consumer_secret", "")
        self._me = Me(user_id=find_own_id(options), app_id=options.get("app_id", ""))
        self._api = XApi(options, timeout=http_timeout)
        self._history = History(self._api, user_id=self._me.user_id)
        self._pause = pause
        self._webhook = Webhook(self._api, account=account.name, user_id=self._me.user_id, pause=pause)

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("consumer_secret"):
            problems.append("set `consumer_secret`, the app's API key secret: it proves what comes from X")
        problems.extend(find_token_problems(options))
        problems.extend(
            f"`{name}` must be a number" for name in ("user_id", "app_id") if not is_id(options.get(name))
        )
        if options.get("api_url"):
            url_problem = find_url_problem(options["api_url"], allow_internal=True)
            problems.extend([f"`api_url` {url_problem}"] if url_problem else [])
        return problems

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Answer X's challenge."""
        return answer_challenge(request, self._secret)

    def verify(self, request: InboundRequest) -> None:
        """Accept only what X signed with the app's secret."""
        check_signature(request, self._secret)

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one event, or lists of them."""
        return parse_body(request.body, self.account, self._me)

    @override
    async def acknowledge(self, event: InboundEvent) -> None:
        """Say loudly that X will bring nothing more, once that is known."""
        if event.metadata.get("event") == REVOKED:
            log.error(
                "x says that the account took the app's permission away: nothing comes in any more",
                account=self.account.name,
                way_out="allow the app again, and set the new tokens",
            )

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply as a chain of posts, or as direct messages, after what was delivered before."""
        arrived = list(reply.delivered)
        try:
            target = read_target(reply)
        except ValueError as error:
            return stop(arrived, failed(ErrorClass.INVALID, str(error)))
        parts = render_reply(reply, target)
        if not parts:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be said on X"))
        last = Outcome()
        for part in parts[len(arrived) :]:
            last = await self._send_part(part, target, above=arrived[-1] if arrived else target.post)
            made = read_native_id(last)
            if last.error is None and not made:
                last = doubtful("X does not say what it made")
            if last.error is not None:
                return stop(arrived, last)
            arrived.append(made)
        self._history.note(arrived)
        opened = target.person if not target.post and reply.surface is Surface.PUBLIC else None
        return SendResult(
            state=SendState.SENT, native_ids=tuple(arrived), rates_left=last.rates_left, delivered_to=opened
        )

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Tell from what the account said lately what became of a send."""
        target = read_target(reply)
        parts = render_reply(reply, target)
        return await self._history.find(parts, target, list(reply.delivered), since=reply.last_heard_at)

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file lies; those of direct messages are for the account alone."""
        host = (urlsplit(attachment.ref).hostname or "") if attachment.ref.startswith("https://") else ""
        if host in PRIVATE_MEDIA:
            authorization = await self._api.credentials.authorize("GET", attachment.ref)
            if isinstance(authorization, SendError):
                raise MediaUnavailable(f"the file cannot be asked for: {authorization.detail}")
            headers = {"Authorization": authorization}
            return MediaAddress(url=attachment.ref, headers=headers, hosts=PRIVATE_MEDIA)
        if not host.endswith(".twimg.com"):
            raise MediaGone("the file does not lie at X")
        return MediaAddress(url=attachment.ref, hosts=PUBLIC_MEDIA)

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return the address that opens a direct message to the account."""
        return PRIVATE_LINK + self._me.user_id if self._me.user_id else None

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask X whether all is well."""
        await self._api.open()
        return await examine(self._api, self.account.options, self._me.user_id, hook_url)

    @override
    async def poll(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Ask for mentions and direct messages for ever."""
        intake = Intake(self._api, self.account, self._me, pause=self._pause)
        async with aclosing(intake.ask(cursor)) as batches:
            async for polled in batches:
                yield polled

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session, and have X call us where it can."""
        await self._api.open()
        if hook_url is not None and self.account.options.get("consumer_key") and self._secret:
            await self._webhook.start(hook_url)

    @override
    async def close(self) -> None:
        """Stop telling X where to call, and close the session."""
        await self._webhook.close()
        await self._api.close()

    async def _send_part(self, part: Part, target: Target, *, above: str) -> Outcome:
        media: list[str] = []
        for file in part.files:
            outcome = await upload(self._api, file, direct=not target.post)
            if outcome.error is not None:
                return outcome
            media.append(str(outcome.result))
        if not target.post:
            path = f"/2/dm_conversations/with/{target.person}/messages"
            body = make_message(part, tuple(media))
            # Messages have a rate of their own: when it is used up, posts may still leave.
            return await self._api.call(Call(method="POST", path=path, body=body, scope="conversation"))
        outcome = await self._post(make_post(part, tuple(media), below=above))
        if outcome.error is None or outcome.error.code != DUPLICATE:
            return outcome
        known = await self._history.find_post(part, above)  # an earlier try of this very reply
        if known:
            return Outcome(result={"data": {"id": known}})
        addressed = address(part, target.name)
        return await self._post(make_post(addressed, tuple(media), below=above)) if addressed else outcome

    async def _post(self, body: JsonObject) -> Outcome:
        return await self._api.call(Call(method="POST", path="/2/tweets", body=body))


def read_native_id(outcome: Outcome) -> str:
    """Return the id of what was made."""
    return get_id(outcome.result) or take_id(get_data(outcome.result).get("dm_event_id"))


def is_id(value: str | None) -> bool:
    """Tell whether an option is absent, or a number."""
    return not value or ID.fullmatch(value) is not None


def find_token_problems(options: Mapping[str, str]) -> list[str]:
    """Say in words which of the tokens are missing."""
    rotating = any(options.get(name) for name in ROTATING)
    names = ROTATING if rotating and not options.get("access_token") else SIGNED
    problems = [f"set `{name}`" for name in names if not options.get(name) and name != "consumer_secret"]
    if not find_own_id(options):
        problems.append("set `user_id`, the account's number: the access token does not begin with it")
    return problems


CONNECTOR: type[Connector] = XConnector
