"""What the box says before anybody types."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.conversation import Conversation, Status, Surface
from bot.storage.standing import Standing
from bot.web.box_view import view_box
from tests.fakes.connector import scripted_connector

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CONVERSATION = Conversation(
    id=1,
    account_id=1,
    channel="webchat",
    account="lyra",
    key="ann",
    contact_id=1,
    contact_name="Ann",
    surface=Surface.DIRECT,
    status=Status.QUEUED,
    staff_id=None,
    staff_name=None,
    created_at=NOON,
    last_message_at=NOON,
)


def test_only_an_account_that_sends_nothing_is_called_off() -> None:
    assert view_box(None, CONVERSATION, Standing(), now=NOON).off
    on = view_box(scripted_connector(), CONVERSATION, Standing(), now=NOON)
    assert not on.off
    assert on.limit is not None
