"""What no door takes: refused in words, said once in the log, stored nowhere, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import pytest
from structlog.testing import capture_logs

from bot.connector.signatures import read_secret, signed_headers
from tests.fakes.whole_app import TELEGRAM_SECRET, WEBHOOK_SECRET
from tests.integration.bad_input.conftest import CUSTOMER_WORDS, REST, Answer, Door

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Bodies: TypeAlias = dict[str, tuple[bytes | str, int]]  # name → (body, status)

WORDS = CUSTOMER_WORDS
DEEP = '{"a":' * 500 + "1" + "}" * 500
MEBIBYTE = 2**20


def _not_wanted(field: str) -> list[object]:
    wrong = [1.5, True, ["x"], "x" if field == "metadata" else {}]
    return wrong if field == "sender" else [7, *wrong]  # people may be numbered


def _post(**fields: object) -> str:
    return json.dumps({"sender": "ann", "message": WORDS, **fields})


NO_OBJECT: Bodies = {
    "empty": ("", 400),
    "not JSON": (f"hello {WORDS}", 400),
    "cut off": (_post()[:-5], 400),
    "two documents": (_post() * 2, 400),
    "array": (f'["{WORDS}"]', 400),
    "string": (f'"{WORDS}"', 400),
    "number": ("4111", 400),
    "null": ("null", 400),
    "NaN": (f'{{"sender":"ann","message":"{WORDS}","text":"{WORDS}","x":NaN}}', 400),
    "infinity": (f'{{"sender":"ann","message":"{WORDS}","text":"{WORDS}","x":-Infinity}}', 400),
    "number too large": (f'{{"sender":"ann","message":"{WORDS}","text":"{WORDS}","x":1e999}}', 400),
    "number of 10,000 digits": ('{"sender":"ann","message":"hi","text":"hi","x":' + "9" * 10_000 + "}", 400),
    "raw null byte": (f'{{"sender":"ann","message":"{WORDS}\0","text":"{WORDS}\0"}}'.encode(), 400),
    "null byte after the document": (_post().encode() + b"\0", 400),
    "UTF-16": (_post().encode("utf-16"), 400),
    "bad UTF-8": (b'{"sender":"ann","message":"\xff\xfe","text":"\xff\xfe"}', 400),
    "half a character": (b'{"sender":"ann","message":"caf\xc3","text":"caf\xc3"}', 400),
    "nested 100,000 deep": ("[" * 100_000, 400),
    "5 MB": (json.dumps({"sender": "ann", "message": WORDS, "text": "x" * 5 * MEBIBYTE}), 413),
}
UNSTORABLE: Bodies = {
    "escaped null byte": (json.dumps({"sender": "ann", "message": "a\0b", "text": "a\0b"}), 400),
    "null byte in a key": ('{"sender":"ann","message":"hi","text":"hi","a\\u0000":1}', 400),
    "half a surrogate pair": ('{"sender":"ann","message":"\\ud83d","text":"\\ud83d"}', 400),
    "the wrong half": ('{"sender":"ann","message":"\\ude00 x","text":"\\ude00"}', 400),
    "nested 500 deep": (f'{{"sender":"ann","message":"hi","text":"hi","metadata":{DEEP}}}', 400),
    "300,000 characters around it": (
        json.dumps({"sender": "ann", "message": WORDS, "metadata": {"a": "x" * 300_000}}),
        400,
    ),
    "100,000 characters": (
        json.dumps({"sender": "ann", "message": "x" * 100_000, "text": "x" * 100_000}),
        400,
    ),
}
WRONG_FIELDS: Bodies = {
    "nothing": ("{}", 400),
    "no message": (json.dumps({"sender": WORDS}), 400),
    "no sender": (json.dumps({"message": WORDS}), 400),
    "empty message": (_post(message=""), 400),
    "blank message": (_post(message=" \n\t"), 400),
    "empty sender": (_post(sender=""), 400),
    "sender of 256 characters": (_post(sender="x" * 256), 400),
    "null byte in the sender": (_post(sender="a\0"), 400),
    "null byte in metadata": (_post(metadata={"a": ["\0"]}), 400),
    "message_id of 256 characters": (_post(metadata={"message_id": "x" * 256}), 400),
    **{
        f"{field} = {value!r}": (_post(**{field: value}), 400)
        for field in ("sender", "message", "metadata")
        for value in _not_wanted(field)
    },
    "message_id = 7": (_post(metadata={"message_id": 7}), 400),
}
WRONG_TEXTS: Bodies = {
    "no text": ("{}", 400),
    **{f"text = {value!r}": (json.dumps({"text": value}), 400) for value in (None, 7, True, ["x"], {"a": 1})},
}


def _unsigned(_body: bytes) -> dict[str, str]:
    return {}


def _signed(body: bytes) -> dict[str, str]:
    key = read_secret(WEBHOOK_SECRET)
    return signed_headers(key, message_id="msg_1", at=datetime.now(UTC), body=body)


def _telegram(_body: bytes) -> dict[str, str]:
    return {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET}


DOORS: Mapping[str, tuple[str, Callable[[bytes], dict[str, str]], Bodies]] = {
    "rest": (REST, _unsigned, NO_OBJECT | UNSTORABLE | WRONG_FIELDS),
    "rest as a hook": ("/webhooks/rest/open", _unsigned, NO_OBJECT | UNSTORABLE | WRONG_FIELDS),
    "rest signed": ("/webhooks/rest/signed", _signed, NO_OBJECT | UNSTORABLE | WRONG_FIELDS),
    "parse": ("/model/parse", _unsigned, NO_OBJECT | UNSTORABLE | WRONG_TEXTS),
    "telegram": ("/webhooks/telegram/lyra", _telegram, {"no update_id": ("{}", 400)}),
}


OURS = {"code", "message"}
RASAS = {"version", "status", "message", "reason", "details", "help", "code"}  # at Rasa's own addresses


def find_fault(answer: Answer, status: int) -> str | None:
    """Say how a refusal is not as all refusals must be; None when it is."""
    if answer.status != status:
        return f"status {answer.status}, not {status}: {answer.body[:200]}"
    if answer.headers.get("Content-Type") != "application/json; charset=utf-8":
        return f"not JSON: {answer.headers.get('Content-Type')}"
    if set(answer.said) not in (OURS, RASAS) or not answer.said["message"]:
        return f"not a code and a message: {answer.body}"
    refusals = [line for line in answer.logs if line["event"] == "request refused"]
    if len(refusals) != 1 or not refusals[0].get("reason"):
        return f"not one line with a reason: {answer.logs}"
    told = str(answer.logs) + answer.body
    if any(secret in told for secret in (WORDS, WEBHOOK_SECRET, TELEGRAM_SECRET)):
        return f"repeats what nobody may read: {told}"
    return None


@pytest.mark.parametrize("name", DOORS)
async def test_a_body_that_makes_no_sense_is_refused(door: Door, name: str) -> None:
    path, sign, bodies = DOORS[name]
    before = await door.count_rows()
    faults = {}
    for case, (body, status) in bodies.items():
        raw = body.encode() if isinstance(body, str) else body
        fault = find_fault(await door.post(path, raw, **sign(raw)), status)
        if fault is not None:
            faults[case] = fault
    assert faults == {}
    assert await door.count_rows() == before
    assert await door.is_fine()


async def test_what_looks_dangerous_and_is_not_is_answered(door: Door) -> None:
    """Words that only speak of null bytes, and ids as long as allowed that no index can hold as they are."""
    rare = "".join(chr(0x4E00 + 37 * number % 20_000) for number in range(255))
    for text, sender, key in (
        ("what does \\u0000 mean?", "ann", "1"),
        ("' OR 1=1; --", "'; DROP TABLE message; --", "%00"),
        ("hi", rare, rare[::-1]),
        ("hi", "\u202e\ufeff\U0001f469\u200d\U0001f527", "\U0001f469"),
    ):
        body = json.dumps({"sender": sender, "message": text, "metadata": {"message_id": key}})
        first, again = await door.post(REST, body), await door.post(REST, body)
        assert (first.status, first.said) == (200, [{"recipient_id": sender, "text": f"1: {text}"}])
        assert again.said == first.said


async def test_an_update_nobody_knows_is_kept_as_unsupported(door: Door) -> None:
    path, sign, _ = DOORS["telegram"]
    updates: list[dict[str, object]] = [
        {"moon_landed": {"text": WORDS}},
        {"message": WORDS},
        {
            "message": {
                "message_id": "x",
                "date": 2**70,
                "chat": {"id": 1, "type": "hologram"},
                "text": WORDS,
            }
        },
        {"callback_query": {"id": 7, "from": None}},
        {"poll": {"question": "\ud83d\0", "options": [None]}},
        {},
    ]
    for number, update in enumerate(updates):
        raw = json.dumps({"update_id": 900 + number, **update}).encode()
        for _ in range(2):  # Telegram repeats itself
            answer = await door.post(path, raw, **sign(raw))
            assert (answer.status, answer.said) == (200, {"status": "ok"})
            assert WORDS not in str(answer.logs)
    rows = await door.count_rows()
    assert (rows["stray_event"], rows["message"], rows["conversation"]) == (6, 0, 0)
    assert await door.is_fine()


async def test_a_caller_who_hangs_up_is_answered_when_it_asks_again(door: Door) -> None:
    body = json.dumps({"sender": "ann", "message": "slow question"})
    with capture_logs() as logs:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await door.post(REST, body, idempotency_key="1")
        again = await door.post(REST, body, idempotency_key="1")
        assert again.said == [{"recipient_id": "ann", "text": "1: slow question"}]
        await asyncio.sleep(0.6)
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
