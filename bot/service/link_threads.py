"""Link threads: a public thread and the private one it was moved to are one case, with one holder.

Each step is a commit of its own and may be repeated: what a process left half done when it died, or what two
did at the same moment without seeing each other, `put_together` finds.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.desk.deadlines import DEADLINE_TIMER
from bot.desk.public_case import as_public
from bot.domain.case import How
from bot.domain.conversation import Status, Surface
from bot.domain.message import Author
from bot.errors import StorageUnavailable
from bot.storage import awaited_cases, case_moves, cases, conversations, handoffs, messages, outbox, timers
from bot.storage.awaited_cases import Arriving

if TYPE_CHECKING:
    from bot.connector import InboundEvent
    from bot.domain.case import ThreadLink
    from bot.domain.conversation import Conversation
    from bot.service.move_to_private import Spot
    from bot.service.road import Road
    from bot.storage.database import Connection

log = structlog.get_logger(__name__)

Case = tuple["ThreadLink", bool]
"""The link of a public thread that somebody goes on with in private, and whether it is certainly them."""
_WITH_PEOPLE = (Status.QUEUED, Status.HELD)


async def find_case_of(road: Road, account_id: int, event: InboundEvent) -> Case | None:
    """Return the link of the public thread that a private message goes on with, and whether that is certain.

    None where it begins a matter of its own. Who comes by the link of a post, under an id that did not write
    it, is taken for its author only where authors have other ids in private, and then with doubt.
    """
    connector = road.passages.get((event.channel, event.account))
    if connector is None or event.surface is not Surface.DIRECT or not event.conversation_key:
        return None
    word = event.metadata.get("start_payload")
    arriving = Arriving(
        account_id=account_id,
        key=event.conversation_key,
        native_id=event.sender.native_id,
        word=word if isinstance(word, str) and word else None,
    )
    if arriving.word is None and not await road.awaited.ask(road.database, account_id):
        return None
    async with road.database.direct() as connection:
        found = await awaited_cases.find_awaited(connection, arriving)
    if found is None or found[1] or connector.capabilities.other_ids_in_public:
        return found
    return None


async def join_arriving(
    connection: Connection, found: Case, private_id: int, message_id: int
) -> Status | None:
    """Let a private conversation go on with a public thread, in the commit of its first message there.

    Both rows must be locked. Returns who holds it from now on; None where somebody else was faster.
    """
    link, certain = found
    if not await cases.join(connection, link.id, private_id, doubt=not certain):
        return None
    link = await cases.find_open(connection, private_id) or link
    if link.question is not None:
        await case_moves.move_tracker(connection, link.public_id, private_id)
    holder = await share_holder(connection, link)
    if link.question is not None and link.how is How.LINK and holder not in _WITH_PEOPLE:
        # It could not be asked in public: whatever they come with, it is asked now.
        said = await messages.append_message(
            connection, private_id, as_public(link.question), author=Author.BOT
        )
        await outbox.queue_message(connection, private_id, said)
        await case_moves.settle_as_answered(connection, message_id)
    return holder


async def share_holder(connection: Connection, link: ThreadLink) -> Status | None:
    """Let both threads of a case have one holder, and one place in the queue: the private one's.

    Both rows must be locked. Returns who holds the private one; None where there is none yet.
    """
    public = await conversations.get_conversation(connection, link.public_id)
    private = await conversations.get_conversation(connection, link.private_id) if link.private_id else None
    if public is None or private is None:
        return None
    await case_moves.move_handoff(connection, public.id, private.id, timer=DEADLINE_TIMER)
    holder = next((each for each in (private, public) if each.status is Status.HELD), None)
    for each in (public, private):
        if holder is not None and each.status is not Status.HELD:
            await _hold(connection, each, holder)
        elif holder is None and Status.QUEUED in (public.status, private.status):
            await _queue(connection, each)
    kept = await conversations.get_conversation(connection, private.id)
    return kept.status if kept else None


async def _hold(connection: Connection, found: Conversation, holder: Conversation) -> None:
    await conversations.hold(connection, found.id, holder.staff_id)
    await timers.cancel_timers(connection, found.id, DEADLINE_TIMER)
    await handoffs.take_handoff(connection, found.id, holder.staff_id)


async def _queue(connection: Connection, found: Conversation) -> None:
    if found.status is not Status.QUEUED:
        await case_moves.queue_conversation(connection, found.id)


async def put_case_together(road: Road, conversation_id: int, *, private_id: int | None = None) -> None:
    """Give a case one holder; with `private_id`, link that conversation first. Harmless where all is well."""
    async with road.database.begin() as connection:
        others = (private_id,) if private_id is not None else ()
        link = await cases.lock_case(connection, conversation_id, *others)
        if link is None or (link.private_id is None and private_id is None):
            return
        if private_id is not None and link.private_id is None:
            joined = await cases.join(connection, link.id, private_id, doubt=False)
            link = await cases.find_open(connection, conversation_id) or link
            if joined and link.question is not None:
                await _go_on_asking(connection, link, private_id)
        await share_holder(connection, link)
    if private_id is not None:
        await road.bus.work.put(Stream.ANSWER, private_id)  # a turn may have to begin anew
    await announce_case(road, link)


async def _go_on_asking(connection: Connection, link: ThreadLink, private_id: int) -> None:
    """Let the bot remember what it asked, in a private thread that there was before."""
    if not await case_moves.has_spoken_since(connection, private_id, link.created_at):
        await case_moves.move_tracker(connection, link.public_id, private_id)


async def keep_together(road: Road, spot: Spot) -> None:
    """Let the other thread of a case know of a handoff in one of them. What fails here the sweep does."""
    if road.may_join(spot.channel, spot.account):
        with suppress(StorageUnavailable):
            await put_case_together(road, spot.conversation_id)


async def join_by_key(road: Road, public_id: int) -> None:
    """Link the private conversation that a platform named, if its contact has written there before."""
    async with road.database.direct() as connection:
        private_id = await cases.find_named(connection, public_id)
    if private_id is not None:
        await put_case_together(road, public_id, private_id=private_id)


async def put_together(road: Road) -> int:
    """Finish what was left half done; returns how many cases that was."""
    if not (road.passages or road.mailers):
        return 0
    async with road.database.read() as connection:
        known = await case_moves.list_known(connection)
        split = await case_moves.list_split(connection)
    for public_id, private_id in known:
        await put_case_together(road, public_id, private_id=private_id)
    for public_id in split:
        await put_case_together(road, public_id)
    if known or split:
        log.info("Put cases together", linked=len(known), shared=len(split))
    return len(known) + len(split)


async def announce_case(road: Road, link: ThreadLink) -> None:
    """Tell everybody who watches either thread."""
    for conversation_id in link.ids:
        async with road.database.read() as connection:
            found = await conversations.get_conversation(connection, conversation_id)
        if found is not None:
            await road.bus.live.publish(
                "status", conversation_id, status=found.status.value, staff_id=found.staff_id
            )


async def wake_case(road: Road, link: ThreadLink, private_id: int) -> None:
    """Let what a join left be sent and seen."""
    if link.question is not None and link.how is How.LINK:
        await road.bus.work.put(Stream.DELIVER, private_id)
    await announce_case(road, replace(link, private_id=private_id))


async def show_beside(
    road: Road, event: InboundEvent, conversation_id: int | None, status: Status | None
) -> None:
    """Tell who looks at the other thread of a case with people that something was said in this one."""
    known = road.may_join(event.channel, event.account)
    if not known or conversation_id is None or status not in _WITH_PEOPLE:
        return
    async with road.database.direct() as connection:
        link = await cases.find_open(connection, conversation_id)
    beside = link.beside(conversation_id) if link else None
    if beside is not None:
        road.bus.announce(beside, [("message", {"author": Author.CONTACT.value})])
