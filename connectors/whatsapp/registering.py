"""Having Meta call us: the app's webhook, and the business account's subscription.

Meta refuses an account's own address (`override_callback_uri`) while its app has none, and sends only those
fields that the app's webhook names. So where nothing leads anywhere, the app's webhook is set, and one that
leads here without our fields is set with them, at
https://developers.facebook.com/docs/graph-api/webhooks/subscriptions-edge. Subscribing an account again
without an address takes away the one that it has:
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.connector.answers import Outcome
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.hook import AppHook, enter_hook
from bot.connector.meta.setup import same_hook
from connectors.whatsapp.payload import OBJECT
from connectors.whatsapp.setup import (
    as_object,
    ask_token,
    find_hook,
    find_told,
    make_app_token,
)

FIELDS = ("messages", "smb_message_echoes")


async def register(
    api: GraphApi, options: Mapping[str, str], hook_url: str, earlier: Collection[str] = ()
) -> Outcome:
    """Have Meta call `hook_url` for a number, unless it calls another address: then nothing is changed.

    `earlier` are the addresses that the account had before: an app that calls one of them is led here.

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
    comes = bool(found) and same_hook(found, hook_url)
    if found and not comes and found not in earlier:
        return Outcome()
    hook = AppHook(
        app_id=known.app_id,
        token=make_app_token(known.app_id, options.get("app_secret", "")),
        object_name=OBJECT,
        fields=FIELDS,
        verify_token=options.get("verify_token", ""),
        earlier=earlier,
    )
    entered = await enter_hook(api, hook, hook_url)
    if entered.error is not None or (entered.result is None and not comes):
        return entered
    return await subscribe(api, waba_id, known.app_id)


async def subscribe(api: GraphApi, waba_id: str, app_id: str) -> Outcome:
    """Have a business account tell our app, where it does not: an address of its own would be lost."""
    path = f"{waba_id}/subscribed_apps"
    told = await api.get(path, {})
    if told.error is not None or app_id in find_told(told):
        return told
    return await api.post(path, {})
