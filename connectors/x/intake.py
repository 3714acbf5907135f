"""Asking for mentions and direct messages, where X has no address to call us at.

X asks money for each post that it hands out, and lets messages be asked for 15 times in 15 minutes:
https://docs.x.com/x-api/fundamentals/rate-limits
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from bot.connector import AccountConfig, ErrorClass, InboundEvent, Polled, SendError
from bot.connector.answers import Outcome
from bot.connector.waits import Waits
from bot.domain.json import Json
from bot.errors import SettingsError
from connectors.x.api import XApi
from connectors.x.payload import number_of, read_polled_messages, read_polled_posts
from connectors.x.reading import Me, as_object, objects, take_id, take_text

log = structlog.get_logger(__name__)

LOOKED_AT_EVERY = 75  # first pauses: 75 seconds, within 15 questions in 15 minutes
LONGEST_PAUSE = timedelta(minutes=15)
PAGES_MAX = 10
EPOCH_MS = 1_288_834_974_657  # what X's ids count milliseconds from
POST_FIELDS = {
    "tweet.fields": "created_at,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,"
    "lang,edit_history_tweet_ids,note_tweet,display_text_range",
    "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
    "user.fields": "name,username",
    "media.fields": "url,variants,type,preview_image_url,alt_text",
    "max_results": "100",
}
MESSAGE_FIELDS = {
    "event_types": "MessageCreate",
    "dm_event.fields": "created_at,sender_id,dm_conversation_id,text,attachments,entities",
    "expansions": "sender_id,attachments.media_keys",
    "user.fields": "name,username",
    "media.fields": "url,variants,type,preview_image_url,alt_text",
    "max_results": "100",
}

Read = Callable[[Json, AccountConfig, Me], list[InboundEvent]]


class Intake:
    """One account's mentions and messages. `pause` is the first of the growing waits while X is away."""

    def __init__(self, api: XApi, account: AccountConfig, me: Me, *, pause: timedelta) -> None:
        self._api, self._account, self._me, self._pause = api, account, me, pause
        self._log = log.bind(account=account.name)
        self._waits = Waits(pause, longest=LONGEST_PAUSE)

    async def ask(self, cursor: str | None) -> AsyncGenerator[Polled, None]:
        """Yield what is new for ever, from now on where there is no cursor. Raises `SettingsError`."""
        seen = read_cursor(cursor, now=datetime.now(UTC))
        places: tuple[tuple[str, str, dict[str, str], Read], ...] = (
            ("mentions", f"/2/users/{self._me.user_id}/mentions", POST_FIELDS, read_polled_posts),
            ("messages", "/2/dm_events", MESSAGE_FIELDS, read_polled_messages),
        )
        while True:
            wait = self._pause * LOOKED_AT_EVERY
            for name, path, fields, read in places:
                since = {"since_id": seen[name]} if name == "mentions" else {}
                outcome = await self._pages(path, {**fields, **since}, after=int(seen[name]))
                if outcome.error is not None:
                    wait = max(wait, self._recover(name, outcome.error))
                    continue
                self._waits.end()
                data = objects(as_object(outcome.result).get("data"))
                new = [item for item in data if number_of(item) > int(seen[name])]
                if new:
                    seen[name] = str(max(map(number_of, new)))
                    events = read({**as_object(outcome.result), "data": new}, self._account, self._me)
                    yield Polled(events=tuple(events), cursor=json.dumps(seen))
            await asyncio.sleep(wait.total_seconds())

    async def _pages(self, path: str, query: dict[str, str], *, after: int) -> Outcome:
        """Return all pages, newest first, down to what was seen before, as one."""
        data: list[Json] = []
        includes: dict[str, list[Json]] = {}
        page: dict[str, str] = {}
        for _ in range(PAGES_MAX):
            outcome = await self._api.get(path, {**query, **page})
            if outcome.error is not None:
                return outcome
            answer = as_object(outcome.result)
            found = objects(answer.get("data"))
            data.extend(found)
            for name, items in as_object(answer.get("includes")).items():
                includes.setdefault(name, []).extend(objects(items))
            following = take_text(as_object(answer.get("meta")).get("next_token"))
            if not following or not found or min(map(number_of, found)) <= after:
                break
            page = {"pagination_token": following}
        return Outcome(result={"data": data, "includes": includes})

    def _recover(self, name: str, error: SendError) -> timedelta:
        """Return how long to wait for better times. Raises `SettingsError` if there will be none."""
        # What the app may not read (403) leaves the other place; tokens that are refused leave nothing.
        if error.error_class is ErrorClass.AUTH and error.code == "401":
            raise SettingsError(f"X does not give the account's {name}: {error.detail}")
        self._log.warning("x does not give us what is new", of=name, code=error.code, reason=error.detail)
        return self._waits.fail(error.retry_after)


def read_cursor(cursor: str | None, *, now: datetime) -> dict[str, str]:
    """Return the newest ids seen, by place; those of this moment where nothing was seen."""
    start = str(max(int(now.timestamp() * 1000) - EPOCH_MS, 0) << 22)
    try:
        kept: Json = json.loads(cursor) if cursor else {}
    except ValueError:
        kept = {}
    known: Mapping[str, Json] = as_object(kept)
    return {name: take_id(known.get(name)) or start for name in ("mentions", "messages")}
