"""Who may log in, and who no more: a new password and a shut door work at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.staff import Role, Staff
from bot.errors import BadPayload, Conflict, NotAllowed
from bot.service.add_staff import add_staff
from bot.service.look_after_staff import change_password, let_in, list_members, shut_out
from bot.service.receive import receive
from bot.service.sign_in import Door, Knock, get_session, sign_in
from bot.service.take import take
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road

OLD, NEW = "correct horse battery", "another long password"
MARA = "mara@lyra.example"


@pytest.fixture
async def mara(road: Road) -> Staff:
    return await add_staff(road, email=MARA, name="Mara Lind", password=OLD, roles=[Role.AGENT])


@pytest.fixture
async def tim(road: Road) -> Staff:
    return await add_staff(road, email="tim@lyra.example", name="Tim", password=OLD, roles=[Role.ADMIN])


async def log_in(road: Road, password: str) -> str:
    return await sign_in(road, Door(), Knock(email=MARA, password=password, address="8.8.4.4"))


@pytest.mark.usefixtures("mara")
async def test_a_new_password_counts_at_once_and_ends_every_session(road: Road) -> None:
    token = await log_in(road, OLD)
    await change_password(road, email=" MARA@lyra.example", password=NEW)
    assert await get_session(road, token) is None
    with pytest.raises(NotAllowed):
        await log_in(road, OLD)
    assert await get_session(road, await log_in(road, NEW)) is not None


@pytest.mark.usefixtures("mara")
async def test_a_bad_password_changes_nothing(road: Road) -> None:
    token = await log_in(road, OLD)
    with pytest.raises(BadPayload, match="10 to 256"):
        await change_password(road, email=MARA, password="short")
    assert await get_session(road, token) is not None


@pytest.mark.usefixtures("mara", "tim")
async def test_who_is_shut_out_is_out_until_let_in(road: Road) -> None:
    token = await log_in(road, OLD)
    await shut_out(road, MARA)
    assert await get_session(road, token) is None
    with pytest.raises(NotAllowed):
        await log_in(road, OLD)
    await shut_out(road, MARA)  # once more does no harm
    await let_in(road, MARA)
    assert await get_session(road, token) is None  # what was open then stays closed
    assert await log_in(road, OLD)


async def test_it_is_said_what_somebody_leaves_behind(road: Road, mara: Staff, tim: Staff) -> None:
    received = await receive(road, says("my earcup broke"))
    assert received.conversation_id is not None
    await take(road, received.conversation_id, mara)
    assert (await shut_out(road, MARA)).open == 1
    found = await list_members(road)
    assert [(member.staff, member.disabled_at is None, member.open) for member in found] == [
        (mara, False, 1),
        (tim, True, 0),
    ]


@pytest.mark.usefixtures("mara")
async def test_the_last_one_cannot_be_shut_out(road: Road) -> None:
    token = await log_in(road, OLD)
    with pytest.raises(Conflict, match="add somebody else first"):
        await shut_out(road, MARA)
    assert await get_session(road, token) is not None


async def test_an_unknown_address_is_said(road: Road) -> None:
    for act in (shut_out(road, MARA), let_in(road, MARA), change_password(road, email=MARA, password=NEW)):
        with pytest.raises(BadPayload, match=MARA):
            await act
