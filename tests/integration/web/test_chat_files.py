"""Files over the chat: sent beside words, looked at by content, and given to their own visitor alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.domain.media import MediaState
from bot.domain.message import Kind
from bot.service.keep_media import keep_due
from bot.service.keep_outgoing import NewFile, keep_outgoing
from bot.service.sent_files import SentFiles
from bot.service.staff_reply import Reply, send_reply
from bot.service.uploads import UNSENT, drop_unsent
from bot.storage import media, messages
from bot.storage.files import FileStore
from bot.web.chat_account import FILES_EACH, MOST_FILES
from bot.web.coming_files import AT_ONCE, OF_VISITOR
from bot.web.keys import CONNECTORS
from bot.web.newcomers import NEWCOMERS, Newcomers
from tests.fakes.chat_service import PARTNER, make_chat_app
from tests.fakes.serving import serve
from tests.fakes.visitor import Browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.staff import Staff
    from bot.service.road import Road

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


@pytest.fixture
def app(road: Road, files: FileStore) -> web.Application:
    return make_chat_app(road, files)


@dataclass(frozen=True)
class Sender:
    """A visitor who sends files."""

    browser: Browser
    token: str
    agreed: str | None = None

    async def bring(
        self, content: bytes | AsyncIterator[bytes], **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Upload a file; returns the status and what was said."""
        async with self.browser.http.post(
            f"{self.browser.url}/files",
            data=content,
            params={} if self.agreed is None else {"consent": self.agreed},
            headers={"Authorization": f"Bearer {self.token}", **headers},
        ) as answer:
            return answer.status, await answer.json()

    async def fetch(self, pass_: str, message_id: int, number: int = 0) -> tuple[int, bytes, Any]:
        """Fetch a file of the conversation."""
        place = f"{self.browser.url}/files/{message_id}/{number}"
        async with self.browser.http.get(place, headers={"Authorization": f"Bearer {pass_}"}) as answer:
            return answer.status, await answer.read(), answer.headers


@pytest.fixture
async def ann(browser: Browser) -> Sender:
    return Sender(browser, await browser.get_token())


async def read_version(browser: Browser) -> str:
    """Return the version of what a page asks its visitors to agree to."""
    async with browser.http.get(f"{browser.url}/about") as answer:
        return str((await answer.json())["consent"]["version"])


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


async def test_picture_without_words_is_a_message_that_staff_can_see(
    road: Road, app: web.Application, ann: Sender, files: FileStore, tmp_path: Path
) -> None:
    status, brought = await ann.bring(PICTURE)
    assert (status, brought["kind"], brought["mime"]) == (200, "image", "image/png")
    async with ann.browser.enter(ann.token) as (line, _):
        await line.send(
            type="message", id="c1", text="", files=[{"ref": brought["ref"], "name": "C:\\pics\\cup.png"}]
        )
        ack = await line.hear("ack")
        told = await line.hear_said_by("contact")
    shown = {"number": 0, "kind": "image", "name": "cup.png", "mime": "image/png", "size": len(PICTURE)}
    assert (told["text"], told["files"], told["client_id"]) == ("", [shown], "c1")
    await keep_due(road, app[CONNECTORS], files)
    async with road.database.read() as connection:
        kept = await messages.get_message(connection, ack["message_id"])
        (file,) = (await media.list_files(connection, [ack["message_id"]])).values()
    assert kept is not None
    assert kept.kind is Kind.MEDIA
    assert (file.state, file.mime, file.size) == (MediaState.KEPT, "image/png", len(PICTURE))
    assert len(stored(tmp_path)) == 1  # where it waited it is no more


