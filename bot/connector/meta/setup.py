"""Setting a page or an Instagram account up: being told of what happens there, and finding out why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.connector.answers import Outcome
from bot.connector.guides import Finding, explain_refusal
from bot.connector.meta.fields import get_id, get_list, get_text
from bot.connector.meta.graph import GraphApi
from bot.connector.replies import ErrorClass, SendError
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError

log = structlog.get_logger(__name__)

REFUSED = "190"  # the code of a token that is not taken
LONGEST_PAUSE = timedelta(minutes=5)
# What a page has the app told of. A page has one list for each app, and the last one to set it wins: so the
# page of an Instagram account sets the same. (Comments and mentions there are the app's own subscription.)
# https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/
PAGE_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_reactions",
    "message_edits",
    "standby",
    "feed",
    "mention",
    "ratings",
)
DASHBOARD = "developers.facebook.com, your app, Webhooks"


class Subscriber:
    """Has the platform tell us what happens on one account, and tries until it does.

    `subscribe` is the call; `pause` the first of the growing waits between tries.
    """

    def __init__(
        self, subscribe: Callable[[], Awaitable[Outcome]], *, account: str, pause: timedelta
    ) -> None:
        self._subscribe, self.pause = subscribe, pause
        self._log = log.bind(account=account)
        self._trying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Subscribe; without an answer, go on trying. Raises `SettingsError` where the token is refused."""
        error = (await self._subscribe()).error
        if error is None:
            return
        if (error.code or "").partition("/")[0] == REFUSED:
            raise SettingsError(f"the token is refused: {error.detail}")
        self._say(error)
        if error.error_class.retriable:
            self._trying = asyncio.create_task(self._try_on())

    async def close(self) -> None:
        """Stop trying. What was subscribed stays so: we come back."""
        task, self._trying = self._trying, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _try_on(self) -> None:
        pause = self.pause
        while True:
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)
            error = (await self._subscribe()).error
            if error is None:
                self._log.info("meta tells us what happens on this account")
                return
            if not error.error_class.retriable:
                self._say(error)
                return

    def _say(self, error: SendError) -> None:
        self._log.warning(
            "meta does not subscribe us: what happens on this account may not come in",
            code=error.code,
            reason=error.detail,
        )


async def examine_token(api: GraphApi, path: str, name: str) -> Finding:
    """Ask whose token it is; `name` is the field that says so."""
    outcome = await api.get(path, {"fields": f"id,{name}"})
    if outcome.error is None and isinstance(outcome.result, dict):
        return Finding(well=True, text=f"The token speaks for {get_text(outcome.result, name) or path}.")
    what_to_do = "Create a new one, with the permissions that the guide names, for this account."
    return Finding(
        well=False, text=f"The token cannot read {path}: {explain_refusal(find_error(outcome), what_to_do)}"
    )


