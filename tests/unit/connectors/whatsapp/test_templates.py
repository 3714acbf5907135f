"""Templates that are sent: every place filled where it stands, files above named, wrong ones told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.connector import ErrorClass, OutboundFile, SendState
from bot.domain.message import Content
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.whatsapp import PHONE
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.fakes.whatsapp_hook import Sent
from tests.fakes.whatsapp_templates import body, buttons, header, make_template
from tests.unit.connectors.whatsapp.acts import connected

TRACK = {"type": "URL", "text": "Track", "url": "https://lyra.example/t/{{1}}"}
FIRST_UPLOAD = "1000000000000000"


def brought(kind: str, mime: str, *, name: str = "a", content: bytes = b"x") -> OutboundFile:
    async def read() -> bytes:
        return content

    return OutboundFile(kind=kind, mime=mime, name=name, size=len(content), url=None, read=read)


async def say(
    made: Mapping[str, Any], values: Mapping[tuple[str, str], str], *files: OutboundFile
) -> tuple[Sent, str]:
    """List one template, fill it in and send it; return what arrived, and what staff read."""
    async with run_fake_whatsapp() as fake:
        fake.templates.append(made)
        async with connected(fake) as connector:
            (template,) = await connector.list_templates()
            assert template.problem == ""
            assert [(place.part, place.name) for place in template.places] == list(values)
            content = Content(text=template.read(values), custom={"template": template.fill(values)})
            result = await connector.send(replace(make_reply(PHONE, content), files=files))
    assert result.state is SendState.SENT, result.error
    return fake.sent[0], content.text


@pytest.mark.parametrize(
    ("kind", "file", "shown"),
    [
        ("IMAGE", brought("image", "image/png"), {}),
        ("VIDEO", brought("video", "video/mp4"), {}),
        ("DOCUMENT", brought("file", "application/pdf", name="bill.pdf"), {"filename": "bill.pdf"}),
    ],
)
async def test_file_above_is_uploaded_and_named(
    kind: str, file: OutboundFile, shown: Mapping[str, object]
) -> None:
    made = make_template("order", header(kind), body("Order {{1}}"))
    sent, told = await say(made, {("file", kind.lower()): file.name, ("body", "1"): "A-7"}, file)
    head, text = sent.fields["template"]["components"]
    (parameter,) = head["parameters"]
    assert parameter[parameter["type"]].pop("id") == FIRST_UPLOAD
    assert head == {"type": "header", "parameters": [{"type": kind.lower(), kind.lower(): shown}]}
    assert text["parameters"] == [{"type": "text", "text": "A-7"}]
    assert told == "Order A-7"  # the file is shown by itself


async def test_place_above_is_sent_with_all_it_needs() -> None:
    values = {
        ("location", "name"): "Lyra",
        ("location", "address"): "Graben 1",
        ("location", "latitude"): "48.2085",
        ("location", "longitude"): "16.3731",
    }
    sent, told = await say(make_template("visit", header("LOCATION"), body("Come.")), values)
    place = {name: value for (_, name), value in values.items()}
    (head,) = sent.fields["template"]["components"]
    assert head["parameters"] == [{"type": "location", "location": place}]
    assert told == "Lyra, Graben 1 (48.2085, 16.3731)\nCome."


async def test_buttons_take_what_they_need_each_under_its_own_number() -> None:
    made = make_template(
        "sale",
        body("Sale"),
        buttons(
            {"type": "QUICK_REPLY", "text": "Stop"},
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+43 1 1"},
            {"type": "URL", "text": "Shop", "url": "https://lyra.example"},
            {**TRACK, "example": ["https://lyra.example/t/9"]},
            {"type": "COPY_CODE", "text": "Copy offer code", "example": "25OFF"},
        ),
    )
    sent, told = await say(made, {("button.3", "1"): "77", ("code.4", "code"): "SAVE7"})
    assert sent.fields["template"]["components"] == [
        {"type": "button", "sub_type": "url", "index": "3", "parameters": [{"type": "text", "text": "77"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "4",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE7"}],
        },
    ]
    assert told.splitlines()[-2:] == ["• Track: https://lyra.example/t/77", "• Copy offer code: SAVE7"]


@pytest.mark.parametrize(
    "button",
    [
        {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"},
        {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"},
    ],
)
async def test_one_time_code_is_asked_for_once_and_copied_by_its_button(button: Mapping[str, str]) -> None:
    made = make_template(
        "code", body("*{{1}}* is your code."), {"type": "FOOTER"}, buttons(button), category="AUTHENTICATION"
    )
    sent, told = await say(made, {("body", "1"): "123456"})
    given = [each["parameters"] for each in sent.fields["template"]["components"]]
    assert given == [[{"type": "text", "text": "123456"}]] * 2
    assert told == "*123456* is your code.\n• Copy code"


async def test_all_cards_are_sent_each_with_its_own() -> None:
    card = {"components": [header("IMAGE"), body("{{1}} euros"), buttons(TRACK, {"type": "QUICK_REPLY"})]}
    made = make_template("cards", body("Hi {{1}}"), {"type": "CAROUSEL", "cards": [card, card]})
    values = {("body", "1"): "Ann"}
    for number, price in enumerate(("5", "7")):
        on = f"card.{number}"
        values |= {(f"{on}.file", "image"): "a", (f"{on}.body", "1"): price, (f"{on}.button.0", "1"): price}
    files = brought("image", "image/png", content=b"one"), brought("image", "image/jpeg", content=b"two")
    sent, told = await say(made, values, *files)
    _, carousel = sent.fields["template"]["components"]
    assert [each["card_index"] for each in carousel["cards"]] == [0, 1]
    shown = [each["components"][0]["parameters"][0]["image"]["id"] for each in carousel["cards"]]
    assert len(set(shown)) == 2
    assert told.startswith("Hi Ann\n5 euros\n• Track: https://lyra.example/t/5")
    assert "7 euros\nhttps://lyra.example/t/7" in sent.text


@pytest.mark.parametrize(
    ("template", "files"),
    [
        ({"file": "image"}, ()),
        ({}, (brought("image", "image/png"),)),
        ({"file": "image"}, (brought("file", "application/pdf"),)),
        ({"file": "sticker"}, (brought("image", "image/webp"),)),
        ({"cards": [{"file": "image"}, {"file": "image"}]}, (brought("image", "image/png"),)),
        ({"location": {"name": "Lyra", "address": "x", "latitude": "north", "longitude": "1"}}, ()),
        ({"location": "Lyra"}, ()),
        ({"code.0": ""}, ()),
        ({"cards": [5]}, ()),
    ],
)
async def test_template_that_meta_would_refuse_never_leaves(
    template: Mapping[str, Any], files: tuple[OutboundFile, ...]
) -> None:
    whole = Content(custom={"template": {"name": "t", "language": "en_US", **template}})
    async with run_fake_whatsapp() as fake, connected(fake) as connector:
        result = await connector.send(replace(make_reply(PHONE, whole), files=files))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.INVALID)
    assert fake.transcript == []


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ({"parameters": ["Ann", "more"], "file": "image"}, "132000"),
        ({"parameters": ["Ann"], "header": [{"type": "text", "text": "x"}]}, "132012"),
        ({"parameters": ["Ann"]}, "132012"),
        ({"parameters": ["Ann"], "file": "image", "code.0": "X7"}, "132018"),
        ({"parameters": ["Ann"], "file": "image", "button.1": ["7"]}, "131008"),
        ({"parameters": ["Ann"], "file": "image", "name": "other"}, "132001"),
    ],
)
async def test_what_meta_refuses_in_a_template_is_final_and_told(
    template: Mapping[str, Any], code: str
) -> None:
    track = {"type": "URL", "text": "Track", "url": "https://lyra.example/{{1}}"}
    whole = {"name": "t", "language": "en_US", "button.0": ["9"], **template}
    if "button.1" in template:
        del whole["button.0"]
    if "code.0" in template:
        del whole["button.0"]
    files = (brought("image", "image/png"),) if "file" in template else ()
    async with run_fake_whatsapp() as fake:
        fake.templates.append(make_template("t", header("IMAGE"), body("Hi {{1}}"), buttons(track)))
        async with connected(fake) as connector:
            reply = replace(make_reply(PHONE, Content(custom={"template": whole})), files=files)
            result = await connector.send(reply)
    assert result.error is not None
    assert (result.error.code, result.error.error_class) == (code, ErrorClass.INVALID)
    assert fake.sent == []
