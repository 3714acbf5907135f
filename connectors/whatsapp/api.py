"""Calls of the Cloud API that send a reply: its messages in order, files first uploaded.

The Cloud API is a part of Meta's Graph API (`bot.connector.meta.graph`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.connector import ErrorClass, OutboundFile, OutboundReply, SendResult, SendState
from bot.connector.answers import Outcome, doubtful, failed, read_file, stop
from bot.connector.meta.graph import GraphApi, Upload
from bot.connector.recent import Recent
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.faults import PAIR_LIMIT
from connectors.whatsapp.files import goes_by_link
from connectors.whatsapp.render import Call, find_quoted, render_message, with_media
from connectors.whatsapp.statuses import make_mark

MOST_PEOPLE = 1_000
MOST_TRIES = 6  # 4^6 s is more than an hour
FOUR = 4


class Patience:
    """How long to leave a person alone whom too much was sent: 4^n seconds, n counting the refusals.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (131056).
    It counts for the thousand people who were refused last.
    """

    def __init__(self) -> None:
        self._refused: Recent[str, int] = Recent(MOST_PEOPLE)

    def note(self, key: str, outcome: Outcome) -> Outcome:
        """Take notice of what became of a call, and say how long to wait where Meta did not."""
        error = outcome.error
        if error is None or error.code != str(PAIR_LIMIT):
            if error is None:
                self._refused.forget(key)
            return outcome
        refused = self._refused.get(key, 0)
        self._refused.keep(key, min(refused + 1, MOST_TRIES))
        wait = error.retry_after or timedelta(seconds=FOUR**refused)
        return replace(outcome, error=replace(error, retry_after=wait), rates_left=())


class Sender:
    """Sends the replies of one number. `quote`: each answer quotes what it answers."""

    def __init__(self, api: GraphApi, *, number_id: str, quote: bool) -> None:
        self._api, self._number_id, self._quote = api, number_id, quote
        self._patience = Patience()

    async def send(self, reply: OutboundReply, calls: tuple[Call, ...]) -> SendResult:
        """Send what is left of a reply, after the messages delivered before."""
        arrived = list(reply.delivered)
        outcome = Outcome()
        for part, call in list(enumerate(calls, start=1))[len(arrived) :]:
            mark = make_mark(reply.idempotency_key, part=part, parts=len(calls))
            quoted = find_quoted(reply, always=self._quote) if part == 1 else None
            outcome = await self._send_call(reply, call, mark, quoted=quoted)
            outcome = self._patience.note(reply.conversation_key, outcome)
            if outcome.error is not None:
                return stop(arrived, outcome)
            arrived.append(read_native_id(outcome.result))
        return SendResult(state=SendState.SENT, native_ids=tuple(arrived), rates_left=outcome.rates_left)

    async def _send_call(self, reply: OutboundReply, call: Call, mark: str, *, quoted: str | None) -> Outcome:
        if call.files:
            media: list[JsonObject] = []
            for file in call.files:
                named = await self._upload(file)
                if isinstance(named, Outcome):
                    return named
                media.append(named)
            call = with_media(call, media)
        message = render_message(call, reply, mark, quoted=quoted)
        outcome = await self._api.post(f"{self._number_id}/messages", message)
        if outcome.error is None and not read_native_id(outcome.result):
            return doubtful("WhatsApp's answer names no message")
        return outcome

    async def _upload(self, file: OutboundFile) -> JsonObject | Outcome:
        """Return what names a file to WhatsApp, or why it cannot go. An upload reaches nobody."""
        if goes_by_link(file):
            return {"link": file.url}
        content = await read_file(file)
        if isinstance(content, Outcome):
            return content
        mime = file.mime.partition(";")[0].strip()
        upload = Upload(name=file.name, mime=mime, content=content, field="file")
        fields = {"messaging_product": "whatsapp", "type": mime}
        outcome = await self._api.post(f"{self._number_id}/media", fields, upload=upload)
        media_id = outcome.result.get("id") if isinstance(outcome.result, Mapping) else None
        if isinstance(media_id, str) and media_id:
            return {"id": media_id}
        if outcome.error is None:
            return failed(ErrorClass.TRANSIENT, "WhatsApp took a file and did not name it")
        return replace(outcome, certain=True)


def read_native_id(result: Json) -> str:
    """Return the id of a message that WhatsApp took, empty where the answer names none."""
    match result:
        case {"messages": [{"id": str(message_id)}, *_]}:
            return message_id
        case _:
            return ""
