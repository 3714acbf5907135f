"""What is said in a group is nobody's private conversation, in whatever way the payload says so."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.message import Kind
from tests.contracts.connectors.whatsapp import (
    ECHO,
    OTHER_PHONE,
    PHONE,
    change,
    contact,
    frame,
    said,
    status,
    write,
)
from tests.unit.connectors.whatsapp.acts import parse

GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
TEXT: dict[str, Any] = {"type": "text", "text": {"body": "my address is 1 Mill Lane"}}


def echo(**more: Any) -> dict[str, Any]:
    return change("smb_message_echoes", message_echoes=[{**ECHO, **TEXT, **more}])


@pytest.mark.parametrize(
    "body",
    [
        said(write(**TEXT, group_id=GROUP)),
        said(write(**TEXT, group_id={"id": GROUP})),
        said(write(**TEXT, recipient_type="group")),
        said(write(**TEXT, to=GROUP)),
        said({**write(**TEXT), "from": GROUP}),
        said(write(type="image", image={"id": "41", "mime_type": "image/png"}, group_id=GROUP)),
        said(write(type="reaction", reaction={"message_id": "wamid.q", "emoji": "x"}, group_id=GROUP)),
        said(write(type="system", system={"type": "user_changed_number", "wa_id": "1"}, group_id=GROUP)),
        said(write(type="edit", edit={"original_message_id": "wamid.q", "message": TEXT}, group_id=GROUP)),
        said(write(type="revoke", revoke={"original_message_id": "wamid.q"}, group_id=GROUP)),
        echo(to=GROUP),
        echo(group_id=GROUP),
        echo(recipient_type="group"),
        change("standby", messages=[write(**TEXT, group_id=GROUP)]),
        status("delivered", recipient_id=GROUP),
        status("failed", group_id=GROUP),
        change("group_participants_update", groups=[{"group_id": GROUP, "type": "group_participants_add"}]),
    ],
)
def test_what_happens_in_a_group_is_kept_in_no_conversation(body: dict[str, Any]) -> None:
    (event,) = parse(body)
    assert (event.kind, event.conversation_key, event.for_staff) == (Kind.UNSUPPORTED, "", False)
    assert "Mill Lane" not in str(event)
    assert not event.awaits_answer


def test_members_of_a_group_do_not_lose_what_they_write_in_private() -> None:
    others = [write(**TEXT, group_id=GROUP), write(2, phone=OTHER_PHONE, **TEXT, group_id=GROUP)]
    private = write(3, type="text", text={"body": "hello"})
    body = change("messages", contacts=[contact(), contact(OTHER_PHONE)], messages=[*others, private])
    *groups, event = parse(body)
    assert [each.conversation_key for each in groups] == ["", ""]
    assert (event.kind, event.conversation_key) == (Kind.TEXT, PHONE)
    assert event.sender == parse(frame("hello"))[0].sender
