"""Asking for what was written to us: in public, in private, and by the brand's own people.

Notifications come newest first, by a time that may lie before that of others which we have seen already: some
posts reach the network late, and where the writer's clock is slow it is that one which counts. So each look
reads a while back, a page of them at least, and what was seen is left out.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.connector import AccountConfig, ErrorClass, SendError
from bot.connector.answers import Outcome
from bot.connector.recent import Recent
from bot.connector.waits import Waits
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError
from connectors.bluesky.api import BlueskyApi, Session
from connectors.bluesky.entities import read_time
from connectors.bluesky.groups import Groups
from connectors.bluesky.payload import REASONS
from connectors.bluesky.records import POST, is_ours
from connectors.bluesky.threads import find_answered

log = structlog.get_logger(__name__)

EVERY = 5  # pauses between two looks: three calls each, of 3,000 that an address has in five minutes
OVERLAP = timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=1)
CHAT_SOON, CHAT_AGAIN = 10, 60  # pauses until we ask again where the chat fails, and where it refuses us
PAGE, PAGES = "100", 50
REMEMBERED = 10_000
ADDED = ("groups", "answered")  # what lists do not say themselves
FIRST_REV = "2222222222222"  # the lowest there can be
LIST = "app.bsky.notification.listNotifications"
LOG = "chat.bsky.convo.getLog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far we have read; empty: not known yet.

    `newest` and `first`: times of the newest notification, and of the last one before the account was
    connected; `chat`: the last entry of the log of messages; `own`: the key of the last post by an app.
    """

    newest: str = ""
    first: str = ""
    chat: str = ""
    own: str = ""

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Read what `write` returned."""
        return cls(**json.loads(cursor))

    def write(self) -> str:
        """Return it as a cursor."""
        return json.dumps(asdict(self))


class Intake:
    """One account's events. `pause` is the first of the growing waits while the server is away."""

    def __init__(self, api: BlueskyApi, account: AccountConfig, *, pause: timedelta) -> None:
        self._api, self._pause = api, pause
        self._log = log.bind(account=account.name)
        self._waits = Waits(pause, longest=LONGEST_PAUSE)
        self._chat_from, self._chat_said = 0.0, ""
        self._seen: Recent[str, None] = Recent(REMEMBERED)
        self._groups = Groups(api)

    async def ask(self, cursor: str | None) -> AsyncGenerator[tuple[JsonObject, str], None]:
        """Yield lists and the cursor behind them for ever. A new account begins with what comes now.

        Raises `SettingsError` for a refused password.
        """
        me = await self._sign_in()
        place = Place.read(cursor) if cursor else await self._find_end(me)
        if not cursor:
            yield {}, place.write()
        while True:
            for read in (self._read_notifications, self._read_log, partial(self._read_own, me)):
                items, further = await read(place)
                if any(items.values()) or further != place:
                    place = further
                    known = {name: items.pop(name) for name in ADDED if name in items}
                    yield {**items, "known": {"me": me.did, **known}}, place.write()
            await asyncio.sleep((self._pause * EVERY).total_seconds())

    async def _find_end(self, me: Session) -> Place:
        """Return the place behind all there is."""
        found = (await self._insist(LIST, ("limit", PAGE))).objects("notifications")
        self._leave_out_seen(found)
        newest = find_newest(found)
        own = max(map(get_key, await self._list_own(me, since="")), default="")
        return Place(newest=newest, first=newest, own=own)

    async def _read_notifications(self, place: Place) -> tuple[dict[str, Json], Place]:
        """Return what is for us and was not seen yet, oldest first."""
        since = shift(place.newest, OVERLAP)
        found: list[JsonObject] = []
        page: tuple[tuple[str, str], ...] = ()
        for _ in range(PAGES):
            reasons = (("reasons", each) for each in REASONS)
            outcome = await self._insist(LIST, ("limit", PAGE), *reasons, *page)
            items = outcome.objects("notifications")
            found.extend(items)
            following = outcome.object.get("cursor")
            if not items or not isinstance(following, str) or get_time(items[-1]) < max(since, place.first):
                break
            page = (("cursor", following),)
        mine = [each for each in found if each.get("reason") in REASONS]
        counts = [each for each in mine if get_time(each) > place.first]
        fresh = self._leave_out_seen(counts)[::-1]
        newest = max(place.newest, find_newest(found))
        return {"notifications": fresh}, replace(place, newest=newest)

    async def _read_log(self, place: Place) -> tuple[dict[str, Json], Place]:
        """Return what happened in private conversations, where the password opens them."""
        if time.monotonic() < self._chat_from:
            return {}, place
        outcome = await (
            self._api.get(LOG, ("cursor", place.chat), chat=True) if place.chat else self._find_rev()
        )
        logs = outcome.objects("logs")
        groups = outcome.error or await self._groups.find_among(logs)
        if isinstance(groups, SendError):
            self._pass_over_chat(groups)
            return {}, place
        self._chat_said = ""
        following = outcome.object.get("cursor")
        place = replace(place, chat=following) if isinstance(following, str) and following else place
        return {"logs": logs, "groups": groups}, place

    async def _find_rev(self) -> Outcome:
        """Return an empty log that ends where the log ends now."""
        outcome = await self._api.get("chat.bsky.convo.listConvos", ("limit", "20"), chat=True)
        if outcome.error is not None:
            return outcome
        newest = max((str(each.get("rev")) for each in outcome.objects("convos")), default=FIRST_REV)
        return Outcome(result={"cursor": newest})

    def _pass_over_chat(self, error: SendError) -> None:
        """Go on without direct messages for a while: what is wrong with the chat must not hold back posts."""
        if self._chat_said != error.detail:
            self._chat_said = error.detail
            self._log.warning(
                "bluesky gives us no direct messages: does the app password allow them?", reason=error.detail
            )
        again = error.retry_after or self._pause * (CHAT_SOON if error.error_class.retriable else CHAT_AGAIN)
        self._chat_from = time.monotonic() + again.total_seconds()

    async def _read_own(self, me: Session, place: Place) -> tuple[dict[str, Json], Place]:
        """Return what the brand's people posted in an app, oldest first, and whom they answered."""
        fresh = await self._list_own(me, since=place.own)
        answered: dict[str, Json] = {
            str(each.get("uri")): await find_answered(self._api, me.did, each.get("value")) for each in fresh
        }
        newest = max(map(get_key, fresh), default=place.own)
        return {"records": fresh, "answered": answered}, replace(place, own=newest)

    async def _list_own(self, me: Session, *, since: str) -> list[JsonObject]:
        records = await self._insist(
            "com.atproto.repo.listRecords", ("repo", me.did), ("collection", POST), ("limit", "20")
        )
        found = records.objects("records")[::-1]
        return [each for each in found if since < get_key(each) and is_by_people(each)]

    def _leave_out_seen(self, items: list[JsonObject]) -> list[JsonObject]:
        """Return what is new, and remember it."""
        fresh = [each for each in items if str(each.get("uri")) not in self._seen]
        for each in fresh:
            self._seen.keep(str(each.get("uri")), None)
        return fresh

    async def _sign_in(self) -> Session:
        while isinstance(found := await self._api.sign_in(), Outcome):
            assert found.error is not None
            await self._recover(found.error)
        return found

    async def _insist(self, name: str, *params: tuple[str, str]) -> Outcome:
        """Ask until the server answers."""
        while True:
            outcome = await self._api.get(name, *params)
            if outcome.error is None:
                self._waits.end()
                return outcome
            await self._recover(outcome.error)

    async def _recover(self, error: SendError) -> None:
        """Wait for better times. Raises `SettingsError` if there will be none."""
        if error.error_class is ErrorClass.AUTH:
            raise SettingsError(f"the app password is refused: {error.detail}")
        self._log.warning("bluesky does not give us posts", code=error.code, reason=error.detail)
        await asyncio.sleep(self._waits.fail(error.retry_after).total_seconds())


def get_time(item: JsonObject) -> str:
    """Return when a notification was indexed, in one form that sorts; empty where it does not say."""
    at = read_time(item.get("indexedAt"))
    return at.isoformat(timespec="milliseconds") if at else ""


def find_newest(items: list[JsonObject]) -> str:
    """Return the newest time, empty where there is none."""
    return max(map(get_time, items), default="")


def shift(at: str, by: timedelta) -> str:
    """Return a time that is earlier, in the same form."""
    return (datetime.fromisoformat(at) - by).isoformat(timespec="milliseconds") if at else ""


def get_key(record: JsonObject) -> str:
    """Return the key of a listed record."""
    return str(record.get("uri")).rpartition("/")[2]


def is_by_people(record: JsonObject) -> bool:
    """Tell whether an app wrote a post, and in answer to something."""
    value = record.get("value")
    return isinstance(value, dict) and bool(value.get("reply")) and not is_ours(get_key(record))
