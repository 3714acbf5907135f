"""The desk shows which public posts were left alone, and why, and lets anybody answer one after all."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from tests.integration.desk.test_live import hear as next_told
from tests.integration.desk.test_live import watching
from tests.integration.service.public_posts import count_ledger, fetch, hear, posts

if TYPE_CHECKING:
    from bot.service.road import Road
    from tests.integration.desk.conftest import Browser

PASSING = "Running my first half marathon in my @lyra headphones"
SPAM = "Check out my page for daily forex signals https://fx.example/join"


async def read_page(browser: Browser, path: str) -> str:
    return html.unescape(await browser.get(path))


@pytest.fixture
async def left(road: Road) -> None:
    """Two posts were left alone."""
    await hear(road, posts(PASSING))
    await hear(road, posts(SPAM, sender="bob", addressed="comment"))


async def find_form(browser: Browser) -> str:
    """Return where the first post's button leads."""
    found = re.search(r'action="(/desk/left-alone/\d+/answer)"', await browser.get("/desk/left-alone"))
    assert found
    return found[1]


@pytest.mark.usefixtures("left")
async def test_list_says_in_words_why_each_post_was_left_alone(mara: Browser) -> None:
    page = await read_page(mara, "/desk/left-alone")
    for words in (PASSING, SPAM, "Ann", "Bob", "No answer needed: mention in passing"):
        assert words in page
    assert "No answer needed: advertises something: “check out my page”, “forex signals”" in page
    assert page.index(SPAM) < page.index(PASSING)  # the newest first
    assert "/desk/left-alone" in await mara.get("/desk?view=recent")


async def test_empty_list_says_what_will_appear(mara: Browser) -> None:
    assert "Public posts that ask for nothing appear here" in await mara.get("/desk/left-alone")
    assert "There are no older ones." in await mara.get("/desk/left-alone?before=1")


@pytest.mark.usefixtures("left")
async def test_thread_says_it_under_the_message(mara: Browser) -> None:
    assert "No answer needed: mention in passing" in await read_page(mara, "/desk/c/1")


async def test_whoever_watches_is_told(road: Road, mara: Browser) -> None:
    async with watching(mara) as stream:
        await hear(road, posts(PASSING))
        told = await next_told(stream, kind="answered")
    ((message_id,),) = await fetch(road, "SELECT message_id FROM left_alone")
    assert told["turn_id"] == message_id


@pytest.mark.usefixtures("left")
async def test_whoever_answers_after_all_has_the_conversation(
    road: Road, mara: Browser, tim: Browser
) -> None:
    path = await find_form(mara)
    status, _ = await mara.act(path)
    assert status == 303
    assert (await count_ledger(road))[3:] == (1, 1)
    assert "Mara wanted it answered" in await read_page(tim, "/desk/left-alone")
    status, sentence = await tim.act(path)
    assert (status, html.unescape(sentence).count("Not taken: Mara has this conversation now.")) == (409, 1)


@pytest.mark.parametrize(
    ("path", "status"), [("/desk/left-alone/99/answer", 404), ("/desk/left-alone/x/answer", 404)]
)
async def test_what_was_not_left_alone_cannot_be_answered_after_all(
    mara: Browser, path: str, status: int
) -> None:
    assert (await mara.act(path))[0] == status


async def test_markup_in_a_post_stays_text(road: Road, mara: Browser) -> None:
    await hear(road, posts("<b>love</b> this so much", addressed="comment"))
    page = await mara.get("/desk/left-alone")
    assert "&lt;b&gt;love" in page
    assert "<b>love" not in page


async def test_long_list_is_read_page_by_page(road: Road, mara: Browser) -> None:
    for number in range(51):
        await hear(road, posts("\U0001f60d", sender=f"fan{number}", addressed="comment"))
    first = await mara.get("/desk/left-alone")
    assert "Fan0" not in first
    older = re.search(r'href="(/desk/left-alone\?before=\d+)"', first)
    assert older
    assert "Fan0" in await mara.get(older[1])
