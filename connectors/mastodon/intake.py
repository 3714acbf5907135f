"""Asking for what was written to us, woken by the stream.

A stream promises nothing: what happens while it is broken, or is lost on its way, does not come again. So it
only rings; posts are read from the lists of the REST API, each after the last one that was taken, and also
without a ring from time to time. Edits and deletions, which no list has, are taken from the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.connector import AccountConfig, ErrorClass, SendError
from bot.connector.answers import Outcome
from bot.connector.waits import Waits
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError
from connectors.mastodon.api import MastodonApi
from connectors.mastodon.ear import LONGEST_PAUSE, TAKEN, Ear
from connectors.mastodon.entities import is_direct
from connectors.mastodon.faults import GONE, NOT_FOUND
from connectors.mastodon.memory import Memory
from connectors.mastodon.server import Account, learn_account

log = structlog.get_logger(__name__)

PAGE = 40
CONTEXT_TRIES = 3
STREAMED, UNSTREAMED = 60, 15  # pauses between two looks without a ring: beside a stream, and without one
GAP = 2  # pauses between two looks in any case: each is two calls, of 300 that we have in five minutes
TYPES = (("types[]", "mention"), ("types[]", "update"))
NOTIFICATIONS = "/api/v1/notifications"

Params = tuple[tuple[str, str], ...]
Frames = tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far we have read: the last notification, and the last post of our own. Empty: none yet."""

    notification: str = ""
    post: str = ""

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Read what `write` returned."""
        notification, _, post = cursor.partition(" ")
        return cls(notification=notification, post=post)

    def write(self) -> str:
        """Return it as a cursor."""
        return f"{self.notification} {self.post}"


class Intake:
    """One account's events. `pause` is the first of the growing waits while the server is away."""

    def __init__(self, api: MastodonApi, account: AccountConfig, *, pause: timedelta) -> None:
        self._api, self._account, self._pause = api, account.name, pause
        self._log = log.bind(account=account.name)
        self._memory = Memory()
        self._waits = Waits(pause, longest=LONGEST_PAUSE)

    async def ask(self, cursor: str | None) -> AsyncGenerator[tuple[Frames, str], None]:
        """Yield events and the cursor behind them for ever. A new account begins with what comes now.

        Raises `SettingsError` for a refused token.
        """
        me = await self._learn_account()
        if cursor:
            place = Place.read(cursor)
        else:
            place = await self._find_end(me)
            yield (), place.write()
        ear = Ear(self._api, me, account=self._account, pause=self._pause)
        listening = asyncio.create_task(ear.keep_open())
        try:
            while True:
                async for frames, further in self._catch_up(me, place):
                    place = further
                    yield frames, place.write()
                heard = await self._wait(ear, me)
                if heard:
                    yield heard, place.write()
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    async def _learn_account(self) -> Account:
        while isinstance(found := await learn_account(self._api), SendError):
            await self._recover(found)
        return found

    async def _find_end(self, me: Account) -> Place:
        """Return the place behind all there is."""
        last = (("limit", "1"),)
        notifications = await self._insist(NOTIFICATIONS, last)
        posts = await self._insist(list_own(me), last)
        return Place(notification=find_last(notifications.objects()), post=find_last(posts.objects()))

    async def _catch_up(self, me: Account, place: Place) -> AsyncGenerator[tuple[Frames, Place], None]:
        """Yield page after page: what was written to us, then what the brand's people wrote."""
        while page := await self._read_page(NOTIFICATIONS, place.notification, TYPES):
            place = replace(place, notification=find_last(page))
            yield (
                tuple([await self._frame("notification", each, each.get("status"), me) for each in page]),
                place,
            )
        while page := await self._read_page(list_own(me), place.post, ()):
            place = replace(place, post=find_last(page))
            yield tuple([await self._frame("update", each, each, me) for each in page]), place

    async def _read_page(self, path: str, last: str, params: Params) -> list[JsonObject]:
        """Return what comes right behind `last`, oldest first; all there is where nothing was there yet.

        `since_id` would give the newest page behind `last`, and lose what lies between.
        """
        where: Params = (("min_id", last),) if last else ()
        found: list[JsonObject] = []
        while True:
            outcome = await self._insist(path, (*params, *where, ("limit", str(PAGE))))
            page = sorted((each for each in outcome.objects() if has_id(each)), key=order)
            found[:0] = page
            if last or len(page) < PAGE:
                return found
            where = (("max_id", str(page[0]["id"])),)

    async def _wait(self, ear: Ear, me: Account) -> Frames:
        """Return when something happened, or the time is over: the edits and deletions among it."""
        await asyncio.sleep((self._pause * GAP).total_seconds())
        heard = await ear.wait(self._pause * (STREAMED if ear.connected else UNSTREAMED))
        return tuple([await self._frame_heard(name, data, me) for name, data in heard if name in TAKEN])

    async def _frame_heard(self, name: str, payload: Json, me: Account) -> JsonObject:
        if isinstance(payload, Mapping):
            return await self._frame(name, payload, payload, me)
        post = self._memory.find(str(payload))
        return {
            "event": name,
            "payload": {"id": payload},
            "known": {"me": me.id, "status": post, "thread": post["thread"]} if post else {},
        }

    async def _frame(self, event: str, payload: JsonObject, status: Json, me: Account) -> JsonObject:
        """Add to an event what it does not say itself, and remember the post."""
        known: dict[str, Json] = {"me": me.id, "app": me.app}
        if isinstance(status, Mapping):
            known["thread"] = thread = await self._find_thread(status)
            self._memory.keep(status, thread)
        return {"event": event, "payload": payload, "known": known}

    async def _find_thread(self, status: JsonObject) -> str | None:
        """Return the first post of a public thread; None where the post itself begins it, or is direct."""
        answered = status.get("in_reply_to_id")
        if not isinstance(answered, str) or is_direct(status):
            return None
        known = self._memory.find_thread(answered) or self._memory.find_thread(str(status.get("id")))
        if known is not None:
            return known
        context = await self._ask_for_context(str(status.get("id")))
        ancestors = context.object.get("ancestors")
        first = ancestors[0] if isinstance(ancestors, list) and ancestors else None
        found = first.get("id") if isinstance(first, Mapping) else None
        return found if isinstance(found, str) else answered

    async def _ask_for_context(self, post_id: str) -> Outcome:
        """Return what stands around a post; others must not wait where the server cannot tell that."""
        outcome = Outcome()
        for _ in range(CONTEXT_TRIES):
            outcome = await self._api.get(f"/api/v1/statuses/{post_id}/context")
            if outcome.error is None or not outcome.error.error_class.retriable:
                break
            await self._recover(outcome.error)
        self._waits.end()
        return outcome

    async def _insist(self, path: str, params: Params = ()) -> Outcome:
        """Ask until the server answers; what is no more is an empty answer."""
        while True:
            outcome = await self._api.get(path, params)
            if outcome.error is None:
                self._waits.end()
                return outcome
            if outcome.error.code in (str(NOT_FOUND), str(GONE)):
                return Outcome()
            await self._recover(outcome.error)

    async def _recover(self, error: SendError) -> None:
        """Wait for better times. Raises `SettingsError` if there will be none."""
        if error.error_class is ErrorClass.AUTH:
            raise SettingsError(f"the token is refused: {error.detail}")
        self._log.warning("mastodon does not give us posts", code=error.code, reason=error.detail)
        await asyncio.sleep(self._waits.fail(error.retry_after).total_seconds())


def list_own(me: Account) -> str:
    """Return where our own posts are listed."""
    return f"/api/v1/accounts/{me.id}/statuses"


def has_id(item: JsonObject) -> bool:
    """Tell whether an item of a list can be told from others."""
    return isinstance(item.get("id"), str)


def order(item: JsonObject) -> tuple[int, str]:
    """Return what sorts items by age: ids are growing numbers, or strings of one length that sort."""
    name = str(item["id"])
    return len(name), name


def find_last(items: list[JsonObject]) -> str:
    """Return the newest id, empty where there is none."""
    return str(max((each for each in items if has_id(each)), key=order)["id"]) if items else ""
