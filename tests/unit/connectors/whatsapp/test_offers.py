"""Templates with an offer that ends, a form, or a wish for the phone number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connector import SendState, Template
from bot.connector.templates import find_place_problem
from bot.domain.message import Content
from connectors.whatsapp.templates import render_template
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.whatsapp import PHONE
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, buttons, make_template
from tests.unit.connectors.whatsapp.acts import connected

UNTIL = datetime(2027, 1, 31, 18, 0, tzinfo=UTC)
CODE = {"type": "COPY_CODE", "example": "SAVE25"}
FORM = {"type": "FLOW", "text": "Book", "flow_id": "77", "flow_action": "NAVIGATE"}
ASK = {"type": "REQUEST_CONTACT_INFO"}


def offer(*, ends: bool) -> dict[str, Any]:
    told = {"text": "25 % off", "has_expiration": ends}
    return {"type": "LIMITED_TIME_OFFER", "limited_time_offer": told}


async def send(listed: Mapping[str, Any], *values: str) -> tuple[Template, SendState, list[str]]:
    """List a template, fill it in and send it."""
    async with run_fake_whatsapp() as fake:
        fake.templates.append(dict(listed))
        async with connected(fake) as connector:
            (template,) = await connector.list_templates()
            assert template.problem == ""
            places = [(place.part, place.name) for place in template.places]
            filled = dict(zip(places, values, strict=True))
            content = Content(text=template.read(filled), custom={"template": template.fill(filled)})
            result = await connector.send(make_reply(PHONE, content))
    return template, result.state, [sent.text for sent in fake.sent]


async def test_offer_that_ends_is_asked_for_its_time_and_sent_with_it() -> None:
    listed = make_template("sale", offer(ends=True), body("Hello {{1}}", "Ann"), buttons(CODE))
    template, state, said = await send(listed, "2027-01-31 18:00", "Ann", "SAVE25")
    assert state is SendState.SENT
    assert said == [f"25 % off {int(UNTIL.timestamp())}000\nHello Ann\nCopy code SAVE25"]
    read = template.read({("offer", "until"): "2027-01-31 18:00"})
    assert "25 % off (until 2027-01-31 18:00 UTC)" in read


async def test_offer_without_an_end_needs_none() -> None:
    _, state, said = await send(make_template("sale", offer(ends=False), body("Hello")))
    assert (state, said) == (SendState.SENT, ["25 % off\nHello"])


async def test_form_of_a_template_needs_nothing_filled_in() -> None:
    template, state, said = await send(make_template("book", body("Your day?"), buttons(FORM)))
    assert (state, said) == (SendState.SENT, ["Your day?\nBook"])
    assert template.read({}) == "Your day?\n• Book"
    assert render_template(template.fill({}))["components"] == [
        {
            "type": "button",
            "sub_type": "flow",
            "index": "0",
            "parameters": [{"type": "action", "action": {"flow_token": "unused"}}],
        }
    ]


async def test_wish_for_the_number_is_a_button_like_any() -> None:
    template, state, _ = await send(make_template("ask", body("Your number?"), buttons(ASK)))
    assert state is SendState.SENT
    assert template.read({}) == "Your number?\n• Share contact info"


@pytest.mark.parametrize("value", ["tomorrow", "2027-02-31 10:00", "31.01.2027 18:00", "2027-01-31", "٢٠٢٧"])
async def test_time_that_is_none_is_refused_before_anything_is_sent(value: str) -> None:
    async with run_fake_whatsapp() as fake:
        fake.templates.append(make_template("sale", offer(ends=True), body("Hello")))
        async with connected(fake) as connector:
            (template,) = await connector.list_templates()
    (place,) = template.places
    assert "2027-01-31 18:00" in (find_place_problem(place, value) or "")
    with pytest.raises(ValueError, match="UTC"):
        render_template(template.fill({("offer", "until"): value}))
