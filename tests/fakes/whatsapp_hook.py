"""People who write to a number of WhatsApp, and how Meta tells of it: signed, in batches, again, shuffled."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.whatsapp_checks import USER_ID, Fields, Refusal

Change = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What reached a person, or is on its way."""

    id: str
    to: str
    text: str
    fields: Fields


@dataclass(slots=True, kw_only=True)
class WhatsappHook:
    """One phone number, as its people and its webhook know it. `closed` are people whose window is closed."""

    app_secret: str = "5eb63bbbe01eeed093cb22bb8f5acdc3"
    verify_token: str = "a-word-of-our-own"
    phone_number_id: str = "106540352242922"
    waba_id: str = "102290129340398"
    number: str = "15550783881"
    closed: set[str] = field(default_factory=set)
    _changes: list[Change] = field(default_factory=list)
    _last: int = 0

    # --- people -----------------------------------------------------------------------------

    def say(self, person: str, text: str, **more: Any) -> Change:
        """Let a person write; `person` is a phone number, a user id, or both with a slash between."""
        return self.push_message(person, {"type": "text", "text": {"body": text}, **more})

    def push_message(self, person: str, message: Change) -> Change:
        """Queue a message of any type."""
        phone, user_id = split_person(person)
        self.closed.difference_update({phone, user_id})
        ids = {"from": phone, "from_user_id": user_id}
        known = {"wa_id": phone, "user_id": user_id}
        contact = {"profile": {"name": "Ann Lee"}, **drop_empty(known)}
        written = {**drop_empty(ids), "id": self.make_id(), "timestamp": now(), **message}
        return self.push("messages", {"contacts": [contact], "messages": [written]})

    def report(self, sent: Sent, status: str, *, error: Refusal | None = None) -> Change:
        """Queue the status of a message that was sent."""
        phone, user_id = split_person(sent.to)
        told: Change = {"id": sent.id, "status": status, "timestamp": now()}
        told |= drop_empty({"recipient_id": phone, "recipient_user_id": user_id})
        told["biz_opaque_callback_data"] = sent.fields.get("biz_opaque_callback_data")
        if error is not None:
            data = {"details": error.details or error.title}
            told["errors"] = [{"code": error.code, "title": error.title, "error_data": data}]
        return self.push("messages", {"statuses": [told]})

    def echo(self, person: str, text: str) -> Change:
        """Let the brand's people write in WhatsApp's own app."""
        written = {"from": self.number, "to": person, "id": self.make_id(), "timestamp": now()}
        message = {**written, "type": "text", "text": {"body": text}}
        return self.push("smb_message_echoes", {"message_echoes": [message]})

    def push(self, name: str, value: Change) -> Change:
        """Queue a change of any kind."""
        numbers = {"display_phone_number": self.number, "phone_number_id": self.phone_number_id}
        whole = {"messaging_product": "whatsapp", "metadata": numbers, **value}
        change = {"field": name, "value": whole}
        self._changes.append(change)
        return change

    def make_id(self) -> str:
        """Return the id of a new message."""
        self._last += 1
        return f"wamid.HBgL{self._last:08d}AA=="

    # --- the webhook ------------------------------------------------------------------------

    def make_body(self, changes: list[Change]) -> bytes:
        """Write a body as Meta does."""
        entry = [{"id": self.waba_id, "changes": changes}]
        body = json.dumps({"object": "whatsapp_business_account", "entry": entry}, separators=(",", ":"))
        return body.replace("/", "\\/").encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """Return the headers that go with a body."""
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}

    async def verify_hook(self, url: str, word: str | None = None) -> bool:
        """Ask whether an address is the business's, as Meta does when it is entered with `word`."""
        challenge = str(random.getrandbits(30))
        word = self.verify_token if word is None else word
        asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": challenge}
        async with aiohttp.ClientSession() as session, session.get(url, params=asked) as response:
            return response.status == 200 and await response.text() == challenge

    async def deliver(
        self, url: str, *, copies: int = 1, batch: int = 1, shuffle: random.Random | None = None
    ) -> list[int]:
        """Post what is queued, each body `copies` times; return the statuses.

        What is not answered with 2xx is posted again, three times in all, then dropped.
        """
        waiting, self._changes = self._changes, []
        batches = [waiting[first : first + batch] for first in range(0, len(waiting), batch)]
        bodies = [self.make_body(each) for each in batches for _ in range(copies)]
        if shuffle is not None:
            shuffle.shuffle(bodies)
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            for body in bodies:
                for _ in range(3):
                    async with session.post(url, data=body, headers=self.sign(body)) as response:
                        statuses.append(response.status)
                    if statuses[-1] in range(200, 300):
                        break
        return statuses


def now() -> str:
    """Return the time as Meta writes it."""
    return str(int(time.time()))


def split_person(person: str) -> tuple[str, str]:
    """Return the phone number and the user id of somebody, either of which may be empty."""
    phone, _, user_id = person.partition("/")
    return ("", phone) if USER_ID.fullmatch(phone) else (phone, user_id)


def drop_empty(values: Mapping[str, str]) -> dict[str, str]:
    """Leave out what is not known."""
    return {name: value for name, value in values.items() if value}
