"""At the desk: who a customer perhaps is, what else they wrote, and erasing them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.contact import Handle
from bot.domain.staff import Role
from bot.service.receive import receive
from bot.service.suggest_same_person import look
from tests.integration.desk.conftest import Browser, open_browser
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.service.road import Road

MAIL = "nora.lind@mail.example"


@pytest.fixture
async def lea(road: Road, address: str) -> AsyncIterator[Browser]:
    """A lead's browser, logged in."""
    async for browser in open_browser(road, address, "Lea", frozenset({Role.LEAD})):
        yield browser


async def _write(road: Road, words: str, sender: str, channel: str, name: str | None = None) -> int:
    event = says(words, sender=sender, channel=channel)
    received = await receive(road, replace(event, sender=Handle(native_id=sender, name=name)))
    assert received.conversation_id is not None
    return received.conversation_id


@pytest.fixture
async def asked(road: Road) -> tuple[int, int]:
    """Two conversations, in the chat and by e-mail, that may be one person's."""
    by_mail = await _write(road, "my <b>parcel</b> is late", MAIL, "email", "Nora <i>Lind</i>")
    in_chat = await _write(road, f"hello, {MAIL} here", "v1", "webchat")
    while await look(road, quiet=timedelta()):
        pass
    return in_chat, by_mail


def _buttons(page: str) -> dict[str, str]:
    """Return where each button about people posts to, by its words."""
    found = re.findall(r'formaction="(/desk/c/\d+/people/[^"]+)"[^>]*>([^<]+)<', page)
    return {words: address.replace("&amp;", "&") for address, words in found}


async def test_it_asks_with_evidence_and_escapes_what_customers_say(
    mara: Browser, asked: tuple[int, int]
) -> None:
    page = await mara.get(f"/desk/c/{asked[0]}")
    assert "Perhaps the same person" in page
    assert "Nora &lt;i&gt;Lind&lt;/i&gt; on email" in page
    assert "One writes from the address n…@mail.example, the other gave it" in page
    assert set(_buttons(page)) == {"Same person", "Someone else"}
    assert "parcel" not in page  # nothing of the other is shown before somebody says that it is theirs


async def test_the_same_person_is_said_seen_and_taken_back(
    mara: Browser, tim: Browser, asked: tuple[int, int]
) -> None:
    in_chat, by_mail = asked
    page = await mara.get(f"/desk/c/{in_chat}")
    assert (await mara.act(_buttons(page)["Same person"]))[0] == 204
    page = await tim.get(f"/desk/c/{in_chat}")
    assert "The same person, says Mara" in page
    assert re.findall(r"<bdi>([^<]+) on (\w+)</bdi>", page) == [("Nora &lt;i&gt;Lind&lt;/i&gt;", "email")]
    assert re.findall(r"<bdi>[^<]+ on (\w+)</bdi>", await tim.get(f"/desk/c/{by_mail}")) == ["webchat"]
    assert f'href="/desk/c/{by_mail}"><bdi>my &lt;b&gt;parcel&lt;/b&gt; is late</bdi></a>' in page
    rows = await tim.get("/desk/rows?view=recent")
    assert "also writes by email" in rows
    assert "also writes by webchat" in rows
    assert set(_buttons(page)) == {"Undo"}
    assert (await tim.act(_buttons(page)["Undo"]))[0] == 204
    page = await mara.get(f"/desk/c/{in_chat}")
    assert "Taken back by Tim" in page
    assert "parcel" not in page
    assert "also writes" not in await mara.get("/desk/rows?view=recent")
    assert set(_buttons(page)) == {"The same person after all"}


async def test_a_colleague_who_was_faster_is_named(
    mara: Browser, tim: Browser, asked: tuple[int, int]
) -> None:
    buttons = _buttons(await mara.get(f"/desk/c/{asked[0]}"))
    assert (await tim.act(buttons["Same person"]))[0] == 204
    status, told = await mara.act(buttons["Someone else"])
    assert status == 409
    assert "Not done: a colleague has just said that it is the same person." in told


async def test_it_works_without_the_script(mara: Browser, asked: tuple[int, int]) -> None:
    address = _buttons(await mara.get(f"/desk/c/{asked[0]}"))["Same person"]
    async with mara.http.post(address, data={"csrf": mara.csrf}) as response:
        assert response.status == 200
        assert "The same person, says Mara" in await response.text()


