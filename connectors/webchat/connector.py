"""The web chat channel: our own widget on any site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from bot.connector import (
    HTTP_TIMEOUT,
    AccountConfig,
    Capabilities,
    Connector,
    Guide,
    InboundEvent,
    InboundRequest,
)
from bot.connector.fields import MAX_TEXT
from bot.connector.options import find_unknown_options
from bot.connector.quiet import Shown
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Kind, Message
from connectors.webchat.guide import GUIDE
from connectors.webchat.options import OPTIONS, find_option_problems
from connectors.webchat.payload import CHANNEL, parse_message, render_message

DEFAULT_PORTS = {"http": 80, "https": 443}
LABEL_MAX = 80  # what fits a phone's width on two lines


class WebchatConnector(Shown):
    """One account of the web chat."""

    channel: ClassVar[str] = CHANNEL
    guide: ClassVar[Guide] = GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        surfaces=frozenset({Surface.DIRECT}),
        text_max=MAX_TEXT,
        buttons_max=20,
        button_label_max=LABEL_MAX,
        button_payload_max=MAX_TEXT,
        webhook=False,
        idempotent_sends=True,
        burst_pause=timedelta(seconds=0.4),
        brings=frozenset({Kind.TEXT, Kind.POSTBACK, Kind.MEDIA}),
        files=frozenset({"image", "audio", "video", "file"}),
    )

    def __init__(self, account: AccountConfig, *, http_timeout: timedelta = HTTP_TIMEOUT) -> None:
        """Hold the account. The widget calls us, so there is nothing to wait for."""
        self.account, self.http_timeout = account, http_timeout

    @classmethod
    def check_options(cls, options: Mapping[str, str]) -> list[str]:
        """Say what is wrong; all are optional."""
        problems = find_unknown_options(CHANNEL, options, OPTIONS)
        origins = options.get("origins", "").replace(",", " ").split()
        for number, origin in enumerate(origins, start=1):
            problem = None if origin == "*" else find_origin_problem(origin)
            if problem is not None:
                problems.append(f"`origins`: entry {number} {problem}")
        return problems + find_option_problems(options)

    def parse(self, request: InboundRequest) -> list[InboundEvent]:
        """Read one frame of a visitor the endpoint has authenticated."""
        return [parse_message(request, self.account)]

    def render(self, message: Message, conversation_key: str) -> tuple[JsonObject, ...]:
        """Say a stored message as a frame for the widget."""
        frame = render_message(message)
        return () if frame is None else (frame,)


def find_origin_problem(origin: str) -> str | None:
    """Say in words why no browser would ever name a page's origin like this, None if one does."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in DEFAULT_PORTS or not host:
        return "must be a site's scheme and host, like https://www.brand.example, or *"
    if origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        return "must end with the host or its port: no path, no slash"
    if not origin.isascii() or parts.netloc != parts.netloc.lower():
        return "must be written as browsers do: in small letters, other scripts as xn--…"
    if port == DEFAULT_PORTS[parts.scheme] or parts.netloc.endswith(":"):
        return "must not name the port that its scheme means anyway: browsers leave it out"
    return None


CONNECTOR: type[Connector] = WebchatConnector
