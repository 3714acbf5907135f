"""How logs look: a constant sentence and fields, for people on a terminal, as JSON anywhere else.

Fields never hold customer text: whoever logs leaves it out. Secrets are taken out here, whoever
logged them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

from pydantic import SecretStr

# structlog takes rich along for tracebacks that are not ours: 5 MB. For Python a module that is None is one
# that is not installed; whoever imports rich afterwards finds it.
_RICH = "rich"
_is_first = not {"structlog", _RICH} & sys.modules.keys()
if _is_first:
    sys.modules[_RICH] = None  # type: ignore[assignment]  # see above
import structlog  # noqa: E402 - see above
from structlog.typing import Processor  # noqa: E402 - see above

if _is_first:
    del sys.modules[_RICH]

_HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"(?i)(secret|token|passw|authorization|cookie|signature|api_?key|dsn|_url$)")
_PLAIN_NAMES = frozenset({"fencing_token", "public_url"})
_PASSWORD_IN_URL = re.compile(r"(?<=://)[^/@\s]*@")
_TELEGRAM_TOKEN = re.compile(r"(?<!\d)\d{6,}:[A-Za-z0-9_-]{30,}")

# They log every request's URL, and a bot's token is part of Telegram's URLs.
_QUIET = ("httpx", "httpcore", "telegram", "aiohttp.access", "asyncio", "openvino", "rasa_sdk", "alembic")


def configure_logging(log_format: str = "auto", *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everybody's logs to `stream` (standard error) as `console`, `json`, or what fits it (`auto`)."""
    output = stream or sys.stderr
    console = log_format == "console" or (log_format == "auto" and output.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(console=console, colors=output.isatty()),
            ],
        ),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _renderers(*, console: bool, colors: bool) -> list[Processor]:
    if console:
        # Exceptions come as text before hiding, so that a secret inside a traceback is hidden too.
        plain = structlog.dev.ConsoleRenderer(
            colors=colors, exception_formatter=structlog.dev.plain_traceback
        )
        return [structlog.processors.format_exc_info, hide_secrets, plain]
    return [
        structlog.processors.format_exc_info,
        hide_secrets,
        structlog.processors.JSONRenderer(default=str),
    ]


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace secrets in a log entry: by the field's name, by its type, and by their looks in text."""
    return {name: _hide(name, value) for name, value in event.items()}


def _hide(name: str, value: object) -> object:
    if isinstance(value, SecretStr | bytes):
        return _HIDDEN
    if (
        name not in _PLAIN_NAMES
        and _SECRET_NAME.search(name)
        and isinstance(value, str | Mapping | list | tuple)
    ):
        return _HIDDEN
    if isinstance(value, str):
        return _TELEGRAM_TOKEN.sub(_HIDDEN, _PASSWORD_IN_URL.sub(f"{_HIDDEN}@", value))
    if isinstance(value, Mapping):
        return {str(key): _hide(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_hide(name, part) for part in value]
    return value
