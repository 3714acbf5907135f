"""How messages stand in the thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.message import Attachment, Author, Content, DeliveryState, Kind, Message, Settled
from bot.web.around_view import QuoteView
from bot.web.desk_view import Beside, Side, ThreadEntry, view_thread

LATE = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)


def message(seq: int, author: Author, *, kind: Kind = Kind.TEXT, at: datetime = LATE) -> Message:
    return Message(
        id=seq,
        conversation_id=1,
        seq=seq,
        author=author,
        kind=kind,
        content=Content(text=f"words {seq}"),
        created_at=at,
        staff_name="Mara" if author is Author.STAFF else None,
    )


UNREAD = replace(message(4, Author.CONTACT, kind=Kind.UNSUPPORTED), content=Content())


def view(*messages: Message, zone: str = "UTC", before: Message | None = None) -> list[ThreadEntry]:
    return view_thread(messages, contact="Ann", zone=ZoneInfo(zone), before=before)


def test_days_are_those_of_the_reader() -> None:
    messages = [message(1, Author.CONTACT), message(2, Author.CONTACT, at=LATE + timedelta(hours=1))]
    assert [entry.day for entry in view(*messages)] == [date(2026, 5, 4), date(2026, 5, 5)]
    assert [entry.day for entry in view(*messages, zone="Asia/Tokyo")] == [date(2026, 5, 5), None]


def test_a_name_stands_on_the_first_of_a_run() -> None:
    entries = view(
        message(1, Author.CONTACT),
        message(2, Author.CONTACT),
        message(3, Author.BOT),
        message(4, Author.STAFF),
        message(5, Author.STAFF, kind=Kind.NOTE),
    )
    assert [entry.who for entry in entries] == ["Ann", "", "Bot", "Mara", "Mara"]
    assert [entry.side for entry in entries] == [Side.CONTACT, Side.CONTACT, Side.BOT, Side.STAFF, Side.NOTE]


def test_what_nobody_said_has_no_name_on_it() -> None:
    entries = view(message(1, Author.SYSTEM, kind=Kind.TRIGGER), message(2, Author.SYSTEM, kind=Kind.NOTE))
    assert [(entry.who, entry.side) for entry in entries] == [("", Side.LINE), ("", Side.NOTE)]
    assert entries[0].text == "Set off by a reminder or a program: words 1"


def test_a_tail_continues_what_stands_above_it() -> None:
    above, new = message(1, Author.CONTACT), message(2, Author.CONTACT, at=LATE + timedelta(minutes=1))
    (entry,) = view(new, before=above)
    assert (entry.day, entry.who) == (None, "")


def test_what_happened_to_messages_is_a_line_and_receipts_are_not_shown() -> None:
    entries = view(
        message(1, Author.CONTACT, kind=Kind.EDIT),
        message(2, Author.CONTACT, kind=Kind.RECEIPT),
        message(3, Author.SYSTEM, kind=Kind.LINE),
        UNREAD,
    )
    assert [entry.side for entry in entries] == [Side.LINE] * 3
    assert [entry.text for entry in entries] == [
        "Ann changed a message",
        "words 3",
        "Ann sent something this channel cannot show here",
    ]


def test_a_failed_delivery_says_why_and_is_wrong() -> None:
    sent = replace(message(1, Author.BOT), delivery=DeliveryState.SENT, delivery_error="retried once")
    failed = replace(
        message(2, Author.BOT), delivery=DeliveryState.FAILED, delivery_error="blocked by the customer"
    )
    entries = view(sent, failed, message(3, Author.CONTACT))
    assert [(entry.delivery, entry.wrong) for entry in entries] == [
        ("Sent", False),
        ("Not delivered: blocked by the customer", True),
        ("", False),
    ]


def test_what_happened_beside_words_is_said_in_a_line() -> None:
    given = message(1, Author.CONTACT, kind=Kind.REACTION)
    gone = replace(given, content=Content())
    called = replace(UNREAD, metadata={"note": "They called."})
    assert [entry.text for entry in view(given, gone, called, UNREAD)] == [
        "Ann reacted words 1",
        "Ann took a reaction back",
        "They called.",
        "Ann sent something this channel cannot show here",
    ]


def test_what_somebody_said_and_nobody_can_read_stands_among_their_words() -> None:
    waits = replace(UNREAD, settled=Settled.WAITING)
    poll = replace(waits, metadata={"note": "They sent a poll."})
    overheard = replace(UNREAD, content=Content(text="to another app"), metadata={"standby": True})
    entries = view(waits, poll, overheard)
    assert [entry.side for entry in entries] == [Side.CONTACT] * 3
    assert [(entry.text, entry.unsupported) for entry in entries] == [
        ("Sent something that this channel does not pass on", True),
        ("They sent a poll.", True),
        ("to another app", False),
    ]


def test_quoted_message_is_named_as_it_is_in_the_thread() -> None:
    asked = replace(message(1, Author.STAFF), content=Content(text="Which one?"))
    answer = replace(message(2, Author.CONTACT), metadata={"quoted": "wamid.1"})
    beside = Beside(quoted={"wamid.1": asked})
    _, entry = view_thread([asked, answer], contact="Ann", zone=ZoneInfo("UTC"), beside=beside)
    assert entry.quote == QuoteView(who="Mara", words="Which one?", id=1)


def test_file_without_words_stands_alone() -> None:
    file = Attachment(kind="document", ref="F", name="invoice.pdf")
    sent = replace(message(1, Author.CONTACT, kind=Kind.MEDIA), content=Content(attachments=(file,)))
    (entry,) = view(sent)
    assert (entry.text, [each.words for each in entry.attachments]) == ("", ["invoice.pdf"])
