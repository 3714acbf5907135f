"""Replies on X, against the fake API: chains, messages, files, refusals, tokens, and doubts."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.connector import (
    AccountConfig,
    ErrorClass,
    OutboundFile,
    OutboundReply,
    ReplyMode,
    SendResult,
    SendState,
    TextUnit,
)
from bot.connector.text import measure
from bot.domain.conversation import Surface
from bot.domain.message import Attachment, Author, Button, Content
from bot.errors import MediaGone
from connectors.x.connector import XConnector
from connectors.x.faults import classify
from tests.contracts.connectors.x import OPTIONS, THREAD
from tests.fakes.x import FakeX, run_fake_x
from tests.fakes.x_api import CLOSED, GONE, NOT_MENTIONED, TWICE, Fault
from tests.fakes.x_checks import CLIENT, CLIENT_SECRET
from tests.fakes.x_events import ME, SECRET

KEY = f"post:{THREAD}:7"
LONG = " ".join(f"word{number}" for number in range(100))  # three posts


@pytest.fixture
async def fake() -> AsyncIterator[FakeX]:
    """An X where person 7 has mentioned the account."""
    async with run_fake_x() as opened:
        opened.mention("@lyra hello", post_id=THREAD)
        yield opened


@asynccontextmanager
async def started(fake: FakeX, options: dict[str, str] | None = None) -> AsyncIterator[XConnector]:
    """The account's connector, with its session open."""
    chosen = {**(OPTIONS if options is None else options), "api_url": fake.url}
    config = AccountConfig(channel="x", name="main", options=chosen)
    connector = XConnector(config, http_timeout=timedelta(seconds=1), pause=timedelta(milliseconds=1))
    await connector.start(None)
    try:
        yield connector
    finally:
        await connector.close()


def reply(text: str = "It left today.", key: str = KEY, **more: Any) -> OutboundReply:
    values: dict[str, Any] = {
        "idempotency_key": "r1",
        "conversation_key": key,
        "author": Author.BOT,
        "surface": Surface.PUBLIC if key.startswith("post") else Surface.DIRECT,
        "content": Content(text=text),
    }
    return OutboundReply(**{**values, **more})


async def send(fake: FakeX, message: OutboundReply) -> SendResult:
    async with started(fake) as connector:
        return await connector.send(message)


def file(mime: str = "image/png", size: int = 9, name: str = "label.png") -> OutboundFile:
    async def read() -> bytes:
        return b"x" * size

    kind = mime.partition("/")[0]
    return OutboundFile(
        kind=kind, mime=mime, name=name, size=size, url=f"https://shop.example/{name}", read=read
    )


async def test_long_reply_is_a_chain_that_hangs_on_the_post_it_answers(fake: FakeX) -> None:
    fake.mention("@lyra and?", post_id="5001")
    result = await send(fake, reply(LONG, reply_context={"reply_to": "5001"}))
    assert result.state is SendState.SENT
    assert [sent["above"] for sent in fake.sent] == ["5001", *result.native_ids[:-1]]
    assert " ".join(sent["text"] for sent in fake.sent) == LONG
    assert all(measure(sent["text"], TextUnit.WEIGHTED) <= 280 for sent in fake.sent)
    assert result.rates_left[0].left == 100 - len(fake.sent)


async def test_broken_chain_goes_on_where_it_broke(fake: FakeX) -> None:
    async with started(fake) as connector:
        first = await connector.send(reply(LONG.partition(" word40 ")[0]))
        fake.faults.append(Fault.OVERLOADED)
        broken = await connector.send(reply(LONG, delivered=first.native_ids[:1]))
        assert (broken.state, broken.native_ids) == (SendState.PARTIAL, first.native_ids[:1])
        whole = await connector.send(reply(LONG, delivered=broken.native_ids))
    assert whole.state is SendState.SENT
    assert whole.native_ids[0] == first.native_ids[0]
    assert fake.sent[-1]["above"] == whole.native_ids[-2]


async def test_direct_message_is_one_message(fake: FakeX) -> None:
    result = await send(fake, reply(LONG, "7"))
    assert fake.sent == [{"to": "7", "text": LONG}]
    assert (result.state, result.delivered_to) == (SendState.SENT, None)


async def test_private_answer_to_a_post_is_a_direct_message_to_its_author(fake: FakeX) -> None:
    result = await send(fake, reply(mode=ReplyMode.PRIVATE))
    assert fake.sent == [{"to": "7", "text": "It left today."}]
    assert result.delivered_to == "7"


async def test_buttons_and_images_become_lines(fake: FakeX) -> None:
    buttons = (
        Button(title="Track", payload="/track"),
        Button(title="Shop", payload="", url="https://shop.example"),
    )
    content = Content(text="Which?", buttons=buttons, image="https://shop.example/a.png")
    await send(fake, reply(content=content))
    assert fake.sent[0]["text"] == "Which?\n• Track\n• Shop: https://shop.example\nhttps://shop.example/a.png"


