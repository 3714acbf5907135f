"""Calls that make no sense: refused in Rasa's words, with nothing stored and nothing broken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

if TYPE_CHECKING:
    from tests.contracts.rasa_api.conftest import Api

SECRET = "my-card-number-is-4111"
DEEP = "[" * 500 + f'"{SECRET}"' + "]" * 500
BODIES: tuple[bytes | Any, ...] = (
    b"",
    b"{",
    b"hello " + SECRET.encode(),
    b"\xff\xfe",
    b"null",
    b"5",
    b"[]",
    b"[null]",
    b'"x"',
    b'{"event": NaN, "name": NaN, "text": NaN}',
    b'{"event": 1e999}',
    DEEP.encode(),
    b'{"name": "a\\u0000b", "event": "slot", "value": "\\ud800"}',
    {},
    {"name": None, "text": None, "sender": "user", "event": None},
    {"name": 5, "text": 5, "sender": "user", "event": 5},
    {"name": ["x"], "text": ["x"], "sender": ["user"], "event": ["slot"]},
    {"name": {}, "text": {}, "sender": {}, "event": {}},
    {"name": "x" * 256, "text": "x" * 100_000, "sender": "user", "event": "x" * 256},
    {"text": "hi", "sender": "user", "parse_data": "x", "event": "slot", "name": 5, "value": 1},
    {"text": "hi", "sender": "user", "parse_data": {"intent": "x"}, "event": "user"},
    {"text": "hi", "sender": "user", "metadata": [SECRET], "event": "user"},
)
EVENTS: tuple[Any, ...] = (
    {"event": "slot", "name": "size"},
    {"event": "action", "confidence": "high"},
    {"event": "user", "parse_data": {"entities": [5]}},
    {"event": "user", "parse_data": {"intent": {"name": ["greet"]}}},
    {"event": "bot", "data": [1]},
    {"event": "pause", "timestamp": "yesterday"},
    {"event": "pause", "metadata": 5},
    {"event": "entities"},
    {"event": "active_loop", "name": 5},
    {"event": "reminder", "intent": "ready"},
    {"event": "what is this"},
)
WRITES = (
    ("POST", "/conversations/ann/tracker/events"),
    ("PUT", "/conversations/ann/tracker/events"),
    ("POST", "/conversations/ann/messages"),
    ("POST", "/conversations/ann/trigger_intent"),
    ("POST", "/conversations/ann/execute"),
    ("POST", "/model/predict"),
    ("POST", "/model/parse"),
)
RASAS = {"version", "status", "message", "reason", "details", "help", "code"}


async def test_body_that_makes_no_sense_is_refused(api: Api) -> None:
    await api.say("ann", "/greet")
    before, faults = await api.rows("SELECT count(*) FROM turn"), []
    with capture_logs() as logs:
        for method, path in WRITES:
            for body in (*BODIES, *([each] for each in EVENTS), *EVENTS):
                answer = await api.ask(method, path, body)
                if (
                    answer.status not in (400, 404)
                    or set(answer.body) != RASAS
                    or answer.body["code"] != answer.status
                ):
                    faults.append((method, path, str(body)[:60], answer.status, answer.text[:80]))
    assert [fault for fault in faults if not _makes_sense_there(fault)] == []
    assert await api.rows("SELECT count(*) FROM turn") == before
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
    assert SECRET not in str(logs)
    assert await api.say("ann", "/bye") != []


def _makes_sense_there(fault: tuple[Any, ...]) -> bool:
    """What is nonsense to one address is a good body to another."""
    _, path, body, status, _ = fault
    return status == 200 and path in ("/model/parse", "/model/predict") and "text" in body


async def test_too_much_is_refused(api: Api) -> None:
    for method, path in WRITES:
        answer = await api.ask(method, path, json.dumps({"text": "x" * 2 * 1024**2}).encode())
        assert (answer.status, set(answer.body)) == (413, RASAS), path
    many = [{"event": "pause"}] * 10_001
    assert (await api.post("/conversations/ann/tracker/events", many)).status == 400


async def test_addresses_that_make_no_sense_are_refused(api: Api) -> None:
    calls = (
        ("GET", "/conversations/" + "x" * 300 + "/tracker", 400),
        ("GET", "/conversations/%00/tracker", 400),
        ("GET", "/conversations/ann/tracker?until=soon", 400),
        ("GET", "/conversations/ann/tracker?until=nan", 400),
        ("GET", "/conversations/ann/tracker?include_events=SOME", 400),
        ("GET", "/conversations/ann/tracker?channel=", 400),
        ("GET", "/conversations/ann", 404),
        ("GET", "/conversations//tracker", 404),
        ("DELETE", "/conversations/ann/tracker", 405),
        ("POST", "/domain", 405),
        ("GET", "/model/parse", 405),
        ("POST", "/model/nothing", 404),
        ("POST", "/conversations/ann/tracker/events?account=nobody", 404),
    )
    for method, path, status in calls:
        answer = await api.ask(method, path, {"event": "pause"} if method == "POST" else None)
        assert (answer.status, set(answer.body)) == (status, RASAS), (path, answer.text)
    assert await api.rows("SELECT count(*) FROM conversation") == [(0,)]
