"""The Slack channel: one app in one workspace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

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
    PrivateReply,
    Rate,
    ReplyMode,
    SendError,
    SendResult,
    SendState,
)
from bot.connector.answers import Outcome, failed, stop
from bot.connector.egress import find_url_problem
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Quiet
from bot.connector.recent import Recent
from bot.connector.waits import Waits
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Kind
from bot.errors import BadPayload, MediaGone, MediaUnavailable, SettingsError
from connectors.slack.api import SlackApi
from connectors.slack.files import FILE_RULES, KINDS
from connectors.slack.guide import GUIDE, examine
from connectors.slack.interaction import answer_at_once, is_form, parse_interaction, read_payload
from connectors.slack.media import MEDIA_HOSTS, find_address
from connectors.slack.payload import CHANNEL, parse_event, read_object
from connectors.slack.people import KEPT, Errands, learn_name
from connectors.slack.place import Me, Place, find_opened, is_elsewhere, read_key, take_id
from connectors.slack.render import (
    BUTTONS_MAX,
    LABEL_MAX,
    PAYLOAD_MAX,
    TEXT_MAX,
    Part,
    make_target,
    read_native_id,
    render_reply,
)
from connectors.slack.search import find_parts
from connectors.slack.signature import check_signature, read_keys
from connectors.slack.talks import ask_for_talk, drop, get_held_key, release
from connectors.slack.words import escape

OPTIONS = frozenset({"token", "signing_secret", "staff", "api_url"})
TOKEN = re.compile(r"xox[a-z]?[a-z.-]*-[A-Za-z0-9-]{10,}")
PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)
MEMBERS = re.compile(r"[UW][A-Z0-9]{1,40}")


class SlackConnector(Quiet):
    """One app in one workspace."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT, Surface.GROUP}),
        text_max=TEXT_MAX,
        buttons_max=BUTTONS_MAX,
        button_label_max=LABEL_MAX,
        button_payload_max=PAYLOAD_MAX,
        burst_pause=timedelta(seconds=1),
        # https://docs.slack.dev/apis/web-api/rate-limits: one message a second in a channel, bursts allowed.
        rates=(
            Rate(scope="account", limit=20, period=timedelta(seconds=1)),
            Rate(scope="conversation", limit=1, period=timedelta(seconds=1)),
        ),
        brings=frozenset(
            {Kind.TEXT, Kind.MEDIA, Kind.POSTBACK, Kind.EDIT, Kind.DELETE, Kind.REACTION, Kind.ECHO}
        ),
        files=KINDS,
        file_rules=FILE_RULES,
        private_reply=PrivateReply(each=None),
        shared_hook=True,  # an app has one address for all of its workspaces
        hook_answer=HookResponse(body=b""),  # Slack shows what else it is answered with where a button is
    )

    def __init__(
        self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT, pause: timedelta = PAUSE
    ) -> None:
        """Hold the account. `pause` is the first of the growing waits while Slack is away at our start."""
        self.account, self._pause = account, pause
        options = account.options
        self._keys = read_keys(options.get("signing_secret", ""))
        self._api = SlackApi(
            base_url=options.get("api_url") or None, token=options.get("token", ""), timeout=http_timeout
        )
        self._errands = Errands()
        self._names: Recent[str, str] = Recent(KEPT)
        self._threads: Recent[str, str] = Recent(KEPT)
        self._talks: Recent[str, None] = Recent(KEPT)  # by the key a conversation has, or would have
        self._strangers: Recent[str, None] = Recent(KEPT)
        staff = frozenset(options.get("staff", "").replace(",", " ").split())
        self._me = Me(staff=staff, talks=self._talks, threads=self._threads, names=self._names)

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("token"):
            problems.append("set `token`: OAuth & Permissions > Bot User OAuth Token")
        elif not TOKEN.fullmatch(options["token"]):
            problems.append("`token` is none of Slack's, which begin with xoxb-")
        if not options.get("signing_secret", "").strip():
            problems.append("set `signing_secret`: Basic Information > App Credentials")
        members = options.get("staff", "").replace(",", " ").split()
        if not all(MEMBERS.fullmatch(member) for member in members):
            problems.append("`staff` holds member ids (U and letters and digits), not names")
        url_problem = (
            find_url_problem(options["api_url"], allow_internal=True) if options.get("api_url") else None
        )
        if url_problem:
            problems.append(f"`api_url` {url_problem}")
        return problems

    def verify(self, request: InboundRequest) -> None:
        """Accept only what Slack signed a short time ago."""
        check_signature(request, self._keys)

    def handshake(self, request: InboundRequest) -> HookResponse | None:
        """Answer the question for our address, and slash commands."""
        return answer_at_once(request.body) if request.method == "POST" else None

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read an event or an interaction; nothing of what is another workspace's."""
        form = is_form(request.body)
        envelope = read_payload(request.body) if form else read_object(request.body)
        if not isinstance(envelope.get("type"), str) and not isinstance(envelope.get("event"), Mapping):
            raise BadPayload("`type` is missing: this is none of Slack's events")
        if is_elsewhere(envelope, self._me):
            return []
        if form:
            return parse_interaction(envelope, self.account, self._me)
        event = parse_event(envelope, self.account, self._me)
        if event.surface is Surface.GROUP and event.kind is Kind.TEXT:
            self._talks.keep(event.conversation_key, None)
        return [event]

    async def complete(self, event: InboundEvent) -> InboundEvent:
        """Find out whether an answer in a thread is for us, where this process does not know."""
        key = get_held_key(event)
        if key is None:
            return event
        if key not in self._talks and key not in self._strangers:
            if self._me.user_id is None:  # Slack was away when we started
                await self._learn_who_we_are()
            known = await ask_for_talk(self._api, key, self._me.user_id)
            (self._talks if known else self._strangers).keep(key, None)
        return release(event) if key in self._talks else drop(event)

    @override
    async def acknowledge(self, event: InboundEvent) -> None:
        """Show which button was pressed, and learn people's names. In the background: Slack waits 3 s."""
        person = event.sender.native_id
        if event.conversation_key and person and person not in self._names:
            self._errands.run(learn_name(self._api, self._names, person))
        title, said = event.metadata.get("title"), event.metadata.get("said")
        if (
            event.kind is Kind.POSTBACK
            and event.target_id
            and isinstance(title, str)
            and isinstance(said, str)
        ):
            channel, _, ts = event.target_id.partition(":")
            text = f"{said}\n\N{HEAVY CHECK MARK} {escape(title)}"
            self._errands.run(self._update({"channel": channel, "ts": ts, "text": text, "blocks": []}))

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply in as many messages as it needs, after those delivered before."""
        arrived = list(reply.delivered)
        try:
            place = read_key(reply.conversation_key)
        except ValueError as error:
            return stop(arrived, failed(ErrorClass.INVALID, str(error)))
        parts = render_reply(reply)
        if not parts:
            return stop(arrived, failed(ErrorClass.INVALID, "nothing in this reply can be shown on Slack"))
        opened = None
        if reply.mode is ReplyMode.PRIVATE and not place.is_private:
            outcome = await self._api.call("conversations.open", {"users": place.person})
            opened = find_opened(outcome.result)
            if opened is None:
                refused = outcome if outcome.error else failed(ErrorClass.TRANSIENT, "Slack opened nothing")
                return stop(arrived, replace(refused, certain=True))
            place = Place(channel=opened, person=place.person, thread=None, is_private=True)
        if not place.is_private:
            self._talks.keep(reply.conversation_key, None)
        target = make_target(place, {} if opened else reply.reply_context)
        return await self._send_parts(parts, target, arrived, opened)

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Look for the reply's messages in the conversation, by the key they carry."""
        place = read_key(reply.conversation_key)
        if reply.mode is ReplyMode.PRIVATE or reply.files:
            return None
        target = make_target(place, reply.reply_context)
        return await find_parts(self._api, target, reply, now=datetime.now(UTC))

    def make_private_link(self, reply_context: JsonObject) -> str | None:
        """Return the address that opens the app's direct messages."""
        app, team = take_id(reply_context.get("app")), take_id(reply_context.get("team"))
        return f"https://slack.com/app_redirect?app={app}&team={team}" if app and team else None

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a file lies; Slack asks for the token there."""
        outcome = await self._api.ask("files.info", {"file": attachment.ref})
        if outcome.error is not None and outcome.error.error_class.retriable:
            raise MediaUnavailable(outcome.error.detail)
        url = find_address(outcome.result)
        if url is None:
            raise MediaGone(outcome.error.detail if outcome.error else "the file does not lie at Slack")
        return MediaAddress(url=url, headers={"Authorization": self._api.authorization}, hosts=MEDIA_HOSTS)

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Ask Slack whether all is well."""
        await self._api.open()
        return await examine(self._api, hook_url)

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session and learn who we are, where Slack tells it now. Raises `SettingsError`."""
        await self._api.open()
        error = await self._learn_who_we_are()
        if error is not None and error.error_class is ErrorClass.AUTH:
            raise SettingsError(error.detail)
        if error is not None:
            self._errands.run(self._keep_asking(error))

    @override
    async def close(self) -> None:
        """End what is under way and close the session."""
        await self._errands.close()
        await self._api.close()

    async def _learn_who_we_are(self) -> SendError | None:
        """Ask Slack for our own user and workspace; return why it does not say."""
        outcome = await self._api.ask("auth.test", {})
        known = outcome.result if isinstance(outcome.result, Mapping) else {}
        url = known.get("url")
        if outcome.error is None:
            self._me = replace(
                self._me,
                user_id=take_id(known.get("user_id")) or None,
                team_id=take_id(known.get("team_id")) or None,
                workspace_url=url if isinstance(url, str) and url.startswith("https://") else None,
            )
        return outcome.error

    async def _keep_asking(self, error: SendError | None) -> None:
        """Ask who we are until Slack says it: till then another workspace's words count as ours."""
        waits = Waits(self._pause, longest=LONGEST_PAUSE)
        while error is not None:
            await asyncio.sleep(waits.fail(error.retry_after).total_seconds())
            error = await self._learn_who_we_are()

    async def _update(self, fields: JsonObject) -> None:
        await self._api.call("chat.update", fields)

    async def _send_parts(
        self, parts: tuple[Part, ...], target: JsonObject, arrived: list[str], opened: str | None
    ) -> SendResult:
        for part in parts[len(arrived) :]:
            outcome = await self._send_part(part, target)
            if outcome.error is not None:
                return replace(stop(arrived, outcome), delivered_to=opened if arrived else None)
            arrived.append(read_native_id(outcome.result, str(target["channel"])))
            self._threads.keep(arrived[-1], str(target.get("thread_ts", "")))
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived), delivered_to=opened)

    async def _send_part(self, part: Part, target: JsonObject) -> Outcome:
        if part.file is None:
            return await self._api.call("chat.postMessage", {**target, **part.fields})
        share = {**target, "channel_id": target["channel"]}
        return await self._api.upload(part.file, {k: v for k, v in share.items() if k != "channel"})


CONNECTOR: type[Connector] = SlackConnector
