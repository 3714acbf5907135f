"""What comes in by the callback channel. Pure; what goes out is `bot.connector.rasa_items`."""

from __future__ import annotations

from bot.connector import AccountConfig, Delivery, InboundEvent, InboundRequest
from bot.connector.rasa_messages import parse_rasa_message

CHANNEL = "callback"


def parse_message(request: InboundRequest, account: AccountConfig, *, signed: bool) -> InboundEvent:
    """Read `{sender, message, metadata?}`."""
    return parse_rasa_message(request, account, signed=signed, delivery=Delivery.PUSH)
