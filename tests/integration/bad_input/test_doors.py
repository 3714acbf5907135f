"""Who comes without a signature, to the wrong door, or with more than anybody needs."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from bot.connector.signatures import read_secret, signed_headers
from bot.web import bodies
from tests.fakes.whole_app import TELEGRAM_SECRET, WEBHOOK_SECRET
from tests.integration.bad_input.conftest import CUSTOMER_WORDS, REST, Door
from tests.integration.bad_input.test_bodies import find_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNED = "/webhooks/rest/signed"
TELEGRAM = "/webhooks/telegram/lyra"
BODY = json.dumps({"sender": "ann", "message": CUSTOMER_WORDS}).encode()
KEY = read_secret(WEBHOOK_SECRET)


def signed(*, key: bytes = KEY, at: datetime, body: bytes = BODY) -> dict[str, str]:
    return signed_headers(key, message_id="msg_1", at=at, body=body)


def list_unsigned(now: datetime) -> Mapping[str, tuple[str, dict[str, str]]]:
    """Return name → (path, headers). Made within the test: a signature is good for five minutes."""
    right = signed(at=now)
    return {
        "nothing": (SIGNED, {}),
        "no signature": (
            SIGNED,
            {name: value for name, value in right.items() if name != "webhook-signature"},
        ),
        "no id": (SIGNED, {name: value for name, value in right.items() if name != "webhook-id"}),
        "no timestamp": (
            SIGNED,
            {name: value for name, value in right.items() if name != "webhook-timestamp"},
        ),
        "another key": (SIGNED, signed(at=now, key=b"x" * 32)),
        "another body": (SIGNED, signed(at=now, body=BODY + b" ")),
        "another id": (SIGNED, right | {"webhook-id": "msg_2"}),
        "an hour old": (SIGNED, signed(at=now - timedelta(hours=1))),
        "an hour ahead": (SIGNED, signed(at=now + timedelta(hours=1))),
        "a timestamp in words": (SIGNED, right | {"webhook-timestamp": "now"}),
        "a timestamp of 5,000 digits": (SIGNED, right | {"webhook-timestamp": "9" * 5000}),
        "a signature of another version": (SIGNED, right | {"webhook-signature": "v2,abc"}),
        "a signature that is no base64": (SIGNED, right | {"webhook-signature": "v1,\xff\xfe"}),
        "by Rasa's address": (f"{REST}?account=signed", {}),
        "Telegram without its secret": (TELEGRAM, {}),
        "Telegram with another": (TELEGRAM, {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET + "x"}),
        "web chat takes no hooks": ("/webhooks/webchat/lyra", {}),
    }


# name → (method, path, status)
LOST: Mapping[str, tuple[str, str, int]] = {
    "unknown channel": ("POST", "/webhooks/fax/lyra", 404),
    "unknown account": ("POST", "/webhooks/rest/nobody", 404),
    "unknown account of Rasa's address": ("POST", f"{REST}?account=nobody", 404),
    "half a character in the channel": ("POST", "/webhooks/%ff%fe/lyra", 404),
    "null byte in the account": ("POST", "/webhooks/rest/%00", 404),
    "unknown path": ("POST", "/webhooks", 404),
    "unknown path to read": ("GET", "/nothing/here", 404),
    "wrong method for a hook": ("GET", "/webhooks/telegram/lyra", 405),
    "wrong method for Rasa's address": ("GET", REST, 405),
    "wrong method for parse": ("GET", "/model/parse", 405),
    "delete": ("DELETE", REST, 405),
    "wrong method for metrics": ("POST", "/metrics", 405),
}


async def test_who_cannot_prove_who_they_are_is_refused(door: Door) -> None:
    now = datetime.now(UTC)
    before, faults = await door.count_rows(), {}
    for name, (path, headers) in list_unsigned(now).items():
        fault = find_fault(await door.post(path, BODY, **headers), 401)
        if fault is not None:
            faults[name] = fault
    assert faults == {}
    assert await door.count_rows() == before
    accepted = await door.post(SIGNED, BODY, **signed(at=now))
    assert (accepted.status, accepted.said) == (200, {"status": "ok"})
    assert await door.is_fine()


async def test_who_is_lost_is_told_so(door: Door) -> None:
    before, faults = await door.count_rows(), {}
    for name, (method, path, status) in LOST.items():
        answer = await door.ask(method, path, BODY if method == "POST" else b"")
        fault = find_fault(answer, status)
        if fault is None and status == 405 and not answer.headers.get("Allow"):
            fault = "does not say which methods are allowed"
        if fault is not None:
            faults[name] = fault
    assert faults == {}
    assert await door.count_rows() == before
    assert await door.is_fine()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
async def test_what_is_json_counts_not_what_it_is_called(door: Door, content_type: str) -> None:
    """Rasa never looked at the type, and `curl -d` says that it sends a form."""
    answer = await door.post(REST, json.dumps({"sender": "ann", "message": "hi"}), content_type=content_type)
    assert (answer.status, answer.said) == (200, [{"recipient_id": "ann", "text": "1: hi"}])
    before = await door.count_rows()
    form = await door.post(REST, "sender=ann&message=hi", content_type=content_type)
    assert find_fault(form, 400) is None
    assert await door.count_rows() == before


@pytest.mark.parametrize("host", ["[", "a:b", "a:99999", "a b/c"])
async def test_caller_who_names_no_host_is_answered_all_the_same(door: Door, host: str) -> None:
    body = json.dumps({"sender": "ann", "message": "hi"})
    answer = await door.post(REST, body, Host=host)
    assert (answer.status, answer.said) == (200, [{"recipient_id": "ann", "text": "1: hi"}])


RAW: Mapping[str, bytes] = {
    "method nobody knows": b"BREW %b HTTP/1.1\r\nHost: a\r\n\r\n" % REST.encode(),
    "not HTTP": b"hello\r\n\r\n",
    "header of 100 kB": b"POST %b HTTP/1.1\r\nHost: a\r\nX-Secret: %b\r\n\r\n"
    % (REST.encode(), b"s" * 100_000),
    "address of 100 kB": b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"s" * 100_000),
    "null byte in a header": b"POST %b HTTP/1.1\r\nHost: a\r\nX-Secret: a\0b\r\n\r\n" % REST.encode(),
    "negative length": b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" % REST.encode(),
    "two lengths": b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    % REST.encode(),
    "length and chunks": (
        b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        % REST.encode()
    ),
    "chunks that are none": b"POST %b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    % REST.encode(),
    "gzip that is none": (
        b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
        % REST.encode()
    ),
}


async def _send_raw(door: Door, raw: bytes) -> bytes:
    parts = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(raw)
    try:
        return await asyncio.wait_for(reader.read(4096), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_what_is_no_http_is_refused(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    before, statuses = await door.count_rows(), {}
    for name, raw in RAW.items():
        answer = await _send_raw(door, raw)
        statuses[name] = answer[:12]
        assert b"Traceback" not in answer
    assert {name: status for name, status in statuses.items() if status[8:] != b" 400"} == {}
    assert "ssss" not in caplog.text
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert await door.count_rows() == before
    assert await door.is_fine()


async def test_a_caller_who_sends_half_and_waits_does_not_keep_others_waiting(door: Door) -> None:
    parts = urlsplit(door.url)
    head = b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{" % REST.encode()
    opened = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(200)]
    for _, writer in opened:
        writer.write(head)
    assert await door.is_fine()
    for _, writer in opened:
        writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.1)
    answer = await _send_raw(
        door, b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{" % REST.encode()
    )
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "too_slow"' in answer
