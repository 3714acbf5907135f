"""Twilio as an account sees it: the messaging API on loopback, and the phones that write to its number.

It is strict where Twilio is: credentials, fields, lengths, opt-outs, error bodies and codes. Requests to
the webhook are signed by the `twilio` package, which is the oracle here.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from tests.fakes.serving import reset, serve

ACCOUNT_SID = "AC" + "0" * 31 + "1"
SERVICE_SID = "MG" + "0" * 31 + "2"
TOKEN = "a-token-of-twilios-console"
NUMBER, NUMBER_SID = "+15557654321", "PN" + "0" * 31 + "3"
SERVICE: dict[str, Any] = {
    "sid": SERVICE_SID,
    "inbound_request_url": None,
    "inbound_method": "POST",
    "use_inbound_webhook_on_number": False,
}
SERVICE_FIELDS = {"InboundRequestUrl": "inbound_request_url", "InboundMethod": "inbound_method"}
TEXT_MAX = 1600
PICTURE = b"\x89PNG\r\n\x1a\n and so on"


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"  # 503 in Twilio's own JSON
    ERROR = "error"  # 500 in Twilio's own JSON
    GATEWAY = "gateway"  # 502 in HTML
    RESET = "reset"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


class Refusal(Exception):
    """Twilio says no."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(slots=True, kw_only=True)
class FakeTwilio:
    """One account with one number, and a service. `sent` holds the messages that left.

    `transcript` holds every call's path. Number and service keep what is set there.
    """

    url: str = ""
    site: web.TCPSite | None = None
    hook_url: str = ""  # what the number calls for incoming messages
    hook_method: str = "POST"
    hook_app: str = ""  # a TwiML application that takes them instead
    service: dict[str, Any] = field(default_factory=lambda: dict(SERVICE))
    sent: list[dict[str, Any]] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)  # who wrote STOP
    faults: deque[Fault | None] = field(default_factory=deque)
    account_status: str = "active"
    mms: bool = True
    _last: int = 0

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    # --- phones -----------------------------------------------------------------------------

    def say(self, phone: str, text: str, **more: str) -> dict[str, str]:
        """Return the form that Twilio posts when a phone writes to the number."""
        self._last += 1
        return make_message(phone, text, number=self._last, **more)

    def report(self, message: dict[str, Any], status: str, error_code: int | None = None) -> dict[str, str]:
        """Return the form that tells what became of a message that was sent."""
        error = {"ErrorCode": str(error_code)} if error_code else {}
        return make_status(message["sid"], message["to"], status, **error)

    async def deliver(
        self, *forms: dict[str, str], copies: int = 1, seed: int | None = None, signed_for: str | None = None
    ) -> list[int]:
        """Post forms to the number's webhook, each `copies` times; return the statuses."""
        posts = [form for form in forms for _ in range(copies)]
        if seed is not None:
            random.Random(seed).shuffle(posts)  # noqa: S311 - an order of a test
        statuses = []
        async with aiohttp.ClientSession() as session:
            for form in posts:
                body, headers = sign_form(signed_for or self.hook_url, form)
                send = session.request(self.hook_method, self.hook_url, data=body, headers=headers)
                async with send as response:
                    statuses.append(response.status)
                    if response.status == 200 and "MessageStatus" not in form:
                        assert response.content_type == "text/xml", "Twilio's error 12300"
        return statuses

    # --- the API ----------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        self.transcript.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != aiohttp.encode_basic_auth(ACCOUNT_SID, TOKEN):
            return refuse(Refusal(401, 20003, "Authenticate"))
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.RESET:
            return await reset(request)
        if fault in BEFORE:
            return BEFORE[fault]()
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = refuse(refusal)
        if fault is Fault.RESET_AFTER:
            return await reset(request)
        if fault is Fault.HANG:
            await asyncio.sleep(60)
        return refuse(Refusal(500, 20500, "Internal Server Error")) if fault is Fault.ERROR else answer

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT_SID}")
        if request.method == "POST" and path == "/Messages.json":
            return web.json_response(self._send(MultiDict(await request.post())), status=201)
        if path == "/Messages.json":
            listed = [m for m in reversed(self.sent) if m["to"] == request.query["To"]]
            return web.json_response({"messages": listed, "page": 0})
        if path == ".json":
            return web.json_response({"sid": ACCOUNT_SID, "status": self.account_status, "type": "Full"})
        if path == "/IncomingPhoneNumbers.json":
            known = [self._number()] if request.query.get("PhoneNumber") == NUMBER else []
            return web.json_response({"incoming_phone_numbers": known})
        if request.method == "POST" and path == f"/IncomingPhoneNumbers/{NUMBER_SID}.json":
            fields = await request.post()
            self.hook_url = check_url(str(fields.get("SmsUrl", self.hook_url)))
            self.hook_method = str(fields.get("SmsMethod", self.hook_method))
            return web.json_response(self._number())
        if path == f"/v1/Services/{SERVICE_SID}":
            for name, value in (await request.post()).items():
                self.service[SERVICE_FIELDS[name]] = value
            return web.json_response(self.service)
        raise Refusal(404, 20404, "The requested resource was not found")

    def _number(self) -> dict[str, Any]:
        can = {"sms": True, "mms": self.mms, "voice": True}
        hook = {
            "sms_url": self.hook_url,
            "sms_method": self.hook_method,
            "sms_application_sid": self.hook_app,
        }
        return {"sid": NUMBER_SID, "phone_number": NUMBER, "capabilities": can, **hook}

    def _send(self, fields: MultiDict[Any]) -> dict[str, Any]:
        to, body, media = fields.get("To", ""), fields.get("Body", ""), fields.getall("MediaUrl", [])
        if not to.startswith("+"):
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if fields.get("From") != NUMBER and fields.get("MessagingServiceSid") != SERVICE_SID:
            raise Refusal(400, 21606, "The From phone number is not a valid number of your account")
        if to in self.stopped:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        if not body and not media:
            raise Refusal(400, 21602, "Message body is required")
        if len(body.encode("utf-16-le")) // 2 > TEXT_MAX:
            raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if len(media) > 10:
            raise Refusal(400, 21623, "Number of media files exceeds allowed limit")
        if media and not self.mms:
            raise Refusal(400, 21612, "Message cannot be sent with the current combination of To and From")
        self._last += 1
        message = {
            "sid": make_sid(self._last, own=True),
            "to": to,
            "from": fields.get("From"),
            "body": body,
            "media": media,
            "status": "queued",
            "status_callback": fields.get("StatusCallback"),
            "num_segments": "1",
            "direction": "outbound-api",
            "date_created": format_datetime(datetime.now(UTC)),
        }
        self.sent.append(message)
        return message


