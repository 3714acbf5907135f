"""Rasa's REST bodies, both ways. Pure."""

from __future__ import annotations

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest, OutboundReply
from bot.connector.rasa_items import render_items
from bot.connector.rasa_messages import parse_rasa_message
from bot.domain.json import JsonObject
from bot.domain.message import Author, Kind, Message

CHANNEL = "rest"


def parse_message(request: InboundRequest, account: AccountConfig, *, signed: bool) -> InboundEvent:
    """Read `{sender, message, metadata?}`: replies are called back where the account says so."""
    push = bool(account.options.get("callback_url"))
    delivery = Delivery.PUSH if push else Delivery.PULL
    return parse_rasa_message(request, account, signed=signed, delivery=delivery)


def render_message(message: Message, recipient_id: str) -> tuple[JsonObject, ...]:
    """Return what a REST call answers with: nothing for notes and for what the contact said."""
    if message.author is Author.CONTACT or message.kind is Kind.NOTE:
        return ()
    return render_items(message.content, recipient_id)


def render_callback(reply: OutboundReply) -> JsonObject:
    """Return the body POSTed to a `callback_url`: the same on every try."""
    return {
        "type": "message",
        "data": {
            "sender": reply.conversation_key,
            "author": reply.author,
            "author_name": reply.author_name,
            "messages": render_items(reply.content, reply.conversation_key),
        },
    }
