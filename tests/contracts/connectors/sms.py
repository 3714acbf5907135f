"""Text messages, with the fake Twilio; signatures by Twilio's own package."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.domain.message import Kind
from bot.errors import BadSignature
from connectors.sms.connector import CONNECTOR
from connectors.sms.signature import read_signed_fields, sign
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    ONE_AT_A_TIME,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.twilio import (
    ACCOUNT_SID,
    NUMBER,
    SERVICE_SID,
    TOKEN,
    Fault,
    make_message,
    make_sid,
    make_status,
    run_fake_twilio,
)

HOOK = "https://chat.example/webhooks/sms/main"
ANN, BOB = "+15551230007", "+15551230008"
OPTIONS = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "from": NUMBER}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.UNAVAILABLE,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}


def dump(frame: dict[str, Any]) -> bytes:
    """Return the body of a form; what is no string is written as JSON."""
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in frame.items()}
    return urlencode(fields, errors="surrogatepass").encode()


def sealed(body: bytes) -> InboundRequest:
    """Sign any body as Twilio would. Rubbish is no form, and cannot be signed by Twilio's package."""
    request = InboundRequest(body=body, received_at=NOW, url=HOOK)
    try:
        fields = read_signed_fields(request)
    except BadSignature:  # nobody signs this: the contract only has it parsed
        fields = ""
    signature = sign(HOOK, fields, key=TOKEN.encode()).decode()
    return InboundRequest(body=body, headers={"x-twilio-signature": signature}, received_at=NOW, url=HOOK)


def frame(text: str, *, number: int = 1, sender: str = ANN) -> dict[str, Any]:
    """Return the fields of a message."""
    return make_message(sender, text, number=number)


def message(text: str, *, number: int = 1, sender: str = ANN) -> InboundRequest:
    """Return a signed message."""
    fields = frame(text, number=number, sender=sender)
    signature = RequestValidator(TOKEN).compute_signature(HOOK, fields)
    return InboundRequest(
        body=dump(fields), headers={"x-twilio-signature": signature}, received_at=NOW, url=HOOK
    )


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run a Twilio with one number."""
    async with run_fake_twilio() as fake:
        config = AccountConfig(channel="sms", name=ACCOUNT, options={**OPTIONS, "api_url": fake.url})
        connector = CONNECTOR(config, http_timeout=limit)
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.stopped.add(ANN)
            else:
                fake.faults.append(FAULTS[kind])

        def texts() -> list[str]:
            # Buttons are lines of the text: what stands on them is not what was said.
            return [sent["body"].partition("\n• ")[0] for sent in fake.sent]

        yield Stage(connector=connector, key=ANN, texts=texts, trouble=trouble)
        await connector.close()


MEDIA = {
    "NumMedia": "1",
    "MediaUrl0": f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM1/Media/ME1",
    "MediaContentType0": "image/jpeg",
}

SMS = Channel(
    connector=CONNECTOR,
    options={**OPTIONS, "messaging_service": SERVICE_SID},
    wrong_options=(
        ({}, "account_sid"),
        ({"account_sid": "hunter2"}, "AC"),
        ({"account_sid": ACCOUNT_SID, "from": NUMBER}, "auth_token"),
        ({"account_sid": ACCOUNT_SID, "auth_token": TOKEN}, "messaging_service"),
        ({**OPTIONS, "from": "555-1234"}, "from"),
        ({**OPTIONS, "from": "whatsapp:" + NUMBER}, "whatsapp"),
        ({**OPTIONS, "messaging_service": "MG-none"}, "messaging_service"),
        ({**OPTIONS, "api_url": "twilio"}, "api_url"),
        ({**OPTIONS, "sender": "x"}, "sender"),
    ),
    secrets=(TOKEN,),
    sender=ANN,
    other_sender=BOB,
    message=message,
    sealed=sealed,
    frame=frame,
    dump=dump,
    wrong=(
        ("MessageSid", {"From": ANN, "Body": "hi"}),
        ("MessageSid", {**make_message(ANN, "hi"), "MessageSid": "a b", "SmsSid": ""}),
        ("From", {**frame("hi"), "From": "whatsapp:" + ANN}),
    ),
    unknown=(
        {**frame(""), "Body": ""},
        {**frame("STOP"), "OptOutType": "STOP"},
        make_status(make_sid(1, own=True), ANN, "invented in 2031"),
        make_status(make_sid(1, own=True), "nobody", "delivered"),
    ),
    machines=(frame("Your code is 1234", sender="72975"), {**frame("hi"), "From": NUMBER}),
    samples={Kind.MEDIA: ({**frame(""), **MEDIA},)},
    receipts={
        ReceiptState.SENT: make_status(make_sid(1, own=True), ANN, "sent"),
        ReceiptState.DELIVERED: make_status(make_sid(1, own=True), ANN, "delivered"),
        ReceiptState.READ: make_status(make_sid(1, own=True), ANN, "read"),
        ReceiptState.FAILED: make_status(make_sid(1, own=True), ANN, "undelivered", ErrorCode="30003"),
    },
    stage=stage,
    does_not_apply={
        **no_templates("carriers approve campaigns, not messages: any text may be sent"),
        **ONE_AT_A_TIME,
        "test_old_signature_is_refused": "Twilio's signature has no time in it",
        "test_word_of_the_brands_people_is_an_echo_in_the_contacts_conversation": "there is no app",
        "test_send_with_the_same_key_arrives_once": "Twilio takes no idempotency key",
        "test_render_hides_notes": "nobody but Twilio reads what we render",
    },
)