def check_url(url: str) -> str:
    """Return an address that Twilio may be told to call. Raises `Refusal` for any other."""
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or "." not in (parts.hostname or "")):
        raise Refusal(400, 21402, f"SmsUrl is not valid: {url}")
    return url


def make_sid(number: int, *, own: bool = False) -> str:
    """Return a message's id."""
    return f"SM{int(own)}{number:031x}"


def make_message(phone: str, text: str, *, number: int = 1, **more: str) -> dict[str, str]:
    """Return the fields of an incoming message."""
    sid = make_sid(number + 1_000_000 * int(phone.lstrip("+") or 0))
    return {
        "ToCountry": "US",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "FromCountry": "US",
        "SmsStatus": "received",
        "Body": text,
        "To": NUMBER,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": phone,
        "ApiVersion": "2010-04-01",
        **more,
    }


def make_status(sid: str, phone: str, status: str, **more: str) -> dict[str, str]:
    """Return the fields of a call-back about a message of ours."""
    return {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": phone,
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": NUMBER,
        "ApiVersion": "2010-04-01",
        **more,
    }


def sign_form(url: str, form: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return a form's body and headers, signed as Twilio signs."""
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    return urlencode(form).encode(), {"X-Twilio-Signature": signature, "Content-Type": kind}


def refuse(refusal: Refusal) -> web.Response:
    """Return Twilio's body of an error."""
    more = f"https://www.twilio.com/docs/errors/{refusal.code}"
    body = {"code": refusal.code, "message": refusal.message, "more_info": more, "status": refusal.status}
    return web.json_response(body, status=refusal.status)


def refuse_for_now() -> web.Response:
    """Return what Twilio answers to too many calls."""
    answer = refuse(Refusal(429, 20429, "Too Many Requests"))
    answer.headers["Retry-After"] = "7"
    return answer


BEFORE: dict[Fault | None, Callable[[], web.Response]] = {  # nothing was done
    Fault.TOO_MANY: refuse_for_now,
    Fault.UNAVAILABLE: lambda: refuse(Refusal(503, 20503, "Service Unavailable")),
    Fault.GATEWAY: lambda: web.Response(
        status=502, text="<html>Bad Gateway</html>", content_type="text/html"
    ),
}


@asynccontextmanager
async def run_fake_twilio() -> AsyncIterator[FakeTwilio]:
    """Run a Twilio with one account; `url` is what `api_url` should be."""
    fake = FakeTwilio()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.take)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
