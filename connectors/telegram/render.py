"""Replies out, as calls of the Bot API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import telegram
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.connector import OutboundFile, OutboundReply, TextUnit
from bot.connector.egress import check_image, find_url_problem
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, measure, split_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Button
from connectors.telegram.files import DOCUMENT, METHODS, Upload, sort_files
from connectors.telegram.place import read_post, read_target

# Telegram says "characters" but counts offsets in UTF-16; this stays within either reading.
TEXT_MAX, TEXT_UNIT = MessageLimit.MAX_TEXT_LENGTH.value, TextUnit.UTF16
CAPTION_MAX = MessageLimit.CAPTION_LENGTH.value  # of the same
PAYLOAD_MAX = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA.value  # bytes of UTF-8
BUTTONS_MAX = 100
BUTTONS_ALONE = "\N{WHITE DOWN POINTING BACKHAND INDEX}"  # a keyboard needs a text to hang on


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Bot API: `makes` so many messages. `files` go along, by the names of their parts."""

    method: str
    fields: JsonObject
    files: Mapping[str, OutboundFile] = field(default_factory=dict)
    makes: int = 1


def render_reply(reply: OutboundReply) -> tuple[Call, ...]:
    """Return the calls that say a reply, in order; no call where nothing in it can be shown.

    Buttons hang on the last text, which is the caption of the files where it is short enough and they are
    one message or album. Raises ValueError in words for a key or image that is not one.
    """
    content, target = reply.content, read_target(reply.conversation_key)
    shown, lines = sort_buttons(content.buttons)
    groups, refused = sort_files(reply.files)
    text = "\n".join(part for part in (clean_text(content.text), *lines, *map(say_file, refused)) if part)
    files = [render_files(target, group) for group in groups]
    if len(files) == 1 and not content.image and is_caption(text, files[0], shown):
        return quote([add_caption(files[0], text, shown)], reply)
    rendered = render_texts(target, text, shown)
    if content.image:
        rendered.append(Call(method="sendPhoto", fields={**target, "photo": check_image(content.image)}))
    return quote([*rendered, *files], reply)


def render_texts(target: JsonObject, text: str, buttons: tuple[Button, ...]) -> list[Call]:
    """Return the texts of a reply."""
    texts = split_text(text or (BUTTONS_ALONE if buttons else ""), limit=TEXT_MAX, unit=TEXT_UNIT)
    rendered = [Call(method="sendMessage", fields={**target, "text": part}) for part in texts]
    if buttons:
        fields = {**rendered[-1].fields, "reply_markup": render_keyboard(buttons)}
        rendered[-1] = replace(rendered[-1], fields=fields)
    return rendered


def render_files(target: JsonObject, group: list[Upload]) -> Call:
    """Return the call that uploads a file, or several as an album."""
    if len(group) == 1:
        only = group[0]
        return Call(method=METHODS[only.type], fields=target, files={only.type: only.file})
    media: list[Json] = [
        {"type": each.type, "media": f"attach://file{number}"} for number, each in enumerate(group)
    ]
    return Call(
        method="sendMediaGroup",
        fields={**target, "media": media},
        files={f"file{number}": each.file for number, each in enumerate(group)},
        makes=len(group),
    )


def is_caption(text: str, files: Call, buttons: tuple[Button, ...]) -> bool:
    """Tell whether text and buttons can stand under the files. Under an album there are no buttons."""
    return measure(text, TEXT_UNIT) <= CAPTION_MAX and not (buttons and files.makes > 1)


def add_caption(files: Call, text: str, buttons: tuple[Button, ...]) -> Call:
    """Put text and buttons under the files; an album shows what one of its files says."""
    caption: JsonObject = {"caption": text} if text else {}
    match files.fields.get("media"):
        case [Mapping() as first, *others]:
            return replace(files, fields={**files.fields, "media": [{**first, **caption}, *others]})
        case _:
            markup: JsonObject = {"reply_markup": render_keyboard(buttons)} if buttons else {}
            return replace(files, fields={**files.fields, **caption, **markup})


def as_documents(call: Call) -> Call:
    """Return the same files as documents, which Telegram looks at no closer."""
    media = call.fields.get("media")
    if isinstance(media, list):
        plain: list[Json] = [{**each, "type": DOCUMENT} for each in media if isinstance(each, Mapping)]
        return replace(call, fields={**call.fields, "media": plain})
    (only,) = call.files.values()
    return replace(call, method=METHODS[DOCUMENT], files={DOCUMENT: only})


def sort_buttons(buttons: tuple[Button, ...]) -> tuple[tuple[Button, ...], tuple[str, ...]]:
    """Part buttons into those Telegram can show and the lines that stand for the others."""
    shown = tuple(filter(fits, buttons))[:BUTTONS_MAX]
    return shown, tuple(say_button(button) for button in buttons if button not in shown)


def fits(button: Button) -> bool:
    """Tell whether Telegram takes a button: it refuses a whole message for one that it does not.

    Payloads have at most 64 bytes; addresses are of the web, or of Telegram's own app.
    """
    if not clean_text(button.title).strip():
        return False
    if button.url:
        return button.url.startswith("tg://") or find_url_problem(button.url, allow_internal=False) is None
    return 0 < measure(button.payload, TextUnit.BYTE) <= PAYLOAD_MAX


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


def quote(calls: list[Call], reply: OutboundReply) -> tuple[Call, ...]:
    """Let the first call quote what it answers, where many people read along.

    Under a post every call does, and none goes out where that is gone: what answers nothing there would
    stand in the group by itself.
    """
    answered, post = reply.reply_context.get("reply_to"), read_post(reply.conversation_key)
    message_id = answered if isinstance(answered, int) else post
    if message_id is None:
        return tuple(calls)
    quoted = {"message_id": message_id, "allow_sending_without_reply": post is None}
    most = 1 if post is None else len(calls)
    quoting = [replace(call, fields={**call.fields, "reply_parameters": quoted}) for call in calls[:most]]
    return (*quoting, *calls[most:])
