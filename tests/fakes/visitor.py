"""A visitor of the web chat without a browser: speaks the widget's frames and waits for answers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Frame = dict[str, Any]
PATIENCE = 20.0  # seconds


@dataclass
class Line:
    """One open socket of a visitor. Frames of other types than the awaited one are kept in `skipped`."""

    socket: ClientWebSocketResponse
    skipped: list[Frame]

    async def send(self, **frame: object) -> None:
        await self.socket.send_json(frame)

    async def say(self, text: str, *, client_id: str = "c1") -> Frame:
        """Say something; returns its acknowledgement."""
        await self.send(type="message", id=client_id, text=text)
        return await self.hear("ack")

    async def hear(self, frame_type: str) -> Frame:
        """Return the next frame of a type."""
        while True:
            frame: Frame = await self.socket.receive_json(timeout=PATIENCE)
            if frame["type"] == frame_type:
                return frame
            self.skipped.append(frame)

    async def hear_said_by(self, author: str) -> Frame:
        """Return the next message of somebody."""
        while True:
            frame = await self.hear("message")
            if frame["author"] == author:
                return frame

    async def hear_held_by(self, who: str) -> Frame:
        """Return the next word on who speaks, once it is `who`."""
        while True:
            holder: Frame = (await self.hear("holder"))["holder"]
            if holder["who"] == who:
                return holder

    async def hear_close(self) -> int:
        """Wait for the end; returns the close code."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                assert self.socket.close_code is not None
                return self.socket.close_code


@dataclass
class Browser:
    """A visitor's browser: gets tokens and opens lines to one account's chat."""

    http: ClientSession
    url: str

    async def get_token(self) -> str:
        async with self.http.post(f"{self.url}/session") as response:
            return str((await response.json())["token"])

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Line]:
        """Open a line without saying hello."""
        async with self.http.ws_connect(f"{self.url}/ws") as socket:
            yield Line(socket=socket, skipped=[])

    @asynccontextmanager
    async def enter(self, token: str, *, after: int = 0, **more: object) -> AsyncIterator[tuple[Line, Frame]]:
        """Open a line and say hello; yields it with the welcome. `more` goes with the hello."""
        async with self.connect() as line:
            await line.send(type="hello", token=token, after=after, **more)
            yield line, await line.hear("welcome")
