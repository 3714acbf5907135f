"""Reactions, and people who block the bot."""

from __future__ import annotations

from typing import Any

import pytest

from bot.connector import AccountConfig, InboundEvent
from bot.domain.message import Kind
from connectors.telegram.address import Me
from connectors.telegram.changes import BLOCKED, OWN_EMOJI, STAR, UNBLOCKED
from connectors.telegram.payload import parse_update

ACCOUNT = AccountConfig(channel="telegram", name="main")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
BOT = {"id": 42, "is_bot": True, "first_name": "Lyra"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100, "type": "supergroup", "title": "Us"}
LIKE, HEART = ({"type": "emoji", "emoji": emoji} for emoji in "👍❤")
OWN, PAID = {"type": "custom_emoji", "custom_emoji_id": "5"}, {"type": "paid"}


def parse(**update: Any) -> InboundEvent:
    numbered: dict[str, Any] = {"update_id": 1, **update}
    (event,) = parse_update(numbered, ACCOUNT, me=Me(id=42, username="Lyra_bot"))
    return event


def react(before: list[dict[str, str]], after: list[dict[str, str]], **more: Any) -> InboundEvent:
    told = {"chat": CHAT, "message_id": 5, "date": 1_750_000_000, "user": ANN}
    return parse(message_reaction={**told, "old_reaction": before, "new_reaction": after, **more})


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ([], [LIKE], "👍"),
        ([LIKE], [LIKE, HEART], "❤"),
        ([LIKE, HEART], [LIKE], "👍"),
        ([LIKE], [], ""),
        ([], [PAID], STAR),
        ([], [OWN], OWN_EMOJI),
    ],
)
def test_reaction_is_what_was_given_last(
    before: list[dict[str, str]], after: list[dict[str, str]], text: str
) -> None:
    event = react(before, after)
    assert (event.kind, event.content.text) == (Kind.REACTION, text)
    assert (event.conversation_key, event.target_id) == ("7", "7:5")


@pytest.mark.parametrize("more", [{"chat": GROUP}, {"user": None, "actor_chat": GROUP}, {"user": BOT}])
def test_reactions_among_others_are_only_counted(more: dict[str, Any]) -> None:
    event = react([], [LIKE], **more)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


def change(before: str, after: str, **more: Any) -> InboundEvent:
    states = {
        "member": {"user": BOT, "status": "member"},
        "kicked": {"user": BOT, "status": "kicked", "until_date": 0},
    }
    told = {"chat": CHAT, "from": ANN, "date": 1_750_000_000}
    members = {"old_chat_member": states[before], "new_chat_member": states[after]}
    return parse(my_chat_member={**told, **members, **more})


@pytest.mark.parametrize(
    ("before", "after", "note"), [("member", "kicked", BLOCKED), ("kicked", "member", UNBLOCKED)]
)
def test_staff_are_told_who_blocks_the_bot(before: str, after: str, note: str) -> None:
    event = change(before, after)
    assert (event.kind, event.conversation_key, event.sender.native_id) == (Kind.UNSUPPORTED, "7", "7")
    assert event.metadata["note"] == note


def test_bot_that_leaves_a_group_is_only_counted() -> None:
    event = change("member", "kicked", chat=GROUP)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")
