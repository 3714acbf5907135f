"""What a channel does not show is named in words, never dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.connector import OutboundFile, OutboundReply
from bot.connector.lines import say_button, say_file
from bot.domain.message import Author, Button, Content
from connectors.bluesky import render as bluesky
from connectors.mastodon import render as mastodon


async def read() -> bytes:
    return b"RIFF"


FILE = OutboundFile(kind="file", mime="application/zip", name="plan.zip", size=4, url=None, read=read)
REPLY = OutboundReply(
    idempotency_key="r", conversation_key="7", content=Content(text="See"), author=Author.STAFF, files=(FILE,)
)


@pytest.mark.parametrize(
    ("url", "line"), [(None, "plan.zip"), ("https://us.example/f", "plan.zip: https://us.example/f")]
)
def test_file_is_named_and_says_where_it_lies(url: str | None, line: str) -> None:
    assert say_file(replace(FILE, url=url)) == line


@pytest.mark.parametrize(
    ("url", "line"), [(None, "• Track it"), ("https://us.example", "• Track it: https://us.example")]
)
def test_button_says_what_to_write_or_where_it_leads(url: str | None, line: str) -> None:
    assert say_button(Button(title="Track\x00 it", payload="/track", url=url)) == line


@pytest.mark.parametrize(
    "words", [mastodon.list_words, lambda reply: bluesky.list_words(reply, list(reply.files))]
)
def test_file_that_nobody_can_fetch_is_named_all_the_same(words: Callable[[OutboundReply], str]) -> None:
    assert words(REPLY) == "See\nplan.zip"
