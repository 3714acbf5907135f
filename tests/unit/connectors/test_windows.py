"""What a platform would refuse is refused here, and the words say what is allowed instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.connector import Capabilities, ErrorClass, OutboundReply, PrivateReply, ReplyMode, Window
from bot.connector.windows import find_refusal, say_duration
from bot.domain.conversation import Surface
from bot.domain.message import Author, Content

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TEMPLATE = Content(custom={"template": {"name": "parcel_arrived", "language": "en"}})

META = Capabilities(
    surfaces=frozenset({Surface.DIRECT, Surface.PUBLIC}),
    text_max=2000,
    burst_pause=timedelta(),
    window=Window(bot=DAY, staff=WEEK),
    elsewhere={
        Surface.PUBLIC: Capabilities(
            surfaces=frozenset({Surface.PUBLIC}),
            text_max=8000,
            burst_pause=timedelta(),
            private_reply=PrivateReply(within=WEEK),
        )
    },
)
WHATSAPP = replace(META, window=Window(bot=DAY, templates=True), elsewhere={})


def reply(
    heard_ago: timedelta | None,
    *,
    author: Author = Author.BOT,
    surface: Surface = Surface.DIRECT,
    mode: ReplyMode = ReplyMode.REPLY,
    content: Content | None = None,
) -> OutboundReply:
    return OutboundReply(
        idempotency_key="visavis-1",
        conversation_key="7",
        content=content or Content(text="hello"),
        author=author,
        surface=surface,
        mode=mode,
        last_heard_at=None if heard_ago is None else NOW - heard_ago,
    )


def refuse(capabilities: Capabilities, asked: OutboundReply) -> str | None:
    error = find_refusal(capabilities, asked, now=NOW)
    return error.detail if error else None


@pytest.mark.parametrize("heard_ago", [timedelta(), DAY - timedelta(seconds=1), DAY])
def test_window_is_open_up_to_its_end(heard_ago: timedelta) -> None:
    assert refuse(META, reply(heard_ago)) is None


def test_bot_is_refused_where_a_person_may_still_write() -> None:
    late = DAY + timedelta(seconds=1)
    error = find_refusal(META, reply(late), now=NOW)
    assert error is not None
    assert error.error_class is ErrorClass.WINDOW_CLOSED
    assert "24 hours" in error.detail
    assert "A person may still answer." in error.detail
    assert refuse(META, reply(late, author=Author.STAFF)) is None


def test_person_is_refused_after_their_longer_window() -> None:
    told = refuse(META, reply(WEEK + timedelta(hours=1), author=Author.STAFF))
    assert told is not None
    assert "7 days" in told
    assert "when the customer writes" in told


def test_template_leaves_after_the_window_where_there_are_templates() -> None:
    late = timedelta(days=3)
    told = refuse(WHATSAPP, reply(late))
    assert told is not None
    assert "template" in told
    assert refuse(WHATSAPP, reply(late, content=TEMPLATE)) is None
    assert refuse(META, reply(late, content=TEMPLATE)) is not None


def test_contact_who_never_wrote_is_the_platforms_business() -> None:
    assert refuse(META, reply(None)) is None


def test_each_surface_has_its_own_window() -> None:
    assert refuse(META, reply(WEEK * 2, surface=Surface.PUBLIC)) is None


def test_private_reply_only_where_there_is_one_and_in_its_time() -> None:
    public = {"surface": Surface.PUBLIC, "mode": ReplyMode.PRIVATE}
    assert refuse(META, reply(WEEK, **public)) is None  # type: ignore[arg-type]
    assert "link" in str(refuse(META, reply(WEEK + DAY, **public)))  # type: ignore[arg-type]
    assert "no private answer" in str(refuse(META, reply(DAY, mode=ReplyMode.PRIVATE)))


def test_author_of_a_post_is_written_to_as_often_as_the_platform_allows() -> None:
    private = reply(DAY, surface=Surface.PUBLIC, mode=ReplyMode.PRIVATE)
    told = str(refuse(META, replace(private, private_before=1)))
    assert "once" in told
    assert "public answer is still allowed" in told


def test_private_reply_that_would_be_two_messages_is_refused() -> None:
    public = {"surface": Surface.PUBLIC, "mode": ReplyMode.PRIVATE}
    assert refuse(META, reply(DAY, content=Content(text="x" * 2000), **public)) is None  # type: ignore[arg-type]
    told = str(refuse(META, reply(DAY, content=Content(text="x" * 2001), **public)))  # type: ignore[arg-type]
    assert "one message of at most 2,000 characters" in told


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=59), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_durations_are_said_as_people_do(duration: timedelta, words: str) -> None:
    assert say_duration(duration) == words
