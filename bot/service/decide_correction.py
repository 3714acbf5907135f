"""Decide a correction: what staff said of a customer's message becomes a post for triage, or does not.

As with proposals the project's file is written first, the decision after it and only if nobody was
faster; then what was written is taken out again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.domain.correction import Correction, CorrectionStatus
from bot.domain.triage_example import TriageExample, TriageLabels
from bot.errors import BadPayload, Conflict, UnknownProposal
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.files import relative_path
from bot.rasa_format.triage_data import OWN_SECTOR, fold_post
from bot.rasa_format.write_triage import add_post, find_triage_file, is_known, remove_post
from bot.service.correct_triage import announce_correction
from bot.service.decide_proposal import saying_what_failed
from bot.service.take_back_decision import RECENT
from bot.storage import corrections
from bot.storage.staff import get_staff

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from bot.service.curriculum import Curriculum
    from bot.service.road import Road

log = structlog.get_logger(__name__)


async def teach_correction(
    road: Road, curriculum: Curriculum, message_id: int, post: TriageExample, staff: Staff
) -> Correction:
    """Write a post into the project, as the answer to a correction; returns that as decided.

    Raises `Conflict` when somebody was faster or the project labels this text otherwise, `BadPayload`
    when nothing is left of the text, `ProjectError` when the file cannot be written: nothing was
    changed then.
    """
    await get_open_correction(road, message_id)
    file = await asyncio.to_thread(_write, curriculum, post)
    async with road.database.begin() as connection:
        done = await corrections.decide(
            connection,
            message_id,
            CorrectionStatus.TAUGHT,
            before=CorrectionStatus.OPEN,
            example=post.text,
            file=file,
            staff_id=staff.id,
        )
    if not done:
        await _undo_write(road, curriculum, message_id, post.text, file)
        raise await _somebody_was_faster(road, message_id)
    log.info("Correction taught", message_id=message_id, staff_id=staff.id)
    return await _announce(road, message_id)


async def dismiss_correction(road: Road, message_id: int, staff: Staff) -> Correction:
    """Decide that nothing is to be learnt from a correction. Raises `Conflict` when somebody was faster."""
    await get_open_correction(road, message_id)
    async with road.database.begin() as connection:
        status, before = CorrectionStatus.DISMISSED, CorrectionStatus.OPEN
        done = await corrections.decide(connection, message_id, status, before=before, staff_id=staff.id)
    if not done:
        raise await _somebody_was_faster(road, message_id)
    return await _announce(road, message_id)


async def take_back_correction(road: Road, curriculum: Curriculum, message_id: int) -> Correction:
    """Open a decided correction again; what was written for it is taken out.

    The file comes first: if it cannot be written, the decision stands. What somebody took out by hand
    meanwhile stays out. Raises `Conflict` when it waits already, `ProjectError`.
    """
    known = await get_correction(road, message_id)
    if known.status is CorrectionStatus.OPEN:
        raise Conflict("This message waits for a decision already.")
    await asyncio.to_thread(_erase, curriculum, known.example or "", known.file)
    async with road.database.begin() as connection:
        done = await corrections.decide(connection, message_id, CorrectionStatus.OPEN, before=known.status)
    if not done:
        raise Conflict("Somebody was faster: this decision is taken back already.")
    return await _announce(road, message_id)


async def get_last_decided(road: Road, staff: Staff) -> Correction | None:
    """Return what this trainer decided last, not long ago, and may take back; or None."""
    async with road.database.read() as connection:
        last = next(iter(await corrections.list_decided(connection, staff_id=staff.id, limit=1)), None)
    if last is None or last.decided_at is None or road.now() - last.decided_at > RECENT:
        return None
    return last


async def get_open_correction(road: Road, message_id: int) -> Correction:
    """Return a correction that waits. Raises `Conflict` when it was decided, `UnknownProposal`."""
    found = await get_correction(road, message_id)
    if found.status is not CorrectionStatus.OPEN:
        raise await _somebody_was_faster(road, message_id)
    return found


async def get_correction(road: Road, message_id: int) -> Correction:
    """Return the correction of a message. Raises `UnknownProposal`: it may have been taken back."""
    async with road.database.read() as connection:
        found = (await corrections.list_corrections(connection, [message_id])).get(message_id)
    if found is None:
        raise UnknownProposal("Nobody corrects this message any more.")
    return found


def make_post(text: str, labels: TriageLabels) -> TriageExample:
    """Return what a trainer wants taught as a post. Raises `BadPayload` when something is missing."""
    clean = clean_example(text)
    if not clean:
        raise BadPayload("Nothing is left of this text that could be taught.")
    if labels.complaint is None or labels.urgent is None or labels.mood is None:
        raise BadPayload("Say all three: is it a complaint, is it urgent, and what is the mood.")
    return TriageExample(
        text=clean,
        sector=OWN_SECTOR,
        complaint=labels.complaint,
        urgent=labels.urgent,
        mood=labels.mood,
    )


async def _announce(road: Road, message_id: int) -> Correction:
    found = await get_correction(road, message_id)
    await announce_correction(road, found.conversation_id, message_id)
    return found


async def _somebody_was_faster(road: Road, message_id: int) -> Conflict:
    found = await get_correction(road, message_id)
    async with road.database.read() as connection:
        colleague = await get_staff(connection, found.decided_by) if found.decided_by else None
    return Conflict(f"{colleague.name if colleague else 'Somebody'} was faster: this message is decided.")


async def _undo_write(
    road: Road, curriculum: Curriculum, message_id: int, text: str, file: str | None
) -> None:
    """Take out what was written, unless whoever was faster found it there and relies on it."""
    async with road.database.read() as connection:
        found = (await corrections.list_corrections(connection, [message_id])).get(message_id)
    if found is None or found.example != text:
        await asyncio.to_thread(_erase, curriculum, text, file)


def _write(curriculum: Curriculum, post: TriageExample) -> str | None:
    """Write a post; returns the file, None where it stood there before. Blocks."""
    with saying_what_failed(curriculum):
        known = curriculum.load_now().posts.get(fold_post(post.text))
        if known is not None and is_known(post, *known):
            return None
        path = find_triage_file(curriculum.root)
        return relative_path(curriculum.root, path) if add_post(path, post) else None


def _erase(curriculum: Curriculum, text: str, file: str | None) -> None:
    """Take out what was written, unless somebody took it out by hand. Blocks."""
    if file is None:
        return
    with saying_what_failed(curriculum):
        try:
            remove_post(curriculum.root / file, text)
        except BadPayload:
            log.info("Post taken out by hand", file=file)
