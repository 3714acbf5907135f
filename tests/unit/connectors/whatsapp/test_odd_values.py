"""No value anywhere in a body breaks its reading."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.message import Kind
from bot.errors import BadPayload
from tests.contracts.connectors.whatsapp import (
    FAKE,
    OTHER_PHONE,
    PHONE,
    about,
    change,
    said,
    status,
    write,
)
from tests.unit.connectors.whatsapp.acts import USER, interactive, parse

SAMPLES = (
    said(write(type="text", text={"body": "hi"}, context={"id": "wamid.q", "from": FAKE.number})),
    about(1, "image", id="41", mime_type="image/png", sha256="x", caption="see"),
    about(1, "location", latitude=48.2, longitude=16.4),
    interactive("list_reply", id="/a", title="A"),
    interactive("nfm_reply", name="flow", body="Sent", response_json='{"a": "b"}'),
    about(1, "order", catalog_id="1", product_items=[{"product_retailer_id": "m", "quantity": 1}]),
    about(1, "reaction", message_id="wamid.q", emoji="👍"),
    about(1, "edit", original_message_id="wamid.q", message={"type": "text", "text": {"body": "b"}}),
    about(1, "system", type="user_changed_number", wa_id=OTHER_PHONE),
    about(1, "interactive", type="product", product={"product_retailer_id": "m"}, body={"text": "b"}),
    change("calls", calls=[{"id": "c", "from": PHONE, "event": "connect", "direction": "USER_INITIATED"}]),
    change("user_preferences", user_preferences=[{"wa_id": PHONE, "user_id": USER, "value": "stop"}]),
    change(
        "standby",
        messages=[write(type="text", text={"body": "b"})],
        message_echoes=[{"to": PHONE, "id": "w"}],
    ),
    said(write(type="contacts", contacts=[{"name": {"formatted_name": "B"}, "phones": [{"phone": "1"}]}])),
    said(write(type="unsupported", errors=[{"code": 131051, "title": "t", "error_data": {"details": "d"}}])),
    status("failed", errors=[{"code": 131047, "title": "t"}], biz_opaque_callback_data="k#1/1"),
    change(
        "smb_message_echoes", message_echoes=[{"to": PHONE, "id": "w", "type": "text", "text": {"body": "b"}}]
    ),
)


odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None), max_size=4),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just("9" * 400),
    st.sampled_from(["edit", "image", "text", "interactive", "system"]),
)


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in list_places(each, (*path, key)))]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), value=odd_values)
def test_no_value_anywhere_breaks_the_reading_of_a_body(data: st.DataObject, value: object) -> None:
    frame = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    *way, last = data.draw(st.sampled_from([place for place in list_places(frame) if place]))
    inner: Any = frame
    for step in way:
        inner = inner[step]
    inner[last] = value
    try:
        events = parse(frame)
    except BadPayload as error:
        assert "`object`" in str(error) or "`entry`" in str(error) or "not JSON" in str(error)  # noqa: PT017
        return
    for event in events:
        assert event.event_id
        assert event.conversation_key or event.kind is Kind.UNSUPPORTED
        json.dumps([event.content.text, event.metadata, event.reply_context], ensure_ascii=False).encode()
