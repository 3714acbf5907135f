"""The whole application with real connectors, put together as bootstrap does it, over a given road."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from bot.bootstrap.listening import bound_socket, serving
from bot.bootstrap.training import train_in_child
from bot.connector import AccountConfig, Connector
from bot.engines.serving import ServingEngine
from bot.service.curriculum import Curriculum
from bot.service.loops import run_clock, run_worker
from bot.service.sent_files import SentFiles
from bot.service.train import Classroom, Trainer
from bot.settings import load_settings
from bot.storage.files import FileStore
from bot.web.app import AppParts, make_app
from bot.web.static_files import load_static_files
from connectors.callback.connector import CallbackConnector
from connectors.rest.connector import RestConnector
from connectors.socketio.connector import SocketioConnector
from connectors.telegram.connector import TelegramConnector
from connectors.webchat.connector import WebchatConnector
from tests.fakes.engine import PlainEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from bot.service.road import Road

SIGNING_KEY = b"a key of the tests, long enough."
WEBHOOK_SECRET = "whsec_bm90aGluZyB0aGF0IGEgY3VzdG9tZXIgZXZlciBzZWVz"
CALLBACK_URL = "https://shop.example/bot-replies"  # never called: no courier runs
JWT_KEY = "a key that signs the tokens of widgets"
TELEGRAM_SECRET = "nobody-but-telegram-knows"


def make_connectors() -> dict[tuple[str, str], Connector]:
    """An open and a signed REST account, Rasa's other channels, a Telegram bot and a web chat.

    None of them calls anybody.
    """
    kinds: list[tuple[type[Connector], str, dict[str, str]]] = [
        (RestConnector, "open", {"open": "true"}),
        (CallbackConnector, "open", {"open": "true", "url": CALLBACK_URL}),
        (RestConnector, "signed", {"secret": WEBHOOK_SECRET, "callback_url": CALLBACK_URL}),
        (SocketioConnector, "open", {"open": "true", "session_persistence": "true"}),
        (
            SocketioConnector,
            "guarded",
            {
                "jwt_key": JWT_KEY,
                "socketio_path": "/guarded",
                "bot_message_evt": "said",
                "namespace": "/shop",
            },
        ),
        (TelegramConnector, "lyra", {"token": "123456:AbCdEfGhIjKl", "secret": TELEGRAM_SECRET}),
        (WebchatConnector, "lyra", {}),
    ]
    made = (
        kind(AccountConfig(channel=kind.channel, name=name, options=options)) for kind, name, options in kinds
    )
    return {(each.channel, each.account.name): each for each in made}


async def make_whole_app(road: Road, project: Path, engine: ServingEngine) -> web.Application:
    """Return everything that is served."""
    await engine.switch(PlainEngine(), digest="plain")
    files = FileStore(Path(mkdtemp()))
    return make_app(
        AppParts(
            road=replace(road, sent_files=SentFiles(store=files, signing_key=SIGNING_KEY)),
            engine=engine,
            connectors=make_connectors(),
            curriculum=Curriculum(project),
            trainer=Trainer(road, Classroom(root=project, environment={}, train=train_in_child)),
            static_files=load_static_files(),
            signing_key=SIGNING_KEY,
            public_url=None,
            files=files,
            rest_wait=timedelta(seconds=20),
        )
    )


@asynccontextmanager
async def whole_service(road: Road, project: Path) -> AsyncIterator[tuple[str, web.Application]]:
    """Serve the application with a worker and a clock beside it; yields its address."""
    engine = ServingEngine()
    loops = [
        asyncio.create_task(run_worker(road, engine, consumer="tests", slots=8)),
        asyncio.create_task(run_clock(road, every=timedelta(seconds=1))),
    ]
    app = await make_whole_app(road, project, engine)
    try:
        settings = load_settings(host="127.0.0.1", port=0)
        with bound_socket(settings) as listener:
            async with serving(app, listener, settings=settings, patience=1.0) as url:
                yield url, app
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await engine.close()
