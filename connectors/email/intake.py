"""Taking in mails: what is new in the box, then waiting until the server says that there is more."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from imap_tools.mailbox import BaseMailBox

from bot.connector import InboundEvent, Polled
from bot.connector.waits import Waits
from bot.errors import SettingsError
from connectors.email.line import Line, open_line
from connectors.email.mailbox import (
    TROUBLE,
    LoginRefused,
    Unreadable,
    can_idle,
    find_after,
    idle,
    is_old,
    mark_seen,
    read_found,
    search,
    select,
)
from connectors.email.options import Settings
from connectors.email.payload import Place, Us, read_mail

log = structlog.get_logger(__name__)

BATCH = 20  # mails
TRIES = 3  # to read a mail that the server does not give
LONGEST_PAUSE = timedelta(minutes=5)
SLACK = timedelta(days=1)  # searching by day knows no time zone, and clocks differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a folder was read: all UIDs up to `uid` under `uidvalidity`; the newest mail came at `since`.

    Between a change of UIDVALIDITY and `until`, mails from before `floor` are those of the past.
    """

    uidvalidity: int
    uid: int
    since: datetime
    floor: datetime | None = None
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a folder found. `full`: there may be more."""

    events: tuple[InboundEvent, ...]
    uids: tuple[int, ...]
    mark: Mark
    full: bool


class Intake:
    """One account's mails. `pause` is the first of the growing waits while the server is away."""

    def __init__(self, settings: Settings, *, patience: timedelta, pause: timedelta) -> None:
        self._settings, self._patience = settings, patience
        self._log = log.bind(account=settings.us.account)
        self._waits = Waits(pause, longest=LONGEST_PAUSE)
        self._tries: Counter[tuple[str, int]] = Counter()  # to read a mail, by folder and UID

    async def ask(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Yield what is new for ever. Raises `SettingsError` for a refused login.

        The first time, everything that lies in the box already is the past: only what comes is taken.
        """
        marks = read_cursor(cursor)
        while True:
            try:
                async with (
                    open_line(self._settings.imap, self._patience) as line,
                    aclosing(self._watch(line, marks)) as batches,
                ):
                    async for polled in batches:
                        yield polled
            except LoginRefused as error:
                raise SettingsError(f"the mail server refuses the login: {error}") from error
            except (*TROUBLE, Unreadable) as error:
                # Never the words of the error: some libraries put in them what was sent.
                self._log.warning("mail server does not give us mails", reason=type(error).__name__)
            await asyncio.sleep(self._waits.fail().total_seconds())

    async def _watch(self, line: Line, marks: dict[str, Mark]) -> AsyncGenerator[Polled, None]:
        tells = await line.run(can_idle)
        seconds = self._settings.poll_seconds
        folders = [self._settings.mailbox, *filter(None, [self._settings.sent_mailbox])]
        while True:
            full = False
            for folder in folders:
                sent = folder != self._settings.mailbox
                mark = marks.get(folder)
                look = await line.run(partial(self._take, folder=folder, mark=mark, sent=sent))
                self._waits.end()
                full = full or look.full
                if look.mark == mark:
                    continue
                marks[folder] = look.mark
                yield Polled(events=look.events, cursor=write_cursor(marks))
                if self._settings.mark_read and not sent and look.uids:
                    await line.run(partial(mark_seen, folder=folder, uids=list(look.uids)))
            if not full and tells:
                await line.run(partial(wait_for_word, folders=folders, marks=marks, seconds=seconds))
            elif not full:
                await asyncio.sleep(seconds)

    def _take(self, box: BaseMailBox, *, folder: str, mark: Mark | None, sent: bool) -> Look:
        """Read what came to a folder. One mail that cannot be had must not hold back those behind it."""
        past_hope = frozenset(
            uid for (where, uid), tries in self._tries.items() if where == folder and tries >= TRIES
        )
        try:
            return take(box, us=self._settings.us, folder=folder, mark=mark, sent=sent, past_hope=past_hope)
        except Unreadable as error:
            self._tries[folder, error.uid] += 1
            if self._tries[folder, error.uid] == TRIES:
                self._log.error("mail server does not give us a mail: it is passed over", uid=error.uid)
            raise


def take(  # noqa: PLR0913 - each is a fact of its own
    box: BaseMailBox,
    *,
    us: Us,
    folder: str,
    mark: Mark | None,
    sent: bool,
    past_hope: frozenset[int] = frozenset(),
) -> Look:
    """Read what came to a folder after a mark, but for mails that are past hope. Blocks."""
    uidvalidity, following = select(box, folder)
    if mark is None:
        return Look(events=(), uids=(), mark=begin(uidvalidity, following), full=False)
    if mark.uidvalidity != uidvalidity:
        mark = begin_again(box, mark, uidvalidity, following)
    found = find_after(box, mark.uid, BATCH)
    events, uids = [], []
    for one in found:
        past = mark.floor is not None and one.uid < mark.until and is_old(box, one, mark.floor)
        mail = None if past or one.uid in past_hope else read_found(box, one)
        if mail is not None:
            place = Place(uidvalidity=uidvalidity, uid=one.uid, sent=sent)
            events.append(read_mail(mail, us, place))
            uids.append(one.uid)
        mark = replace(mark, uid=one.uid, since=max(mark.since, one.at or mark.since))
    full = len(found) == BATCH
    if not full:  # what else lay below the next UID is gone
        mark = replace(mark, uid=max(mark.uid, following - 1))
    return Look(events=tuple(events), uids=tuple(uids), mark=mark, full=full)


def begin(uidvalidity: int, following: int) -> Mark:
    """Return the mark of a folder that is seen for the first time."""
    return Mark(uidvalidity=uidvalidity, uid=following - 1, since=datetime.now(UTC))


def begin_again(box: BaseMailBox, mark: Mark, uidvalidity: int, following: int) -> Mark:
    """Return the mark of a folder whose UIDs mean something new (RFC 3501, 2.3.1.1).

    What came since the last mail we took is looked at once more, and a day before it; what was taken is
    known by its Message-ID.
    """
    floor = mark.since - SLACK
    uids = search(box, "SINCE", (floor - SLACK).strftime("%d-%b-%Y"))
    start = min(uids, default=following) - 1
    return Mark(uidvalidity=uidvalidity, uid=start, since=mark.since, floor=floor, until=following)


def wait_for_word(box: BaseMailBox, *, folders: list[str], marks: Mapping[str, Mark], seconds: float) -> None:
    """Return when something happened in the first folder by the server's word, or after some time. Blocks."""
    mark = marks[folders[0]]
    if select(box, folders[0]) == (mark.uidvalidity, mark.uid + 1):
        idle(box, seconds)


def write_cursor(marks: dict[str, Mark]) -> str:
    """Say in a string how far all folders were read."""
    return json.dumps(
        {
            folder: [
                mark.uidvalidity,
                mark.uid,
                mark.since.isoformat(),
                mark.floor.isoformat() if mark.floor else None,
                mark.until,
            ]
            for folder, mark in marks.items()
        }
    )


def read_cursor(cursor: str | None) -> dict[str, Mark]:
    """Read what `write_cursor` wrote."""
    return {
        folder: Mark(
            uidvalidity=uidvalidity,
            uid=uid,
            since=datetime.fromisoformat(since),
            floor=datetime.fromisoformat(floor) if floor else None,
            until=until,
        )
        for folder, (uidvalidity, uid, since, floor, until) in json.loads(cursor or "{}").items()
    }