async def test_what_x_does_not_know_is_shown_as_rasa_does(fake: FakeX) -> None:
    await send(fake, reply(content=Content(custom={"poll": ["yes", "no"]})))
    assert fake.sent[0]["text"] == '{"poll": ["yes", "no"]}'


async def test_reply_with_nothing_in_it_reaches_nobody(fake: FakeX) -> None:
    result = await send(fake, reply(" "))
    assert result.state is SendState.REJECTED
    assert fake.transcript == []


async def test_file_that_x_refuses_keeps_the_words_back_too(fake: FakeX) -> None:
    async def broken() -> bytes:
        raise OSError

    gone = OutboundFile(kind="image", mime="image/png", name="a.png", size=9, url=None, read=broken)
    result = await send(fake, reply("Here", files=(gone,)))
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)
    assert fake.sent == []


async def test_files_are_uploaded_and_shown_together_where_x_can(fake: FakeX) -> None:
    fake.slow_files = 2
    pictures = tuple(file(name=f"{number}.png") for number in range(5))
    files = (*pictures, file("video/mp4", 4_000_001), file("application/pdf", name="bill.pdf"))
    result = await send(fake, reply("Here", files=files))
    assert result.state is SendState.SENT
    shown = [len(sent.get("media", {}).get("media_ids", [])) for sent in fake.sent]
    assert shown == [4, 1, 1]
    assert fake.sent[0]["text"] == "Here\nbill.pdf: https://shop.example/bill.pdf"
    assert sorted(map(len, fake.uploads.values())) == [9] * 5 + [4_000_001]


async def test_direct_messages_carry_one_file_each(fake: FakeX) -> None:
    await send(fake, reply("Here", "7", files=(file(), file())))
    assert [(sent.get("text"), len(sent["attachments"])) for sent in fake.sent] == [("Here", 1), (None, 1)]


@pytest.mark.parametrize("key", ["", "seven", "post:5", "post:a:b", "post:5:", "../7", "7/../8"])
async def test_key_that_is_not_ours_reaches_nobody(fake: FakeX, key: str) -> None:
    result = await send(fake, reply(key=key))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.INVALID
    assert fake.transcript == []


async def test_post_that_does_not_mention_the_account_cannot_be_answered(fake: FakeX) -> None:
    fake.posts[THREAD]["text"] = "hello"
    result = await send(fake, reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.POLICY)


async def test_person_who_takes_no_messages(fake: FakeX) -> None:
    fake.closed.add("7")
    result = await send(fake, reply(key="7"))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.RECIPIENT_GONE


async def test_credit_that_is_used_up(fake: FakeX) -> None:
    fake.faults.append(Fault.NO_CREDIT)
    result = await send(fake, reply())
    assert result.error is not None
    assert result.error.error_class is ErrorClass.PAYMENT


@pytest.mark.parametrize(
    ("status", "detail", "found"),
    [
        (403, NOT_MENTIONED, ErrorClass.POLICY),
        (
            403,
            "Reply to this conversation is not allowed: you have not been mentioned",
            ErrorClass.POLICY,
        ),
        (403, TWICE, ErrorClass.POLICY),
        (403, "something that X says from 2031 on", ErrorClass.POLICY),
        (403, CLOSED, ErrorClass.RECIPIENT_GONE),
        (403, GONE, ErrorClass.RECIPIENT_GONE),
        (
            403,
            "Your client app is not configured with the appropriate oauth1 app permissions",
            ErrorClass.AUTH,
        ),
        (403, "Your Tweet text is too long.", ErrorClass.TOO_LONG),
        (400, "One or more parameters to your request was invalid.", ErrorClass.INVALID),
        (401, "Unauthorized", ErrorClass.AUTH),
        (402, "Your account has no credits", ErrorClass.PAYMENT),
        (404, "Not Found", ErrorClass.RECIPIENT_GONE),
        (429, "Too Many Requests", ErrorClass.RATE_LIMITED),
        (429, "Usage cap exceeded: Monthly product cap", ErrorClass.PAYMENT),
        (503, "Service Unavailable", ErrorClass.TRANSIENT),
        (418, "", ErrorClass.INVALID),
    ],
)
def test_refusals_are_told_apart_and_no_words_of_xs_handed_on(
    status: int, detail: str, found: ErrorClass
) -> None:
    for body in ({"title": "No", "detail": detail}, {"errors": [{"message": detail}]}):
        error = classify(status, body, {})
        assert error.error_class is found
        assert not detail or detail not in error.detail


