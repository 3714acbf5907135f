"""The socket.io channel, with the client library itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import socketio
from structlog.testing import capture_logs

from bot.service.staff_reply import staff_reply
from tests.contracts.rasa_api.test_conversations import add_mara, get_id
from tests.fakes.whole_app import JWT_KEY

if TYPE_CHECKING:
    from tests.contracts.rasa_api.conftest import Api

PATIENCE = 20.0


class Widget:
    """A client and what it was told, in order."""

    def __init__(self, said: str = "bot_uttered", namespace: str = "/") -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.namespace = namespace
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.confirmed: asyncio.Queue[Any] = asyncio.Queue()
        self.refused: asyncio.Queue[Any] = asyncio.Queue()
        for event, queue in {
            said: self.heard,
            "session_confirm": self.confirmed,
            "visavis_error": self.refused,
        }.items():
            self.client.on(event, queue.put, namespace=namespace)

    async def emit(self, event: str, data: Any = None) -> None:
        await self.client.emit(event, data, namespace=self.namespace)

    async def begin(self, session: str | None = None) -> Any:
        await self.emit("session_request", {"session_id": session} if session else None)
        return await next_of(self.confirmed)


async def next_of(queue: asyncio.Queue[Any]) -> Any:
    return await asyncio.wait_for(queue.get(), PATIENCE)


@asynccontextmanager
async def connected(api: Api, transport: str = "websocket", **options: Any) -> AsyncIterator[Widget]:
    widget = Widget()
    await widget.client.connect(api.url, transports=[transport], wait_timeout=PATIENCE, **options)
    try:
        yield widget
    finally:
        # Who polls would wait for the poll under way to end.
        await widget.client.eio.disconnect(abort=transport == "polling")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_message_is_answered_in_rasas_words(api: Api, transport: str) -> None:
    async with connected(api, transport) as widget:
        session = await widget.begin()
        await widget.emit(
            "user_uttered", {"message": "/greet", "session_id": session, "customData": {"a": 1}}
        )
        assert await next_of(widget.heard) == {
            "text": "Hello.",
            "quick_replies": [{"content_type": "text", "title": "Order", "payload": "/order"}],
        }
        await widget.emit("user_uttered", {"message": "/bye", "session_id": session})
        assert await next_of(widget.heard) == {"text": "Bye."}
        image = {"type": "image", "payload": {"src": "https://shop.example/bye.png"}}
        assert await next_of(widget.heard) == {"attachment": image}
    state = (await api.get(f"/conversations/{session}/tracker")).body
    assert state["latest_input_channel"] == "socketio"


async def test_session_goes_on_in_another_tab_and_after_a_reload(api: Api) -> None:
    async with connected(api) as first, connected(api) as second:
        assert await first.begin("s-1") == "s-1"
        await first.emit("user_uttered", {"message": "/greet", "session_id": "s-1"})
        await next_of(first.heard)
        await second.begin("s-1")
        await first.emit("user_uttered", {"message": "/order", "session_id": "s-1"})
        assert await next_of(first.heard) == await next_of(second.heard) == {"text": "Which size?"}
    await staff_reply(api.road, await get_id(api, "s-1"), await add_mara(api), "I am here, too.", key="1")
    async with connected(api) as third:
        await third.begin("s-1")
        assert await next_of(third.heard) == {"text": "Mara joins. They have read everything."}
        assert await next_of(third.heard) == {"text": "I am here, too."}
        assert third.heard.empty()


async def test_sessions_may_be_numbers(api: Api) -> None:
    async with connected(api) as widget:
        await widget.emit("session_request", {"session_id": 42})
        assert await next_of(widget.confirmed) == 42  # not "42": widgets would think it another session
        await widget.emit("user_uttered", {"message": "/ready", "session_id": 42})
        assert await next_of(widget.heard) == {"text": "It is ready, size None."}
    assert (await api.get("/conversations/42/tracker")).body["latest_input_channel"] == "socketio"


async def test_program_speaks_to_the_widget(api: Api) -> None:
    async with connected(api) as widget:
        await widget.begin("s-1")
        await widget.emit("user_uttered", {"message": "/greet", "session_id": "s-1"})
        await next_of(widget.heard)
        path = "/conversations/s-1/trigger_intent?output_channel=latest"
        assert (await api.post(path, {"name": "ready"})).status == 200
        assert await next_of(widget.heard) == {"text": "It is ready, size None."}


async def test_what_makes_no_sense_is_refused_and_the_socket_goes_on(api: Api) -> None:
    async with connected(api) as widget:
        lost: tuple[Any, ...] = (None, 5, "hi", [], {"message": "lost"}, {"message": "x", "session_id": True})
        for data in lost:  # without a session: dropped, as Rasa does
            await widget.emit("user_uttered", data)
        for data in (
            {"session_id": "s-1"},
            {"session_id": "s-1", "message": "x" * 20_000},
            {"session_id": "s-1", "message": "a\x00b"},
            {"session_id": "s-1", "message": "hi", "metadata": "{"},
        ):
            await widget.emit("user_uttered", data)
            assert (await next_of(widget.refused))["code"] == "bad_payload"
        await widget.emit("user_uttered", {"message": "/ready", "session_id": "s-1"})
        assert await next_of(widget.heard) == {"text": "It is ready, size None."}
    assert await api.rows("SELECT count(*) FROM message WHERE author = 'contact'") == [(1,)]


async def test_guarded_account_lets_in_who_has_a_token(api: Api) -> None:
    good = jwt.encode({"user": "ann"}, JWT_KEY)
    for token in (None, "", "x", jwt.encode({}, "another key, also long enough, for this"), 5):
        widget = Widget("said", "/shop")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await widget.client.connect(
                api.url,
                socketio_path="/guarded",
                namespaces=["/shop"],
                auth={"token": token},
                wait_timeout=PATIENCE,
            )
        await widget.client.disconnect()
    widget = Widget("said", "/shop")
    await widget.client.connect(
        api.url,
        socketio_path="/guarded",
        namespaces=["/shop"],
        auth={"token": good},
        transports=["websocket"],
        wait_timeout=PATIENCE,
    )
    await widget.emit("user_uttered", {"message": "/ready"})  # the connection is the conversation
    assert await next_of(widget.heard) == {"text": "It is ready, size None."}
    await widget.client.disconnect()


async def test_pages_of_other_sites_and_old_clients_are_refused(api: Api) -> None:
    path = "/socket.io/?EIO=4&transport=polling"
    assert (await api.get(path, Origin="https://evil.example")).status == 400
    assert (await api.get(path, Origin=api.url)).status == 200
    with capture_logs() as logs:
        for _ in range(2):
            assert (await api.get("/socket.io/?EIO=3&transport=polling")).status == 400
    told = [line for line in logs if "socket.io 2" in line["event"]]
    assert [line["account"] for line in told] == ["open"]
    assert (await api.get("/webhooks/socketio/")).body == {"status": "ok"}
