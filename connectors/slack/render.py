"""Replies out, as calls of Slack's Web API. Pure.

Limits: 4,000 characters a message are what Slack advises (it cuts at 40,000), a section has 3,000, a row
25 buttons of 75 characters with values of 2,000 and addresses of 3,000.
Sources: https://docs.slack.dev/reference/methods/chat.postMessage,
https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.connector import OutboundFile, OutboundReply
from bot.connector.egress import find_url_problem
from bot.connector.lines import say_button
from bot.connector.text import clean_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Button
from connectors.slack.interaction import CHOICE, OPENS
from connectors.slack.place import Place, take_timestamp
from connectors.slack.words import escape, split_escaped, unescape

TEXT_MAX, SECTION_MAX = 4_000, 3_000
BUTTONS_MAX, LABEL_MAX, PAYLOAD_MAX, URL_MAX = 25, 75, 2_000, 3_000
ALT_MAX = 2_000
BUTTONS_ALONE = "\N{WHITE DOWN POINTING BACKHAND INDEX}"  # what notifications say of buttons without a text
SAYS = ("text", "blocks", "attachments")  # of a `custom` part, what makes it a message of Slack's
TAKEN = (*SAYS, "mrkdwn", "unfurl_links", "unfurl_media", "icon_emoji", "username")
KEY_EVENT = "visavis_reply"  # the name under which a message carries the reply's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message: the fields of `chat.postMessage`, or a file."""

    fields: JsonObject
    file: OutboundFile | None = None


def render_reply(reply: OutboundReply) -> tuple[Part, ...]:
    """Return the messages that say a reply, in order, without where they go; none where nothing can be said.

    Buttons hang on the last text. A `custom` part with blocks is sent as it is, as Rasa sends it.
    """
    content = reply.content
    own = read_own(content.custom or {})
    shown, lines = sort_buttons(content.buttons)
    image = content.image if content.image and is_public(content.image) else None
    lines += (content.image,) if content.image and image is None else ()
    text = "\n".join(part for part in (clean_text(content.text), *lines) if part)
    if not (text or shown or image or reply.files or own) and content.custom:
        text = json.dumps(content.custom, ensure_ascii=False)  # as Rasa shows what a channel does not know
    texts = split_escaped(text or (BUTTONS_ALONE if shown else ""), limit=TEXT_MAX)
    fields: list[JsonObject] = [{"text": part} for part in texts]
    if shown:
        fields[-1] = {**fields[-1], "blocks": render_blocks(texts[-1], shown)}
    if image:
        fields.append({"text": escape(image), "blocks": [render_image(image)]})
    fields.extend([own] if own else [])
    said = [Part(fields=add_key(each, reply.idempotency_key, n)) for n, each in enumerate(fields)]
    return (*said, *(Part(fields={}, file=file) for file in reply.files))


def read_own(custom: JsonObject) -> JsonObject:
    """Return a message in Slack's own shape, empty where there is none. Where it goes is not its to say."""
    return {name: custom[name] for name in TAKEN if name in custom} if any(map(custom.get, SAYS)) else {}


def make_target(place: Place, context: JsonObject) -> JsonObject:
    """Return the channel and the thread a message goes to."""
    thread = place.thread or take_timestamp(context.get("thread"))
    return {"channel": place.channel, **({"thread_ts": thread} if thread else {})}


def sort_buttons(buttons: tuple[Button, ...]) -> tuple[tuple[Button, ...], tuple[str, ...]]:
    """Part buttons into those that Slack can show and the lines that stand for the others."""
    fitting = [button for button in buttons if fits(button)]
    shown = tuple(fitting[:BUTTONS_MAX])
    return shown, tuple(say_button(button) for button in buttons if button not in shown)


def fits(button: Button) -> bool:
    """Tell whether Slack takes a button."""
    title = clean_text(button.title).strip()
    if not 0 < len(title) <= LABEL_MAX:
        return False
    if button.url:
        return len(button.url) <= URL_MAX and find_url_problem(button.url, allow_internal=True) is None
    return 0 < len(button.payload) <= PAYLOAD_MAX


def render_blocks(text: str, buttons: tuple[Button, ...]) -> list[Json]:
    """Return a text, already escaped, and buttons below it."""
    sections = split_escaped(unescape(text), limit=SECTION_MAX)
    shown: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in sections]
    return [*shown, {"type": "actions", "elements": [render_button(n, b) for n, b in enumerate(buttons)]}]


def render_button(number: int, button: Button) -> JsonObject:
    """Return one button."""
    label: JsonObject = {"type": "plain_text", "text": clean_text(button.title).strip(), "emoji": True}
    if button.url:
        return {"type": "button", "text": label, "action_id": f"{OPENS}{number}", "url": button.url}
    value = clean_text(button.payload)
    return {"type": "button", "text": label, "action_id": f"{CHOICE}{number}", "value": value}


def render_image(url: str) -> JsonObject:
    """Return a picture; its name stands for it where it cannot be seen."""
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return {"type": "image", "image_url": url, "alt_text": name[:ALT_MAX] or "image"}


def is_public(url: str) -> bool:
    """Tell whether Slack can fetch a picture."""
    return len(url) <= URL_MAX and find_url_problem(url, allow_internal=False) is None


def add_key(fields: JsonObject, key: str, number: int) -> JsonObject:
    """Let a message carry which reply it is of: people do not see it, and it can be looked for."""
    payload: JsonObject = {"key": key, "part": number}
    named: JsonObject = {"event_type": KEY_EVENT, "event_payload": payload}
    return {**fields, "metadata": named}


def read_native_id(result: Json, channel: str) -> str:
    """Return the native id of a message that Slack has taken, empty where it does not say."""
    match result:
        case {"ts": str(ts)}:
            return f"{channel}:{ts}"
        case _:
            return ""
