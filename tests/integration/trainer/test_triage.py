"""From a word at the desk to what triage learns: corrected, accepted, written, trained."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain.correction import CorrectionStatus
from bot.domain.staff import Staff
from bot.domain.triage_example import Mood, TriageLabels
from bot.errors import Conflict, UnknownProposal
from bot.nlu.triage_fitting import gather_posts
from bot.rasa_format.project import data_digest, load_project
from bot.rasa_format.triage_data import read_shipped
from bot.service.correct_triage import correct_triage, withdraw_correction
from bot.service.curriculum import Curriculum
from bot.service.decide_correction import (
    dismiss_correction,
    get_correction,
    get_last_decided,
    make_post,
    take_back_correction,
    teach_correction,
)
from bot.service.road import Road
from tests.fakes.judging_engine import hear
from tests.integration.trainer.browser import logged_in
from tests.integration.trainer.conftest import Train
from tests.integration.trainer.project import FILES, read_files

if TYPE_CHECKING:
    from pathlib import Path

FILE = "nlu_data/triage.yml"
POST = make_post("it smokes", TriageLabels(complaint=False, urgent=True, mood=Mood.NEUTRAL))
WRITTEN = """\
version: "3.1"

triage:
- sector: brand
  complaint: false
  urgent: true
  mood: neutral
  examples: |
    - it smokes
