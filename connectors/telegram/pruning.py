"""Updates as python-telegram-bot can build them, whatever version of the Bot API they are of. Pure.

It builds every object in an update, and raises for a field that a newer version has changed, or that an
older one did not have. A message is none the less one for that: what it refuses is left out. Polls, dice and
lists of things to do, which change most, are words before it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.connector.fields import MAX_TEXT
from bot.domain.json import Json, JsonObject

LISTED_MAX = 50  # lines of a poll or a list
MESSAGES = frozenset({"message", "edited_message", "business_message", "edited_business_message"})
CORE = frozenset(
    {
        *("message_id", "date", "edit_date", "chat", "from", "sender_chat", "sender_business_bot", "text"),
        *("caption", "business_connection_id", "message_thread_id", "is_topic_message", "media_group_id"),
        *("is_automatic_forward", "is_from_offline", "direct_messages_topic"),
    }
)
KNOWN = CORE | {
    *("entities", "caption_entities", "photo", "animation", "audio", "document", "sticker", "video", "voice"),
    *("video_note", "location", "venue", "contact", "web_app_data", "reply_to_message"),
}
FILES = frozenset({"animation", "audio", "document", "sticker", "video", "video_note", "voice"})
# What files of older versions have not, and nobody here looks at.
FILE: JsonObject = {
    **dict.fromkeys(("width", "height", "duration", "length"), 0),
    **dict.fromkeys(("is_animated", "is_video"), False),
    "type": "regular",
}
PERSON: JsonObject = {"is_bot": False, "first_name": ""}
ANSWERED = CORE - {"text", "caption"} | {"forum_topic_created"}


def list_tries(raw: JsonObject) -> Iterator[tuple[JsonObject, list[str]]]:
    """Yield an update whole, then with what matters most, at last with what it cannot do without.

    With each comes which of its message's fields were left out.
    """
    name = next((name for name in raw if name in MESSAGES), None)
    message = raw.get(name) if name else None
    if name is None or not isinstance(message, Mapping):
        yield complete_press(raw), []
        return
    message = complete(spell_out(message))
    yield {**raw, name: message}, []
    for kept in (KNOWN, CORE):
        dropped = [field for field in message if field not in kept]
        yield {**raw, name: prune(message, kept)}, dropped


def prune(message: JsonObject, kept: frozenset[str]) -> dict[str, Json]:
    """Return some of a message's fields; of the one it answers, only which it is and whose.

    Files lose what hangs on them: previews, covers, the same film in other sizes.
    """
    found = {field: strip(field, value) for field, value in message.items() if field in kept}
    answered = found.get("reply_to_message")
    if isinstance(answered, Mapping):
        found["reply_to_message"] = prune(answered, ANSWERED)
    return found


def strip(name: str, value: Json) -> Json:
    """Return a file with nothing but its plain values, anything else as it is."""
    if name not in FILES or not isinstance(value, Mapping):
        return value
    return {key: each for key, each in value.items() if not isinstance(each, Mapping | list)}


def complete(message: JsonObject) -> JsonObject:
    """Return a message whose files and sender have what older versions, and other programs, leave out."""
    found = dict(message)
    for name in FILES & message.keys():
        found[name] = complete_file(message[name])
    photo, person = message.get("photo"), message.get("from")
    if isinstance(photo, list):
        found["photo"] = [complete_file(size) for size in photo]
    if isinstance(person, Mapping):
        found["from"] = {**PERSON, **person}
    if "forward_origin" not in found and "forward_date" in found:
        found["forward_origin"] = find_origin(message)
    return found


def find_origin(message: JsonObject) -> JsonObject:
    """Return from whom a message was passed on, as it is told since Bot API 7.0."""
    at: JsonObject = {"date": message["forward_date"]}
    person, chat = message.get("forward_from"), message.get("forward_from_chat")
    if isinstance(person, Mapping):
        return {**at, "type": "user", "sender_user": {**PERSON, **person}}
    if isinstance(chat, Mapping):
        return {**at, "type": "chat", "sender_chat": chat}
    return {**at, "type": "hidden_user", "sender_user_name": message.get("forward_sender_name") or ""}


def complete_press(raw: JsonObject) -> JsonObject:
    """Return an update whose pressed button has what the first versions left out, any other as it is."""
    press = raw.get("callback_query")
    person, message = (
        (press.get("from"), press.get("message")) if isinstance(press, Mapping) else (None, None)
    )
    if not isinstance(press, Mapping) or not isinstance(person, Mapping):
        return raw
    shown: JsonObject = {"message": complete(message)} if isinstance(message, Mapping) else {}
    return {**raw, "callback_query": {"chat_instance": "", **press, "from": {**PERSON, **person}, **shown}}


def complete_file(file: Json) -> Json:
    """Return a file with all that it is built of, anything else as it is."""
    if not isinstance(file, Mapping) or not isinstance(file.get("file_id"), str):
        return file
    return {**FILE, "file_unique_id": file["file_id"], **file}


def spell_out(message: JsonObject) -> JsonObject:
    """Return a message that is a poll, a thrown die or a list with its words as its text."""
    for name, spell in SPELLERS.items():
        part = message.get(name)
        words = spell(part) if isinstance(part, Mapping) else ""
        if words:
            return {**{key: value for key, value in message.items() if key != name}, "text": words[:MAX_TEXT]}
    return message


def spell_poll(poll: JsonObject) -> str:
    """Return a poll's question and choices."""
    return spell_list(poll.get("question"), poll.get("options"))


def spell_checklist(checklist: JsonObject) -> str:
    """Return a list of things to do."""
    return spell_list(checklist.get("title"), checklist.get("tasks"))


def spell_die(dice: JsonObject) -> str:
    """Return which die was thrown."""
    shown = dice.get("emoji")
    return shown if isinstance(shown, str) else ""


def spell_list(head: Json, items: Json) -> str:
    """Return a heading, and a line for each thing below it."""
    listed: Sequence[Json] = items[:LISTED_MAX] if isinstance(items, list) else []
    texts = [item.get("text") for item in listed if isinstance(item, Mapping)]
    lines = [head, *(f"- {text}" for text in texts if isinstance(text, str))]
    return "\n".join(line for line in lines if isinstance(line, str))


SPELLERS: Mapping[str, Callable[[JsonObject], str]] = {
    "poll": spell_poll,
    "dice": spell_die,
    "checklist": spell_checklist,
}
