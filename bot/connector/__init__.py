"""The interface between a channel and the rest: what connectors take in, give out and promise.

Connectors know each other by nothing; what several of them need beside the interface stands here:
reading outside JSON (`fields`), an account's options (`options`), text limits (`text`), Standard Webhooks
signatures (`signatures`), calls of platforms (`platform_api`) and what became of them (`answers`), calls to
addresses that somebody else chose (`egress`), how long to wait for who does not answer (`waits`), what is
remembered meanwhile (`recent`), words for what is not shown (`lines`), Rasa's bodies (`rasa_messages`,
`rasa_items`) and bases for those that are only called (`quiet`), or signed (`signed`), and what Meta's
platforms share (`meta`).
"""

from __future__ import annotations

from bot.connector.capabilities import Capabilities, Delivery, FileRule, PrivateReply, Rate, Window
from bot.connector.events import (
    AccountConfig,
    Earlier,
    HookResponse,
    InboundEvent,
    InboundRequest,
    Polled,
    Receipt,
    ReceiptState,
)
from bot.connector.guides import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.interface import (
    HTTP_TIMEOUT,
    Completes,
    Connector,
    Guided,
    Handshakes,
    HasTemplates,
    HoldsMedia,
    LooksUp,
    MovesToPrivate,
    Recalls,
    Renders,
    ReplacesHooks,
)
from bot.connector.media import MediaAddress
from bot.connector.replies import (
    ErrorClass,
    OutboundFile,
    OutboundReply,
    RateLeft,
    ReplyMode,
    SendError,
    SendResult,
    SendState,
)
from bot.connector.templates import Place, Template, TemplatePart
from bot.connector.text import TextUnit

__all__ = [
    "HTTP_TIMEOUT",
    "AccountConfig",
    "Capabilities",
    "Completes",
    "Connector",
    "Delivery",
    "Earlier",
    "ErrorClass",
    "FileRule",
    "Finding",
    "Guide",
    "Guided",
    "Handshakes",
    "HasTemplates",
    "HoldsMedia",
    "HookResponse",
    "InboundEvent",
    "InboundRequest",
    "LooksUp",
    "MediaAddress",
    "MovesToPrivate",
    "OptionHelp",
    "OutboundFile",
    "OutboundReply",
    "Place",
    "Polled",
    "PrivateReply",
    "Rate",
    "RateLeft",
    "Recalls",
    "Receipt",
    "ReceiptState",
    "Renders",
    "ReplacesHooks",
    "ReplyMode",
    "SendError",
    "SendResult",
    "SendState",
    "Template",
    "TemplatePart",
    "TextUnit",
    "Window",
    "explain_refusal",
]
