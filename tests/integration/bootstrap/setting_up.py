"""What tests of `visavis channels` have in common: the command, and what is typed to set Twilio up."""

from __future__ import annotations

import asyncio

from typer.testing import CliRunner, Result

from bot.cli.app import app
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, TOKEN, FakeTwilio

CONFIG = "language: en\npipeline:\n- name: KeywordIntentClassifier\n"
PUBLIC = "https://chat.example.com"


async def run(*arguments: str, typed: str = "") -> Result:
    """Run a command in a thread of its own: it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["channels", *arguments], typed)


def answers(token: str = TOKEN) -> str:
    return f"{ACCOUNT_SID}\n{token}\n{NUMBER}\n\n"


async def connect(fake: FakeTwilio, typed: str) -> Result:
    return await run("connect", "sms", "shop", "--set", f"api_url={fake.url}", typed=typed)
