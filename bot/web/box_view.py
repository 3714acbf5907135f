"""What the box says before anybody types: until when, how much, which files, to whom. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.connector.file_rules import list_types
from bot.connector.interface import HasTemplates
from bot.connector.windows import describe, find_end, find_refusal
from bot.desk.mail_answer import MAIL_AFTER
from bot.domain.conversation import Surface
from bot.domain.message import Content
from bot.service.check_reply import draft_reply
from bot.service.keep_outgoing import LARGEST, MOST_FILES
from bot.web.words import say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.connector import Capabilities, Connector
    from bot.domain.conversation import Conversation
    from bot.service.answer_by_mail import MailWay
    from bot.storage.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a text may be, and what it is counted in. `parts`: a longer one goes out in several."""

    most: int
    unit: str
    parts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """Something that ends. `told` says why it is over, and what is allowed instead."""

    at: datetime | None
    over: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxView:
    """The box of a conversation. `private`: whether its contact can be answered alone, and how long.

    `off`: nothing leaves by its account now. `accepts` are the types of files that a browser offers first;
    `templates`: there may be some to send.
    """

    off: bool = False
    limit: Limit | None = None
    private_limit: Limit | None = None
    window: Until | None = None
    private: Until | None = None
    accepts: str = ""
    templates: bool = False
    most_files: int = MOST_FILES
    most_bytes: int = LARGEST


def view_box(
    connector: Connector | None, conversation: Conversation, standing: Standing, *, now: datetime
) -> BoxView:
    """Show what a conversation's channel allows; nothing of it where the account is off."""
    if connector is None:
        return BoxView(off=True)
    can = connector.capabilities.on(conversation.surface)
    direct = connector.capabilities.on(Surface.DIRECT)
    once = can.private_reply is not None and can.private_reply.each == 1
    return BoxView(
        limit=Limit(most=can.text_max, unit=can.text_unit.value),
        private_limit=Limit(most=direct.text_max, unit=direct.text_unit.value, parts=not once),
        window=_view_window(can, conversation, standing, now),
        private=_view_private(connector.capabilities, conversation, standing, now),
        accepts=",".join(list_types(can)),
        templates=isinstance(connector, HasTemplates),
    )


def _view_window(
    can: Capabilities, conversation: Conversation, standing: Standing, now: datetime
) -> Until | None:
    reply = draft_reply(conversation, Content(), standing, now=now)
    end = find_end(can.window, reply)
    if end is None:
        return None
    # What is shown when it ends while somebody looks is what was true at its end.
    told = describe(can.window, reply, now=max(now, end))
    return Until(at=end, over=now > end, told=f"{say('desk.window_over')} {told}")


def _view_private(
    capabilities: Capabilities, conversation: Conversation, standing: Standing, now: datetime
) -> Until | None:
    allowed = capabilities.on(conversation.surface).private_reply
    if allowed is None or conversation.surface is not Surface.PUBLIC:
        return None
    reply = draft_reply(conversation, Content(private=True), standing, now=now)
    refusal = find_refusal(capabilities, reply, now=now)
    heard = reply.last_heard_at
    end = None if allowed.within is None or heard is None else heard + allowed.within
    return Until(at=end, over=refusal is not None, told=refusal.detail if refusal else "")


def describe_way(way: MailWay | None, name: str) -> str:
    """Say where an answer goes that the visitor of a chat does not see; empty where they left no address."""
    if way is None:
        return ""
    if way.hindrance is not None:
        return say(f"desk.mail_{way.hindrance.value}", name=name, address=way.address)
    return say("desk.mail_way", minutes=round(MAIL_AFTER.total_seconds() / 60), address=way.address)
