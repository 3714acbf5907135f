"""An Instagram account: comments, mentions and stories in, and what is said as Meta takes it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.connector import (
    AccountConfig,
    Earlier,
    ErrorClass,
    InboundEvent,
    OutboundFile,
    ReplyMode,
    SendState,
)
from bot.domain.conversation import Surface
from bot.domain.json import JsonObject
from bot.domain.message import Author, Button, Content, Kind
from bot.errors import PlatformUnavailable
from connectors.instagram.connector import InstagramConnector
from tests.contracts.connectors.channel import make_reply
from tests.contracts.connectors.instagram import OPTIONS, OWN_ID, PERSON, SECRET, STORY, TOKEN, sealed
from tests.fakes.graph import FakeGraph, Fault, run_fake_graph
from tests.fakes.graph_events import INSTAGRAM, body, remark

TIMEOUT = timedelta(seconds=10)
PUBLIC_KEY = "post:77:7"
CONTEXT = {"comment_id": "17901", "media_id": "77"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeGraph]:
    account = {"own_id": OWN_ID, "node_id": OWN_ID, "text_max": 1000, "in_bytes": True}
    async with run_fake_graph(token=TOKEN, app_secret=SECRET, **account) as graph:
        graph.heard[PERSON] = datetime.now(UTC)
        graph.comments |= {"17901": datetime.now(UTC), "77": datetime.now(UTC)}
        yield graph


@pytest.fixture
async def account(fake: FakeGraph) -> AsyncIterator[InstagramConnector]:
    connector = build({"api_url": fake.url})
    await connector.start(None)
    yield connector
    await connector.close()


def build(options: dict[str, str] | None = None) -> InstagramConnector:
    config = AccountConfig(channel="instagram", name="main", options={**OPTIONS, **(options or {})})
    return InstagramConnector(config, http_timeout=TIMEOUT)


def parse(**entry: Any) -> list[InboundEvent]:
    return build().parse(sealed(json.dumps(body(INSTAGRAM, OWN_ID, **entry)).encode()))


def parse_change(change: Any) -> InboundEvent:
    (event,) = parse(changes=[change])
    return event


def mention(**ids: str) -> InboundEvent:
    return parse_change({"field": "mentions", "value": ids})


# --- in --------------------------------------------------------------------------------------


def test_comment_is_the_same_in_both_shapes_of_the_webhook() -> None:
    change = remark("7", "Never again")
    (nested,) = parse(changes=[change])
    (flat,) = parse(**change)
    assert nested == flat
    assert (nested.kind, nested.surface, nested.event_id) == (Kind.TEXT, Surface.PUBLIC, "17901")
    assert (nested.conversation_key, nested.reply_context) == (PUBLIC_KEY, CONTEXT)
    assert nested.sender.username == "person_7"


def test_comment_under_its_other_name_for_an_id_is_read() -> None:
    event = parse_change(remark("7", "hi", id=None, comment_id="17905"))
    assert event.event_id == "17905"


def test_comment_under_a_boosted_post_is_one_comment() -> None:
    boosted = {"id": "88", "original_media_id": "77", "ad_id": "6", "ad_title": "Sale"}
    plain, doubled = parse_change(remark("7", "x")), parse_change(remark("7", "x") | {})
    advertised = parse_change({"field": "comments", "value": {**remark("7", "x")["value"], "media": boosted}})
    assert plain.event_id == doubled.event_id == advertised.event_id
    assert plain.conversation_key == advertised.conversation_key
    assert advertised.metadata["ad_title"] == "Sale"


def test_comment_that_names_us_is_a_mention_and_an_answer_says_to_what() -> None:
    event = parse_change(remark("7", "Hey @Lyra.Shop!", parent_id="17900"))
    assert (event.metadata["addressed"], event.metadata["parent_id"]) == ("mention", "17900")


@pytest.mark.parametrize(
    "author",
    [
        {"id": OWN_ID, "username": "lyra"},
        {"id": "5", "username": "Lyra.Shop"},
        {"id": "5", "username": "renamed", "self_ig_scoped_id": "5"},  # its own comments alone have that
    ],
)
def test_comment_of_our_own_is_nobodys_message(author: Any) -> None:
    event = parse_change(remark("5", "Thank you!", **{"from": author}))
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


OURS: dict[str, Any] = {"from": {"id": OWN_ID, "username": "lyra.shop"}, "parent_id": "17900"}
OWN_ANSWER = remark("5", "Mara here", **OURS)


def test_own_answer_to_a_comment_is_the_brands_word_to_its_author() -> None:
    account, told = build(), parse_change(OWN_ANSWER)
    assert account.needs(told) == "17900"
    event = account.recall(told, Earlier(metadata={}, conversation_key=PUBLIC_KEY))
    assert (event.kind, event.event_id, event.surface) == (Kind.ECHO, "17901", Surface.PUBLIC)
    assert (event.conversation_key, event.sender.native_id) == (PUBLIC_KEY, "7")
    assert (event.content.text, event.metadata) == ("Mara here", {})


@pytest.mark.parametrize("known", [None, Earlier(metadata={}), Earlier(metadata={}, conversation_key="7")])
def test_own_answer_to_nobody_we_know_keeps_no_words(known: Earlier | None) -> None:
    event = build().recall(parse_change(OWN_ANSWER), known)
    assert (event.kind, event.conversation_key, event.content.text) == (Kind.UNSUPPORTED, "", "")
    assert event.metadata == {"webhook": "own comment"}


@pytest.mark.parametrize(
    ("text", "addressed"),
    [
        ("ask @lyra.shop.", "mention"),
        ("@LYRA.SHOP, hello", "mention"),
        ("@lyra.shopping is cheaper", "comment"),
        ("@lyra.shop.berlin is nearer", "comment"),
    ],
)
def test_longer_name_is_somebody_elses(text: str, addressed: str) -> None:
    assert parse_change(remark("7", text)).metadata["addressed"] == addressed


def test_comment_on_a_live_video_is_known_as_one() -> None:
    event = parse_change({**remark("7", "hello"), "field": "live_comments"})
    assert event.reply_context["live"] is True


def test_story_that_mentions_us_may_be_shown_and_not_kept() -> None:
    message = {"mid": "m_8", "attachments": [{"type": "story_mention", "payload": {"url": STORY}}]}
    (event,) = parse(
        messaging=[
            {"sender": {"id": PERSON}, "recipient": {"id": OWN_ID}, "timestamp": 5, "message": message}
        ]
    )
    assert event.kind is Kind.MEDIA
    assert event.content.attachments[0].kind == "story_mention"


async def test_mention_in_a_comment_gets_its_words(fake: FakeGraph, account: InstagramConnector) -> None:
    fake.mentioned["17999"] = {"text": "@lyra.shop never answers", "username": "ann", "id": "17999"}
    told = mention(media_id="500", comment_id="17999")
    assert told.kind is Kind.UNSUPPORTED
    event = await account.complete(told)
    assert (event.kind, event.event_id) == (Kind.TEXT, told.event_id)
    assert event.content.text == "@lyra.shop never answers"
    assert (event.conversation_key, event.sender.username) == ("post:500:@ann", "ann")
    result = await account.send(
        replace(
            make_reply(event.conversation_key, Content(text="We are here.")),
            surface=Surface.PUBLIC,
            reply_context=event.reply_context,
        )
    )
    assert result.state is SendState.SENT
    assert fake.remarks == [
        {"media_id": "500", "comment_id": "17999", "message": "We are here.", "under": OWN_ID}
    ]


async def test_mention_in_a_caption_gets_its_words(fake: FakeGraph, account: InstagramConnector) -> None:
    link = "https://www.instagram.com/p/x/"
    fake.mentioned["500"] = {"caption": "With @lyra.shop", "username": "ann", "permalink": link}
    event = await account.complete(mention(media_id="500"))
    assert (event.kind, event.content.text) == (Kind.TEXT, "With @lyra.shop")
    assert event.metadata == {"addressed": "mention", "permalink": link}


async def test_mention_without_an_answer_must_be_told_again(
    fake: FakeGraph, account: InstagramConnector
) -> None:
    fake.faults[OWN_ID].append(Fault.ERROR)
    with pytest.raises(PlatformUnavailable):
        await account.complete(mention(media_id="500", comment_id="17999"))


async def test_mention_that_may_not_be_read_is_kept_with_the_reason(account: InstagramConnector) -> None:
    event = await account.complete(mention(media_id="500", comment_id="17999"))
    assert event.kind is Kind.UNSUPPORTED
    assert "Meta refused" in str(event.metadata["refused"])


async def test_whole_event_costs_no_call(fake: FakeGraph, account: InstagramConnector) -> None:
    event = parse_change(remark("7", "hi"))
    assert await account.complete(event) == event
    assert fake.transcript == []


# --- out -------------------------------------------------------------------------------------


async def test_texts_are_cut_by_their_bytes(fake: FakeGraph, account: InstagramConnector) -> None:
    text = "👩‍👩‍👧 " * 90  # 18 bytes and a blank each
    result = await account.send(make_reply(PERSON, Content(text=text)))
    assert result.state is SendState.SENT
    assert len(fake.sent) == 2
    assert all(len(each.encode()) <= 1000 for each in fake.texts())
    assert "".join(fake.texts()).replace(" ", "") == text.replace(" ", "")


async def test_only_pdfs_leave_as_files(fake: FakeGraph, account: InstagramConnector) -> None:
    async def read() -> bytes:
        return b"PK"

    file = OutboundFile(kind="file", mime="application/zip", name="a.zip", size=2, url=None, read=read)
    pdf = replace(file, mime="application/pdf", name="a.pdf", url="https://shop.example/media/2")
    await account.send(replace(make_reply(PERSON, Content(text="Here")), files=(file, pdf)))
    assert fake.texts()[0] == "Here\na.zip"
    assert fake.sent[1]["attachment"]["payload"] == {"url": "https://shop.example/media/2"}
    assert "metadata" not in fake.sent[0]


async def test_persons_late_word_is_tagged(fake: FakeGraph, account: InstagramConnector) -> None:
    fake.heard[PERSON] = datetime.now(UTC) - timedelta(days=2)
    reply = make_reply(PERSON, Content(text="Sorry"))
    late = await account.send(replace(reply, author=Author.STAFF, last_heard_at=fake.heard[PERSON]))
    assert late.state is SendState.SENT
    assert fake.transcript[-1].fields["tag"] == "HUMAN_AGENT"


async def test_public_reply_stands_under_the_comment_without_buttons(
    fake: FakeGraph, account: InstagramConnector
) -> None:
    reply = make_reply(PUBLIC_KEY, Content(text="Sorry.", buttons=(Button(title="Yes", payload="/y"),)))
    await account.send(replace(reply, surface=Surface.PUBLIC, reply_context=CONTEXT))
    assert fake.remarks == [{"message": "Sorry.\n• Yes", "under": "17901"}]
    assert fake.transcript[-1].path == "17901/replies"


async def test_comment_on_a_live_video_is_answered_in_private_alone(
    fake: FakeGraph, account: InstagramConnector
) -> None:
    context: JsonObject = {**CONTEXT, "live": True}
    reply = replace(make_reply(PUBLIC_KEY, Content(text="Hi")), surface=Surface.PUBLIC, reply_context=context)
    refused = await account.send(reply)
    assert refused.error is not None
    assert refused.error.error_class is ErrorClass.POLICY
    taken = await account.send(replace(reply, mode=ReplyMode.PRIVATE))
    assert (taken.state, taken.delivered_to) == (SendState.SENT, "author-of-17901")
    assert len(fake.transcript) == 1


async def test_mention_cannot_be_answered_in_private(account: InstagramConnector) -> None:
    reply = replace(
        make_reply("post:500:@ann", Content(text="Hi")),
        surface=Surface.PUBLIC,
        mode=ReplyMode.PRIVATE,
        reply_context={"media_id": "500", "comment_id": "17999", "mention": True},
    )
    result = await account.send(reply)
    assert result.error is not None
    assert result.error.error_class is ErrorClass.INVALID


async def test_account_with_a_page_goes_through_the_page() -> None:
    account = {"own_id": OWN_ID, "node_id": "10", "text_max": 1000, "in_bytes": True}
    async with run_fake_graph(token=TOKEN, app_secret=SECRET, **account) as fake:
        fake.heard[PERSON] = datetime.now(UTC)
        connector = build({"api_url": fake.url, "page_id": "10", "app_id": ""})
        await connector.start("https://shop.example/webhooks/instagram/main")
        result = await connector.send(make_reply(PERSON, Content(text="Hi")))
        await connector.close()
    assert result.state is SendState.SENT
    assert [call.path for call in fake.transcript] == ["10/subscribed_apps", "10/messages"]


def test_private_link_needs_a_name() -> None:
    assert build().make_private_link(CONTEXT) == "https://ig.me/m/lyra.shop?ref=17901"
    assert build({"username": ""}).make_private_link(CONTEXT) is None
