"""Replies out, as calls of the Bot API. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import telegram
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.connector import OutboundReply, TextUnit
from bot.connector.egress import find_url_problem
from bot.connector.text import clean_text, measure, split_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Button

# Telegram says "characters" but counts offsets in UTF-16; this stays within either reading.
TEXT_MAX, TEXT_UNIT = MessageLimit.MAX_TEXT_LENGTH.value, TextUnit.UTF16
PAYLOAD_MAX = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA.value  # bytes of UTF-8
BUTTONS_MAX = 100
BUTTONS_ALONE = "\N{WHITE DOWN POINTING BACKHAND INDEX}"  # a keyboard needs a text to hang on


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Bot API."""

    method: str
    fields: JsonObject


def render_reply(reply: OutboundReply) -> tuple[Call, ...]:
    """Return the calls that say a reply, in order; no call where nothing in it can be shown.

    Buttons hang on the last text. Raises ValueError in words for a key or image that is not one.
    """
    content, target = reply.content, read_target(reply.conversation_key)
    shown, lines = sort_buttons(content.buttons)
    text = "\n".join(part for part in (clean_text(content.text), *lines) if part)
    texts = split_text(text or (BUTTONS_ALONE if shown else ""), limit=TEXT_MAX, unit=TEXT_UNIT)
    rendered = [Call(method="sendMessage", fields={**target, "text": part}) for part in texts]
    if shown:
        rendered[-1] = replace(
            rendered[-1], fields={**rendered[-1].fields, "reply_markup": render_keyboard(shown)}
        )
    if content.image:
        rendered.append(Call(method="sendPhoto", fields={**target, "photo": check_image(content.image)}))
    return quote_first(rendered, reply.reply_context.get("reply_to"))


def read_target(key: str) -> JsonObject:
    """Return the chat, and the topic where there is one. Raises ValueError for a key that is not ours."""
    chat, *rest = (int(part) for part in key.split(":"))
    return {"chat_id": chat, **({"message_thread_id": rest[1]} if len(rest) > 1 else {})}


def read_native_id(result: Json) -> str:
    """Return the native id of a message Telegram has sent, empty if it does not say."""
    match result:
        case {"chat": {"id": int(chat)}, "message_id": int(message)}:
            return f"{chat}:{message}"
        case _:
            return ""


def sort_buttons(buttons: tuple[Button, ...]) -> tuple[tuple[Button, ...], tuple[str, ...]]:
    """Part buttons into those Telegram can show and the lines that stand for the others.

    Telegram refuses payloads of more than 64 bytes: such a button becomes a line with its label,
    which the customer can write instead.
    """
    fitting = [b for b in buttons if b.url or 0 < measure(b.payload, TextUnit.BYTE) <= PAYLOAD_MAX]
    shown = tuple(fitting[:BUTTONS_MAX])
    return shown, tuple(f"• {clean_text(button.title)}" for button in buttons if button not in shown)


def render_keyboard(buttons: tuple[Button, ...]) -> JsonObject:
    """Return an inline keyboard, one button a row so that labels are not cut on a phone."""
    rows = [
        [telegram.InlineKeyboardButton(clean_text(button.title), url=button.url)]
        if button.url
        else [telegram.InlineKeyboardButton(clean_text(button.title), callback_data=button.payload)]
        for button in buttons
    ]
    markup: JsonObject = telegram.InlineKeyboardMarkup(rows).to_dict()
    return markup


def check_image(url: str) -> str:
    """Return the address of an image Telegram can fetch. Raises ValueError in words."""
    problem = find_url_problem(url, allow_internal=False)
    if problem is not None:
        raise ValueError(f"the image's address {problem}")
    return url


def quote_first(calls: list[Call], message_id: Json) -> tuple[Call, ...]:
    """Let the first call quote what it answers, where many people read along."""
    if not calls or not isinstance(message_id, int):
        return tuple(calls)
    quoted = {"message_id": message_id, "allow_sending_without_reply": True}
    first = replace(calls[0], fields={**calls[0].fields, "reply_parameters": quoted})
    return (first, *calls[1:])