"""


async def correct(road: Road, staff: Staff, *, sender: str = "nora") -> int:
    """Have somebody say that a message is no complaint; returns the message."""
    conversation_id, message_id = await hear(road, "it smokes, person!", sender=sender)
    await correct_triage(road, conversation_id, message_id, staff, choice="no_complaint")
    return message_id


async def test_a_word_at_the_desk_is_what_triage_learns(
    road: Road, address: str, curriculum: Curriculum, tess: Staff
) -> None:
    conversation_id, message_id = await hear(road, "@LyraAudio box 4711 0815 smokes, ask jo@mail.example")
    async with logged_in(address, tess) as browser:
        assert "Nothing waits for you" in await browser.get("/trainer/triage")
        path = f"/desk/c/{conversation_id}/messages/{message_id}/triage"
        assert (await browser.act(path, choice="no_complaint"))[0] == 204
        page = await browser.get("/trainer/triage")
        assert "Tess says: No complaint." in page
        assert "It was judged: complaint · urgent · angry." in page
        assert "@user box 0000 0000 smokes, ask &lt;email&gt;" in page
        form = {"complaint": "no_complaint", "urgent": "urgent", "mood": "unhappy"}
        status, answer = await browser.act(
            f"/trainer/triage/{message_id}/teach", text="@user box smokes", **form
        )
        assert status == 200
        assert f"Added to {FILE}." in answer
        assert "Nothing waits for you" in answer
        assert "corrected by Tess, taught to the bot" in await browser.get(f"/desk/c/{conversation_id}")
    project = load_project(curriculum.root, {})
    posts = gather_posts(project.training.triage)
    row = posts.texts.index("@user box smokes")
    assert posts.labels[row].tolist() == [False, True, True, False, False]
    assert len(posts.texts) == len(gather_posts(read_shipped()).texts) + 1


async def test_the_next_training_counts_it(
    road: Road, train: Train, tess: Staff, tmp_path: Path, curriculum: Curriculum
) -> None:
    before = data_digest(load_project(curriculum.root, {}))
    message_id = await correct(road, tess)
    await teach_correction(road, curriculum, message_id, POST, tess)
    trained = await asyncio.to_thread(train, tmp_path / "model.tar.gz")
    assert trained.data_digest != before
    triage = trained.metrics["triage"]
    assert isinstance(triage, dict)
    assert triage["examples"] == len(gather_posts(read_shipped()).texts) + 1


async def test_what_was_taught_is_taken_back(road: Road, curriculum: Curriculum, tess: Staff) -> None:
    message_id = await correct(road, tess)
    taught = await teach_correction(road, curriculum, message_id, POST, tess)
    assert (taught.status, taught.file, taught.example) == (CorrectionStatus.TAUGHT, FILE, "it smokes")
    assert read_files(curriculum.root) == FILES | {FILE: WRITTEN}
    last = await get_last_decided(road, tess)
    assert last
    assert last.message_id == message_id
    opened = await take_back_correction(road, curriculum, message_id)
    assert (opened.status, opened.file, opened.example) == (CorrectionStatus.OPEN, None, None)
    assert read_files(curriculum.root)[FILE] == 'version: "3.1"\n'
    with pytest.raises(Conflict):
        await take_back_correction(road, curriculum, message_id)


async def test_one_text_is_one_post(road: Road, curriculum: Curriculum, tess: Staff) -> None:
    first = await correct(road, tess)
    await teach_correction(road, curriculum, first, POST, tess)
    second = await correct(road, tess, sender="olaf")
    again = make_post("It  SMOKES", TriageLabels(complaint=False, urgent=True, mood=Mood.NEUTRAL))
    assert (await teach_correction(road, curriculum, second, again, tess)).file is None
    third = await correct(road, tess, sender="pia")
    other = make_post("it smokes", TriageLabels(complaint=True, urgent=True, mood=Mood.NEUTRAL))
    with pytest.raises(Conflict, match=r"labelled otherwise already \(nlu_data/triage.yml, line 9\)"):
        await teach_correction(road, curriculum, third, other, tess)
    await take_back_correction(road, curriculum, second)
    assert read_files(curriculum.root)[FILE] == WRITTEN


async def test_a_decision_closes_it_for_the_desk_and_for_colleagues(
    road: Road, curriculum: Curriculum, tess: Staff, tom: Staff
) -> None:
    message_id = await correct(road, tess)
    await dismiss_correction(road, message_id, tess)
    conversation_id = (await get_correction(road, message_id)).conversation_id
    with pytest.raises(Conflict, match="a trainer has decided"):
        await correct_triage(road, conversation_id, message_id, tom, choice="happy")
    with pytest.raises(Conflict, match="a trainer has decided"):
        await withdraw_correction(road, conversation_id, message_id, tom)
    with pytest.raises(Conflict, match="Tess was faster"):
        await teach_correction(road, curriculum, message_id, POST, tom)
    assert read_files(curriculum.root) == FILES


async def test_of_two_trainers_one_decides(
    road: Road, curriculum: Curriculum, tess: Staff, tom: Staff
) -> None:
    message_id = await correct(road, tess)
    results = await asyncio.gather(
        *(teach_correction(road, curriculum, message_id, POST, staff) for staff in (tess, tom)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in results) == 1
    assert read_files(curriculum.root)[FILE] == WRITTEN
    assert (await get_correction(road, message_id)).status is CorrectionStatus.TAUGHT


async def test_what_is_no_post_is_refused_with_the_message_still_there(
    road: Road, address: str, tess: Staff, curriculum: Curriculum
) -> None:
    message_id = await correct(road, tess)
    base = f"/trainer/triage/{message_id}"
    async with logged_in(address, tess) as browser:
        for form in ({"text": "it smokes", "complaint": "complaint"}, {"text": " \n", "mood": "happy"}):
            status, answer = await browser.act(f"{base}/teach", **form)
            assert (status, "Not done: " in answer, "it smokes, person!" in answer) == (409, True, True)
        (curriculum.root / "nlu_data/nlu/talk.yml").write_text("nlu: [")
        form = {"text": "it smokes", "complaint": "complaint", "urgent": "urgent", "mood": "happy"}
        status, answer = await browser.act(f"{base}/teach", **form)
        assert (status, "nlu_data/nlu/talk.yml:1" in answer) == (409, True)
        assert (await browser.act(f"{base}/dismiss"))[0] == 200
        status, answer = await browser.act(f"{base}/undo")
        assert (status, "Tess says: No complaint." in answer) == (200, True)


async def test_it_is_decided_without_a_script(road: Road, address: str, tess: Staff) -> None:
    message_id = await correct(road, tess)
    async with logged_in(address, tess) as browser:
        form = {"csrf": browser.csrf}
        async with browser.http.post(f"/trainer/triage/{message_id}/dismiss", data=form) as response:
            page = await response.text()
            assert (response.status, "Not taught." in page) == (200, True)
        async with browser.http.post(f"/trainer/triage/{message_id}/undo", data=form) as response:
            assert "Tess says: No complaint." in await response.text()


async def test_only_trainers_decide(road: Road, address: str, tess: Staff) -> None:
    message_id = await correct(road, tess)
    async with logged_in(address, tess) as browser:
        async with browser.http.post(f"/trainer/triage/{message_id}/dismiss") as response:
            assert response.status == 403
        async with road.database.begin() as connection:
            await connection.exec_driver_sql("UPDATE staff SET roles = '{agent}'")
        assert (await browser.act(f"/trainer/triage/{message_id}/dismiss"))[0] == 403
    assert (await get_correction(road, message_id)).status is CorrectionStatus.OPEN


async def test_what_staff_took_back_is_gone(road: Road, curriculum: Curriculum, tess: Staff) -> None:
    message_id = await correct(road, tess)
    conversation_id = (await get_correction(road, message_id)).conversation_id
    await withdraw_correction(road, conversation_id, message_id, tess)
    with pytest.raises(UnknownProposal):
        await teach_correction(road, curriculum, message_id, POST, tess)
    assert read_files(curriculum.root) == FILES
