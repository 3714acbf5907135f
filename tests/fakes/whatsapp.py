"""WhatsApp as a business sees it: the Cloud API on loopback, and the people who write to its number.

It is strict where Meta is: limits, windows, error bodies and codes, signatures over the raw bytes of a body
whose slashes and letters beyond ASCII are escaped. It differs where a test on loopback must: nothing takes
minutes, and files may lie on plain http.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.serving import reset, serve
from tests.fakes.whatsapp_account import WhatsappAccount
from tests.fakes.whatsapp_checks import USER_ID, Fields, Refusal, check_message, read_address
from tests.fakes.whatsapp_hook import Sent
from tests.fakes.whatsapp_templates import fill_template, list_templates


class Fault(StrEnum):
    """What goes wrong with a call that sends. The rest are refusals: `FakeWhatsapp.refuse`."""

    TOO_MANY = "too_many"  # with Retry-After
    GATEWAY = "gateway"  # 502 in HTML
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes
    NAMELESS = "nameless"  # 200 without the id of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came in, and the status it was answered with (0: none)."""

    method: str
    path: str
    fields: Fields
    status: int


@dataclass(slots=True, kw_only=True)
class FakeWhatsapp(WhatsappAccount):
    """One phone number. `sent` holds what reached people, `transcript` every call.

    `refuse` and `faults` hold what goes wrong with the next messages; None lets one through. `templates` are
    those of its account, as Meta lists them; with any, others are refused. `files` are what people sent, by
    media id; `uploads` what was left here.
    """

    access_token: str = "EAAGm0PX4ZCpsBAKtoken"
    url: str = ""
    site: web.TCPSite | None = None
    retry_after: int = 7
    transcript: list[Call] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    refuse: deque[Refusal | None] = field(default_factory=deque)
    faults: deque[Fault] = field(default_factory=deque)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    templates: list[Fields] = field(default_factory=list)
    scopes: list[str] = field(
        default_factory=lambda: ["whatsapp_business_messaging", "whatsapp_business_management"]
    )
    status: str = "CONNECTED"
    usage: dict[str, Any] | None = None
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def options(self) -> dict[str, str]:
        """What an account of this number is set up with."""
        return {
            "access_token": self.access_token,
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "phone_number_id": self.phone_number_id,
            "waba_id": self.waba_id,
            "api_url": self.url,
        }

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true; looked at after each call."""
        async with asyncio.timeout(20), self._called:
            await self._called.wait_for(happened)

    # --- the Cloud API ----------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = request.match_info["path"]
        fault = self.faults.popleft() if self.faults and path.endswith("/messages") else None
        headers: dict[str, str] = {}
        fields = await read_fields(request)
        if fault is Fault.TOO_MANY:
            headers = {"Retry-After": str(self.retry_after)}
            self.refuse.append(Refusal(130429, "Rate limit hit", status=429))
        try:
            status, body = 200, await self._do(request, path, fields)
        except Refusal as error:
            status, body = error.status, error.as_json()
        if self.usage is not None:
            headers["X-Business-Use-Case-Usage"] = json.dumps(self.usage)
        if fault is Fault.HANG:
            await asyncio.sleep(60)
        broken = fault is Fault.RESET_AFTER
        call = Call(method=request.method, path=path, fields=fields, status=0 if broken else status)
        async with self._called:
            self.transcript.append(call)
            self._called.notify_all()
        if broken:
            return await reset(request)
        if fault is Fault.GATEWAY:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        if isinstance(body, bytes):
            return web.Response(body=body, content_type="image/jpeg")
        return web.json_response({} if fault is Fault.NAMELESS else body, status=status, headers=headers)

    async def _do(self, request: web.Request, path: str, fields: Fields) -> Any:
        given = request.headers.get("Authorization", "")
        if path == f"{self.app_id}/subscriptions":
            if given != f"Bearer {self.app_id}|{self.app_secret}":
                raise Refusal(190, "Invalid OAuth access token signature", status=400)
            return await self.enter_hook(fields) if request.method == "POST" else self.list_hooks()
        if given != f"Bearer {self.access_token}":
            # Meta repeats the token in its words.
            raise Refusal(190, f"Malformed access token {given.removeprefix('Bearer ')}", status=401)
        if path == f"{self.phone_number_id}/messages":
            return self._take_message(fields)
        if path == f"{self.phone_number_id}/media":
            return self._take_file(fields)
        if path == f"{self.waba_id}/message_templates":
            return list_templates(self.templates, fields, scopes=self.scopes)
        if path == f"{self.waba_id}/subscribed_apps" and request.method == "POST":
            return await self.subscribe(fields)
        return self._tell(path)

    def _tell(self, path: str) -> Any:
        if path == "debug_token":
            target = [{"scope": scope, "target_ids": [self.waba_id]} for scope in self.scopes]
            data = {"app_id": self.app_id, "is_valid": True, "expires_at": 0, "scopes": self.scopes}
            return {"data": {**data, "granular_scopes": target}}
        if path == self.phone_number_id:
            shown = {"display_phone_number": "+1 555-078-3881", "verified_name": "Lyra", "id": path}
            more = {"quality_rating": "GREEN", "webhook_configuration": self.show_hooks()}
            return {**shown, "status": self.status, **more}
        if path == f"{self.waba_id}/subscribed_apps":
            return self.list_subscribed()
        if path in self.files:
            url, size = f"{self.url}/v25.0/files/{path}", len(self.files[path])
            return {"messaging_product": "whatsapp", "url": url, "file_size": size, "id": path}
        if path.removeprefix("files/") in self.files:
            return self.files[path.removeprefix("files/")]
        details = f"Object with ID '{path}' does not exist, cannot be loaded due to missing permissions"
        raise Refusal(100, "Unsupported get request", details=details)

    def _take_message(self, fields: Fields) -> Any:
        if fields.get("status") == "read":
            self.read.append(fields["message_id"])
            return {"success": True}
        to = read_address(fields)
        text = check_message(fields)
        if self.templates and fields.get("type") == "template":
            text = fill_template(self.templates, fields["template"], self.uploads)
        refusal = self.refuse.popleft() if self.refuse else None
        if refusal is not None:
            raise refusal
        if to in self.closed and fields.get("type") != "template":
            raise Refusal(131047, "Re-engagement message", details="More than 24 hours have passed")
        message_id = self.make_id()
        if "to" in fields and USER_ID.fullmatch(to):  # taken, and dropped without a word
            to = "nobody"
        else:
            self.sent.append(Sent(id=message_id, to=to, text=text, fields=fields))
        contacts = [{"input": to, "wa_id": to}]
        return {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": message_id}]}

    def _take_file(self, fields: Fields) -> Any:
        if fields.get("messaging_product") != "whatsapp" or not fields.get("file"):
            raise Refusal(100, "Invalid parameter", details="messaging_product and file")
        media_id = str(10**15 + len(self.uploads))
        self.uploads[media_id] = (str(fields["type"]), fields["file"])
        return {"id": media_id}


async def read_fields(request: web.Request) -> Fields:
    """Return what came with a call: the query, JSON, or a form with a file."""
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        fields: Fields = await request.json()
        return fields
    form = await request.post()
    return {
        name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()
    }


@asynccontextmanager
async def run_fake_whatsapp() -> AsyncIterator[FakeWhatsapp]:
    """Run a Cloud API with one number; `url` is what `api_url` should be."""
    fake = FakeWhatsapp()
    app = web.Application()
    app.router.add_route("*", "/v25.0/{path:.+}", fake.take)
    async with serve(app) as (address, site):
        fake.site = site
        fake.url = address
        yield fake
