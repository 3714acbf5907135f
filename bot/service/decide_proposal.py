"""Decide a proposal: what a customer wrote becomes an example of an intent, or is set aside.

The project's file is written first, the decision after it and only if nobody was faster; then what
was written is taken out again. Whoever dies in between leaves an example and an open proposal: the
next decision finds the example there and adds nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.domain.proposal import Proposal, ProposalStatus
from bot.errors import BadPayload, Conflict, ProjectError, UnknownProposal, VisavisError
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.files import relative_path
from bot.rasa_format.write_domain import add_intent, find_domain_file, remove_intent
from bot.rasa_format.write_examples import add_example, remove_example
from bot.service.curriculum import Curriculum, describe_intent, name_intent
from bot.storage import proposals
from bot.storage.staff import get_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.staff import Staff
    from bot.service.road import Road

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What a decision wrote. `file` is None where the example stood there before."""

    intent: str
    text: str
    file: str | None
    made_intent: bool


async def teach(road: Road, curriculum: Curriculum, proposal_id: int, intent: str, staff: Staff) -> Proposal:
    """Make a proposal's text an example of an intent; returns the proposal as decided.

    Raises `Conflict` when somebody was faster or the text is an example of another intent,
    `BadPayload` for an unknown intent, `ProjectError` when the file cannot be written: nothing was
    changed then.
    """
    proposal = await get_open(road, proposal_id)
    written = await asyncio.to_thread(_write, curriculum, proposal.text, intent, new=False)
    return await _decide(road, curriculum, proposal, written, staff)


async def teach_new_intent(
    road: Road, curriculum: Curriculum, proposal_id: int, words: str, staff: Staff
) -> Proposal:
    """Make an intent, named after `words`, with a proposal's text as its first example.

    Raises as `teach` does, and `Conflict` when there is such an intent.
    """
    proposal = await get_open(road, proposal_id)
    intent = name_intent(words)
    if not intent or not intent[0].isalpha():
        raise BadPayload(
            "Name the intent in a few words that begin with a letter, such as “ask about repairs”."
        )
    written = await asyncio.to_thread(_write, curriculum, proposal.text, intent, new=True)
    return await _decide(road, curriculum, proposal, written, staff)


async def set_aside(road: Road, proposal_id: int, status: ProposalStatus, staff: Staff) -> Proposal:
    """Decide that no intent fits (`NONE`), or leave it for later (`SKIPPED`). Raises as `teach` does."""
    proposal = await get_open(road, proposal_id)
    async with road.database.begin() as connection:
        done = await proposals.decide_proposal(
            connection, proposal.id, status, before=proposal.status, staff_id=staff.id
        )
    if not done:
        raise await _somebody_was_faster(road, proposal_id)
    return await announce(road, proposal_id)


async def get_open(road: Road, proposal_id: int) -> Proposal:
    """Return a proposal that may be decided: one that waits, or was skipped before."""
    proposal = await get_known(road, proposal_id)
    if proposal.status not in (ProposalStatus.OPEN, ProposalStatus.SKIPPED):
        raise await _somebody_was_faster(road, proposal_id)
    return proposal


async def get_known(road: Road, proposal_id: int) -> Proposal:
    """Return a proposal. Raises `UnknownProposal`."""
    async with road.database.read() as connection:
        proposal = await proposals.get_proposal(connection, proposal_id)
    if proposal is None:
        raise UnknownProposal("There is no such sentence.")
    return proposal


async def announce(road: Road, proposal_id: int) -> Proposal:
    """Tell the pages of other trainers, and return the proposal as it is now."""
    await road.bus.live.publish("proposal", None, proposal_id=proposal_id)
    return await get_known(road, proposal_id)


@contextmanager
def saying_what_failed(curriculum: Curriculum) -> Iterator[None]:
    """Let a file that cannot be written show as `ProjectError`, named as inside the project."""
    try:
        yield
    except ProjectError as error:
        path = error.path
        named = path.relative_to(curriculum.root) if path.is_relative_to(curriculum.root) else path
        raise ProjectError(named, error.line, error.problem) from error
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise ProjectError("nlu_data", None, f"Not saved: {reason}. Nothing was changed.") from error


