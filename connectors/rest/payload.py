"""Rasa's REST bodies, both ways. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest, OutboundReply
from bot.connector.fields import MAX_ID, parse_object, read_optional_text
from bot.connector.rasa_items import render_reply
from bot.connector.rasa_messages import parse_rasa_message
from bot.domain.json import JsonObject
from bot.domain.message import INPUT_CHANNEL

CHANNEL = "rest"


def parse_message(request: InboundRequest, account: AccountConfig, *, signed: bool) -> InboundEvent:
    """Read `{sender, message, attachments?, metadata?, input_channel?}`.

    It is answered by call-back where the account says so.
    """
    push = bool(account.options.get("callback_url"))
    delivery = Delivery.PUSH if push else Delivery.PULL
    event = parse_rasa_message(request, account, signed=signed, delivery=delivery)
    came_by = read_optional_text(parse_object(request.body), INPUT_CHANNEL, limit=MAX_ID)
    return replace(event, metadata={**event.metadata, INPUT_CHANNEL: came_by}) if came_by else event


def render_callback(reply: OutboundReply) -> JsonObject:
    """Return the body POSTed to a `callback_url`: the same on every try."""
    return {
        "type": "message",
        "data": {
            "sender": reply.conversation_key,
            "author": reply.author,
            "author_name": reply.author_name,
            "messages": render_reply(reply),
        },
    }
