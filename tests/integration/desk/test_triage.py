"""What the desk shows of a message's triage, and how staff correct it."""

from __future__ import annotations

import re
from dataclasses import replace

from typing_extensions import override

from bot.connector import InboundEvent
from bot.domain.correction import Correction, CorrectionStatus
from bot.domain.message import Kind
from bot.domain.triage_example import Mood, TriageLabels
from bot.domain.understanding import Understanding
from bot.service.answer import answer
from bot.service.receive import receive
from bot.service.road import Road
from bot.storage import corrections
from tests.conversations.talk import Words, build_engine
from tests.fakes.judging_engine import ANGRY, CALM, hear
from tests.integration.desk.conftest import Browser
from tests.integration.service.events import says
from tests.unit.dialogue.specs import RULES, spec


async def read_correction(road: Road, message_id: int) -> Correction | None:
    async with road.database.read() as connection:
        return (await corrections.list_corrections(connection, [message_id])).get(message_id)


def summaries(page: str) -> list[str]:
    """Return what the marks beside messages say, as read aloud."""
    found = re.findall(r"<summary[^>]*>(.*?)</summary>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>|Correct it:", "", each).strip() for each in found]


def pressed(page: str) -> list[str]:
    return re.findall(r'value="(\w+)" aria-pressed="true"', page)


async def test_a_message_shows_how_it_was_judged_and_a_burst_at_its_end(road: Road, mara: Browser) -> None:
    conversation_id, _ = await hear(road, "hello", "it smokes!!", "a person please")
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert summaries(page) == ["complaint · urgent · angry"]
    assert "Because of “smokes”." in page
    assert pressed(page) == ["complaint", "urgent", "angry"]


class JudgingWords(Words):
    @override
    async def parse(self, text: str) -> Understanding:
        return replace(await super().parse(text), triage=ANGRY)


async def test_the_native_engine_tells_the_desk_how_it_judged(road: Road, mara: Browser) -> None:
    received = await receive(road, says("hi"))
    assert received.conversation_id is not None
    engine = build_engine(spec(rules=RULES), words=JudgingWords({"hi": "greet"}))
    await answer(road, engine, received.conversation_id)
    page = await mara.get(f"/desk/c/{received.conversation_id}")
    assert summaries(page) == ["complaint · urgent · angry"]


async def test_what_is_nothing_out_of_the_ordinary_is_quiet(road: Road, mara: Browser) -> None:
    conversation_id, _ = await hear(road, "do you ship to Norway", triage=CALM)
    page = await mara.get(f"/desk/c/{conversation_id}")
    assert summaries(page) == ["no complaint"]
    assert 'class="mark is-quiet"' in page


async def test_staff_correct_it_question_by_question(road: Road, mara: Browser, tim: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    path = f"/desk/c/{conversation_id}/messages/{message_id}"
    assert (await mara.act(f"{path}/triage", choice="no_complaint"))[0] == 204
    assert (await mara.act(f"{path}/triage", choice="neutral"))[0] == 204
    page = await tim.get(path)
    assert summaries(page) == ["urgent (corrected by Mara)"]
    assert (await tim.act(f"{path}/triage", choice="complaint"))[0] == 204
    correction = await read_correction(road, message_id)
    assert correction
    assert correction.said == TriageLabels(complaint=True, mood=Mood.NEUTRAL)
    assert (correction.staff_name, correction.status) == ("Tim", CorrectionStatus.OPEN)
    assert correction.text == "it smokes, person!"


async def test_a_correction_can_be_taken_back(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    path = f"/desk/c/{conversation_id}/messages/{message_id}"
    await mara.act(f"{path}/triage", choice="not_urgent")
    for _ in range(2):
        assert (await mara.act(f"{path}/triage/undo"))[0] == 204
        assert await read_correction(road, message_id) is None
    assert summaries(await mara.get(path)) == ["complaint · urgent · angry"]


async def test_what_a_person_was_written_to_can_be_labelled_too(
    road: Road, mara: Browser, queued: int
) -> None:
    received = await receive(road, says("you people are hopeless"))
    path = f"/desk/c/{queued}/messages/{received.message_id}"
    assert summaries(await mara.get(path)) == ["not judged"]
    await mara.act(f"{path}/triage", choice="complaint")
    assert summaries(await mara.get(path)) == ["complaint (corrected by Mara)"]


async def test_a_burst_is_corrected_as_it_was_judged(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "hello", "it smokes!!", "a person please")
    await mara.act(f"/desk/c/{conversation_id}/messages/{message_id}/triage", choice="not_urgent")
    correction = await read_correction(road, message_id)
    assert correction
    assert correction.text == "hello\nit smokes!!\na person please"


async def test_it_works_without_a_script(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    path = f"/desk/c/{conversation_id}/messages/{message_id}/triage"
    form = {"choice": "no_complaint", "csrf": mara.csrf}
    async with mara.http.post(path, data=form) as response:
        assert response.url.path == f"/desk/c/{conversation_id}"
        assert summaries(await response.text()) == ["urgent · angry (corrected by Mara)"]


async def test_only_customers_words_of_this_conversation_are_corrected(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    other, _ = await hear(road, "hello", triage=CALM, sender="olaf")
    reply = message_id + 1
    for path, choice, status in (
        (f"/desk/c/{other}/messages/{message_id}/triage", "complaint", 404),
        (f"/desk/c/{conversation_id}/messages/{reply}/triage", "complaint", 404),
        (f"/desk/c/{conversation_id}/messages/999999/triage/undo", "", 404),
        (f"/desk/c/{conversation_id}/messages/{message_id}/triage", "furious", 400),
    ):
        answered, body = await mara.act(path, choice=choice)
        assert answered == status
        assert "Not corrected:" in body
    assert await read_correction(road, message_id) is None


async def test_nobody_corrects_from_elsewhere_or_without_the_role(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    path = f"/desk/c/{conversation_id}/messages/{message_id}/triage"
    async with mara.http.post(path, data={"choice": "no_complaint"}, allow_redirects=False) as response:
        assert response.status == 403
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE staff SET roles = '{trainer}'")
    assert (await mara.act(path, choice="no_complaint"))[0] == 403
    assert await read_correction(road, message_id) is None


async def test_words_the_customer_deletes_are_nothing_to_teach(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    await mara.act(f"/desk/c/{conversation_id}/messages/{message_id}/triage", choice="complaint")
    async with road.database.read() as connection:
        assert await corrections.list_open(connection)
    await receive(road, await deletion(road, message_id))
    async with road.database.read() as connection:
        assert await corrections.list_open(connection) == []


async def test_a_correction_goes_with_its_message(road: Road, mara: Browser) -> None:
    conversation_id, message_id = await hear(road, "it smokes, person!")
    await mara.act(f"/desk/c/{conversation_id}/messages/{message_id}/triage", choice="complaint")
    async with road.database.begin() as connection:
        await connection.exec_driver_sql(f"DELETE FROM message WHERE id = {message_id}")
    assert await read_correction(road, message_id) is None


async def deletion(road: Road, message_id: int) -> InboundEvent:
    """Return the event by which a customer deletes a message."""
    async with road.database.read() as connection:
        row = await connection.exec_driver_sql(f"SELECT event_id FROM message WHERE id = {message_id}")
        target = row.scalar_one()
    return says("", sender="nora", kind=Kind.DELETE, target_id=target)
