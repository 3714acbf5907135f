"""Sends to X whose outcome nobody told, and what X refuses to have said twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.connector import (
    ErrorClass,
    SendState,
)
from tests.fakes.x import FakeX
from tests.fakes.x_api import Fault
from tests.unit.connectors.x.acts import KEY, LONG, reply, started


@pytest.mark.parametrize("key", [KEY, "7"])
@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.FAILED])
async def test_send_in_doubt_that_arrived_is_found(fake: FakeX, key: str, fault: Fault) -> None:
    message = reply("See https://shop.example/a now", key)
    async with started(fake) as connector:
        fake.faults.append(fault)
        assert (await connector.send(message)).state is SendState.UNKNOWN
        found = await connector.look_up(message)
    assert found is not None
    assert (found.state, len(found.native_ids)) == (SendState.SENT, 1)
    assert len(fake.sent) == 1


async def test_earlier_message_with_the_same_words_is_not_taken_for_the_one_in_doubt(fake: FakeX) -> None:
    async with started(fake) as connector:
        await connector.send(reply(key="7"))
        fake.faults.append(Fault.RESET)
        again = reply(key="7", idempotency_key="r2")
        assert (await connector.send(again)).state is SendState.UNKNOWN
        found = await connector.look_up(again)
    assert found is not None
    assert found.state is SendState.REJECTED


@pytest.mark.parametrize(("key", "text"), [(KEY, LONG), ("7", "word " * 3_000)])
async def test_chain_in_doubt_goes_on_after_what_arrived(fake: FakeX, key: str, text: str) -> None:
    message = reply(text, key)
    async with started(fake) as connector:
        fake.faults.extend([Fault.NONE, Fault.RESET])
        assert (await connector.send(message)).state is SendState.UNKNOWN
        found = await connector.look_up(message)
        assert found is not None
        assert (found.state, len(found.native_ids)) == (SendState.PARTIAL, 1)
        rest = await connector.send(replace(message, delivered=found.native_ids))
    assert rest.state is SendState.SENT
    assert "".join("".join(sent["text"] for sent in fake.sent).split()) == "".join(text.split())


@pytest.mark.parametrize("key", [KEY, "7"])
async def test_send_in_doubt_that_did_not_arrive_may_be_repeated(fake: FakeX, key: str) -> None:
    async with started(fake) as connector:
        fake.faults.append(Fault.RESET)
        assert (await connector.send(reply(key=key))).state is SendState.UNKNOWN
        found = await connector.look_up(reply(key=key))
        assert found is not None
        assert found.state is SendState.REJECTED
        assert found.error is not None
        assert found.error.error_class.retriable
        await fake.leave()
        assert await connector.look_up(reply(key=key)) is None


async def test_same_reply_again_is_found_where_it_stands(fake: FakeX) -> None:
    async with started(fake) as connector:
        first = await connector.send(reply())
        again = await connector.send(reply())
        assert (again.state, again.native_ids) == (SendState.SENT, first.native_ids)
        assert len(fake.sent) == 1


async def test_same_words_for_somebody_else_begin_with_their_name(fake: FakeX) -> None:
    fake.mention("@lyra me too", author="8", post_id="5002")
    context = {"reply_to": "5002", "name": "person8"}
    async with started(fake) as connector:
        await connector.send(reply())
        other = reply(key="post:5002:8", reply_context=context)
        result = await connector.send(other)
        assert result.state is SendState.SENT
        assert fake.sent[-1]["text"] == "@person8 It left today."
        found = await connector.look_up(other)
        assert found is not None
        assert found.native_ids == result.native_ids


@pytest.mark.parametrize("name", ["", "no name", "person8" * 3])
async def test_same_words_without_a_name_are_refused(fake: FakeX, name: str) -> None:
    fake.mention("@lyra me too", author="8", post_id="5002")
    async with started(fake) as connector:
        await connector.send(reply())
        context = {"reply_to": "5002", "name": name}
        other = await connector.send(reply(key="post:5002:8", reply_context=context))
    assert other.error is not None
    assert other.error.error_class is ErrorClass.POLICY