async def _decide(
    road: Road, curriculum: Curriculum, proposal: Proposal, written: _Written, staff: Staff
) -> Proposal:
    async with road.database.begin() as connection:
        done = await proposals.decide_proposal(
            connection,
            proposal.id,
            ProposalStatus.LABELLED,
            before=proposal.status,
            intent=written.intent,
            file=written.file,
            made_intent=written.made_intent,
            staff_id=staff.id,
        )
    if not done:
        await _undo_write(road, curriculum, proposal, written)
        raise await _somebody_was_faster(road, proposal.id)
    log.info("Example taught", proposal_id=proposal.id, intent=written.intent, staff_id=staff.id)
    return await announce(road, proposal.id)


async def _undo_write(road: Road, curriculum: Curriculum, proposal: Proposal, written: _Written) -> None:
    """Take out what was written, unless whoever was faster found it there: then it is theirs."""
    if written.file is None:
        return
    async with road.database.begin() as connection:
        relied_on = await proposals.adopt_example(
            connection,
            proposal.id,
            intent=written.intent,
            file=written.file,
            made_intent=written.made_intent,
        )
    if relied_on:
        return
    await asyncio.to_thread(erase, curriculum, written.intent, written.text, file=written.file)
    if written.made_intent:
        await asyncio.to_thread(erase_intent, curriculum, written.intent)


async def _somebody_was_faster(road: Road, proposal_id: int) -> Conflict:
    proposal = await get_known(road, proposal_id)
    async with road.database.read() as connection:
        colleague = await get_staff(connection, proposal.decided_by) if proposal.decided_by else None
    name = colleague.name if colleague else "Somebody"
    if proposal.status is ProposalStatus.LABELLED:
        return Conflict(
            f"{name} was faster: this is an example of “{describe_intent(proposal.intent or '')}” now."
        )
    return Conflict(f"{name} was faster: this sentence is decided.")


def _write(curriculum: Curriculum, text: str, intent: str, *, new: bool) -> _Written:
    """Write an example, and its intent if that is new. Blocks."""
    with saying_what_failed(curriculum):
        lesson = curriculum.load_now()
        clean = clean_example(text)
        if not new and intent not in lesson.intents:
            raise BadPayload("There is no such intent any more. Load the page again.")
        found = lesson.find_text(clean)
        if found is not None and found[0] != intent:
            other, file, line = found
            raise Conflict(
                f"This sentence is already an example of “{describe_intent(other)}” ({file}, line {line}). "
                "One sentence cannot mean two things.",
            )
        if found is not None:
            return _Written(intent=intent, text=clean, file=None, made_intent=False)
        if new:
            add_intent(find_domain_file(curriculum.root), intent)
        try:
            path = curriculum.find_file(intent)
            add_example(path, intent, text)
        except (VisavisError, OSError):
            if new:
                erase_intent(curriculum, intent)
            raise
        file = relative_path(curriculum.root, path)
        return _Written(intent=intent, text=clean, file=file, made_intent=new)


def erase(curriculum: Curriculum, intent: str, text: str, *, file: str | None) -> bool:
    """Take out what was written; False when it is not there any more. Blocks."""
    if file is None:
        return False
    with saying_what_failed(curriculum):
        try:
            remove_example(curriculum.root / file, intent, text)
        except BadPayload:
            return False  # somebody took it out by hand
    return True


def erase_intent(curriculum: Curriculum, intent: str) -> bool:
    """Take an intent out of the domain, unless it has examples; False when it stays. Blocks."""
    with saying_what_failed(curriculum):
        taught = curriculum.load_now().intents.get(intent)
        if taught is None or taught.examples:
            return False
        remove_intent(find_domain_file(curriculum.root), intent)
    return True
