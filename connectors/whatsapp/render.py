"""Replies out, as messages of the Cloud API. Pure.

Limits: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages,
…/messages/interactive-reply-buttons-messages, …/messages/interactive-list-messages and
…/messages/interactive-cta-url-messages
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.connector import OutboundFile, OutboundReply, TextUnit
from bot.connector.egress import find_url_problem
from bot.connector.lines import say_button, say_file
from bot.connector.text import clean_text, measure, split_text
from bot.domain.contact import FORMER
from bot.domain.json import Json, JsonObject
from bot.domain.message import Button, Content
from connectors.whatsapp.files import choose_type
from connectors.whatsapp.people import is_user_id
from connectors.whatsapp.templates import check_files, render_template

# Meta says "characters"; UTF-16 stays within any reading of that.
TEXT_UNIT = TextUnit.UTF16
TEXT_MAX, BODY_MAX = 4_096, 1_024
BUTTONS_MAX, BUTTON_TITLE_MAX, BUTTON_ID_MAX = 3, 20, 256
ROWS_MAX, ROW_TITLE_MAX, ROW_TEXT_MAX, ROW_ID_MAX = 10, 24, 72, 200
LIST_LABEL = "Options"
BUTTONS_ALONE = "\N{WHITE DOWN POINTING BACKHAND INDEX}"  # buttons need a text to hang on
OWN_SHAPE = "whatsapp"  # the key of `custom` whose value is a message of the Cloud API


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One message: its type, and what the type holds. `files` are uploaded first, and `part` takes their ids.

    `template`: what the part was rendered from.
    """

    type: str
    part: JsonObject
    files: tuple[OutboundFile, ...] = ()
    template: Json = None


def render_reply(reply: OutboundReply, *, list_label: str = LIST_LABEL) -> tuple[Call, ...]:
    """Return the messages that say a reply, in order; none where nothing in it can be shown.

    Buttons hang on the last text; pictures and files follow. Raises ValueError in words for a template,
    or a message of the Cloud API's own, that is none.
    """
    content, custom = reply.content, reply.content.custom or {}
    if "template" in custom:  # the text says to staff what the template says to the customer
        return (render_approved(custom["template"], reply.files),)
    files, lines = sort_files(reply.files)
    picture, image_line = sort_image(content.image)
    text = join([clean_text(content.text).strip(), *image_line, *lines])
    if not (text or content.buttons or picture or files) and custom and OWN_SHAPE not in custom:
        text = json.dumps(custom, ensure_ascii=False)  # as Rasa shows a payload that a channel does not know
    said = render_words(text, content, list_label)
    own = [render_own(custom[OWN_SHAPE])] if OWN_SHAPE in custom else []
    return (*said, *picture, *files, *own)


def render_approved(template: Json, files: tuple[OutboundFile, ...]) -> Call:
    """Return a template with its files, which have no ids yet."""
    check_files(template, files)
    return Call(type="template", part=render_template(template), files=files, template=template)


def join(lines: list[str]) -> str:
    """Put lines together, leaving out the empty ones."""
    return "\n".join(line for line in lines if line)


def render_words(text: str, content: Content, list_label: str) -> list[Call]:
    """Return texts, the last with the buttons that can be shown; the others become lines."""
    shown, lines = sort_buttons(content.buttons)
    text = join([text, *lines])
    fits = measure(text, TEXT_UNIT) <= BODY_MAX
    above = "" if shown and fits else text
    said = [text_call(part) for part in split_text(above, limit=TEXT_MAX, unit=TEXT_UNIT)]
    if not shown:
        return said
    body = (text if fits else "") or BUTTONS_ALONE
    return [*said, Call(type="interactive", part=render_buttons(body, shown, list_label))]


def text_call(text: str) -> Call:
    """Return a text."""
    return Call(type="text", part={"body": text})


def sort_buttons(buttons: tuple[Button, ...]) -> tuple[tuple[Button, ...], list[str]]:
    """Part buttons into those that WhatsApp can show together and the lines that stand for the others.

    Three short ones are buttons, up to ten a list; one that leads to a page is a button only by itself.
    """
    choices = unique(tuple(button for button in buttons if not button.url))
    shown = tuple(button for button in choices if fits_button(button))
    if len(shown) < len(choices) or len(shown) > BUTTONS_MAX:
        shown = tuple(button for button in choices if fits_row(button))[:ROWS_MAX] or shown[:BUTTONS_MAX]
    if len(buttons) == 1 and fits_link(buttons[0]):
        shown = buttons
    return shown, [say_button(button) for button in buttons if button not in shown]


