"""Templates as Meta lists them: all pages, what is to be filled in, and why some cannot be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connector import HasTemplates, SendState
from bot.domain.message import Content
from bot.errors import PlatformUnavailable
from connectors.whatsapp.approved import read_templates
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.whatsapp import PHONE
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.fakes.whatsapp_templates import body, buttons, header, make_template
from tests.unit.connectors.whatsapp.acts import connected

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
TEXT = body("x")
UNSENDABLE = {
    "not approved": make_template("t", TEXT, status="PENDING"),
    "refused": make_template("t", TEXT, status="REJECTED"),
    "paused": make_template("t", TEXT, status="PAUSED"),
    "moving picture": make_template("t", header("GIF"), TEXT),
    "does not tell which": make_template("t", TEXT, {"type": "LIMITED_TIME_OFFER"}),
    "opens an app": make_template("t", TEXT, buttons({"type": "APP", "text": "Open"})),
    "catalogue": make_template("t", TEXT, buttons({"type": "CATALOG", "text": "See"})),
    "server of its own": make_template(
        "t", TEXT, buttons({"type": "FLOW", "text": "Book", "flow_action": "DATA_EXCHANGE"})
    ),
    "invented_in_2031": make_template("t", TEXT, {"type": "INVENTED_IN_2031"}),
    "says nothing": make_template("t", header("IMAGE")),
    "pictures or films": make_template("t", TEXT, {"type": "CAROUSEL", "cards": [{"components": [TEXT]}]}),
    "which": make_template("t", TEXT, {"type": "CAROUSEL", "cards": []}),
    "does not say where": make_template("t", TEXT, category="AUTHENTICATION"),
}


async def test_all_pages_are_read_and_what_is_deleted_is_left_out() -> None:
    async with run_fake_whatsapp() as fake:
        fake.templates += [make_template(f"news_{number:03}", body("x")) for number in range(230)]
        fake.templates.append(make_template("gone", TEXT, status="DELETED"))
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


@pytest.mark.parametrize("reason", UNSENDABLE)
def test_what_cannot_be_sent_is_listed_with_the_reason(reason: str) -> None:
    (template,) = read_templates({"data": [UNSENDABLE[reason]]})
    assert reason in template.problem
    assert template.parts == ()


Shapes = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["APPROVED", "AUTHENTICATION"])
    | st.sampled_from(["BODY", "HEADER", "BUTTONS", "CAROUSEL", "IMAGE", "URL"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("name", "language", "status", "category", "components", "type", "format", "text"),
                    *("example", "body_text", "buttons", "cards", "url"),
                ]
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
        assert template.problem or template.parts
        assert template.fill({(place.part, place.name): "x" for place in template.places})
