"""What comes while another sender, such as Meta's own agent, has a conversation. Pure.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/standby
and …/webhooks/reference/messaging-handovers
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector.meta.fields import get_id, get_list, get_object, get_text
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.notes import note
from connectors.whatsapp.reading import get_name

STANDBY, HANDOVERS = "standby", "messaging_handovers"
MOVES: Mapping[str, str] = {
    "control_passed": "The conversation was passed on to you",
    "control_taken": "Another sender took the conversation",
}


def name_field(change: JsonObject) -> str:
    """Return what a change is about; at times only what stands in it tells."""
    return get_name(change, "field") or (STANDBY if get_object(get_object(change, "value"), STANDBY) else "")


def open_value(field: str, value: JsonObject) -> JsonObject:
    """Return the value of a change in the shape that all others have.

    What was overheard stands one level deeper. A handover has no list around it, and another word for
    whose number it is.
    """
    if field == STANDBY:
        opened = {**get_object(value, STANDBY), **value}
        echoes = get_list(opened, "message_echoes")
        return {**opened, "message_echoes": [open_echo(echo) for echo in echoes]} if echoes else opened
    if field == HANDOVERS and HANDOVERS not in value:
        return {**value, "metadata": get_object(value, "recipient"), HANDOVERS: [value]}
    return value


def open_echo(echo: Json) -> Json:
    """Return an echo in the shape of a message: what it holds is in the words in which it was sent."""
    sent = get_object(echo, "message") if isinstance(echo, Mapping) else {}
    if not isinstance(echo, Mapping) or not sent:
        return echo
    group = {"group_id": sent.get("to")} if get_name(sent, "recipient_type") == "group" else {}
    about: JsonObject = {"to_user_id": sent.get("recipient"), "definition": get_object(echo, "template")}
    return {**sent, **about, **group, "id": echo.get("id"), "timestamp": echo.get("timestamp")}


def explain_handover(handover: JsonObject) -> JsonObject:
    """Say who has the conversation now, why, and what was said in it before."""
    kind = get_name(handover, "type")
    told = get_object(handover, kind)
    summary = get_object(get_object(told, "conversation_context"), "summary")
    words = (MOVES.get(kind), get_text(told, "metadata"), get_text(summary, "text"))
    return {"update": kind or HANDOVERS, **note(". ".join(filter(None, words)))}


def get_handed(handover: JsonObject) -> JsonObject:
    """Return whose conversation was handed over, as a message says who wrote it."""
    sender = get_object(handover, "sender")
    return {"from": sender.get("phone_number") or sender.get("id"), "from_user_id": get_id(sender, "user_id")}
