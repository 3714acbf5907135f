"""The socket.io channel: Rasa's events, for widgets made for Rasa."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    InboundEvent,
    InboundRequest,
)
from bot.connector.fields import MAX_TEXT
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Shown
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Message
from connectors.socketio.payload import CHANNEL, parse_message, render_message

OPTIONS = frozenset(
    {
        *("user_message_evt", "bot_message_evt", "session_persistence", "namespace", "socketio_path"),
        *("jwt_key", "jwt_method", "metadata_key"),
        *("open", "origins"),  # Rasa has neither: it lets everybody in
    }
)
_PATH = re.compile(r"/[A-Za-z0-9._/-]*")
_METHOD = re.compile(r"(HS|RS|PS|ES)(256|384|512)|EdDSA")
_EVENT = re.compile(r"[A-Za-z0-9_.:-]+")


class SocketioConnector(Shown):
    """One account of the socket.io channel."""

    channel: ClassVar[str] = CHANNEL
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=MAX_TEXT,
        buttons_max=100,
        button_label_max=MAX_TEXT,
        button_payload_max=MAX_TEXT,
        webhook=False,
        idempotent_sends=True,
        burst_pause=timedelta(),
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account. Widgets call us, so there is nothing to wait for."""
        self.account, self.http_timeout = account, http_timeout

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is missing or wrong."""
        account = AccountConfig(channel=CHANNEL, name="", options=options)
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        if not options.get("jwt_key") and not account.flag("open"):
            problems.append("set `jwt_key`, or `open: true` to let anybody who reaches the port in")
        if options.get("jwt_key") and account.flag("open"):
            problems.append("`jwt_key` and `open: true` contradict each other: take one away")
        shapes = {"socketio_path": _PATH, "namespace": _PATH, "jwt_method": _METHOD}
        shapes |= dict.fromkeys(("user_message_evt", "bot_message_evt", "metadata_key"), _EVENT)
        problems += [
            f"`{name}` is not what it can be: see the channel's README"
            for name, shape in shapes.items()
            if options.get(name) and not shape.fullmatch(options[name])
        ]
        return problems

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one `user_uttered` of a session the endpoint knows."""
        return [parse_message(request, self.account)]

    def render(self, message: Message, conversation_key: str) -> tuple[JsonObject, ...]:
        """Say a stored message as bodies of `bot_uttered`."""
        return tuple(
            body if isinstance(body, Mapping) else {"text": str(body)} for body in render_message(message)
        )


CONNECTOR: type[Connector] = SocketioConnector