@pytest.mark.parametrize("path", ["people/1-2/same", "erase"])
async def test_another_site_decides_nothing(lea: Browser, asked: tuple[int, int], path: str) -> None:
    address = f"/desk/c/{asked[0]}/{path}"
    form = {"word": "erase", "contacts": "1", "csrf": "guessed"}
    async with lea.http.post(address, data=form) as response:
        assert response.status == 403
    own = {"csrf": lea.csrf, **form}
    async with lea.http.post(address, data=own, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    assert "hello" in await lea.get(f"/desk/c/{asked[0]}")


async def test_a_pair_that_is_none_is_refused(mara: Browser, asked: tuple[int, int]) -> None:
    status, told = await mara.act(f"/desk/c/{asked[0]}/people/1-999/same")
    assert status == 404
    assert "Not done" in told


async def test_what_else_they_wrote_is_paged(road: Road, mara: Browser) -> None:
    first = await _write(road, "post 0", "ann", "mastodon")
    for number in range(1, 30):
        event = replace(
            says(f"post {number}", sender="ann", channel="mastodon"), conversation_key=f"t{number}"
        )
        await receive(road, event)
    page = await mara.get(f"/desk/c/{first}")
    assert re.findall(r"<bdi>(post \d+)</bdi></a>", page) == [f"post {29 - number}" for number in range(5)]
    page = await mara.get(f"/desk/c/{first}/past")
    shown = re.findall(r"<bdi>(post \d+)</bdi></a>", page)
    older = re.search(r'href="(/desk/c/\d+/past\?before=[^"]+)"', page)
    assert older
    page = await mara.get(older[1].replace("&amp;", "&"))
    shown += re.findall(r"<bdi>(post \d+)</bdi></a>", page)
    assert shown == [f"post {29 - number}" for number in range(29)]
    assert "/past?before=" not in page


@pytest.mark.parametrize(
    "query", ["before=yesterday&id=1", "before=2026-01-01T00:00:00&id=1", "before=&id=x"]
)
async def test_a_made_up_page_is_refused(mara: Browser, asked: tuple[int, int], query: str) -> None:
    async with mara.http.get(f"/desk/c/{asked[0]}/past?{query}") as response:
        assert response.status in (400, 404)


async def test_agents_erase_nobody(mara: Browser, asked: tuple[int, int]) -> None:
    assert "/erase" not in await mara.get(f"/desk/c/{asked[0]}")
    async with mara.http.get(f"/desk/c/{asked[0]}/erase") as response:
        assert response.status == 403
    assert (await mara.act(f"/desk/c/{asked[0]}/erase", word="erase", contacts="1"))[0] == 403


async def test_a_lead_erases_the_whole_person(lea: Browser, asked: tuple[int, int]) -> None:
    in_chat, by_mail = asked
    await lea.act(_buttons(await lea.get(f"/desk/c/{in_chat}"))["Same person"])
    assert f'href="/desk/c/{in_chat}/erase"' in await lea.get(f"/desk/c/{in_chat}")
    page = await lea.get(f"/desk/c/{in_chat}/erase")
    assert "The whole person: 2 contacts" in page
    assert "2 conversations, 2 messages, 0 files" in page
    contacts = re.search(r'name="contacts" value="([\d,]+)"', page)
    assert contacts
    form = {"contacts": contacts[1], "scope": "all"}
    status, told = await lea.act(f"/desk/c/{in_chat}/erase", word="yes", **form)
    assert (status, "Nothing was erased" in told) == (400, True)
    status, told = await lea.act(f"/desk/c/{in_chat}/erase", word="Erase", **form)
    assert (status, "2 conversations, 2 messages" in told) == (200, True)
    for gone in (in_chat, by_mail):
        async with lea.http.get(f"/desk/c/{gone}") as response:
            assert response.status == 404
    rows = await lea.get("/desk/rows?view=recent")
    assert f"row-{in_chat}" not in rows
    assert f"row-{by_mail}" not in rows


async def test_one_contact_alone_is_erased(lea: Browser, asked: tuple[int, int]) -> None:
    in_chat, by_mail = asked
    page = await lea.get(f"/desk/c/{in_chat}/erase")
    contacts = re.search(r'name="contacts" value="([\d,]+)"', page)
    assert contacts
    status, _ = await lea.act(f"/desk/c/{in_chat}/erase", word="erase", contacts=contacts[1])
    assert status == 200
    page = await lea.get(f"/desk/c/{by_mail}")
    assert "Perhaps the same person" not in page


async def test_nobody_who_was_joined_since_is_erased_unseen(lea: Browser, asked: tuple[int, int]) -> None:
    in_chat, by_mail = asked
    page = await lea.get(f"/desk/c/{in_chat}/erase")
    contacts = re.search(r'name="contacts" value="([\d,]+)"', page)
    assert contacts
    await lea.act(_buttons(await lea.get(f"/desk/c/{in_chat}"))["Same person"])
    form = {"contacts": contacts[1], "scope": "all", "word": "erase"}
    status, told = await lea.act(f"/desk/c/{in_chat}/erase", **form)
    assert (status, "out of date" in told) == (409, True)
    assert "parcel" in await lea.get(f"/desk/c/{by_mail}")
