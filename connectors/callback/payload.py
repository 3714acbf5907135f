"""Rasa's bodies of the callback channel, both ways. Pure."""

from __future__ import annotations

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest
from bot.connector.rasa_items import render_items
from bot.connector.rasa_messages import parse_rasa_message
from bot.domain.json import JsonObject
from bot.domain.message import Author, Kind, Message

CHANNEL = "callback"


def parse_message(request: InboundRequest, account: AccountConfig, *, signed: bool) -> InboundEvent:
    """Read `{sender, message, metadata?}`."""
    return parse_rasa_message(request, account, signed=signed, delivery=Delivery.PUSH)


def render_message(message: Message, recipient_id: str) -> tuple[JsonObject, ...]:
    """Return the bodies that say a message: nothing for notes and for what the contact said."""
    if message.author is Author.CONTACT or message.kind is Kind.NOTE:
        return ()
    return render_items(message.content, recipient_id)
