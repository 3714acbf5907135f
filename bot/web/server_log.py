"""What aiohttp says of requests that are no HTTP: one line each, without the bytes that came."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

log = structlog.get_logger(__name__)


class ServerLog(logging.LoggerAdapter[logging.Logger]):
    """The logger of a server. Anybody who reaches the port can send garbage: that is no error of ours."""

    def __init__(self) -> None:
        super().__init__(server_logger)

    @override
    def exception(self, msg: object, *args: object, exc_info: Any = True, **extra: Any) -> None:
        """Write a defect with its trace; of a request that could not be read only what was wrong with it."""
        if isinstance(exc_info, HttpProcessingError):
            # Its own sentence quotes the line that was wrong: a header may be somebody's secret.
            log.warning("request refused", reason=f"not HTTP: {type(exc_info).__name__}", address=args[-1])
            return
        if isinstance(exc_info, web.RequestPayloadError):
            return  # of a body whose request was refused for it
        super().exception(msg, *args, exc_info=exc_info, **extra)

    @override
    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, kwargs
