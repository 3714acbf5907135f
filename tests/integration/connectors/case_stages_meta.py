"""Meta's comments and mentions, and the private threads beside them, on the strict fake."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.connector import AccountConfig
from connectors.instagram.connector import InstagramConnector
from connectors.messenger.connector import MessengerConnector
from tests.fakes.graph import FakeGraph, run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, PAGE, body, comment, remark, said
from tests.integration.connectors.case_scene import Heard, Scene, Stage, order, served

if TYPE_CHECKING:
    from bot.connector import Connector
    from bot.service.road import Road


@dataclass(kw_only=True)
class MetaScript:
    """What Meta tells of one person: bodies, each in time, and once more if asked to."""

    fake: FakeGraph
    kind: str
    hook: str
    told: list[Any] = field(default_factory=list)

    async def tell(self, **entry: Any) -> None:
        made = body(self.kind, self.fake.own_id, **entry)
        made["entry"][0]["time"] = int(time.time())
        self.told.append(made)
        await self.fake.deliver(self.hook, made, copies=2)

    async def write(self, person: str, words: str, **more: Any) -> None:
        self.fake.heard[person] = datetime.now(UTC)
        made = said(self.fake.own_id, person, words, mid=f"m_{len(self.told)}", **more)
        await self.tell(messaging=[{**made, "timestamp": int(time.time() * 1000)}])

    async def again(self) -> None:
        await self.fake.deliver(self.hook, *self.told, copies=2, shuffle=order())

    def heard(self) -> list[Heard]:
        calls = (call for call in self.fake.transcript if call.status == 200 and "message" in call.fields)
        return [
            ("private", call.fields["message"]["text"])
            if call.path.endswith("/messages")
            else ("public", call.fields["message"])
            for call in calls
        ]


def make_meta(kind: type[Connector], fake: FakeGraph, **more: str) -> Connector:
    """Return an account at a Graph API."""
    shared = {"token": fake.token, "app_secret": fake.app_secret, "verify_token": fake.verify_token}
    options = {**shared, "app_id": fake.app_id, "api_url": fake.url, **more}
    return kind(AccountConfig(channel=kind.channel, name="lyra", options=options))


@asynccontextmanager
async def facebook(road: Road) -> AsyncIterator[Scene]:
    """Comments on a page's post."""
    async with run_fake_graph() as fake:
        connector = make_meta(MessengerConnector, fake, page_id=fake.own_id)
        fake.comments["20_1"] = datetime.now(UTC)
        by_link = {"referral": {"ref": "20_1", "type": "OPEN_THREAD"}}
        async with served(road, connector) as (serving, hook):
            script = MetaScript(fake=fake, kind=PAGE, hook=hook)
            yield Scene(
                road=serving,
                connector=connector,
                complain=lambda words: script.tell(
                    changes=[comment("7", words, created_time=int(time.time()))]
                ),
                write=lambda words: script.write("author-of-20_1", words),
                come=lambda words: script.write("8001", words, **by_link),
                again=script.again,
                heard=script.heard,
                refuse=lambda: fake.too_old.add("20_1"),
                link=f"https://m.me/{fake.own_id}?ref=20_1",
                take_back=lambda: script.tell(changes=[comment("7", "", verb="remove")]),
            )


def instagram(remark_id: str, change: Callable[[FakeGraph, str], Any]) -> Stage:
    """Return an Instagram account of which `change` tells that somebody says something in public."""

    @asynccontextmanager
    async def stage(road: Road) -> AsyncIterator[Scene]:
        async with run_fake_graph(own_id="17841", node_id="17841", text_max=1000, in_bytes=True) as fake:
            connector = make_meta(InstagramConnector, fake, instagram_id="17841", username="lyra.shop")
            async with served(road, connector) as (serving, hook):
                script = MetaScript(fake=fake, kind=INSTAGRAM, hook=hook)
                by_link = {"referral": {"ref": remark_id, "type": "OPEN_THREAD"}}
                yield Scene(
                    road=serving,
                    connector=connector,
                    complain=lambda words: script.tell(changes=[change(fake, words)]),
                    write=lambda words: script.write(f"author-of-{remark_id}", words),
                    come=lambda words: script.write("8001", words, **by_link),
                    again=script.again,
                    heard=script.heard,
                    refuse=lambda: fake.too_old.add(remark_id),
                    link=f"https://ig.me/m/lyra.shop?ref={remark_id}",
                )

    return stage


def comment_on_instagram(fake: FakeGraph, words: str) -> Any:
    """Comment on a post of the account."""
    fake.comments["17901"] = datetime.now(UTC)
    return remark("7", words)


def mention_on_instagram(fake: FakeGraph, words: str) -> Any:
    """Mention the account under somebody else's post: only what it says is told when asked for."""
    fake.mentioned["17999"] = {"text": words, "username": "ann"}
    return {"field": "mentions", "value": {"media_id": "500", "comment_id": "17999"}}
