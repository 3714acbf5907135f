"""What Twilio says that it has sent, for sends whose outcome we never heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.connector import OutboundReply, SendResult, SendState
from bot.connector.recent import Recent
from bot.domain.json import Json, JsonObject
from connectors.sms.api import TwilioApi, list_items
from connectors.sms.render import Text

KEPT = 1_000  # sends that we remember the time of
CLOCKS = timedelta(seconds=30)  # how far Twilio's clock and ours may differ


class Sending:
    """When sends began that have not ended well, the latest `KEPT` of them."""

    def __init__(self) -> None:
        self._began: Recent[str, datetime] = Recent(KEPT)

    def begin(self, key: str, at: datetime) -> None:
        """Note a send; of several tries the first counts."""
        if key not in self._began:
            self._began.keep(key, at)

    def end(self, key: str) -> None:
        """Forget a send that ended well."""
        self._began.forget(key)

    def began(self, key: str) -> datetime | None:
        """Return when a send began, None where that is not known (any more)."""
        return self._began.get(key)


class LookUp:
    """Looks for a reply's messages in Twilio's list."""

    def __init__(self, api: TwilioApi) -> None:
        self._api = api

    async def find(self, reply: OutboundReply, texts: Sequence[Text], since: datetime) -> SendResult | None:
        """Tell that a reply arrived whole, of what was sent after `since`.

        None otherwise: that Twilio's list does not have a message now does not prove that it never will.
        """
        outcome = await self._api.list_messages(reply.conversation_key, since=since - CLOCKS)
        found = match(list_items(outcome.result, "messages"), texts, reply.delivered, since - CLOCKS)
        if len(found) < len(texts):
            return None
        return SendResult(state=SendState.SENT, native_ids=tuple(found))


def match(
    items: Sequence[JsonObject], texts: Sequence[Text], delivered: Sequence[str], since: datetime
) -> list[str]:
    """Return the ids of the texts that are in Twilio's list, in order, up to the first that is not."""
    recent = [item for item in reversed(items) if is_ours(item, since)]
    found = list(delivered)
    for text in texts[len(found) :]:
        ids = [
            str(item["sid"])
            for item in recent
            if str(item.get("body") or "").strip() == text.body.strip() and item["sid"] not in found
        ]
        if not ids:
            break
        found.append(ids[0])
    return found


def is_ours(item: JsonObject, since: datetime) -> bool:
    """Tell whether a message of the list is one that the API was told to send, at or after `since`."""
    made = read_date(item.get("date_created"))
    outbound = str(item.get("direction")).startswith("outbound-api") and isinstance(item.get("sid"), str)
    return outbound and made is not None and made >= since


def read_date(value: Json) -> datetime | None:
    """Return a time as Twilio writes it (RFC 2822), None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
