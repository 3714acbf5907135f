from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from bot.logs import configure_logging

BOT_TOKEN = "123456789:AAF" + "x" * 32


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("json", stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def read(output: io.StringIO) -> dict[str, object]:
    lines = output.getvalue().splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert isinstance(entry, dict)
    return entry


def test_entry_is_a_sentence_with_fields(output: io.StringIO) -> None:
    structlog.get_logger("bot.service").info("message received", message_id=7)
    entry = read(output)
    assert (entry["event"], entry["message_id"], entry["level"]) == ("message received", 7, "info")


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_token": "hush"},
        {"options": {"secret": "hush"}},
        {"anything": SecretStr("hush")},
        {"reason": "cannot reach postgresql://user:hush@db/visavis"},
        {"headers": [{"Authorization": "hush"}]},
    ],
)
def test_secrets_are_hidden(fields: dict[str, object], output: io.StringIO) -> None:
    structlog.get_logger().warning("something happened", **fields)
    assert "hush" not in output.getvalue()
    assert "[hidden]" in output.getvalue()


def test_a_fencing_token_is_no_secret(output: io.StringIO) -> None:
    structlog.get_logger().info("lease lost", fencing_token="12")
    assert read(output)["fencing_token"] == "12"


def test_a_secret_in_a_traceback_is_hidden(output: io.StringIO) -> None:
    try:
        int(f"https://api.example/bot{BOT_TOKEN}/getMe")
    except ValueError:
        logging.getLogger("somebody.else").exception("call failed")
    assert BOT_TOKEN not in output.getvalue()
    assert "ValueError" in str(read(output)["exception"])


def test_http_clients_do_not_log_their_urls(output: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", BOT_TOKEN)
    assert output.getvalue() == ""


def test_console_format_is_for_people() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("console", stream=stream)
    structlog.get_logger().info("message received", message_id=7)
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    assert "message received" in stream.getvalue()
    assert "message_id=7" in stream.getvalue()