async def test_message_with_files_sent_again_is_one_message(ann: Sender) -> None:
    _, brought = await ann.bring(PICTURE)
    said = {"type": "message", "id": "c1", "text": "look", "files": [{"ref": brought["ref"], "name": None}]}
    async with ann.browser.enter(ann.token) as (line, _):
        await line.send(**said)
        first = await line.hear("ack")
    async with ann.browser.enter(ann.token) as (line, welcome):
        await line.send(**said)
        assert (await line.hear("ack"))["message_id"] == first["message_id"]
    assert [message["text"] for message in welcome["messages"] if message["author"] == "contact"] == ["look"]


async def test_file_is_given_to_its_own_session_alone_before_and_after_it_is_kept(
    road: Road, app: web.Application, ann: Sender, files: FileStore
) -> None:
    _, brought = await ann.bring(PICTURE)
    async with ann.browser.enter(ann.token) as (line, welcome):
        await line.send(type="message", id="c1", text="", files=[{"ref": brought["ref"], "name": "a.png"}])
        message_id = (await line.hear("ack"))["message_id"]
    other = Sender(ann.browser, await ann.browser.get_token())
    async with other.browser.enter(other.token) as (line, theirs):
        await line.say("hello")
    for _ in range(2):
        status, content, headers = await ann.fetch(welcome["pass"], message_id)
        assert (status, content, headers["Content-Type"]) == (200, PICTURE, "image/png")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert (await ann.fetch(theirs["pass"], message_id))[0] == 404
        for wrong in ("", ann.token, welcome["pass"][:-1] + "!", "x.1.y", "x.y.z"):
            assert (await ann.fetch(wrong, message_id))[0] == 401
        assert (await ann.fetch(welcome["pass"], message_id, 1))[0] == 404
        await keep_due(road, app[CONNECTORS], files)


@pytest.mark.parametrize("content", [DRAWING, PAGE, b"MZ\x90\x00" + b"\x00" * 60, b""])
async def test_what_could_run_and_what_is_nothing_is_refused_in_words(
    ann: Sender, tmp_path: Path, content: bytes
) -> None:
    status, said = await ann.bring(content, **{"Content-Type": "image/png"})
    assert status == 400
    assert said["text"].startswith(("Files of this kind are not taken.", "This file is empty."))
    assert stored(tmp_path) == []


@pytest.mark.parametrize("told", [True, False])
async def test_file_that_is_too_large_is_refused_in_words(
    browser: Browser, tmp_path: Path, *, told: bool
) -> None:
    strict = Browser(http=browser.http, url=browser.url.replace("lyra", "strict"))
    sender = Sender(strict, await strict.get_token(), agreed=await read_version(strict))

    async def drip() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    status, said = await sender.bring(b"x" * 1_000_001 if told else drip())
    assert (status, said["text"]) == (413, "Files may have at most 1 MB.")
    assert stored(tmp_path) == []


async def test_no_file_is_kept_before_what_has_to_be_agreed_to_is(browser: Browser, tmp_path: Path) -> None:
    strict = Browser(http=browser.http, url=browser.url.replace("lyra", "strict"))
    token = await strict.get_token()
    for agreed in (None, "", "0"):
        status, said = await Sender(strict, token, agreed=agreed).bring(PICTURE)
        assert (status, said["text"]) == (403, "Something has to be agreed to first.")
    assert stored(tmp_path) == []
    assert (await Sender(strict, token, agreed=await read_version(strict)).bring(PICTURE))[0] == 200


async def test_slow_sender_keeps_nobody_else_waiting(ann: Sender) -> None:
    go_on = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield PICTURE
        await go_on.wait()

    async def bring_slowly() -> int:
        return (await ann.bring(drip()))[0]

    slow = [asyncio.create_task(bring_slowly()) for _ in range(AT_ONCE)]
    while sum(each.done() for each in slow) < AT_ONCE - OF_VISITOR:
        await asyncio.wait([each for each in slow if not each.done()], return_when=asyncio.FIRST_COMPLETED)
    bob = Sender(ann.browser, await ann.browser.get_token())
    assert (await bob.bring(PICTURE))[0] == 200
    go_on.set()
    assert sorted(await asyncio.gather(*slow)) == [200] * OF_VISITOR + [429] * (AT_ONCE - OF_VISITOR)


