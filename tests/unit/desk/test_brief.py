"""The three lines on top of a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.desk.brief import first_words, shorten, write_brief
from bot.domain.handoff import Handoff, Priority
from bot.domain.message import Author, Content, Kind, Message, Settled

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def said(seq: int, author: Author, text: str, *, kind: Kind = Kind.TEXT, title: str | None = None) -> Message:
    return Message(
        id=seq,
        conversation_id=1,
        seq=seq,
        author=author,
        kind=kind,
        content=Content(text=text),
        created_at=NOW,
        staff_name="Mara" if author is Author.STAFF else None,
        metadata={"title": title} if title else {},
    )


def handoff(summary: str = "") -> Handoff:
    return Handoff(
        id=1,
        conversation_id=1,
        reason="complaint_double_charge",
        priority=Priority.URGENT,
        queue="billing",
        summary=summary,
        created_at=NOW,
        deadline_at=NOW + timedelta(minutes=15),
    )


def test_brief_quotes_what_nobody_answered() -> None:
    messages = [
        said(1, Author.CONTACT, "you charged me twice"),
        said(2, Author.BOT, "A person will answer you."),
        said(3, Author.CONTACT, "and fast please"),
    ]
    brief = write_brief(messages, handoff())
    assert brief.happened == "Charged twice. They began with “you charged me twice”"
    assert brief.promised == "That a person answers. No person has written yet."
    assert brief.needed == "An answer to “and fast please” (2 messages since we spoke)"


def test_brief_counts_what_nobody_can_read_and_no_notice() -> None:
    sent = replace(said(1, Author.CONTACT, "", kind=Kind.UNSUPPORTED), settled=Settled.WAITING)
    called = replace(sent, id=2, settled=None)
    brief = write_brief([sent, called], None)
    assert brief.needed == "An answer to something that the channel did not pass on"
    assert write_brief([called], None).needed == "Not known yet."


def test_brief_says_when_a_person_spoke_last() -> None:
    messages = [said(1, Author.CONTACT, "hello"), said(2, Author.STAFF, "I will refund it today.")]
    brief = write_brief(messages, handoff("Charged wrongly, order LA-1043."))
    assert brief.happened == "Charged wrongly, order LA-1043."
    assert brief.promised == "Mara wrote last: “I will refund it today.”"
    assert brief.needed == "Nothing open: every message is answered."


def test_brief_asks_for_nothing_that_was_settled_without_an_answer() -> None:
    closed = replace(said(2, Author.CONTACT, "never mind"), settled=Settled.NOT_NEEDED)
    brief = write_brief([said(1, Author.STAFF, "Done."), closed], None)
    assert brief.needed == "Nothing open: every message is answered."


def test_brief_of_an_empty_conversation_promises_nothing() -> None:
    brief = write_brief([], None)
    assert (brief.happened, brief.promised) == ("Nothing was said yet.", "Nothing by a person.")


def test_brief_ignores_notes_and_shows_a_buttons_title() -> None:
    messages = [
        said(1, Author.CONTACT, '/order_status{"a": 1}', kind=Kind.POSTBACK, title="Where is my order?"),
        said(2, Author.STAFF, "looks like fraud", kind=Kind.NOTE),
    ]
    brief = write_brief(messages, None)
    assert brief.needed == "An answer to “Where is my order?”"
    assert "fraud" not in f"{brief.happened}{brief.promised}{brief.needed}"


@given(st.text(), st.integers(2, 80))
def test_shorten_keeps_to_its_length_and_to_one_line(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    assert short.endswith("…") or short == " ".join(text.split())


def test_first_words_are_six() -> None:
    assert first_words("my left ear cup has stopped working again") == "my left ear cup has stopped…"
    assert first_words("no sound") == "no sound"
