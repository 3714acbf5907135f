"""Templates that Meta approved: all pages of them, those that texts can fill in, sent as it wants them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector import AccountConfig, HasTemplates, SendState
from bot.domain.message import Content
from bot.errors import PlatformUnavailable
from connectors.whatsapp.approved import read_templates
from connectors.whatsapp.connector import WhatsappConnector
from tests.contracts.connectors.channel import make_reply
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, make_template

PHONE = "16505551234"
TRACK = {"type": "URL", "text": "Track", "url": "https://lyra.example/t/{{1}}"}
NAMED = make_template(
    "named",
    {
        "type": "HEADER",
        "format": "TEXT",
        "text": "For {{who}}",
        "example": {"header_text_named_params": [{"param_name": "who", "example": "Jo"}]},
    },
    {
        "type": "BODY",
        "text": "{{what}} comes on {{day}}. {{what}}!",
        "example": {"body_text_named_params": [{"param_name": "what", "example": "It"}]},
    },
    {"type": "FOOTER", "text": "Lyra"},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}, TRACK]},
    parameter_format="NAMED",
)
LEFT_OUT = (
    make_template("waiting", body("x"), status="PENDING"),
    make_template("code", body("x"), category="AUTHENTICATION"),
    make_template("picture", {"type": "HEADER", "format": "IMAGE"}, body("x")),
    make_template("cards", body("x"), {"type": "CAROUSEL", "cards": []}),
    make_template("coupon", body("x"), {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "x"}]}),
)


@asynccontextmanager
async def connected(fake: FakeWhatsapp, **options: str) -> AsyncIterator[WhatsappConnector]:
    config = AccountConfig(channel="whatsapp", name="main", options={**fake.options, **options})
    connector = WhatsappConnector(config)
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()


async def test_all_pages_are_read_and_what_texts_cannot_fill_is_left_out() -> None:
    async with run_fake_whatsapp() as fake:
        fake.templates += [make_template(f"news_{number:03}", body("x")) for number in range(230)]
        fake.templates += LEFT_OUT
        async with connected(fake) as connector:
            assert isinstance(connector, HasTemplates)
            found = await connector.list_templates()
    assert [each.name for each in found] == [f"news_{number:03}" for number in range(230)]


async def test_account_is_found_by_the_token_where_nobody_names_it() -> None:
    async with run_fake_whatsapp() as fake:
        fake.templates.append(make_template("news", body("Hi {{1}}", "Jo")))
        async with connected(fake, waba_id="") as connector:
            (found,) = await connector.list_templates()
    assert [(place.part, place.name, place.example) for place in found.places] == [("body", "1", "Jo")]


async def test_refusal_to_list_is_told_without_the_token() -> None:
    other = "EAAGanotherTokenThanTheirs"
    async with run_fake_whatsapp() as fake, connected(fake, access_token=other) as connector:
        with pytest.raises(PlatformUnavailable, match="does not list") as told:
            await connector.list_templates()
    assert other not in str(told.value)


async def test_every_place_is_filled_where_it_stands() -> None:
    values = {
        ("header", "who"): "Ann",
        ("body", "what"): "It",
        ("body", "day"): "Monday",
        ("button.1", "1"): "77",
    }
    async with run_fake_whatsapp() as fake:
        fake.templates.append(NAMED)
        async with connected(fake) as connector:
            (template,) = await connector.list_templates()
            assert [(place.part, place.name) for place in template.places] == list(values)
            content = Content(text=template.read(values), custom={"template": template.fill(values)})
            result = await connector.send(make_reply(PHONE, content))
    assert result.state is SendState.SENT
    said = "For Ann\nIt comes on Monday. It!\nLyra\nStop\nhttps://lyra.example/t/77"
    assert [sent.text for sent in fake.sent] == [said]
    assert content.text == said.replace("Stop", "• Stop").replace("https", "• Track: https")


Shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("BODY") | st.just("APPROVED"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "language", "status", "components", "type", "text", "example", "body_text"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(answer=st.fixed_dictionaries({"data": Shapes}))
def test_any_answer_is_read_or_passed_over(answer: Mapping[str, Any]) -> None:
    for template in read_templates(answer):
        assert template.read({}) is not None
