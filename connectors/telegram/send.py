"""Making the calls of a reply: with files read, and again for what moved or was no photo after all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.connector.answers import Outcome, read_file
from connectors.telegram.api import Moved, Part, TelegramApi
from connectors.telegram.render import Call, as_documents

# Telegram's words for a picture that it cannot show as one: too long and narrow, or broken.
NO_PHOTO = (
    "PHOTO_INVALID_DIMENSIONS",
    "IMAGE_PROCESS_FAILED",
    "PHOTO_EXT_INVALID",
    "PHOTO_SAVE_FILE_INVALID",
)


def skip_made(calls: Sequence[Call], arrived: int) -> Iterator[Call]:
    """Yield the calls that are left once so many messages have arrived; an album arrives as a whole."""
    made = 0
    for call in calls:
        if made >= arrived:
            yield call
        made += call.makes


async def make(api: TelegramApi, call: Call) -> Outcome:
    """Make a call of a reply."""
    outcome = await make_once(api, call)
    if isinstance(outcome, Moved):  # the group became a supergroup, and nothing was sent
        call = replace(call, fields={**call.fields, "chat_id": outcome.moved_to})
        outcome = await make_once(api, call)
    if call.files and outcome.error is not None and any(word in outcome.error.detail for word in NO_PHOTO):
        outcome = await make_once(api, as_documents(call))
    return outcome


async def make_once(api: TelegramApi, call: Call) -> Outcome:
    """Make a call, with its files read."""
    if not call.files:
        return await api.call(call.method, call.fields)
    parts: list[Part] = []
    for name, file in call.files.items():
        content = await read_file(file)
        if isinstance(content, Outcome):
            return content
        parts.append(Part(name=name, file=file, content=content))
    return await api.upload(call.method, call.fields, parts)
