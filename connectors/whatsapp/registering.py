"""Having Meta call us: the app's webhook, and the business account's subscription.

Meta refuses an account's own address (`override_callback_uri`) while its app has none, and sends only those
fields that the app's webhook names. So where nothing leads anywhere, the app's webhook is set, at
https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge. Subscribing an account again
without an address takes away the one that it has:
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.connector import ErrorClass, SendError
from bot.connector.answers import Outcome
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.setup import same_hook
from connectors.whatsapp.payload import OBJECT
from connectors.whatsapp.setup import (
    as_object,
    ask_token,
    find_app_hooks,
    find_hook,
    find_told,
    make_app_token,
)

FIELDS = ("messages", "smb_message_echoes")
UNANSWERED = "2200"  # Meta called the address, and the challenge did not come back


async def register(api: GraphApi, options: Mapping[str, str], hook_url: str) -> Outcome:
    """Have Meta call `hook_url` for a number, unless it calls another address: then nothing is changed.

    Nothing either where the token does not say its app, or nobody the business account.
    """
    asked, known = await ask_token(api, options)
    waba_id = options.get("waba_id") or known.waba_id
    if asked.error is not None or not (known.app_id and waba_id):
        return Outcome(error=asked.error)
    number = await api.get(options.get("phone_number_id", ""), {"fields": "webhook_configuration"})
    if number.error is not None:
        return number
    found = find_hook(as_object(number.result))
    if found and not same_hook(found, hook_url):
        return Outcome()
    if not found:
        token = make_app_token(known.app_id, options.get("app_secret", ""))
        hooks = await api.get(f"{known.app_id}/subscriptions", {}, token=token)
        if hooks.error is not None or find_app_hooks(hooks):  # switched off, perhaps: not ours to change
            return explain_app(hooks, hook_url)
        fields = {"object": OBJECT, "callback_url": hook_url, "fields": ",".join(FIELDS)}
        word = {"verify_token": options.get("verify_token", "")}
        entered = await api.post(f"{known.app_id}/subscriptions", {**fields, **word}, token=token)
        if entered.error is not None:
            return explain_app(entered, hook_url)
    return await subscribe(api, waba_id, known.app_id)


async def subscribe(api: GraphApi, waba_id: str, app_id: str) -> Outcome:
    """Have a business account tell our app, where it does not: an address of its own would be lost."""
    path = f"{waba_id}/subscribed_apps"
    told = await api.get(path, {})
    if told.error is not None or app_id in find_told(told):
        return told
    return await api.post(path, {})


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
    wrong = "`app_secret` is not that of the token's app"
    detail = wrong if error.error_class is ErrorClass.AUTH else error.detail
    return Outcome(error=replace(error, detail=detail, code=None))
