"""What replies look like on WhatsApp."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa import errors as pywa_errors

from bot.connector import ErrorClass, OutboundFile, OutboundReply
from bot.domain.message import Author, Button, Content
from connectors.whatsapp.faults import classify, read_error
from connectors.whatsapp.render import BUTTONS_ALONE, Call, render_reply
from tests.contracts.connectors.channel import make_reply
from tests.fakes.whatsapp_checks import check_message

PHONE = "16505551234"


def render(content: Content, **more: Any) -> tuple[Call, ...]:
    reply = OutboundReply(
        idempotency_key="visavis-7", conversation_key=PHONE, content=content, author=Author.BOT, **more
    )
    return render_reply(reply)


def choices(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title=title, payload=f"/{number}") for number, title in enumerate(titles))


def interactive(content: Content) -> Any:
    (call,) = render(content)
    assert call.type == "interactive"
    return call.part


def test_three_short_choices_are_buttons() -> None:
    part = interactive(Content(text="Which?", buttons=choices("Red", "Green", "Blue")))
    assert (part["type"], part["body"]) == ("button", {"text": "Which?"})
    assert [each["reply"]["title"] for each in part["action"]["buttons"]] == ["Red", "Green", "Blue"]


def test_more_choices_are_a_list_and_long_titles_are_shown_whole() -> None:
    long = "The red one with the white dots on it"
    part = interactive(Content(text="Which?", buttons=choices(long, "Green", "Blue", "Black")))
    assert part["type"] == "list"
    (section,) = part["action"]["sections"]
    assert section["rows"][0] == {"id": "/0", "title": "The red one with the…", "description": long}
    assert section["rows"][1] == {"id": "/1", "title": "Green"}


def test_choices_that_do_not_fit_are_lines() -> None:
    twelve = choices(*(f"No. {number}" for number in range(12)))
    part = interactive(Content(text="Which?", buttons=twelve))
    assert len(part["action"]["sections"][0]["rows"]) == 10
    assert part["body"]["text"] == "Which?\n• No. 10\n• No. 11"
    twins = (Button(title="Yes", payload="/a"), Button(title="Yes", payload="/b"))
    part = interactive(Content(text="Sure?", buttons=twins))
    assert part["body"]["text"] == "Sure?\n• Yes"


def test_one_link_is_a_button_and_several_are_lines() -> None:
    shop = Button(title="Shop", payload="", url="https://shop.example/a")
    part = interactive(Content(text="Look:", buttons=(shop,)))
    assert part["action"]["parameters"] == {"display_text": "Shop", "url": "https://shop.example/a"}
    help_page = Button(title="Help", payload="", url="https://shop.example/help")
    (call,) = render(Content(text="Look:", buttons=(shop, help_page)))
    assert call.part["body"] == "Look:\n• Shop: https://shop.example/a\n• Help: https://shop.example/help"


def test_buttons_follow_a_text_that_is_too_long_for_them() -> None:
    calls = render(Content(text="x" * 1025, buttons=choices("Yes")))
    assert [call.type for call in calls] == ["text", "interactive"]
    body: Any = calls[1].part["body"]
    assert body["text"] == BUTTONS_ALONE
    assert interactive(Content(buttons=choices("Yes")))["body"]["text"] == BUTTONS_ALONE


def test_picture_is_fetched_by_whatsapp_unless_it_cannot_be() -> None:
    calls = render(Content(text="Look", image="https://shop.example/mug.png"))
    assert [(call.type, call.part) for call in calls] == [
        ("text", {"body": "Look"}),
        ("image", {"link": "https://shop.example/mug.png"}),
    ]
    (call,) = render(Content(text="Look", image="http://10.0.0.7/mug.png"))
    assert call.part["body"] == "Look\nhttp://10.0.0.7/mug.png"


@pytest.mark.parametrize(
    ("kind", "mime", "size", "type_"),
    [
        ("image", "image/png", 1, "image"),
        ("image", "image/PNG; x=1", 1, "image"),
        ("image", "image/png", 6_000_000, "document"),
        ("image", "image/gif", 1, None),
        ("audio", "audio/ogg", 1, "audio"),
        ("video", "video/mp4", 1, "video"),
        ("video", "video/mp4", 20_000_000, "document"),
        ("file", "application/pdf", 1, "document"),
        ("file", "application/pdf", 200_000_000, None),
        ("file", "application/zip", 1, None),
    ],
)
def test_file_goes_as_what_whatsapp_takes(kind: str, mime: str, size: int, type_: str | None) -> None:
    async def read() -> bytes:
        return b""

    url = "https://lyra.example/f/7"
    file = OutboundFile(kind=kind, mime=mime, name="a", size=size, url=url, read=read)
    (call,) = render(Content(), files=(file,))
    if type_ is None:
        assert (call.type, call.part) == ("text", {"body": f"a: {url}"})
    else:
        assert (call.type, call.files) == (type_, (file,))


def test_message_in_the_apis_own_terms_follows_the_text() -> None:
    flow: dict[str, Any] = {
        "type": "flow",
        "body": {"text": "Book"},
        "action": {"name": "flow", "parameters": {}},
    }
    calls = render(Content(text="Here:", custom={"whatsapp": {"type": "interactive", "interactive": flow}}))
    assert [(call.type, call.part) for call in calls][1] == ("interactive", flow)
    for wrong in ({}, {"type": "interactive"}, {"type": 5}, "flow"):
        with pytest.raises(ValueError, match="whatsapp"):
            render(Content(custom={"whatsapp": wrong}))


def test_payload_that_nothing_else_says_is_shown_as_rasa_would() -> None:
    (call,) = render(Content(custom={"städte": ["Wien"]}))
    assert call.part == {"body": '{"städte": ["Wien"]}'}
    (call,) = render(Content(text="Hi", custom={"for": "the widget"}))
    assert call.part == {"body": "Hi"}


@pytest.mark.parametrize(
    ("template", "components"),
    [
        ({}, None),
        ({"parameters": []}, None),
        (
            {"parameters": {"name": "Ann"}},
            [{"type": "body", "parameters": [{"type": "text", "text": "Ann", "parameter_name": "name"}]}],
        ),
        (
            {"parameters": [{"type": "currency", "currency": {"code": "EUR"}}]},
            [{"type": "body", "parameters": [{"type": "currency", "currency": {"code": "EUR"}}]}],
        ),
        ({"components": [{"type": "header"}]}, [{"type": "header"}]),
    ],
)
def test_template_is_filled(template: dict[str, Any], components: Any) -> None:
    whole = {"name": "news", "language": "de", **template}
    (call,) = render(Content(text="for staff", custom={"template": whole}))
    assert call.type == "template"
    assert call.part.get("components") == components


@pytest.mark.parametrize(
    "template",
    [
        5,
        {},
        {"name": "news"},
        {"name": "news", "language": "de", "parameters": 5},
        {"name": "news", "language": "de", "parameters": [None]},
    ],
)
def test_template_that_is_none_is_refused_in_words(template: Any) -> None:
    with pytest.raises(ValueError, match="template"):
        render(Content(custom={"template": template}))


storable = st.characters(codec="utf-8", exclude_characters="\x00")
buttons = st.builds(
    Button, title=st.text(storable, max_size=90), payload=st.text(storable, max_size=260), url=st.none()
)


@given(text=st.text(storable, max_size=1500), some=st.lists(buttons, max_size=12))
def test_whatever_is_rendered_the_api_takes(text: str, some: list[Button]) -> None:
    for call in render_reply(make_reply(PHONE, Content(text=text, buttons=tuple(some)))):
        check_message({"type": call.type, call.type: call.part})


def test_errors_mean_what_pywa_takes_them_for() -> None:
    meant = {
        pywa_errors.AuthorizationError: ErrorClass.AUTH,
        pywa_errors.ThrottlingError: ErrorClass.RATE_LIMITED,
        pywa_errors.IntegrityError: ErrorClass.POLICY,
    }
    for family, error_class in meant.items():
        codes = [code for each in family.__subclasses__() for code in each.__error_codes__ or ()]
        assert codes
        assert {code: classify(code) for code in codes} == dict.fromkeys(codes, error_class)


@pytest.mark.parametrize(
    ("status", "more", "error_class"),
    [
        (401, {}, ErrorClass.AUTH),
        (429, {}, ErrorClass.RATE_LIMITED),
        (500, {}, ErrorClass.TRANSIENT),
        (400, {"is_transient": True}, ErrorClass.TRANSIENT),
        (400, {}, ErrorClass.PERMANENT),
    ],
)
def test_unknown_code_is_judged_by_the_status(
    status: int, more: dict[str, Any], error_class: ErrorClass
) -> None:
    error = read_error({"code": 999_999, **more}, status=status)
    assert (error.error_class, error.code) == (error_class, "999999")
