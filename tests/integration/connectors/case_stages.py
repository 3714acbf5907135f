"""The same acts on the strict fake of each platform that has a public and a private side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.connector import AccountConfig
from connectors.slack.connector import SlackConnector
from connectors.telegram.connector import TelegramConnector
from connectors.x.connector import XConnector
from tests.contracts.connectors.slack_frames import ROOM, deleted, direct, envelope, mention
from tests.contracts.connectors.x import OPTIONS
from tests.fakes.slack import APP, SIGNING_SECRET, TEAM, TOKEN, run_fake_slack
from tests.fakes.telegram import NAME, FakeTelegram, run_fake_telegram
from tests.fakes.x import FakeX, run_fake_x
from tests.integration.connectors.case_scene import Scene, Stage, order, served
from tests.integration.connectors.case_stages_meta import (
    comment_on_instagram,
    facebook,
    instagram,
    mention_on_instagram,
)

if TYPE_CHECKING:
    from bot.service.road import Road


@asynccontextmanager
async def x_with_fake(road: Road) -> AsyncIterator[tuple[Scene, FakeX]]:
    """Posts that mention an account, and the X that tells of them."""
    async with run_fake_x() as fake:
        options = {**OPTIONS, "api_url": fake.url}
        connector = XConnector(AccountConfig(channel="x", name="lyra", options=options))
        async with served(road, connector) as (serving, hook):

            async def complain(words: str) -> None:
                fake.mention(f"@lyra {words}")
                await fake.deliver(hook, copies=2)

            async def write(words: str) -> None:
                fake.closed.clear()  # whoever writes to somebody can be answered
                fake.direct(words)
                await fake.deliver(hook, copies=2)

            async def again() -> None:
                await fake.deliver(hook, copies=2, shuffle=order())
                await fake.replay(hook)

            yield (
                Scene(
                    road=serving,
                    connector=connector,
                    complain=complain,
                    write=write,
                    come=write,
                    again=again,
                    heard=lambda: [
                        ("private" if "to" in sent else "public", sent["text"]) for sent in fake.sent
                    ],
                    refuse=lambda: fake.closed.add("7"),
                    link="https://x.com/messages/compose?recipient_id=100",
                ),
                fake,
            )


@asynccontextmanager
async def x(road: Road) -> AsyncIterator[Scene]:
    """Posts that mention an account."""
    async with x_with_fake(road) as (scene, _):
        yield scene


@asynccontextmanager
async def slack(road: Road) -> AsyncIterator[Scene]:
    """A channel of a brand's community."""
    async with run_fake_slack() as fake:
        fake.channels.add(ROOM)
        fake.names["U7"] = "Ann"
        options = {"token": TOKEN, "signing_secret": SIGNING_SECRET, "api_url": fake.url}
        connector = SlackConnector(AccountConfig(channel="slack", name="lyra", options=options))
        told: list[Any] = []
        async with served(road, connector) as (serving, fake.hook_url):

            async def tell(event: Any) -> None:
                told.append(envelope(event, mark=f"Ev{len(told)}"))
                await fake.deliver(told[-1], copies=2)

            async def write(words: str) -> None:
                fake.channels.add("DU7")  # whoever writes to an app has a channel with it
                await tell(direct(words, number=50 + len(told)))

            yield Scene(
                road=serving,
                connector=connector,
                complain=lambda words: tell(mention(words)),
                write=write,
                come=write,
                again=lambda: fake.deliver(*told, copies=2, seed=3),
                heard=lambda: [
                    ("public" if sent["channel"] == ROOM else "private", sent["text"]) for sent in fake.sent
                ],
                refuse=fake.names.clear,
                link=f"https://slack.com/app_redirect?app={APP}&amp;team={TEAM}",
                take_back=lambda: tell(deleted(told[0]["event"])),
            )


def telegram(complain: Callable[[FakeTelegram, str], object]) -> Stage:
    """Return a bot's group, where `complain` says something."""

    @asynccontextmanager
    async def stage(road: Road) -> AsyncIterator[Scene]:
        async with run_fake_telegram() as fake:
            options = {"token": fake.token, "api_url": fake.url}
            connector = TelegramConnector(AccountConfig(channel="telegram", name="lyra", options=options))
            async with served(road, connector) as (serving, _):

                async def tell(act: Callable[[], object]) -> None:
                    act()
                    await fake.deliver(copies=2)

                async def come(words: str) -> None:
                    await tell(lambda: fake.say(7, "/start private"))
                    await tell(lambda: fake.say(7, words))

                yield Scene(
                    road=serving,
                    connector=connector,
                    complain=lambda words: tell(lambda: complain(fake, words)),
                    write=lambda words: tell(lambda: fake.say(7, words)),
                    come=come,
                    again=lambda: fake.deliver(copies=2, shuffle=order(), again=True),
                    heard=lambda: [
                        ("public" if sent["chat"]["id"] < 0 else "private", sent["text"])
                        for sent in fake.sent
                    ],
                    refuse=lambda: None,  # a bot writes to nobody first
                    link=f"https://t.me/{NAME}?start=private",
                )

    return stage


def comment_on_channel(fake: FakeTelegram, words: str) -> None:
    """Comment on a channel's post, in the group that is linked to the channel."""
    channel = {"id": -200, "type": "channel", "title": "News"}
    forward: dict[str, Any] = {"sender_chat": channel, "is_automatic_forward": True}
    post = fake.push_message(777000, chat=-100, text="A new lamp!", **forward)["message"]
    thread = post["message_id"]
    fake.push_message(7, chat=-100, text=words, reply_to_message=post, message_thread_id=thread)


def name_bot(fake: FakeTelegram, words: str) -> None:
    """Name the bot in a group."""
    entity = {"type": "mention", "offset": 0, "length": len(NAME) + 1}
    fake.say(7, f"@{NAME} {words}", chat=-100, entities=[entity])


ANSWERS_IN_PRIVATE: Mapping[str, Stage] = {
    "facebook": facebook,
    "instagram": instagram("17901", comment_on_instagram),
    "x": x,
    "slack": slack,
}
LEADS_BY_LINK: Mapping[str, Stage] = {
    **ANSWERS_IN_PRIVATE,
    "instagram mention": instagram("17999", mention_on_instagram),
    "telegram channel": telegram(comment_on_channel),
    "telegram group": telegram(name_bot),
}