async def examine_fields(api: GraphApi, path: str, wanted: Collection[str]) -> Finding:
    """Look which events the app is told of."""
    outcome = await api.get(f"{path}/subscribed_apps", {})
    if outcome.error is not None:
        what_to_do = "The token may lack the permission pages_manage_metadata: create a new one that has it."
        return Finding(
            well=False,
            text=f"Meta does not say what we are told of: {explain_refusal(outcome.error, what_to_do)}",
        )
    told = {field for app in list_objects(outcome.result) for field in list_names(app, "subscribed_fields")}
    missing = sorted(set(wanted) - told)
    if not missing:
        return Finding(well=True, text="Meta tells us of everything that we can read.")
    return Finding(
        well=False,
        at_start=True,
        text=f"Meta does not tell us of {', '.join(missing)}. We ask for it at each start with a public "
        f"address; where that does not help, add the field to the webhook at {DASHBOARD}.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the app's webhook about an object should be.

    `fields` are what it must name where a start sets it, empty where that is done by hand; `earlier` are the
    addresses that the account had before.
    """

    object_name: str
    fields: Collection[str] = ()
    earlier: Collection[str] = ()


async def examine_hook(
    api: GraphApi, *, app: tuple[str, str], wanted: Wanted, hook_url: str | None
) -> Finding:
    """Look where the app's webhook leads; `app` is its number and its secret."""
    app_id, app_secret = app
    if hook_url is None:
        return Finding(well=False, text="There is no public address (PUBLIC_URL): Meta cannot call us.")
    if not app_id:
        text = "Set `app_id`, and this looks where the app's webhook leads, too."
        return Finding(well=True, hint=True, text=text)
    outcome = await api.get(f"{app_id}/subscriptions", {}, token=f"{app_id}|{app_secret}")
    if outcome.error is not None:
        what_to_do = (
            "`app_id` and `app_secret` must be those of one app: copy both from App settings, Basic. With "
            "another secret all that Meta sends is refused here."
        )
        return Finding(
            well=False,
            text=f"Meta does not show the app's webhook: {explain_refusal(outcome.error, what_to_do)}",
        )
    return judge_app_hook(outcome, wanted, hook_url)


def judge_app_hook(outcome: Outcome, wanted: Wanted, hook_url: str) -> Finding:
    """Say where the app's webhook leads, and what it does not name."""
    hooks = find_hooks(outcome, wanted.object_name)
    if wanted.fields and not hooks:
        text = f"The app has no webhook for {wanted.object_name!r}. Each start with a public address sets it."
        return Finding(well=False, at_start=True, text=text)
    if wanted.fields and get_text(hooks[0], "callback_url", limit=4096) in wanted.earlier:
        text = (
            "The app's webhook leads to our address of before. Each start with a public address leads it on."
        )
        return Finding(well=False, at_start=True, text=text)
    problem = find_hook_problem(outcome.result, wanted.object_name, hook_url)
    if problem is not None:
        return Finding(well=False, text=f"{problem} at {DASHBOARD}.")
    missing = sorted(set(wanted.fields) - set(list_fields(hooks)))
    if missing:
        text = (
            f"The app's webhook leads here, and does not name {', '.join(missing)}. Each start with a public "
            f"address asks for it; where that does not help, add the field at {DASHBOARD}."
        )
        return Finding(well=False, at_start=True, text=text)
    return Finding(well=True, text="The app's webhook leads here.")


def find_hook_problem(result: Json, object_name: str, hook_url: str) -> str | None:
    """Say what is wrong with the app's webhook, and what to do about it; None where all is well."""
    hooks = find_hooks(Outcome(result=result), object_name)
    if not hooks:
        return f"The app has no webhook for {object_name!r}: add it"
    if not same_hook(get_text(hooks[0], "callback_url", limit=4096), hook_url):
        return f"The app's webhook leads to another address: change it to {hook_url}"
    if hooks[0].get("active") is not True:
        return "The app's webhook is switched off: switch it on"
    return None


def find_hooks(outcome: Outcome, object_name: str) -> list[JsonObject]:
    """Return an app's webhooks about an object: one, or none."""
    return [hook for hook in list_objects(outcome.result) if get_text(hook, "object") == object_name]


def list_fields(hooks: Collection[JsonObject]) -> list[str]:
    """Return the fields that an app's webhooks name."""
    return [name for hook in hooks for name in list_names(hook, "fields")]


def same_hook(found: str, ours: str) -> bool:
    """Tell whether an address is that of one of our accounts: an app has one for all of them."""
    return found.rpartition("/")[0] == ours.rpartition("/")[0] and bool(found)


def find_error(outcome: Outcome) -> SendError:
    """Return why there is no answer; an answer that is none of the Graph API's is an error, too."""
    strange = SendError(error_class=ErrorClass.PERMANENT, detail="the answer is not the Graph API's")
    return outcome.error or strange


def list_objects(result: Json) -> list[JsonObject]:
    """Return the objects of an answer that is a list."""
    data = get_list(result, "data") if isinstance(result, dict) else []
    return [each for each in data if isinstance(each, dict)]


def list_names(data: JsonObject, name: str) -> list[str]:
    """Return a list of names, which Meta writes as words or as objects."""
    items = get_list(data, name)
    return [
        found
        for item in items
        if (found := get_id(item, "name") if isinstance(item, dict) else get_id({"name": item}, "name"))
    ]