def test_wait_is_until_the_limit_that_is_used_up_begins_anew() -> None:
    headers = {
        "date": "Sat, 31 Jan 2026 12:00:00 GMT",
        "x-rate-limit-remaining": "9",
        "x-rate-limit-reset": "1769861700",
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": "1769864400",
    }
    assert classify(429, None, headers).retry_after == timedelta(hours=1)
    assert classify(429, None, {"retry-after": "30"}).retry_after == timedelta(seconds=30)
    assert classify(429, None, {}).retry_after is None


# --- doubts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY, "7"])
@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.FAILED])
async def test_send_in_doubt_that_arrived_is_found(fake: FakeX, key: str, fault: Fault) -> None:
    message = reply("See https://shop.example/a now", key)
    async with started(fake) as connector:
        fake.faults.append(fault)
        assert (await connector.send(message)).state is SendState.UNKNOWN
        found = await connector.look_up(message)
    assert found is not None
    assert (found.state, len(found.native_ids)) == (SendState.SENT, 1)
    assert len(fake.sent) == 1


async def test_earlier_message_with_the_same_words_is_not_taken_for_the_one_in_doubt(fake: FakeX) -> None:
    async with started(fake) as connector:
        await connector.send(reply(key="7"))
        fake.faults.append(Fault.RESET)
        again = reply(key="7", idempotency_key="r2")
        assert (await connector.send(again)).state is SendState.UNKNOWN
        found = await connector.look_up(again)
    assert found is not None
    assert found.state is SendState.REJECTED


@pytest.mark.parametrize(("key", "text"), [(KEY, LONG), ("7", "word " * 3_000)])
async def test_chain_in_doubt_goes_on_after_what_arrived(fake: FakeX, key: str, text: str) -> None:
    message = reply(text, key)
    async with started(fake) as connector:
        fake.faults.extend([Fault.NONE, Fault.RESET])
        assert (await connector.send(message)).state is SendState.UNKNOWN
        found = await connector.look_up(message)
        assert found is not None
        assert (found.state, len(found.native_ids)) == (SendState.PARTIAL, 1)
        rest = await connector.send(replace(message, delivered=found.native_ids))
    assert rest.state is SendState.SENT
    assert "".join("".join(sent["text"] for sent in fake.sent).split()) == "".join(text.split())


@pytest.mark.parametrize("key", [KEY, "7"])
async def test_send_in_doubt_that_did_not_arrive_may_be_repeated(fake: FakeX, key: str) -> None:
    async with started(fake) as connector:
        fake.faults.append(Fault.RESET)
        assert (await connector.send(reply(key=key))).state is SendState.UNKNOWN
        found = await connector.look_up(reply(key=key))
        assert found is not None
        assert found.state is SendState.REJECTED
        assert found.error is not None
        assert found.error.error_class.retriable
        await fake.leave()
        assert await connector.look_up(reply(key=key)) is None


async def test_same_reply_again_is_found_where_it_stands(fake: FakeX) -> None:
    async with started(fake) as connector:
        first = await connector.send(reply())
        again = await connector.send(reply())
        assert (again.state, again.native_ids) == (SendState.SENT, first.native_ids)
        assert len(fake.sent) == 1


async def test_same_words_for_somebody_else_begin_with_their_name(fake: FakeX) -> None:
    fake.mention("@lyra me too", author="8", post_id="5002")
    context = {"reply_to": "5002", "name": "person8"}
    async with started(fake) as connector:
        await connector.send(reply())
        other = reply(key="post:5002:8", reply_context=context)
        result = await connector.send(other)
        assert result.state is SendState.SENT
        assert fake.sent[-1]["text"] == "@person8 It left today."
        found = await connector.look_up(other)
        assert found is not None
        assert found.native_ids == result.native_ids


@pytest.mark.parametrize("name", ["", "no name", "person8" * 3])
async def test_same_words_without_a_name_are_refused(fake: FakeX, name: str) -> None:
    fake.mention("@lyra me too", author="8", post_id="5002")
    async with started(fake) as connector:
        await connector.send(reply())
        context = {"reply_to": "5002", "name": name}
        other = await connector.send(reply(key="post:5002:8", reply_context=context))
    assert other.error is not None
    assert other.error.error_class is ErrorClass.POLICY


# --- tokens -------------------------------------------------------------------------------------


def rotating(folder: Path, **more: str) -> dict[str, str]:
    options = {
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "refresh_token": "refresh-1",
        "user_id": ME,
    }
    return {**options, "consumer_secret": SECRET, "token_file": str(folder / "kept" / "x.json"), **more}


