"""WhatsApp, with the fake Cloud API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.connector.meta.webhook import sign_meta
from bot.domain.message import Kind
from connectors.whatsapp.connector import CONNECTOR
from tests.contracts.connectors.channel import ACCOUNT, NOW, Channel, Stage, Trouble
from tests.fakes.whatsapp import FakeWhatsapp, Fault, run_fake_whatsapp
from tests.fakes.whatsapp_checks import Refusal
from tests.fakes.whatsapp_templates import body, make_template

FAKE = FakeWhatsapp()
OPTIONS = {name: value for name, value in FAKE.options.items() if value}
PHONE, OTHER_PHONE = "16505551234", "16505559876"
USER_ID = {PHONE: "US.13491208655302741918", OTHER_PHONE: "US.20811208655302741918"}
PHONE_OF = {user_id: phone for phone, user_id in USER_ID.items()}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}
REFUSALS = {
    Trouble.DOWN: Refusal(131016, "Service unavailable", status=500),
    Trouble.REFUSED: Refusal(131026, "Message undeliverable"),
}


def sealed(body: bytes) -> InboundRequest:
    """Sign a body as Meta does."""
    headers = {"x-hub-signature-256": sign_meta(body, FAKE.app_secret.encode())}
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def change(name: str, **value: Any) -> dict[str, Any]:
    """Return a body with one change of our number."""
    numbers = {"display_phone_number": FAKE.number, "phone_number_id": FAKE.phone_number_id}
    whole = {"messaging_product": "whatsapp", "metadata": numbers, **value}
    entry = {"id": FAKE.waba_id, "changes": [{"field": name, "value": whole}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def write(number: int = 1, *, phone: str = PHONE, **more: Any) -> dict[str, Any]:
    """Return a message of any type."""
    ids = {"from": phone, "from_user_id": USER_ID[phone], "id": f"wamid.{phone}.{number}"}
    return {**ids, "timestamp": "1750000000", **more}


def contact(phone: str = PHONE) -> dict[str, Any]:
    """Return what a body tells of a person."""
    profile = {"name": "Ann Lee", "username": "ann.lee"}
    return {"profile": profile, "wa_id": phone, "user_id": USER_ID[phone]}


def said(*messages: Any, phone: str = PHONE) -> dict[str, Any]:
    """Return a body with messages of one person."""
    return change("messages", contacts=[contact(phone)], messages=list(messages))


def frame(text: str, *, number: int = 1, sender: str = USER_ID[PHONE]) -> dict[str, Any]:
    """Return a body with a text."""
    phone = PHONE_OF[sender]
    return said(write(number, phone=phone, type="text", text={"body": text}), phone=phone)


def message(text: str, *, number: int = 1, sender: str = USER_ID[PHONE]) -> InboundRequest:
    """Return a webhook's request with a text."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def about(number: int, kind: str, /, **part: Any) -> dict[str, Any]:
    """Return a body with a message of a type that holds `part`."""
    whole: dict[str, Any] = {"type": kind, kind: part}
    return said(write(number, **whole))


def status(name: str, **more: Any) -> dict[str, Any]:
    """Return a body with the status of a message of ours."""
    told = {"id": "wamid.ours", "status": name, "timestamp": "1750000009", "recipient_id": PHONE}
    return change("messages", statuses=[{**told, **more}])


