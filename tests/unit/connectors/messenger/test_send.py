"""Replies on Messenger and under posts, and how a page is set up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from bot.connector import (
    AccountConfig,
    ErrorClass,
    OutboundFile,
    ReplyMode,
    SendState,
)
from bot.domain.conversation import Surface
from bot.domain.message import Author, Button, Content
from bot.errors import SettingsError
from connectors.messenger.connector import MessengerConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.messenger import OPTIONS, PAGE_ID, PERSON
from tests.fakes.graph import FakeGraph, Fault
from tests.fakes.graph_events import comment
from tests.unit.connectors.messenger.acts import (
    CONTEXT,
    NOW,
    PUBLIC_KEY,
    build,
    parse,
    public,
)


async def test_up_to_three_buttons_stay_and_more_are_quick_replies(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    few = (Button(title="Track", payload="/t"), Button(title="Shop", payload="", url="https://shop.example"))
    await page.send(make_reply(PERSON, Content(text="Which?", buttons=few)))
    buttons = fake.sent[0]["attachment"]["payload"]["buttons"]
    assert [button["type"] for button in buttons] == ["postback", "web_url"]
    many = (*(Button(title=f"No. {n}", payload=f"/{n}") for n in range(4)), few[1])
    await page.send(make_reply(PERSON, Content(text="Which?", buttons=many)))
    assert len(fake.sent[1]["quick_replies"]) == 4
    assert fake.sent[1]["text"] == "Which?\n• Shop: https://shop.example"


async def test_buttons_hang_on_the_last_words_of_a_long_text(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    text = "word " * 700
    result = await page.send(
        make_reply(PERSON, Content(text=text, buttons=(Button(title="Yes", payload="/yes"),)))
    )
    assert result.state is SendState.SENT
    assert "".join(fake.texts()).replace(" ", "") == text.replace(" ", "")
    assert "attachment" in fake.sent[-1]
    assert len(result.native_ids) == len(fake.sent)


async def test_images_files_and_cards_arrive(fake: FakeGraph, page: MessengerConnector) -> None:
    async def read() -> bytes:
        return b"%PDF-"

    local = "http://localhost:8080/media/3"  # nothing that Meta could fetch
    file = OutboundFile(kind="file", mime="application/pdf", name="bill.pdf", size=5, url=local, read=read)
    linked = replace(file, kind="image", mime="image/png", url="https://shop.example/media/1")
    huge = replace(file, size=30_000_000, url="https://shop.example/media/2", name="film.pdf")
    card = {"title": "T" * 100, "subtitle": "S", "buttons": []}
    content = Content(text="Here", image="https://shop.example/a.png", custom={"elements": [card]})
    reply = replace(make_reply(PERSON, content), files=(file, linked, huge))
    result = await page.send(reply)
    assert result.state is SendState.SENT
    text, cards, image, uploaded, fetched = fake.sent
    assert text["text"] == "Here\nfilm.pdf: https://shop.example/media/2"
    assert len(cards["attachment"]["payload"]["elements"][0]["title"]) == 80
    assert image["attachment"]["payload"] == {"url": "https://shop.example/a.png"}
    assert uploaded["attachment"] == {"type": "file", "payload": {}}
    assert fetched["attachment"]["payload"] == {"url": "https://shop.example/media/1"}
    assert fake.transcript[-2].fields["filedata"] == b"%PDF-"


async def test_image_inside_our_network_is_refused_before_anything_is_said(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    result = await page.send(make_reply(PERSON, Content(text="Look", image="http://127.0.0.1/a.png")))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.INVALID
    assert fake.sent == []


@pytest.mark.parametrize(
    ("author", "hours", "state"),
    [
        (Author.BOT, 23, SendState.SENT),
        (Author.STAFF, 23, SendState.SENT),
        (Author.BOT, 25, SendState.REJECTED),
        (Author.STAFF, 25, SendState.SENT),
        (Author.STAFF, 24 * 7 + 1, SendState.REJECTED),
    ],
)
async def test_only_people_write_after_a_day_and_say_so(
    fake: FakeGraph, page: MessengerConnector, author: Author, hours: int, state: SendState
) -> None:
    fake.heard[PERSON] = NOW - timedelta(hours=hours)
    reply = make_reply(PERSON, Content(text="Sorry"))
    result = await page.send(replace(reply, author=author, last_heard_at=fake.heard[PERSON]))
    assert result.state is state
    tagged = "tag" in fake.transcript[-1].fields
    assert tagged == (author is Author.STAFF and hours > 24)
    if state is SendState.REJECTED:
        assert result.error is not None
        assert result.error.error_class is ErrorClass.WINDOW_CLOSED


async def test_public_reply_is_a_comment_with_its_choices_in_lines(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    buttons = (
        Button(title="Shop", payload="", url="https://shop.example"),
        Button(title="Yes", payload="/y"),
    )
    result = await page.send(
        public(Content(text="Sorry, Ann.", buttons=buttons, image="https://shop.example/a.png"))
    )
    assert result.state is SendState.SENT
    assert fake.remarks == [
        {
            "message": "Sorry, Ann.\n• Shop: https://shop.example\n• Yes",
            "attachment_url": "https://shop.example/a.png",
            "under": "20_1",
        }
    ]


async def test_public_reply_without_a_known_comment_stands_under_the_post(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    await page.send(replace(public(Content(text="Hello")), reply_context={}))
    assert fake.remarks[0]["under"] == "10_20"


async def test_private_reply_leaves_once_and_tells_whose_thread_it_opened(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    reply = public(Content(text="Let us look into it."), mode=ReplyMode.PRIVATE)
    first = await page.send(reply)
    assert (first.state, first.delivered_to) == (SendState.SENT, "author-of-20_1")
    assert fake.transcript[-1].fields["recipient"] == {"comment_id": "20_1"}
    again = await page.send(reply)
    assert again.error is not None
    assert (again.state, again.error.error_class) == (SendState.REJECTED, ErrorClass.POLICY)


async def test_private_reply_is_one_message_or_none(fake: FakeGraph, page: MessengerConnector) -> None:
    result = await page.send(public(Content(text="x" * 2001), mode=ReplyMode.PRIVATE))
    assert result.error is not None
    assert result.error.error_class is ErrorClass.TOO_LONG
    assert fake.transcript == []


async def test_reply_goes_on_after_what_arrived(fake: FakeGraph, page: MessengerConnector) -> None:
    reply = make_reply(PERSON, Content(text="word " * 700))
    fake.faults["messages"].extend([None, Fault.TOO_MANY])
    broken = await page.send(reply)
    assert (broken.state, len(broken.native_ids)) == (SendState.PARTIAL, 1)
    assert [left.left for left in broken.rates_left] == [0]
    whole = await page.send(replace(reply, delivered=broken.native_ids))
    assert (whole.state, len(fake.sent)) == (SendState.SENT, 2)
    assert whole.native_ids[0] == broken.native_ids[0]


async def test_error_that_may_be_none_is_looked_up_in_the_thread(
    fake: FakeGraph, page: MessengerConnector
) -> None:
    reply = make_reply(PERSON, Content(text="It is on its way."))
    assert await page.look_up(reply) is None
    fake.faults["messages"].append(Fault.MAYBE)
    result = await page.send(reply)
    assert result.state is SendState.UNKNOWN
    found = await page.look_up(reply)
    assert found is not None
    assert (found.state, found.native_ids) == (SendState.SENT, ("m_sent_1",))
    assert await page.look_up(replace(reply, content=Content(text="Something else"))) is None


async def test_typing_and_seen_are_shown_in_private_alone(fake: FakeGraph) -> None:
    page = build(fake, mark_seen="true")
    await page.start(None)
    await page.typing(PERSON)
    await page.typing(PUBLIC_KEY)
    (event,) = parse(comment(PERSON, "hi"))
    await page.acknowledge(event)
    await page.acknowledge(replace(event, surface=Surface.DIRECT, conversation_key=PERSON))
    await fake.until(lambda: len(fake.transcript) == 2)
    await page.close()
    assert [call.fields["sender_action"] for call in fake.transcript] == ["typing_on", "mark_seen"]


async def test_start_has_meta_tell_us_of_the_page(fake: FakeGraph) -> None:
    page = build(fake)
    await page.start("https://shop.example/webhooks/messenger/main")
    await page.close()
    assert {"messages", "feed", "message_echoes"} <= set(fake.subscribed.split(","))


async def test_refused_token_stops_the_account_and_is_not_shown(fake: FakeGraph) -> None:
    page = build(fake, token="another-token-of-nobody-at-all")
    with pytest.raises(SettingsError) as refused:
        await page.start("https://shop.example/webhooks/messenger/main")
    await page.close()
    assert "another-token" not in str(refused.value)


async def test_meta_that_is_away_at_start_is_asked_again(fake: FakeGraph) -> None:
    page = build(fake)
    page.subscriber.pause = timedelta()
    fake.faults["subscribed_apps"].extend([Fault.GATEWAY, Fault.ERROR])
    with structlog.testing.capture_logs() as lines:
        await page.start("https://shop.example/webhooks/messenger/main")
        await fake.until(lambda: bool(fake.subscribed))
        await page.close()
    assert lines[0]["log_level"] == "warning"


async def test_examination_says_what_is_wrong_and_what_to_do(fake: FakeGraph) -> None:
    page = build(fake)
    hook_url = "https://shop.example/webhooks/messenger/main"
    fields, hook = (await page.examine(hook_url))[1:]
    assert not fields.well
    assert "messages" in fields.text
    assert not hook.well
    assert "no webhook" in hook.text
    fake.subscribed = ",".join(page.node.fields)
    fake.hook_url = (
        "https://shop.example/webhooks/messenger/other"  # an app has one address for all its pages
    )
    findings = await page.examine(hook_url)
    assert all(finding.well for finding in findings), findings
    fake.hook_url = "https://old.example/webhooks/messenger/main"
    assert hook_url in (await page.examine(hook_url))[2].text
    wrong = await build(fake, token="not-a-token").examine(None)
    assert [finding.well for finding in wrong] == [False, False, False]
    assert not any("not-a-token" in finding.text for finding in wrong)


def test_private_link_names_the_comment() -> None:
    connector = MessengerConnector(AccountConfig(channel="messenger", name="main", options=OPTIONS))
    assert connector.make_private_link(CONTEXT) == f"https://m.me/{PAGE_ID}?ref=20_1"
    assert connector.make_private_link({}) == f"https://m.me/{PAGE_ID}"
