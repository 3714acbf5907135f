"""Messages are read as pywa reads them."""

from __future__ import annotations

from typing import Any

import pytest
from pywa.client import WhatsApp
from pywa.types.message import Message as PywaMessage

from tests.contracts.connectors.whatsapp import (
    FAKE,
    contact,
    said,
    write,
)
from tests.unit.connectors.whatsapp.acts import parse_one


@pytest.mark.parametrize(
    "message",
    [
        write(type="text", text={"body": "hi"}),
        write(type="text", text={"body": "hi"}, context={"forwarded": True}),
        write(type="text", text={"body": "yes"}, context={"from": FAKE.number, "id": "wamid.q"}),
        write(type="image", image={"id": "41", "mime_type": "image/png", "sha256": "x", "caption": "see"}),
        write(type="reaction", reaction={"message_id": "wamid.q", "emoji": "👍"}),
    ],
)
def test_message_is_read_as_pywa_reads_it(message: dict[str, Any]) -> None:
    frame = said(message)
    theirs = PywaMessage.from_update(WhatsApp(phone_id="1", token="x"), frame)  # type: ignore[arg-type]
    ours = parse_one(frame)
    assert ours.event_id == theirs.id
    assert ours.content.text == (theirs.text or theirs.caption or (theirs.reaction and theirs.reaction.emoji))
    assert ours.platform_at == theirs.timestamp
    assert (ours.sender.native_id, ours.sender.name) == (theirs.from_user.bsuid, theirs.from_user.name)
    assert ours.sender.other_ids == (theirs.from_user.wa_id,)
    assert ours.sender.username == theirs.from_user.username
    assert ours.metadata.get("forwarded", False) == theirs.forwarded
    quoted = theirs.reply_to_message and theirs.reply_to_message.id
    assert ours.metadata.get("quoted") == quoted
    if theirs.image is not None:
        assert ours.content.attachments[0].ref == theirs.image.id
    assert contact()["wa_id"] == theirs.from_user.wa_id