async def test_tokens_rotate_and_are_kept_for_us_alone(fake: FakeX, tmp_path: Path) -> None:
    options = rotating(tmp_path)
    async with started(fake, options) as connector:
        assert (await connector.send(reply("one"))).state is SendState.SENT
        fake.access = "expired"
        assert (await connector.send(reply("two"))).state is SendState.SENT
    assert fake.refresh == "refresh-3"
    async with started(fake, options) as connector:
        assert (await connector.send(reply("three"))).state is SendState.SENT
    assert fake.refresh == "refresh-3"
    kept = await asyncio.to_thread(Path(options["token_file"]).stat)
    assert stat.S_IMODE(kept.st_mode) == 0o600


async def test_processes_that_share_the_file_exchange_once(fake: FakeX, tmp_path: Path) -> None:
    options = rotating(tmp_path)
    async with started(fake, options) as one, started(fake, options) as two:
        results = await asyncio.gather(one.send(reply("one")), two.send(reply("two")))
    assert [result.state for result in results] == [SendState.SENT, SendState.SENT]
    assert fake.refresh == "refresh-2"


async def test_token_that_cannot_be_renewed_is_said_once_and_shown_nowhere(
    fake: FakeX, tmp_path: Path
) -> None:
    fake.refresh = "refresh-9"
    async with started(fake, rotating(tmp_path)) as connector:
        result = await connector.send(reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.AUTH)
    assert "refresh-1" not in repr(result)


async def test_x_that_is_away_while_tokens_are_renewed_is_tried_again(fake: FakeX, tmp_path: Path) -> None:
    async with started(fake, rotating(tmp_path)) as connector:
        await fake.leave()
        result = await connector.send(reply())
    assert result.error is not None
    assert (result.state, result.error.error_class) == (SendState.REJECTED, ErrorClass.TRANSIENT)


async def test_new_refresh_token_in_the_options_takes_the_place_of_what_was_kept(
    fake: FakeX, tmp_path: Path
) -> None:
    async with started(fake, rotating(tmp_path)) as connector:
        await connector.send(reply("one"))
    fake.refresh, fake.access = "refresh-20", None
    async with started(fake, rotating(tmp_path, refresh_token="refresh-20")) as connector:
        assert (await connector.send(reply("two"))).state is SendState.SENT


async def test_refused_signature_is_no_use_to_repeat(fake: FakeX) -> None:
    async with started(fake, {**OPTIONS, "access_token_secret": "another"}) as connector:
        result = await connector.send(reply())
    assert result.error is not None
    assert result.error.error_class is ErrorClass.AUTH
    assert len(fake.transcript) == 1


# --- the rest -----------------------------------------------------------------------------------


async def test_files_of_direct_messages_are_asked_for_in_the_accounts_name() -> None:
    connector = XConnector(AccountConfig(channel="x", name="main", options=OPTIONS))
    private = await connector.locate(
        Attachment(kind="image", ref="https://ton.x.com/1.1/ton/data/dm/1/1/A.jpg")
    )
    assert private.headers["Authorization"].startswith("OAuth ")
    public = await connector.locate(Attachment(kind="image", ref="https://pbs.twimg.com/media/A.jpg"))
    assert not public.headers
    for ref in ("https://evil.example/A.jpg", "http://ton.x.com/A.jpg", "https://eviltwimg.com/A", "x"):
        with pytest.raises(MediaGone):
            await connector.locate(Attachment(kind="image", ref=ref))


async def test_authors_are_led_to_a_private_place_by_a_link() -> None:
    connector = XConnector(AccountConfig(channel="x", name="main", options=OPTIONS))
    assert connector.make_private_link({}) == f"https://x.com/messages/compose?recipient_id={ME}"


HOOK = "https://shop.example/webhooks/x/main"


async def examine(fake: FakeX, hook: str | None = HOOK) -> list[tuple[bool, str]]:
    async with started(fake) as connector:
        return [(finding.well, finding.text) for finding in await connector.examine(hook)]


async def test_examining_says_what_is_missing_step_by_step(fake: FakeX) -> None:
    assert [well for well, _ in await examine(fake)] == [True, False]
    fake.webhooks.append({"id": "1", "url": HOOK, "valid": False})
    assert "challenge" in (await examine(fake))[-1][1]
    fake.webhooks[0]["valid"] = True
    assert "post.mention.create" in (await examine(fake))[-1][1]
    for name in ("post.mention.create", "dm.received"):
        fake.subscriptions.append({"event_type": name, "filter": {"user_id": ME}})
    assert all(well for well, _ in await examine(fake))
    assert "75 seconds" in (await examine(fake, None))[-1][1]


async def test_examining_tells_wrong_tokens(fake: FakeX) -> None:
    async with started(fake, {**OPTIONS, "access_token_secret": "another"}) as connector:
        findings = await connector.examine(HOOK)
    assert not findings[0].well
    assert "another" not in repr(findings)
    async with started(fake, {**OPTIONS, "user_id": "5"}) as connector:
        assert "user id 100" in (await connector.examine(HOOK))[0].text