def unique(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """Return buttons of which no two have the same title or payload: WhatsApp refuses those."""
    kept: list[Button] = []
    for button in buttons:
        if all(button.title != other.title and button.payload != other.payload for other in kept):
            kept.append(button)
    return tuple(kept)


def fits_button(button: Button) -> bool:
    """Tell whether a choice can be a button."""
    return fits(button, title_max=BUTTON_TITLE_MAX, id_max=BUTTON_ID_MAX)


def fits_row(button: Button) -> bool:
    """Tell whether a choice can be a row of a list; a long title goes into the row's description, too."""
    return fits(button, title_max=ROW_TEXT_MAX, id_max=ROW_ID_MAX)


def fits(button: Button, *, title_max: int, id_max: int) -> bool:
    """Tell whether title and payload have a length, and no undue one. An id has no blanks around it."""
    title, payload = measure(button.title, TEXT_UNIT), measure(button.payload, TEXT_UNIT)
    is_clean = button.payload == button.payload.strip() and bool(button.title.strip())
    return is_clean and 0 < title <= title_max and 0 < payload <= id_max


def fits_link(button: Button) -> bool:
    """Tell whether a button can lead to a page."""
    short = 0 < measure(button.title.strip(), TEXT_UNIT) <= BUTTON_TITLE_MAX
    return short and bool(button.url) and not find_url_problem(button.url or "", allow_internal=True)


def render_buttons(body: str, shown: tuple[Button, ...], list_label: str) -> JsonObject:
    """Return an interactive message: a link, buttons, or a list."""
    text: JsonObject = {"body": {"text": body}}
    if shown[0].url:
        parameters = {"display_text": clean_text(shown[0].title).strip(), "url": shown[0].url}
        return {"type": "cta_url", **text, "action": {"name": "cta_url", "parameters": parameters}}
    if len(shown) <= BUTTONS_MAX and all(fits_button(button) for button in shown):
        buttons: list[JsonObject] = [
            {"type": "reply", "reply": {"id": button.payload, "title": clean_text(button.title)}}
            for button in shown
        ]
        return {"type": "button", **text, "action": {"buttons": buttons}}
    rows = [render_row(button) for button in shown]
    return {"type": "list", **text, "action": {"button": list_label, "sections": [{"rows": rows}]}}


def render_row(button: Button) -> JsonObject:
    """Return a row of a list."""
    title = clean_text(button.title)
    if measure(title, TEXT_UNIT) <= ROW_TITLE_MAX:
        return {"id": button.payload, "title": title}
    short = split_text(title, limit=ROW_TITLE_MAX - 1, unit=TEXT_UNIT)[0]
    return {"id": button.payload, "title": f"{short}…", "description": title}


def sort_image(url: str | None) -> tuple[list[Call], list[str]]:
    """Return an image by its address, or a line with it where WhatsApp could not fetch it."""
    if not url:
        return [], []
    if find_url_problem(url, allow_internal=False):
        return [], [clean_text(url)]
    return [Call(type="image", part={"link": url})], []


def sort_files(files: tuple[OutboundFile, ...]) -> tuple[list[Call], list[str]]:
    """Part files into messages and lines that name those WhatsApp does not take."""
    calls: list[Call] = []
    lines: list[str] = []
    for file in files:
        kind = choose_type(file)
        if kind is None:
            lines.append(say_file(file))
            continue
        part = {"filename": clean_text(file.name)} if kind == "document" else {}
        calls.append(Call(type=kind, part=part, files=(file,)))
    return calls, lines


def render_own(custom: Json) -> Call:
    """Return a message that is written in the Cloud API's own terms: a flow, a place, a reaction."""
    match custom:
        case {"type": str(kind), **rest} if isinstance(part := rest.get(kind), Mapping):
            return Call(type=kind, part=part)
        case _:
            raise ValueError("`custom.whatsapp` needs a `type`, and an object under that name")


def read_target(key: str) -> JsonObject:
    """Return whom a conversation is with. Raises ValueError for a key that is not ours.

    A user id in `to` would be answered with 200 and go to nobody: it has a field of its own.
    """
    if is_user_id(key):
        return {"recipient_type": "individual", "recipient": key}
    if key.isascii() and key.isdigit():
        return {"recipient_type": "individual", "to": key}
    if key.startswith(FORMER):
        raise ValueError("they have another number now, which is not told: they have to write first")
    raise ValueError("this is neither a phone number nor a user id of WhatsApp")


def render_message(call: Call, reply: OutboundReply, mark: str, *, quoted: str | None) -> JsonObject:
    """Return the body of a call; `mark` comes back with its statuses, `quoted` is the message it quotes."""
    fields: dict[str, Json] = {
        "messaging_product": "whatsapp",
        **read_target(reply.conversation_key),
        "type": call.type,
        call.type: call.part,
        "biz_opaque_callback_data": mark,
    }
    return {**fields, "context": {"message_id": quoted}} if quoted else fields


def find_quoted(reply: OutboundReply, *, always: bool) -> str | None:
    """Return the message to quote: the one that the reply itself names, or the last of the customer's."""
    named = (reply.content.custom or {}).get("quote")
    if isinstance(named, str) and named:
        return named
    last = reply.reply_context.get("message_id") if always else None
    return last if isinstance(last, str) and last else None


def with_media(call: Call, media: Sequence[JsonObject]) -> Call:
    """Return a call that names its files: by the ids they were uploaded under, or by addresses."""
    if call.template is None:
        return replace(call, part={**media[0], **call.part}, files=())
    named = [
        {**each, "filename": clean_text(file.name)} for each, file in zip(media, call.files, strict=True)
    ]
    return replace(call, part=render_template(call.template, named), files=())
