"""Replies to one person, as Messenger's and Instagram's Send API takes them. Pure.

Sources:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/button
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/generic
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.connector.capabilities import FileRule, Window
from bot.connector.egress import check_image, find_url_problem
from bot.connector.lines import say_button, say_file
from bot.connector.meta.events import OWN_MARK
from bot.connector.replies import OutboundFile, OutboundReply
from bot.connector.text import TextUnit, clean_text, fit, measure, split_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Author, Button

QUICK_REPLIES_MAX = 13
TEMPLATE_BUTTONS_MAX = 3
LABEL_MAX = 20  # characters, of both
PAYLOAD_MAX = 1000
TEMPLATE_TEXT_MAX = 640
CARDS_MAX = 10
CARD_TEXT_MAX = 80
IMAGE_BYTES_MAX = 8 * 1024 * 1024
FILE_BYTES_MAX = 25 * 1024 * 1024
PDF = "application/pdf"
BUTTONS_ALONE = "\N{WHITE DOWN POINTING BACKHAND INDEX}"  # buttons need a text to hang on


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What differs: texts, the kinds of `files`, whether `file` is any file or a PDF, and `metadata`."""

    text_max: int
    text_unit: TextUnit
    files: frozenset[str]
    only_pdf: bool = False
    metadata: bool = False

    @property
    def file_rules(self) -> Mapping[str, FileRule]:
        """Say the same as `takes` as data."""
        rules = {kind: FileRule(most=FILE_BYTES_MAX) for kind in self.files}
        rules["image"] = FileRule(most=IMAGE_BYTES_MAX)
        if self.only_pdf:
            rules["file"] = FileRule(mimes=frozenset({PDF}), most=FILE_BYTES_MAX)
        return rules

    def takes(self, file: OutboundFile) -> bool:
        """Tell whether a file can be sent as one."""
        if file.kind not in self.files or (self.only_pdf and file.kind == "file" and file.mime != PDF):
            return False
        return file.size <= (IMAGE_BYTES_MAX if file.kind == "image" else FILE_BYTES_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One `message` of the Send API; `file` goes along where Meta cannot fetch it."""

    message: JsonObject
    file: OutboundFile | None = None


def render_direct(reply: OutboundReply, limits: Limits) -> tuple[Part, ...]:
    """Return the messages that say a reply, in order; none where nothing in it can be shown.

    Raises ValueError in words for an image that Meta cannot fetch.
    """
    content = reply.content
    files = [file for file in reply.files if limits.takes(file)]
    others = [file for file in reply.files if file not in files]
    shown = [button for button in content.buttons if is_fit(button)]
    shown = shown if len(shown) <= TEMPLATE_BUTTONS_MAX else [each for each in shown if not each.url]
    shown = shown[:QUICK_REPLIES_MAX]
    lines = [say_button(button) for button in content.buttons if button not in shown]
    text = "\n".join(part for part in (clean_text(content.text), *lines, *map(say_file, others)) if part)
    messages = [*render_texts(text, shown, limits), *render_custom(content.custom)]
    if content.image:
        messages.append(attach("image", {"url": check_image(content.image)}))
    parts = [Part(message=message) for message in messages] + [render_file(file) for file in files]
    if not limits.metadata:
        return tuple(parts)
    mark: JsonObject = {"metadata": f"{OWN_MARK}{reply.idempotency_key}"}
    return tuple(Part(message={**part.message, **mark}, file=part.file) for part in parts)


def render_texts(text: str, buttons: list[Button], limits: Limits) -> list[JsonObject]:
    """Return the texts of a reply; the buttons hang on the last."""
    if buttons and not text:
        text = BUTTONS_ALONE
    texts = list(split_text(text, limit=limits.text_max, unit=limits.text_unit))
    if not buttons:
        return [{"text": each} for each in texts]
    if len(buttons) > TEMPLATE_BUTTONS_MAX:
        return [
            *({"text": each} for each in texts[:-1]),
            {"text": texts[-1], "quick_replies": [render_choice(each) for each in buttons]},
        ]
    texts[-1:] = split_text(texts[-1], limit=TEMPLATE_TEXT_MAX, unit=limits.text_unit)
    template: JsonObject = {
        "template_type": "button",
        "text": texts[-1],
        "buttons": [render_button(each) for each in buttons],
    }
    return [*({"text": each} for each in texts[:-1]), attach("template", template)]


def is_fit(button: Button) -> bool:
    """Tell whether Meta would take a button: it refuses longer labels, or cuts them."""
    if not 0 < len(clean_text(button.title)) <= LABEL_MAX:
        return False
    if button.url:
        return find_url_problem(button.url, allow_internal=False) is None
    return 0 < measure(button.payload, TextUnit.CHARACTER) <= PAYLOAD_MAX


def render_choice(button: Button) -> JsonObject:
    """Return a quick reply, which is gone once one of them was pressed."""
    return {"content_type": "text", "title": clean_text(button.title), "payload": button.payload}


def render_button(button: Button) -> JsonObject:
    """Return a button that stays."""
    if button.url:
        return {"type": "web_url", "title": clean_text(button.title), "url": button.url}
    return {"type": "postback", "title": clean_text(button.title), "payload": button.payload}


def render_custom(custom: Mapping[str, Json] | None) -> list[JsonObject]:
    """Return a part in Meta's own words: an `attachment`, or `elements` as a row of cards; else none."""
    if not custom:
        return []
    attachment, elements = custom.get("attachment"), custom.get("elements")
    if isinstance(attachment, Mapping):
        return [{"attachment": attachment}]
    listed = elements if isinstance(elements, list | tuple) else []
    cards = [render_card(each) for each in listed if isinstance(each, Mapping)]
    payload: JsonObject = {"template_type": "generic", "elements": cards[:CARDS_MAX]}
    return [attach("template", payload)] if cards else []


def render_card(card: JsonObject) -> JsonObject:
    """Return one card, its words cut to what Meta takes."""
    cut: dict[str, Json] = {
        name: fit(clean_text(value), CARD_TEXT_MAX, TextUnit.CHARACTER)
        for name in ("title", "subtitle")
        if isinstance(value := card.get(name), str) and value
    }
    return {**card, **cut}


def render_file(file: OutboundFile) -> Part:
    """Return a file: by its address where Meta can fetch it, which is over https, else to be sent along."""
    url = file.url or ""
    if url.startswith("https://") and find_url_problem(url, allow_internal=False) is None:
        return Part(message=attach(file.kind, {"url": url}))
    return Part(message=attach(file.kind, {}), file=file)


def attach(kind: str, payload: JsonObject) -> JsonObject:
    """Return a message with an attachment."""
    return {"attachment": {"type": kind, "payload": payload}}


def render_plain(reply: OutboundReply) -> str:
    """Return all of a reply as one text: for comments, and for the one message of a private reply."""
    content = reply.content
    lines = [*map(say_button, content.buttons), *map(say_file, reply.files)]
    return "\n".join(part for part in (clean_text(content.text), *lines, content.image) if part).strip()


def choose_type(reply: OutboundReply, window: Window, *, now: datetime) -> JsonObject:
    """Return what kind of message it is: what a person writes after the bot's window is tagged, no other.

    Meta retired all tags but HUMAN_AGENT on 2026-04-27, and this one is not for what a bot wrote.
    """
    heard = reply.last_heard_at
    late = heard is not None and window.bot is not None and now - heard >= window.bot
    if late and reply.author is Author.STAFF:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}
