"""What Slack posts as forms: pressed buttons and slash commands. Pure.

Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from bot.connector import AccountConfig, HookResponse, InboundEvent
from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind
from bot.errors import BadPayload
from connectors.slack.blocks import list_words
from connectors.slack.payload import make_blank, read_object
from connectors.slack.place import (
    Me,
    Place,
    is_direct,
    make_context,
    read_sender,
    take_id,
    take_text,
    take_timestamp,
)

FIELDS_MAX = 50
SAID_MAX = 4_000  # of a message whose button was pressed, to be shown again without its buttons
QUESTION = b"url_verification"
CHOICE = "choice:"  # the action ids of our buttons
OPENS = "open:"  # of those that open an address, and say nothing
CHOSEN = (
    *("value", "selected_date", "selected_time", "selected_date_time", "selected_user", "selected_channel"),
    "selected_conversation",
)
SEVERAL = ("selected_options", "selected_users", "selected_channels", "selected_conversations")
COMMANDS = "Commands are not answered here. Write to me in a direct message, or mention me in a channel."


def is_form(body: bytes) -> bool:
    """Tell whether a body is a form: no JSON object begins like one."""
    return body.lstrip()[:1] != b"{" and b"=" in body


def read_form(body: bytes) -> Mapping[str, str]:
    """Return a form's fields. Raises `BadPayload`."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError as error:
        raise BadPayload("the body is not a form in UTF-8") from error


def answer_at_once(body: bytes) -> HookResponse | None:
    """Return the answer to what wants one in its response, and makes no event; None for anything else."""
    if is_form(body):
        fields = read_form(body)
        if fields.get("ssl_check") == "1":
            return HookResponse(body=b"")
        if "command" in fields:
            words = json.dumps({"response_type": "ephemeral", "text": COMMANDS})
            return HookResponse(body=words.encode(), content_type="application/json")
        return None
    if QUESTION not in body:  # an event, mostly: reading it once is enough
        return None
    asked = read_object(body)
    challenge = asked.get("challenge")
    if asked.get("type") != QUESTION.decode() or not isinstance(challenge, str):
        return None
    return HookResponse(body=challenge[:1_000].encode(errors="replace"))


def read_payload(body: bytes) -> JsonObject:
    """Return what an interaction's form holds. Raises `BadPayload`."""
    payload = read_form(body).get("payload")
    if payload is None:
        raise BadPayload("`payload` is missing: this is no interaction of Slack's")
    return read_object(payload.encode(errors="replace"))


def parse_interaction(payload: JsonObject, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Say an interaction in our words, one event for each button (there is one, mostly)."""
    name = str(payload.get("type"))
    mark = take_text(payload.get("trigger_id"), MAX_ID) or "unnamed"
    blank = make_blank(account, f"interaction:{mark}", name)
    actions = payload.get("actions")
    if name == "interactive_message" and isinstance(actions, list):
        payload, actions = modernize(payload), [modernize_action(each, payload) for each in actions]
        name = "block_actions"
    if name != "block_actions" or not isinstance(actions, list) or not actions:
        return [blank]
    return [
        read_press(payload, action, replace(blank, event_id=f"interaction:{mark}:{number}"), me)
        for number, action in enumerate(actions[:FIELDS_MAX])
    ]


def modernize(payload: JsonObject) -> JsonObject:
    """Return what a button of an older message says, in the shape of newer ones."""
    message: JsonObject = {**as_object(payload.get("original_message")), "ts": payload.get("message_ts")}
    return {**payload, "message": message}


def modernize_action(action: Json, payload: JsonObject) -> JsonObject:
    """Return a pressed button of an older message: it has no time and no id of its own."""
    old = as_object(action)
    return {**old, "action_id": old.get("name"), "action_ts": payload.get("action_ts")}


def read_press(payload: JsonObject, action: Json, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a pressed button of ours; anything else stays `blank`."""
    pressed, message = as_object(action), as_object(payload.get("message"))
    container = as_object(payload.get("container"))
    channel = take_id(as_object(payload.get("channel")).get("id") or container.get("channel_id"))
    person = take_id(as_object(payload.get("user")).get("id"))
    ts = take_timestamp(message.get("ts") or container.get("message_ts"))
    value, title = read_choice(pressed)
    at = take_timestamp(pressed.get("action_ts"))
    action_id = str(pressed.get("action_id"))
    if not (channel and person and ts and value and at) or action_id.startswith(OPENS):
        return blank
    thread = take_timestamp(message.get("thread_ts") or container.get("thread_ts"))
    private = is_direct(channel)
    place = Place(
        channel=channel, person=person, thread=thread or (None if private else ts), is_private=private
    )
    said = take_text(message.get("text"), SAID_MAX + 1)
    # A message of the brand's own shape stays as it is.
    shown = {"said": said} if 0 < len(said) <= SAID_MAX and action_id.startswith(CHOICE) else {}
    return replace(
        blank,
        event_id=f"press:{channel}:{ts}:{person}:{at}",
        kind=Kind.POSTBACK,
        conversation_key=place.key,
        sender=read_sender(person, me),
        content=Content(text=value),
        surface=place.surface,
        target_id=f"{channel}:{ts}",
        reply_context=make_context(place, payload),
        metadata={"title": title, **shown} if title else {},
    )


def read_choice(action: JsonObject) -> tuple[str, str]:
    """Return what was chosen, and what stood on it: of a button, a menu, or a calendar of the brand's own."""
    option = as_object(action.get("selected_option"))
    several = [each for name in SEVERAL for each in as_list(action.get(name))[:FIELDS_MAX]]
    chosen = [as_object(each).get("value") if isinstance(each, Mapping) else each for each in several]
    typed = list_words([as_object(action.get("rich_text_value"))])
    found = (option.get("value"), *(action.get(name) for name in CHOSEN), join(chosen), typed)
    value = next((text for each in found if (text := write(each))), "")
    action_id = take_text(action.get("action_id"), MAX_ID)
    if not value and action.get("type") == "button" and not action_id.startswith(CHOICE):
        value = action_id  # a button of the brand's own may say nothing more
    labels = [as_object(as_object(each).get("text")).get("text") for each in several]
    label = as_object(option.get("text") or action.get("text")).get("text") or join(labels)
    return value, take_text(label, MAX_ID)


def join(values: Sequence[Json]) -> str:
    """Return several values as one."""
    return ", ".join(value for value in values if isinstance(value, str))


def write(value: Json) -> str:
    """Return a value as text: a moment is a number."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return take_text(str(value) if whole else value, MAX_TEXT)


def as_list(value: Json) -> Sequence[Json]:
    """Return a list, an empty one where it is none."""
    return value if isinstance(value, list) else []


def as_object(value: Json) -> JsonObject:
    """Return an object, an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}
