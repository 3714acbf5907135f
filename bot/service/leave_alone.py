"""Leave alone: a public post that asks for nothing is settled with the reason, before the engine is asked.

The tracker stays as it is. Whatever goes wrong on the way, and every doubt, ends in an answer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bus.keys import Stream
from bot.desk.public_posts import Post, Reason, Verdict, judge_post, judge_repeated
from bot.domain.conversation import Surface
from bot.domain.message import Kind
from bot.domain.pipeline import PublicPosts
from bot.errors import StorageUnavailable, VisavisError
from bot.service.hand_back import hand_back
from bot.service.metrics import LEFT_ALONE
from bot.storage import cases, left_alone
from bot.storage.left_alone import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import JsonObject
    from bot.domain.message import Message
    from bot.engines.engine import Engine
    from bot.service.road import Road
    from bot.storage.turns import Claim

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=3)  # for understanding; together with a turn it is shorter than a lease
_JUDGED = frozenset({Kind.TEXT, Kind.MEDIA, Kind.UNSUPPORTED})


async def leave_alone(road: Road, engine: Engine, claim: Claim) -> bool | None:
    """Settle the messages of a claim where none of them needs an answer; tell whether more wait.

    None: they need one. Raises `LeaseLost` when the conversation moved on, `StorageUnavailable` when that
    cannot be written now: nothing was stored then.
    """
    if not _may_be_left(road, claim):
        return None
    verdicts = await _judge(road, engine, claim)
    if verdicts is None or await _goes_on_in_private(road, claim):
        return None
    notes = [
        Note(message_id=message.id, reason=verdict.reason.value, words=verdict.words)
        for message, verdict in zip(claim.messages, verdicts, strict=True)
    ]
    more, left = await settle_unanswered(road, claim, notes)
    for note in notes:
        if note.message_id in left:
            LEFT_ALONE.labels(note.reason).inc()
    return more


async def settle_unanswered(
    road: Road, claim: Claim, notes: Sequence[Note] = ()
) -> tuple[bool, frozenset[int]]:
    """Settle a claim's messages as needing no answer, and tell whoever waits.

    Returns whether more wait, and which were settled. Raises like `leave_alone`.
    """
    try:
        async with road.database.direct() as connection:
            more, left = await left_alone.leave_messages(connection, claim, notes)
    except StorageUnavailable:
        await hand_back(road, claim.lease)
        raise
    happened: list[tuple[str, JsonObject]] = [("answered", {"turn_id": each}) for each in sorted(left)]
    road.bus.announce(claim.lease.conversation_id, happened, wake=[Stream.ANSWER] if more else [], soon=True)
    return more, left


def _may_be_left(road: Road, claim: Claim) -> bool:
    """Tell whether the words count at all: in public, of somebody with whom nobody talks here yet.

    A turn that was begun before, by a worker that died, goes to the engine as ever.
    """
    return (
        claim.surface is Surface.PUBLIC
        and road.desk.public_posts is PublicPosts.NEEDED
        and claim.attempts <= 1
        and not (claim.tracker or claim.resumed or claim.pull)
        and all(message.kind in _JUDGED for message in claim.messages)
    )


async def _goes_on_in_private(road: Road, claim: Claim) -> bool:
    """Tell whether the bot spoke with them here: what it remembers of that went over to a private thread."""
    if (claim.channel, claim.account) not in road.passages:
        return False
    try:
        async with road.database.direct() as connection:
            return await cases.find_open(connection, claim.lease.conversation_id) is not None
    except StorageUnavailable:
        return True


async def _judge(road: Road, engine: Engine, claim: Claim) -> list[Verdict] | None:
    verdicts = []
    for message in claim.messages:
        verdict = await _judge_one(road, engine, claim, message)
        if verdict.needs_answer:
            return None
        verdicts.append(verdict)
    return verdicts


async def _judge_one(road: Road, engine: Engine, claim: Claim, message: Message) -> Verdict:
    post = _read_post(claim, message)
    try:
        async with asyncio.timeout(min(_PATIENCE, road.turn_limit / 4).total_seconds()):
            understanding = await engine.parse(post.text) if post.text.strip() else None
        verdict = judge_post(post, understanding)
        if verdict.reason is Reason.DOUBT and post.text.strip():
            async with road.database.direct() as connection:
                times = await left_alone.count_repeats(connection, claim, post.text)
            verdict = judge_repeated(post, understanding, times)
    except (VisavisError, TimeoutError) as error:
        log.warning(
            "Public post not judged: it is answered",
            conversation_id=claim.lease.conversation_id,
            error=repr(error),
        )
        return Verdict(needs_answer=True, reason=Reason.DOUBT)
    return verdict


def _read_post(claim: Claim, message: Message) -> Post:
    text, addressed = message.content.text, message.metadata.get("addressed")
    # A platform may not tell that a comment names us; the account is often called as the brand is there.
    if not isinstance(addressed, str) or f"@{claim.account}".lower() in text.lower():
        addressed = "reply" if addressed == "reply" else "mention"
    return Post(
        text=text,
        addressed=addressed,
        under_another=bool(message.metadata.get("parent_id")),
        files=bool(message.content.attachments),
        account=claim.account,
        unsupported=message.kind is Kind.UNSUPPORTED,
    )