async def test_ref_is_good_for_its_own_visitor_and_message_alone(ann: Sender) -> None:
    _, brought = await ann.bring(PICTURE)
    wrong: list[Any] = [
        [{"ref": brought["ref"], "name": "a"}],
        [{"ref": brought["ref"].replace("image/png", "text/html"), "name": "a"}],
        [{"ref": "upload:uploads/1/x", "name": "a"}],
        [{"ref": brought["ref"].replace("~", "\n", 2), "name": "a"}],
        [{"ref": "a~b", "name": 5}],
        "files",
        [brought["ref"]],
        [{"ref": brought["ref"]}] * (FILES_EACH + 1),
    ]
    bob = await ann.browser.get_token()
    for token, tried in ((bob, wrong), (ann.token, wrong[1:])):
        async with ann.browser.enter(token) as (line, _):
            for each in tried:
                await line.send(type="message", id="c1", text="mine", files=each)
                assert (await line.hear("error"))["code"] == "bad_payload"


async def test_nobody_uploads_without_a_token_of_this_account(browser: Browser) -> None:
    for token in ("", "x.1.y"):
        assert (await Sender(browser, token).bring(PICTURE))[0] == 401
    async with browser.http.post(f"{browser.url}/files", data=PICTURE) as answer:
        assert answer.status == 401


async def test_page_of_the_brand_may_ask_and_others_may_not(browser: Browser) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with browser.http.options(f"{browser.url}/files", headers={"Origin": PARTNER, **asked}) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    async with browser.http.options(
        f"{browser.url}/files", headers={"Origin": "https://evil.example", **asked}
    ) as answer:
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_many_files_have_to_wait(ann: Sender) -> None:
    for _ in range(MOST_FILES):
        assert (await ann.bring(PICTURE))[0] == 200
    assert (await ann.bring(PICTURE))[0] == 429


async def test_many_visitors_of_one_address_have_to_wait(road: Road, browser: Browser) -> None:
    app = make_chat_app(road)
    app[NEWCOMERS] = Newcomers(road, per_hour=2, home_too=True)
    async with serve(app) as (url, _):
        here = Browser(http=browser.http, url=f"{url}/chat/lyra")
        statuses = [(await Sender(here, await here.get_token()).bring(PICTURE))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_what_was_never_sent_is_gone_after_a_day_and_no_sooner(
    road: Road, ann: Sender, files: FileStore, tmp_path: Path
) -> None:
    await ann.bring(PICTURE)
    assert await drop_unsent(files, now=road.now() + UNSENT - timedelta(hours=1)) == 0
    assert len(stored(tmp_path)) == 1
    assert await drop_unsent(files, now=road.now() + UNSENT + timedelta(hours=1)) == 1
    assert stored(tmp_path) == []


async def test_file_of_staff_is_for_their_customer_alone(
    road: Road, app: web.Application, ann: Sender, files: FileStore, mara: Staff
) -> None:
    here = replace(road, sent_files=SentFiles(store=files))
    async with ann.browser.enter(ann.token) as (line, welcome):
        await line.say("which screw?")
        connectors = app[CONNECTORS]
        brought = await keep_outgoing(here, connectors, 1, mara, NewFile(name="screw.png", content=PICTURE))
        await send_reply(here, 1, mara, Reply(text="", key="r1", files=(brought.file.id,)))
        told = await line.hear_said_by("staff")
    assert [(file["name"], file["mime"]) for file in told["files"]] == [("screw.png", "image/png")]
    status, content, _ = await ann.fetch(welcome["pass"], told["id"])
    assert (status, content) == (200, PICTURE)
    other = Sender(ann.browser, await ann.browser.get_token())
    async with other.browser.enter(other.token) as (line, theirs):
        await line.say("hello")
    assert (await other.fetch(theirs["pass"], told["id"]))[0] == 404
