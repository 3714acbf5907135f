"""The e-mail channel: one mailbox, IMAP in and SMTP out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NoReturn

import structlog

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
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
from bot.connector.answers import Outcome, failed, read_file, stop
from bot.connector.lines import say_file
from bot.connector.opening import NewThread
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Attachment, Author, Kind
from bot.errors import BadSignature
from connectors.email.api import submit
from connectors.email.copies import fetch_file, find_copies, keep_copy
from connectors.email.files import FILE_RULES, FILES_TOTAL, KINDS, sort_files
from connectors.email.guard import Guard
from connectors.email.guide import GUIDE, examine_account
from connectors.email.intake import Intake
from connectors.email.mailbox import TROUBLE, LoginRefused
from connectors.email.opening import go_on, open_thread
from connectors.email.options import OPTIONS as ALL_OPTIONS
from connectors.email.options import find_problems, read_settings
from connectors.email.payload import CHANNEL, Place, parse_mail
from connectors.email.render import TEXT_MAX, File, Letter, Writer, render_reply

log = structlog.get_logger(__name__)

OPTIONS = ALL_OPTIONS
FIRST_PAUSE = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class EmailConnector:
    """One mailbox."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=TEXT_MAX,
        webhook=False,
        polling=True,
        burst_pause=timedelta(seconds=5),
        rates=(
            Rate(scope="account", limit=60, period=MINUTE),
            Rate(scope="conversation", limit=6, period=MINUTE),
        ),
        brings=frozenset({Kind.TEXT, Kind.MEDIA, Kind.ECHO, Kind.RECEIPT}),
        files=KINDS,
        file_rules=FILE_RULES,
        files_total=FILES_TOTAL,
    )

    def __init__(
        self,
        account: AccountConfig,
        *,
        http_timeout: timedelta = HTTP_TIMEOUT,
        pause: timedelta = FIRST_PAUSE,
    ) -> None:
        """Hold the account. `pause` is the first of the growing waits while the mail server is away."""
        self.account = account
        self._settings = read_settings(account)
        self._timeout, self._pause = http_timeout, pause
        self._guard = Guard()
        self._started = False
        self._copying: set[asyncio.Task[None]] = set()

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        return list(find_problems(options))

    def verify(self, request: InboundRequest) -> NoReturn:
        """Refuse: mails are fetched, nobody brings them."""
        raise BadSignature("this channel takes no webhooks: mails are fetched from the mail server")

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one mail, whole. Those of the box of sent mails have `folder=sent` in their query."""
        place = Place(sent=request.query.get("folder") == "sent")
        return [parse_mail(request.body, self._settings.us, place)]

    async def acknowledge(self, event: InboundEvent) -> None:
        """Do nothing: what was taken is in the cursor."""

    async def typing(self, conversation_key: str) -> None:
        """Do nothing: mail has no such sign."""

    async def send(self, reply: OutboundReply) -> SendResult:
        """Send a reply, in as many mails as it needs, after those delivered before."""
        arrived = list(reply.delivered)
        now = datetime.now(UTC)
        letters = await self._prepare(reply, now)
        if isinstance(letters, Outcome):
            return stop(arrived, letters)
        for letter in letters[len(arrived) :]:
            outcome = await submit(
                letter, self._settings.smtp, self._settings.address, patience=self._timeout
            )
            if outcome.error is not None:
                return stop(arrived, outcome)
            arrived.append(letter.message_id)
            self._copy(letter, now)
        if reply.author is not Author.STAFF:
            self._guard.note(letters[0].to, now)
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived))

    def open_thread(self, address: str, *, matter: str, subject: str) -> NewThread | None:
        """Return the thread with an address that was left for the answer; None for one of nobody."""
        return open_thread(self._settings.us, address, matter=matter, subject=subject)

    def go_on(self, reply_context: JsonObject, sent: Sequence[str]) -> JsonObject:
        """Return what a further mail of ours answers, in a thread that we opened."""
        return go_on(reply_context, sent)

    async def look_up(self, reply: OutboundReply) -> SendResult | None:
        """Look into the box of sent mails; what does not lie there may still have been sent."""
        if not self._settings.sent_mailbox:
            return None
        letters = await self._render(reply, datetime.now(UTC))
        if isinstance(letters, Outcome):
            return None
        wanted = [letter.message_id for letter in letters]
        try:
            found = await find_copies(self._settings, wanted, patience=self._timeout)
        except (*TROUBLE, LoginRefused):
            return None
        if not found.issuperset(wanted):
            return None
        return SendResult(state=SendState.SENT, native_ids=tuple(wanted))

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Fetch a file from the mailbox: that is where it lies, and nobody else may go there."""
        return await fetch_file(self._settings, attachment.ref, patience=self._timeout)

    async def examine(self, hook_url: str | None) -> list[Finding]:
        """Log in to both servers and look at what they can."""
        return await examine_account(self._settings, patience=self._timeout)

    async def poll(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Take mails for ever."""
        intake = Intake(self._settings, patience=self._timeout, pause=self._pause)
        async with aclosing(intake.ask(cursor)) as batches:
            async for polled in batches:
                yield polled

    async def start(self, hook_url: str | None) -> None:
        """Open nothing: each mail has a connection of its own, and `poll` opens the mailbox's."""
        self._started = True

    async def close(self) -> None:
        """Wait until the last copies lie in the box of sent mails."""
        self._started = False
        if self._copying:
            await asyncio.wait(self._copying, timeout=self._timeout.total_seconds())
        for task in self._copying:
            task.cancel()

    async def _prepare(self, reply: OutboundReply, now: datetime) -> tuple[Letter, ...] | Outcome:
        """Return the mails to be sent; else why none is."""
        if not self._started:
            return failed(ErrorClass.TRANSIENT, "the connector is not started")
        letters = await self._render(reply, now)
        by_machine = reply.author is not Author.STAFF
        if by_machine and not isinstance(letters, Outcome) and self._guard.is_spent(letters[0].to, now):
            words = "this address had too many automatic answers within an hour: perhaps a machine answers us"
            return failed(ErrorClass.POLICY, words)
        return letters

    async def _render(self, reply: OutboundReply, now: datetime) -> tuple[Letter, ...] | Outcome:
        settings = self._settings
        writer = Writer(address=settings.address, name=settings.name, domain=settings.us.domain)
        along, rest = sort_files(reply.files)
        files: list[File] = []
        for file in along:
            content = await read_file(file)
            if isinstance(content, Outcome):
                return content
            files.append(File(name=file.name, mime=file.mime, content=content))
        try:
            letters = render_reply(reply, writer, files, named=[say_file(file) for file in rest], at=now)
        except ValueError as error:
            return failed(ErrorClass.INVALID, str(error))
        return letters or failed(ErrorClass.INVALID, "nothing in this reply can be shown in a mail")

    def _copy(self, letter: Letter, now: datetime) -> None:
        """Keep a copy beside the road: the mail is sent, whatever becomes of its copy."""
        if self._settings.keep_copies and self._settings.sent_mailbox:
            task = asyncio.create_task(self._keep(letter, now))
            self._copying.add(task)
            task.add_done_callback(self._copying.discard)

    async def _keep(self, letter: Letter, now: datetime) -> None:
        try:
            await keep_copy(self._settings, letter.message.as_bytes(), at=now, patience=self._timeout)
        except (*TROUBLE, LoginRefused) as error:
            log.warning("no copy of a mail was kept", account=self.account.name, reason=type(error).__name__)


CONNECTOR: type[Connector] = EmailConnector
