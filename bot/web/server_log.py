"""What aiohttp says of requests that are no HTTP: one line each, without the bytes that came."""

from __future__ import annotations

import logging

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

log = structlog.get_logger(__name__)


def make_server_logger() -> logging.Logger:
    """Return the logger for a server. Anybody who reaches the port can send garbage: no error of ours."""
    logger = logging.getLogger("aiohttp.server.visavis")
    logger.addFilter(_is_ours)
    return logger


def _is_ours(record: logging.LogRecord) -> bool:
    """Let defects pass with their trace; say of a request that could not be read only what was wrong."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, web.RequestPayloadError):
        return False  # of a body whose request was refused for it
    if not isinstance(error, HttpProcessingError):
        return True
    # Its own sentence quotes the line that was wrong: a header may be somebody's secret.
    address = record.args[0] if isinstance(record.args, tuple) and record.args else None
    log.warning("request refused", reason=f"not HTTP: {type(error).__name__}", address=address)
    return False
