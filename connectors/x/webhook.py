"""Having X call us: our address as the app's webhook, and a subscription to each thing that happens.

X asks the address to prove itself before it answers the registration, so our server must answer meanwhile;
what fails is tried again. An app where only other services are called is left as it is.
Sources: https://docs.x.com/x-api/webhooks/quickstart, https://docs.x.com/x-api/activity/introduction
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.connector import ErrorClass, SendError
from bot.connector.answers import Outcome
from bot.domain.json import Json, JsonObject
from connectors.x.api import Call, XApi
from connectors.x.faults import KNOWN
from connectors.x.reading import as_object, objects, take_id, take_text

log = structlog.get_logger(__name__)

WEBHOOKS, SUBSCRIPTIONS = "/2/webhooks", "/2/activity/subscriptions"
# Who answers a post names its author without writing it: X tells that as a reply, and not as a mention.
WANTED = ("post.mention.create", "post.reply.create", "dm.received")
EVENTS = (
    *WANTED,
    *("post.quote.create", "dm.sent", "dm.read", "post.create", "chat.received", "oauth.revoke"),
)
FIRST_TRY = timedelta(seconds=10)  # how long a start waits; X waits three for our proof
LONGEST_PAUSE = timedelta(hours=1)  # X bills each call
FOR_PEOPLE = frozenset({ErrorClass.AUTH, ErrorClass.POLICY, ErrorClass.PAYMENT})  # no other try mends these
REFUSALS = ("401", "403")
UNPROVEN = SendError(error_class=ErrorClass.TRANSIENT, detail="X does not say that our address proved itself")


class Webhook:
    """One account's share of the app's webhook. `pause` is the first of the growing waits between tries."""

    def __init__(self, api: XApi, *, account: str, user_id: str, pause: timedelta) -> None:
        self._api, self._user_id, self._pause = api, user_id, pause
        self._log = log.bind(account=account)
        self._trying: asyncio.Task[None] | None = None

    async def start(self, hook_url: str) -> None:
        """Have X call us. Returns after the first try, or before the end of a slow one; others follow."""
        await self.close()
        tried = asyncio.Event()
        self._trying = asyncio.create_task(self._try_on(hook_url, tried))
        with suppress(TimeoutError):
            await asyncio.wait_for(tried.wait(), FIRST_TRY.total_seconds())

    async def close(self) -> None:
        """Stop trying. What X was told stays so: we come back."""
        task, self._trying = self._trying, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _try_on(self, hook_url: str, tried: asyncio.Event) -> None:
        pause = self._pause
        while True:
            try:
                error = await self._register(hook_url)
            finally:
                tried.set()
            if error is None:
                return
            again = error.error_class not in FOR_PEOPLE
            self._log.warning(
                "x does not call us yet", code=error.code, reason=error.detail, tried_again=again
            )
            if not again:
                return
            await asyncio.sleep(max(pause, error.retry_after or pause).total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _register(self, hook_url: str) -> SendError | None:
        """Bring about what is missing; return why it could not be."""
        looked = await self._api.call_as_app(Call(method="GET", path=WEBHOOKS))
        if looked.error is not None:
            return looked.error
        known = list_data(looked.result)
        ours = find_ours(known, hook_url)
        if known and not ours:
            self._log.warning("x calls other addresses for this app: none is changed, and ours is not added")
            return None
        made = await self._prove(ours[0] if ours else None, hook_url)
        if made.error is not None:
            return made.error
        hook_ids = list_ids(ours) or list_ids([as_object(made.result)])
        return await self._subscribe(hook_ids) if hook_ids else UNPROVEN

    async def _prove(self, hook: JsonObject | None, hook_url: str) -> Outcome:
        """Return our webhook: registered where there is none, else believed in again."""
        if hook is not None and hook.get("valid") is True:
            return Outcome(result=hook)
        call = (
            Call(method="POST", path=WEBHOOKS, body={"url": hook_url})
            if hook is None
            else Call(method="PUT", path=f"{WEBHOOKS}/{take_id(hook.get('id'))}")
        )
        done = await self._api.call_as_app(call)
        if done.error is not None:
            return done
        made = as_object(as_object(done.result).get("data")) or as_object(done.result)
        return Outcome(result=made) if made.get("valid") is True else Outcome(error=UNPROVEN)

    async def _subscribe(self, hook_ids: Collection[str]) -> SendError | None:
        listed = await self._api.call_as_app(Call(method="GET", path=SUBSCRIPTIONS))
        if listed.error is not None:
            return listed.error
        told = find_told(listed.result, self._user_id, hook_ids)
        problem: SendError | None = None
        for event in (event for event in EVENTS if event not in told):
            error = await self._subscribe_to(event, next(iter(hook_ids)))
            if error is None:
                continue
            if error.error_class.retriable:
                return error
            if event in WANTED:
                problem = problem or error
            self._log.info("x takes no subscription", event_type=event, code=error.code, reason=error.detail)
        return problem

    async def _subscribe_to(self, event: str, hook_id: str) -> SendError | None:
        """Subscribe in the account's name, as private events need; what X wants of the app, as the app."""
        body: JsonObject = {
            "event_type": event,
            "filter": {"user_id": self._user_id},
            "webhook_id": hook_id,
        }
        call = Call(method="POST", path=SUBSCRIPTIONS, body=body)
        error = (await self._api.call(call)).error
        if error is not None and error.code in REFUSALS:
            as_app = (await self._api.call_as_app(call)).error
            error = error if as_app is not None and as_app.code != KNOWN else None
        return None if error is not None and error.code == KNOWN else error


def find_ours(hooks: Iterable[JsonObject], hook_url: str) -> list[JsonObject]:
    """Return the webhooks that lead to us, the account's own first: accounts of one app share them. Pure."""
    base = hook_url.rpartition("/")[0]
    ours = [hook for hook in hooks if take_text(hook.get("url"), limit=4_096).rpartition("/")[0] == base]
    return sorted(ours, key=lambda hook: (hook.get("url") != hook_url, hook.get("valid") is not True))


def find_told(result: Json, user_id: str, hook_ids: Collection[str]) -> set[str]:
    """Return the events of an account that X tells one of these webhooks of. Pure."""
    return {
        take_text(each.get("event_type"))
        for each in list_data(result)
        if take_id(as_object(each.get("filter")).get("user_id")) in (user_id, "")
        and take_id(each.get("webhook_id")) in ("", *hook_ids)
    }


def list_ids(hooks: Iterable[Mapping[str, Json]]) -> list[str]:
    """Return the ids of webhooks."""
    return [found for hook in hooks if (found := take_id(hook.get("id")))]


def list_data(result: Json) -> list[JsonObject]:
    """Return the list that an answer is about."""
    return objects(as_object(result).get("data"))
