"""Having Meta call us: the webhook of an app, set where the app has none about an object, mended where ours.

A webhook of ours that lacks fields is set again with those it has and ours: setting it replaces the list.

https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from bot.connector.answers import Outcome
from bot.connector.meta.fields import get_text
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.setup import find_hooks, list_fields
from bot.connector.replies import ErrorClass, SendError
from bot.domain.json import JsonObject

UNANSWERED = "2200"  # Meta called the address, and the challenge did not come back


@dataclass(frozen=True, slots=True, kw_only=True)
class AppHook:
    """What an app is to tell us: the `fields` of an object. `token` is the app's own.

    `earlier` are the addresses that this account had before.
    """

    app_id: str
    token: str = field(repr=False)
    object_name: str
    fields: Collection[str]
    verify_token: str = field(repr=False)
    earlier: Collection[str] = ()


async def enter_hook(api: GraphApi, hook: AppHook, hook_url: str) -> Outcome:
    """Have an app call `hook_url` about our fields; the result is None where nothing was changed.

    That is where the app's webhook leads elsewhere, to another account of ours, or lacks nothing. One that
    leads to where this account was before is led here. Meta asks the address for its challenge at once.
    """
    path = f"{hook.app_id}/subscriptions"
    known = await api.get(path, {}, token=hook.token)
    if known.error is not None:
        return explain_app(known, hook_url)
    hooks = find_hooks(known, hook.object_name)
    told = list_fields(hooks)
    lacks = bool(set(hook.fields) - set(told))
    if hooks and not (is_on(hooks[0], [hook_url]) and lacks) and not is_on(hooks[0], hook.earlier):
        return Outcome()
    fields: JsonObject = {
        "object": hook.object_name,
        "callback_url": hook_url,
        "fields": ",".join(dict.fromkeys((*told, *hook.fields))),
        "verify_token": hook.verify_token,
    }
    return explain_app(await api.post(path, fields, token=hook.token), hook_url)


def is_on(hook: JsonObject, hook_urls: Collection[str]) -> bool:
    """Tell whether a webhook leads to one of these very addresses and is on: one that is off is not ours."""
    return get_text(hook, "callback_url", limit=4096) in hook_urls and hook.get("active") is True


def explain_app(outcome: Outcome, hook_url: str) -> Outcome:
    """Say in our words why a call in the app's name failed; Meta's may repeat the secret. Pure.

    The code is left out: a refused secret keeps events out, but the account can send.
    """
    error = outcome.error
    if error is None:
        return outcome
    if error.code == UNANSWERED:
        detail = f"Meta called {hook_url}, where this service did not answer"
        return Outcome(error=SendError(error_class=ErrorClass.TRANSIENT, detail=detail))
    wrong = "`app_secret` is not that of the app"
    detail = wrong if error.error_class is ErrorClass.AUTH else error.detail
    return Outcome(error=replace(error, detail=detail, code=None))
