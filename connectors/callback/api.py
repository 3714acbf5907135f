"""The way out of the callback channel: a POST for each item of a reply, in their order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.connector import AccountConfig, OutboundReply, SendResult, SendState
from bot.connector.callbacks import CallbackApi
from bot.connector.rasa_items import render_reply


def open_api(account: AccountConfig, keys: tuple[bytes, ...], timeout: timedelta) -> CallbackApi | None:
    """Return the way to the account's address, None where it names none."""
    url = account.options.get("url")
    if not url:
        return None
    key = keys[0] if keys else None
    return CallbackApi(
        url, key=key, timeout=timeout, allow_internal=account.flag("allow_internal"), option="url"
    )


async def send_items(api: CallbackApi, reply: OutboundReply) -> SendResult:
    """POST the items that did not arrive on an earlier try; stop at the first that does not."""
    items = render_reply(reply)
    arrived = list(reply.delivered)
    for number in range(len(arrived), len(items)):
        body = json.dumps(items[number], ensure_ascii=False).encode()
        result = await api.post(body, message_id=f"{reply.idempotency_key}-{number}")
        if result.state is not SendState.SENT:
            return _broken_off(result, arrived)
        arrived += result.native_ids
    return SendResult(state=SendState.SENT, native_ids=tuple(arrived))


def _broken_off(result: SendResult, arrived: list[str]) -> SendResult:
    if result.state is SendState.REJECTED and arrived:
        return replace(result, state=SendState.PARTIAL, native_ids=tuple(arrived))
    return replace(result, native_ids=tuple(arrived))