CHANGED = {"type": "text", "text": {"body": "changed"}}
FIRST = f"wamid.{PHONE}.1"
ECHO = {"from": FAKE.number, "to": PHONE, "id": "wamid.staff", "timestamp": "1750000000"}


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a Cloud API."""
    async with run_fake_whatsapp() as fake:
        account = AccountConfig(channel="whatsapp", name=ACCOUNT, options=fake.options)
        connector = CONNECTOR(account, http_timeout=limit)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind in REFUSALS:
                fake.refuse.append(REFUSALS[kind])
            else:
                fake.faults.append(FAULTS[kind])

        def texts() -> list[str]:
            return [sent.text for sent in fake.sent]

        def approve(name: str, text: str, *, approved: bool) -> None:
            state = "APPROVED" if approved else "PENDING"
            fake.templates.append(make_template(name, body(text), status=state))

        yield Stage(connector=connector, key=PHONE, texts=texts, trouble=trouble, approve=approve)
        await connector.close()


WHATSAPP = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "access_token"),
        ({}, "app_secret"),
        ({}, "verify_token"),
        ({}, "phone_number_id"),
        ({**OPTIONS, "phone_number_id": "+1 555-078-3881"}, "phone_number_id"),
        ({**OPTIONS, "waba_id": "Lyra"}, "waba_id"),
        ({**OPTIONS, "list_label": "x" * 21}, "list_label"),
        ({**OPTIONS, "api_url": "whatsapp"}, "api_url"),
        ({**OPTIONS, "acess_token": "x"}, "acess_token"),
    ),
    secrets=(FAKE.access_token, FAKE.app_secret, FAKE.verify_token),
    sender=USER_ID[PHONE],
    other_sender=USER_ID[OTHER_PHONE],
    key=PHONE,
    message=message,
    sealed=sealed,
    frame=frame,
    wrong=(
        ("object", {"entry": []}),
        ("object", {"object": "page", "entry": []}),
        ("entry", {"object": "whatsapp_business_account", "entry": {}}),
    ),
    unknown=(
        change("account_update", event="VERIFIED_ACCOUNT"),
        change("invented_in_2031", x=1),
        change("messages", errors=[{"code": 130429, "title": "Rate limit hit"}]),
        said(5),
        said({"type": "text"}),
        said(write(type="text", text={"body": 5})),
        said(write(type="text", text={"body": "  "})),
        said(write(type="invented_in_2031", invented_in_2031={})),
        said(write(type="unsupported", errors=[{"code": 131051, "title": "Message type unknown"}])),
        said(write(type="system", system={"type": "user_changed_number", "wa_id": OTHER_PHONE})),
        said(write(type="image", image={"mime_type": "image/jpeg"})),
        said(write(type="text", text={"body": "to all"}, group_id="120363")),
        status("warning"),
        status("sent", recipient_type="group"),
    ),
    machines=(
        said({"from": FAKE.number, "id": "wamid.own", "type": "text", "text": {"body": "hi"}}),
        change("smb_message_echoes", message_echoes=[{**ECHO, "type": "reaction", "reaction": {}}]),
    ),
    echoes=(
        change(
            "smb_message_echoes",
            contacts=[contact()],
            message_echoes=[{**ECHO, "type": "text", "text": {"body": "I have sent you another"}}],
        ),
        change(
            "standby",
            standby={
                "message_echoes": [
                    {
                        "id": "wamid.agent",
                        "timestamp": "1767000000",
                        "message": {
                            "to": PHONE,
                            "recipient": USER_ID[PHONE],
                            "type": "text",
                            "text": {"body": "I have sent you another"},
                        },
                    }
                ]
            },
        ),
    ),
    samples={
        Kind.EDIT: (
            about(
                2, "edit", original_message_id=FIRST, message={"type": "text", "text": {"body": "changed"}}
            ),
        ),
        Kind.DELETE: (about(3, "revoke", original_message_id=FIRST),),
        Kind.REACTION: (
            about(4, "reaction", message_id=FIRST, emoji="👍"),
            about(5, "reaction", message_id=FIRST),
        ),
        Kind.POSTBACK: (
            said(
                write(
                    6,
                    type="interactive",
                    interactive={
                        "type": "button_reply",
                        "button_reply": {"id": "/track", "title": "Track it"},
                    },
                )
            ),
            about(7, "button", payload="/track", text="Track it"),
        ),
        Kind.MEDIA: (
            about(8, "image", id="1003383421387256", mime_type="image/jpeg", sha256="x"),
            about(9, "location", latitude=48.2, longitude=16.37, name="Stephansplatz"),
        ),
    },
    receipts={
        ReceiptState.SENT: status("sent"),
        ReceiptState.DELIVERED: status("delivered"),
        ReceiptState.READ: status("read"),
        ReceiptState.FAILED: status("failed", errors=[{"code": 131047, "title": "Re-engagement message"}]),
    },
    batch=said(
        write(1, type="text", text={"body": "first"}),
        {"id": "wamid.x", "type": "text", "text": ["?"]},
        write(3, type="text", text={"body": "third"}),
    ),
    stage=stage,
    does_not_apply={
        "test_old_signature_is_refused": "Meta's signature has no time in it",
        "test_send_with_the_same_key_arrives_once": "the Cloud API sends whatever it is given, also twice",
        "test_render_hides_notes": "nobody but Meta reads what we render",
    },
)
