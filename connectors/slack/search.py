"""Looking for a reply whose outcome is unknown, by the key that its messages carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.connector import OutboundReply, SendResult, SendState
from bot.domain.json import Json, JsonObject
from connectors.slack.api import SlackApi
from connectors.slack.place import take_timestamp
from connectors.slack.render import KEY_EVENT, render_reply

BACK = timedelta(hours=1)  # how far back messages are looked at
SHOWN = 200


async def find_parts(
    api: SlackApi, target: JsonObject, reply: OutboundReply, *, now: datetime
) -> SendResult | None:
    """Tell that a reply arrived whole; None otherwise, as Slack may not show everything at once."""
    channel, thread = str(target["channel"]), target.get("thread_ts")
    asked = {
        "channel": channel,
        "limit": str(SHOWN),
        "oldest": f"{(now - BACK).timestamp():.6f}",
        "include_all_metadata": "true",
    }
    if isinstance(thread, str):
        outcome = await api.ask("conversations.replies", {**asked, "ts": thread})
    else:
        outcome = await api.ask("conversations.history", asked)
    found = match(outcome.result, reply.idempotency_key)
    if any(number not in found for number in range(len(reply.delivered), len(render_reply(reply)))):
        return None
    ids = [f"{channel}:{found[number]}" for number in sorted(found) if number >= len(reply.delivered)]
    return SendResult(state=SendState.SENT, native_ids=(*reply.delivered, *ids))


def match(result: Json, key: str) -> dict[int, str]:
    """Return the timestamps of a reply's messages, by their number."""
    messages = result.get("messages") if isinstance(result, Mapping) else None
    found: dict[int, str] = {}
    for message in messages if isinstance(messages, list) else []:
        match message:
            case {
                "ts": str(ts),
                "metadata": {"event_type": event, "event_payload": {"key": known, "part": int(number)}},
            } if event == KEY_EVENT and known == key and take_timestamp(ts):
                found[number] = ts
            case _:
                pass
    return found
