from __future__ import annotations

import asyncio
import difflib
import os
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.message import Kind
from bot.domain.proposal import ProposalStatus
from bot.domain.staff import Staff
from bot.errors import BadPayload, Conflict, ProjectError, UnknownProposal
from bot.service.curriculum import Curriculum
from bot.service.decide_proposal import set_aside, teach, teach_new_intent
from bot.service.receive import receive
from bot.service.road import Road
from bot.service.staff_reply import staff_reply
from bot.service.take_back_decision import get_last_decision, take_back_decision
from bot.storage import proposals
from tests.integration.service.events import says
from tests.integration.trainer.conftest import make_proposal
from tests.integration.trainer.project import FILES, STRANGE, read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from bot.domain.proposal import Proposal

    Act = Callable[[Road, Curriculum, int, str, Staff], Coroutine[Any, Any, Proposal]]


def changed_lines(root: Path) -> list[str]:
    now = read_files(root)
    return [
        line
        for name in sorted(now.keys() | FILES.keys())
        for line in difflib.ndiff(FILES.get(name, "").splitlines(), now.get(name, "").splitlines())
        if line[0] in "+-"
    ]


async def test_teaching_adds_one_line_and_undo_restores_every_byte(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    decided = await teach(road, curriculum, proposal.id, "track_order", tess)
    assert (decided.status, decided.intent) == (ProposalStatus.LABELLED, "track_order")
    assert decided.file == "nlu_data/nlu/orders.yml"
    assert changed_lines(curriculum.root) == [f"+     - {STRANGE}"]
    lesson = await curriculum.load()
    assert lesson.intents["track_order"].examples == 7
    assert await get_last_decision(road, tess) == decided

    opened = await take_back_decision(road, curriculum, proposal.id)
    assert (opened.status, opened.intent, opened.file) == (ProposalStatus.OPEN, None, None)
    assert read_files(curriculum.root) == FILES
    with pytest.raises(Conflict, match="waits for a decision already"):
        await take_back_decision(road, curriculum, proposal.id)


async def test_what_is_taught_says_nothing_of_who_said_it(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    masked = "any sign of it? write to <email> or 0000 0000000"
    told = "any sign of it? write to nora@example.com or 0151 2345678"
    received = await receive(road, says(told, event_id="1"))
    assert received.conversation_id is not None
    await staff_reply(road, received.conversation_id, tess, "I will look into it.", key="k1")
    async with road.database.read() as connection:
        (proposal,) = await proposals.list_proposals(connection)
    await teach(road, curriculum, proposal.id, "track_order", tess)
    assert changed_lines(curriculum.root) == [f"+     - {masked}"]
    await receive(road, says("", kind=Kind.DELETE, target_id="1"))
    await take_back_decision(road, curriculum, proposal.id)
    assert read_files(curriculum.root) == FILES


async def test_a_new_intent_goes_into_the_domain_and_undo_takes_it_out(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, "could you wrap it as a present")
    decided = await teach_new_intent(road, curriculum, proposal.id, " Ask about gift-wrapping… ", tess)
    assert decided.made_intent
    assert decided.intent == "ask_about_gift_wrapping"
    assert "- ask_about_gift_wrapping\n" in read_files(curriculum.root)["domain.yml"]
    assert (await curriculum.load()).intents["ask_about_gift_wrapping"].examples == 1
    await take_back_decision(road, curriculum, proposal.id)
    assert read_files(curriculum.root)["domain.yml"] == FILES["domain.yml"]
    assert "ask_about_gift_wrapping" not in (await curriculum.load()).intents


@pytest.mark.parametrize("words", ["", " … ", "42"])
async def test_a_new_intent_needs_a_name(road: Road, curriculum: Curriculum, tess: Staff, words: str) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    with pytest.raises(BadPayload, match="in a few words"):
        await teach_new_intent(road, curriculum, proposal.id, words, tess)
    assert read_files(curriculum.root) == FILES


async def test_a_new_intent_that_exists_changes_nothing(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    with pytest.raises(Conflict, match="already an intent"):
        await teach_new_intent(road, curriculum, proposal.id, "track order", tess)
    assert read_files(curriculum.root) == FILES


async def test_of_two_trainers_at_once_one_decides_and_the_other_is_told(
    road: Road, curriculum: Curriculum, tess: Staff, tom: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    outcomes = await asyncio.gather(
        teach(road, curriculum, proposal.id, "track_order", tess),
        teach(road, Curriculum(curriculum.root), proposal.id, "ask_hours", tom),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, Conflict)]
    assert len(refused) == 1
    assert "was faster" in str(refused[0]) or "already an example" in str(refused[0])
    async with road.database.read() as connection:
        decided = await proposals.get_proposal(connection, proposal.id)
    assert decided is not None
    assert (await curriculum.load()).find_text(STRANGE) == (
        decided.intent,
        decided.file,
        decided_line(curriculum),
    )
    assert len(changed_lines(curriculum.root)) == 1


class Late:
    """Lets Tess decide only after what she wrote was found by somebody who decides at once."""

    def __init__(self, tess: Staff) -> None:
        self.tess, self.decide = tess, proposals.decide_proposal
        self.written, self.may_decide = asyncio.Event(), asyncio.Event()

    async def decide_proposal(self, *args: Any, **what: Any) -> bool:
        if what.get("staff_id") == self.tess.id:
            self.written.set()
            async with asyncio.timeout(30):
                await self.may_decide.wait()
        return await self.decide(*args, **what)


@pytest.fixture
def late(tess: Staff, monkeypatch: pytest.MonkeyPatch) -> Late:
    late = Late(tess)
    monkeypatch.setattr(proposals, "decide_proposal", late.decide_proposal)
    return late


@pytest.mark.parametrize("taught", [("track_order", teach), ("ask_gifts", teach_new_intent)])
async def test_what_one_trainer_wrote_stays_where_another_decides_by_it(
    road: Road, curriculum: Curriculum, late: Late, tom: Staff, taught: tuple[str, Act]
) -> None:
    intent, act = taught
    before = set((await curriculum.load()).intents)
    proposal = await make_proposal(road, late.tess, STRANGE)
    slow = asyncio.create_task(act(road, curriculum, proposal.id, intent, late.tess))
    async with asyncio.timeout(30):
        await late.written.wait()
    found = await act(road, Curriculum(curriculum.root), proposal.id, intent, tom)
    assert (found.intent, found.decided_by) == (intent, tom.id)
    late.may_decide.set()
    with pytest.raises(Conflict, match="Tom was faster"):
        await slow
    where = (await curriculum.load()).find_text(STRANGE)
    assert where is not None
    assert where[0] == intent
    await take_back_decision(road, curriculum, proposal.id)
    lesson = await curriculum.load()
    assert (lesson.find_text(STRANGE), set(lesson.intents)) == (None, before)


def decided_line(curriculum: Curriculum) -> int:
    lines = (curriculum.root / "nlu_data/nlu/orders.yml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if STRANGE in line)


async def test_late_decisions_name_who_was_faster(
    road: Road, curriculum: Curriculum, tess: Staff, tom: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    await teach(road, curriculum, proposal.id, "track_order", tess)
    with pytest.raises(Conflict, match=r"Tess was faster.*Track order"):
        await set_aside(road, proposal.id, ProposalStatus.NONE, tom)


async def test_a_skipped_sentence_can_be_decided_later(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    skipped = await set_aside(road, proposal.id, ProposalStatus.SKIPPED, tess)
    assert skipped.status is ProposalStatus.SKIPPED
    assert (await teach(road, curriculum, proposal.id, "greet", tess)).intent == "greet"


async def test_what_is_an_example_already_is_not_written_twice(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, "track  my order")
    with pytest.raises(
        Conflict, match=r"already an example of “Track order” \(nlu_data/nlu/orders.yml, line 7\)"
    ):
        await teach(road, curriculum, proposal.id, "ask_hours", tess)
    decided = await teach(road, curriculum, proposal.id, "track_order", tess)
    assert decided.file is None
    await take_back_decision(road, curriculum, proposal.id)
    assert read_files(curriculum.root) == FILES


async def test_a_broken_file_is_named_and_leaves_the_sentence_open(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    orders = curriculum.root / "nlu_data/nlu/orders.yml"
    orders.write_text(FILES["nlu_data/nlu/orders.yml"].replace("examples: |", "examples: [", 1))
    broken = read_files(curriculum.root)
    with pytest.raises(ProjectError, match=r"^nlu_data/nlu/orders.yml:\d+: "):
        await teach(road, curriculum, proposal.id, "track_order", tess)
    assert read_files(curriculum.root) == broken
    async with road.database.read() as connection:
        assert await proposals.get_proposal(connection, proposal.id) == proposal


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written_leaves_the_sentence_open(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    folder = curriculum.root / "nlu_data/nlu"
    folder.chmod(0o500)
    try:
        with pytest.raises(ProjectError, match="Not saved: permission denied"):
            await teach(road, curriculum, proposal.id, "track_order", tess)
    finally:
        folder.chmod(0o700)
    assert read_files(curriculum.root) == FILES
    async with road.database.read() as connection:
        assert await proposals.get_proposal(connection, proposal.id) == proposal


async def test_unknown_intents_and_sentences_are_refused(
    road: Road, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    with pytest.raises(BadPayload, match="no such intent"):
        await teach(road, curriculum, proposal.id, "nlu_fallback", tess)
    with pytest.raises(UnknownProposal):
        await teach(road, curriculum, proposal.id + 1, "greet", tess)
    assert read_files(curriculum.root) == FILES
