"""Who asks to be forgotten is: no word, no name, no id of theirs is left, and the ledger still adds up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.domain.conversation import Status
from bot.domain.message import Kind
from bot.errors import LeaseLost, StorageUnavailable, UnknownConversation
from bot.service.answer import answer
from bot.service.deliver import deliver
from bot.service.erase_contact import drop_files, erase_contacts, find_person, foresee_erasure
from bot.service.receive import receive
from bot.service.recently import Recently
from bot.service.remind import remind
from bot.service.staff_reply import staff_reply
from bot.service.suggest_same_person import look
from bot.storage import conversations, erasing, facts, ledger, queue
from bot.storage.files import FileStore
from bot.storage.queue import QueueView
from tests.fakes.connector import scripted_connector
from tests.fakes.engine import PlainEngine
from tests.integration.service.erasing import (
    MAIL,
    SECRET,
    Customer,
    dump,
    make_customer,
    says_it,
    sends_picture,
    tables_with,
)
from tests.integration.service.events import says
from tests.integration.service.people import add_agent

if TYPE_CHECKING:
    from bot.desk.same_person import Held
    from bot.domain.staff import Staff
    from bot.service.road import Road
    from bot.storage.ledger import LedgerDay

AT_ONCE = timedelta()


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_agent(road, "Mara Lind")


@pytest.fixture
async def customer(road: Road, mara: Staff) -> Customer:
    return await make_customer(road, mara)


async def _ledger(road: Road) -> list[LedgerDay]:
    async with road.database.read() as connection:
        return await ledger.list_ledger(connection, since=datetime.now(UTC).date() - timedelta(days=2))


async def test_no_word_of_theirs_is_left_in_any_table(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    before = await tables_with(road, SECRET)
    assert before >= {
        *("contact", "handle", "known_id", "contact_fact", "conversation", "message", "outbox", "tracker"),
        *("turn", "timer", "handoff", "proposal", "media", "triage_correction", "outgoing_file"),
    }
    await receive(road, says(f"somebody else speaks of a {SECRET}", sender="bob"))
    others = {table: whole.count("\n") for table, whole in (await dump(road)).items() if "bob" in whole}
    await erase_contacts(road, files, customer.contacts, mara)
    assert await tables_with(road, SECRET) == {"message"}  # Bob's word, and his alone
    assert (await dump(road))["message"].count(SECRET) == 1
    assert others.keys() == {table for table, whole in (await dump(road)).items() if "bob" in whole}
    assert (await dump(road))["same_person"] == ""


async def test_the_ledger_adds_up_to_the_same(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    before = await _ledger(road)
    await erase_contacts(road, files, customer.contacts, mara)
    after = await _ledger(road)
    assert sum(day.waiting for day in before) > 0
    assert all(day.adds_up for day in [*before, *after])
    # What waited for an answer needs none any more; nothing else changed.
    assert after == [replace(day, waiting=0, not_needed=day.not_needed + day.waiting) for day in before]


async def test_it_is_foreseen_done_once_and_noted(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    foreseen = await foresee_erasure(road, customer.contacts)
    assert (foreseen.contacts, foreseen.conversations, foreseen.files) == (2, 2, 2)
    assert await erase_contacts(road, files, customer.contacts, mara) == foreseen
    whole = await dump(road)
    again = await erase_contacts(road, files, customer.contacts, mara)
    assert (again.conversations, again.messages) == (0, 0)
    assert (await dump(road))["erasure"] == whole["erasure"]
    assert whole["erasure"].count(f'"staff_id": {mara.id}') == 1


async def test_it_is_gone_from_the_desk(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    await erase_contacts(road, files, customer.contacts, mara)
    async with road.database.read() as connection:
        assert await conversations.get_conversation(connection, customer.chat_id) is None
        for view in QueueView:
            assert await queue.list_queue(connection, view=view, staff_id=mara.id) == []
    with pytest.raises(UnknownConversation):
        await staff_reply(road, customer.mail_id, mara, "Hello?", key="k2")


async def test_the_same_person_begins_anew(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    await erase_contacts(road, files, customer.contacts, mara)
    received = await receive(road, says_it("hello again", channel="email", sender=MAIL))
    assert received.conversation_id not in (None, customer.mail_id, customer.chat_id)
    assert received.status is Status.BOT
    (contact_id,) = await find_person(road, "email", "lyra", MAIL)
    assert contact_id not in customer.contacts
    while await look(road, quiet=AT_ONCE):
        pass
    assert (await dump(road))["same_person"] == ""


@pytest.mark.parametrize("began_anew", [False, True])
async def test_a_platform_that_sends_it_again_brings_nothing_back(
    road: Road, files: FileStore, *, began_anew: bool
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=1)
    said = [replace(says_it(f"word {number}"), platform_at=long_ago) for number in range(2)]
    said.append(replace(sends_picture(), platform_at=long_ago))
    for event in said:
        await receive(road, event)
    await erase_contacts(road, files, await find_person(road, "webchat", "lyra", f"visitor-{SECRET}"), None)
    if began_anew:
        await receive(road, replace(says("hello", sender=f"visitor-{SECRET}"), platform_at=None))
    before = (await dump(road))["message"].count("\n")
    other = replace(road, recently=Recently())  # a process that was not told the first time
    for event in said:
        received = await receive(other, event)
        assert (received.duplicate, received.message_id, received.conversation_id) == (True, None, None)
    whole = await dump(road)
    assert whole["message"].count("\n") == before
    assert "word" not in whole["message"]
    assert ("conversation" in await tables_with(road, SECRET)) is began_anew


async def test_a_turn_that_is_under_way_writes_nothing(road: Road, files: FileStore) -> None:
    received = await receive(road, says_it("huh remind person"))
    assert received.conversation_id is not None
    contacts = await find_person(road, "webchat", "lyra", f"visitor-{SECRET}")

    async def erase(_: object) -> None:
        await erase_contacts(road, files, contacts, None)

    with pytest.raises(LeaseLost):
        await answer(road, PlainEngine(before=erase), received.conversation_id)
    assert await tables_with(road, SECRET) == set()
    assert await answer(road, PlainEngine(), received.conversation_id) is None


async def test_a_delivery_that_is_under_way_writes_nothing(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    connector = scripted_connector()
    connector.hold()
    courier = asyncio.create_task(deliver(road, {("email", "lyra"): connector}, customer.mail_id))
    await asyncio.wait_for(connector.wait_sending(), 20)
    await erase_contacts(road, files, customer.contacts, mara)
    connector.go_on()
    with pytest.raises(LeaseLost):
        await courier
    assert len(connector.sent) == 1  # what had left has left, the rest stays
    assert await deliver(road, {("email", "lyra"): connector}, customer.mail_id) is None
    assert await tables_with(road, SECRET) == set()


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDIT])
async def test_what_arrives_meanwhile_is_kept_and_begins_anew(
    road: Road, customer: Customer, kind: Kind
) -> None:
    """It waits for the conversation, finds it erased, and is no word of somebody who is known."""
    async with road.database.begin() as connection:
        ids = await erasing.lock_all(connection, customer.contacts)
        await erasing.erase_all(connection, customer.contacts, ids)
        arriving = asyncio.create_task(receive(road, says_it("meanwhile", kind=kind)))
        await _wait_blocked(road)
    received = await asyncio.wait_for(arriving, 20)
    assert received.conversation_id not in (None, customer.chat_id, customer.mail_id)
    async with road.database.read() as connection:
        shown = await conversations.get_conversation(connection, received.conversation_id or 0)
    assert shown
    assert shown.contact_id not in customer.contacts
    assert (await dump(road))["message"].count("meanwhile") == 1


async def _wait_blocked(road: Road) -> None:
    async with asyncio.timeout(20):
        while True:
            async with road.database.read() as connection:
                statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                if (await connection.exec_driver_sql(statement)).scalar_one():
                    return
            await asyncio.sleep(0.02)


async def test_facts_that_are_found_meanwhile_are_not_kept(road: Road, customer: Customer) -> None:
    async with road.database.begin() as connection:
        held = await facts.list_shared(connection, customer.contacts)
        ids = await erasing.lock_all(connection, customer.contacts)
        await erasing.erase_all(connection, customer.contacts, ids)
        looking = asyncio.create_task(_keep(road, held))
        await _wait_blocked(road)
    assert await asyncio.wait_for(looking, 20) == set()
    assert (await dump(road))["contact_fact"] == ""


async def _keep(road: Road, held: list[Held]) -> set[int]:
    async with road.database.begin() as connection:
        return await facts.keep_facts(connection, held)


async def test_no_reminder_reaches_who_was_erased(
    road: Road, files: FileStore, mara: Staff, customer: Customer
) -> None:
    await erase_contacts(road, files, customer.contacts, mara)
    later = replace(road, now=lambda: datetime.now(UTC) + timedelta(hours=1))
    assert await remind(later) == 0


async def test_files_go_after_the_commit_and_again_a_little_later(
    road: Road, files: FileStore, tmp_path: Path, mara: Staff, customer: Customer
) -> None:
    kept = f"{customer.picture_id}/0-abc"
    await files.put(kept, b"picture")
    await erase_contacts(road, files, customer.contacts, mara)
    assert await files.list_keys(f"{customer.picture_id}/") == []
    # A fetch that was under way brings it once more.
    await files.put(kept, b"picture")
    assert not await drop_files(road, files)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE erased_file SET due_at = now()")
    assert await drop_files(road, files)
    assert await files.list_keys(f"{customer.picture_id}/") == []
    assert (await dump(road))["erased_file"] == ""
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


class BrokenStore(FileStore):
    """A store that is away."""

    @override
    async def list_keys(self, folder: str) -> list[str]:
        """Never answer."""
        raise StorageUnavailable(f"the store of files does not work ({len(folder)})")


async def test_a_store_that_is_away_is_asked_again(
    road: Road, files: FileStore, tmp_path: Path, mara: Staff, customer: Customer
) -> None:
    kept = f"{customer.picture_id}/0-abc"
    await files.put(kept, b"picture")
    await erase_contacts(road, BrokenStore(tmp_path / "media"), customer.contacts, mara)
    assert await tables_with(road, SECRET) == set()
    assert await files.get(kept) == b"picture"
    assert await drop_files(road, files)
    assert await files.list_keys(f"{customer.picture_id}/") == []


@pytest.mark.parametrize(
    ("channel", "native_id"),
    [("email", MAIL), ("webchat", f"visitor-{SECRET}"), ("webchat", f"other-{SECRET}")],
)
async def test_they_are_found_by_any_id(road: Road, customer: Customer, channel: str, native_id: str) -> None:
    assert set(await find_person(road, channel, "lyra", native_id)) == set(customer.contacts)


async def test_an_id_of_nobody_is_refused(road: Road) -> None:
    with pytest.raises(UnknownConversation, match="Nobody has this id on email lyra"):
        await find_person(road, "email", "lyra", "nobody@mail.example")
