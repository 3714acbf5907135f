"""A customer with something in every corner, and everything that the database holds, as one text."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.domain.contact import Handle
from bot.domain.message import Attachment, Kind
from bot.service.add_note import add_note
from bot.service.answer import answer
from bot.service.correct_triage import correct_triage
from bot.service.join_people import Decision, decide_pair
from bot.service.receive import receive
from bot.service.staff_reply import staff_reply
from bot.service.suggest_same_person import look
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.staff import Staff
    from bot.service.road import Road

SECRET = "zebrafish"
"""Stands in everything that this customer says, is called, or is known by."""
MAIL = f"{SECRET}@mail.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Where they wrote: by chat and by e-mail, joined by staff."""

    chat_id: int
    mail_id: int
    contacts: tuple[int, int]
    picture_id: int


def says_it(
    words: str, *, channel: str = "webchat", sender: str = f"visitor-{SECRET}", kind: Kind = Kind.TEXT
) -> InboundEvent:
    """They say something; every field that can tell who it is does."""
    event = says(f"{words} {SECRET}", sender=sender, channel=channel, kind=kind)
    handle = Handle(native_id=sender, name=f"Zoe {SECRET}", username=f"zoe{SECRET}", locale="en")
    return replace(
        event,
        event_id=f"{event.event_id}-{SECRET}",
        sender=handle,
        metadata={"title": SECRET, "identity": {"id": SECRET, "email": MAIL, "verified": True}},
        reply_context={"thread": SECRET},
    )


def sends_picture() -> InboundEvent:
    """They send a picture."""
    event = says_it("look", kind=Kind.MEDIA)
    attachment = Attachment(kind="photo", ref=f"/{SECRET}.png", name=f"{SECRET}.png")
    return replace(event, content=replace(event.content, attachments=(attachment,)))


async def make_customer(road: Road, staff: Staff) -> Customer:
    """Let a customer write, be answered, complain, be taken, noted, judged, joined."""
    engine = PlainEngine()
    chat_id = await _say(road, engine, says_it("huh"))
    await _say(road, engine, says_it("remind me"))
    picture = await receive(road, sends_picture())
    mail_id = await _say(road, engine, says_it("a person please", channel="email", sender=MAIL))
    await staff_reply(road, mail_id, staff, f"Dear {SECRET}, sorry.", key="k1")
    await add_note(road, mail_id, staff, f"{SECRET} is angry", key="n1")
    await receive(road, says_it("and again", channel="email", sender=MAIL))
    await _judge(road, mail_id, staff)
    await _fill_corners(road, chat_id)
    while await look(road, quiet=timedelta()):
        pass
    contacts = (await _contact_of(road, chat_id), await _contact_of(road, mail_id))
    await decide_pair(road, contacts, Decision.SAME, staff)
    assert picture.message_id is not None
    return Customer(chat_id=chat_id, mail_id=mail_id, contacts=contacts, picture_id=picture.message_id)


async def _say(road: Road, engine: PlainEngine, event: InboundEvent) -> int:
    received = await receive(road, event)
    assert received.conversation_id is not None
    await answer(road, engine, received.conversation_id)
    return received.conversation_id


async def _judge(road: Road, conversation_id: int, staff: Staff) -> None:
    async with road.database.read() as connection:
        statement = "SELECT min(id) FROM message WHERE author = 'contact' AND conversation_id = "
        found = (await connection.exec_driver_sql(f"{statement}{conversation_id}")).scalar_one()
    await correct_triage(road, conversation_id, found, staff, choice="urgent")


async def _contact_of(road: Road, conversation_id: int) -> int:
    async with road.database.read() as connection:
        statement = f"SELECT contact_id FROM conversation WHERE id = {conversation_id}"
        return int((await connection.exec_driver_sql(statement)).scalar_one())


async def _fill_corners(road: Road, conversation_id: int) -> None:
    """Put the word where the plain engine has none to put."""
    for statement in (
        f"UPDATE tracker SET state = jsonb_build_object('slots', '{SECRET}') || state",
        f"UPDATE handoff SET summary = '{SECRET} wants a person'",
        f"UPDATE timer SET data = data || jsonb_build_object('entities', '{SECRET}')",
        f"UPDATE media SET reason = '{SECRET}'",
        f"UPDATE outbox SET error_detail = 'refused by {SECRET}', native_ids = ARRAY['{SECRET}']",
        f"UPDATE triage_correction SET example = '{SECRET}'",
        f"""INSERT INTO known_id SELECT account_id, 'other-{SECRET}', key FROM conversation
        WHERE id = {conversation_id}""",
        f"""INSERT INTO outgoing_file (conversation_id, staff_id, name, mime, size, key, due_at)
        SELECT {conversation_id}, min(id), '{SECRET}.pdf', 'application/pdf', 1, 'x', now() FROM staff""",
    ):
        async with road.database.begin() as connection:
            await connection.exec_driver_sql(statement)


async def dump(road: Road) -> dict[str, str]:
    """Return all that stands in the database, by table: every column that can hold a word."""
    async with road.database.read() as connection:
        names = (
            await connection.execute(
                text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            )
        ).scalars()
        tables = [name for name in names if name != "alembic_version"]
        found = {}
        for table in tables:
            rows = await connection.execute(text(f'SELECT to_jsonb(t) AS whole FROM "{table}" t'))
            found[table] = "\n".join(json.dumps(row.whole, ensure_ascii=False) for row in rows)
    return found


async def tables_with(road: Road, word: str) -> set[str]:
    """Return the tables in which a word stands."""
    return {table for table, whole in (await dump(road)).items() if word.lower() in whole.lower()}
