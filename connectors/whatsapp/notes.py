"""What staff read in place of something that cannot be shown, or that is no message at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector.meta.fields import get_id, get_object
from bot.domain.json import JsonObject
from connectors.whatsapp.reading import get_name

NEW_NUMBER = "They have a new phone number now: {new}"
NEW_USER_ID = "WhatsApp knows them by a new id now"
NEW_DEVICE = "They use WhatsApp on another device, or have installed it again: make sure who writes"
SYSTEM: Mapping[str, str] = {
    "user_changed_number": NEW_NUMBER,
    "customer_changed_number": NEW_NUMBER,
    "user_changed_user_id": NEW_USER_ID,
    "user_identity_changed": NEW_DEVICE,
    "customer_identity_changed": NEW_DEVICE,
}
UNSUPPORTED: Mapping[str, str] = {
    "poll": "They sent a poll, which WhatsApp does not pass on",
    "poll_creation": "They sent a poll, which WhatsApp does not pass on",
    "poll_update": "They voted in a poll, which WhatsApp does not pass on",
    "edit": "They changed a message, and WhatsApp does not say to what",
    "group_invite": "They sent an invitation to a group, which WhatsApp does not pass on",
    "gif": "They sent a moving picture, which WhatsApp does not pass on",
    "pin": "They pinned a message",
}
ANSWERS: Mapping[str, str] = {
    "accept": "They allow calls on WhatsApp",
    "reject": "They do not want to be called on WhatsApp",
}
PREFERENCES: Mapping[str, str] = {
    "stop": "They want no advertising by WhatsApp",
    "resume": "They allow advertising by WhatsApp again",
}
WELCOME = "They opened the chat, and have written nothing yet"
CALL = "They called on WhatsApp. Calls are not taken here"
LOST = "WhatsApp did not pass on what they sent: ask them to send it again"


def note(text: str | None) -> JsonObject:
    """Return metadata with a note, empty where there is none."""
    return {"note": text} if text else {}


def explain_system(system: JsonObject) -> JsonObject:
    """Say that somebody has another number, id or device."""
    text = SYSTEM.get(get_name(system, "type"))
    new = get_id(system, "wa_id") or get_id(system, "new_wa_id")
    return note(text.format(new=f"+{new.removeprefix('+')}" if new else "it is not told") if text else None)


def explain_permission(chosen: JsonObject) -> JsonObject:
    """Say whether somebody wants to be called."""
    return note(ANSWERS.get(get_name(get_object(chosen, "call_permission_reply"), "response")))


def explain_unsupported(what: str) -> JsonObject:
    """Say what WhatsApp kept to itself."""
    return note(UNSUPPORTED.get(what, LOST))
