"""X, with the fake API: the contract holds on its main surface, public posts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.connector import AccountConfig, InboundRequest, ReceiptState
from bot.domain.message import Kind
from connectors.x.connector import CONNECTOR
from tests.contracts.connectors.channel import (
    ACCOUNT,
    NOW,
    Channel,
    Stage,
    Trouble,
    no_templates,
)
from tests.fakes.x import run_fake_x
from tests.fakes.x_api import Fault
from tests.fakes.x_checks import KEY, TOKEN, TOKEN_SECRET
from tests.fakes.x_events import (
    APP,
    ME,
    SECRET,
    activity,
    direct,
    direct_event,
    encrypted,
    legacy,
    legacy_post,
    mention,
    post,
    sign,
)

THREAD = "5000"
OPTIONS = {
    "consumer_key": KEY,
    "consumer_secret": SECRET,
    "access_token": TOKEN,
    "access_token_secret": TOKEN_SECRET,
    "app_id": APP,
}
FAULTS = {
    Trouble.TOO_MANY: Fault.TOO_MANY,
    Trouble.DOWN: Fault.OVERLOADED,
    Trouble.RESET_AFTER: Fault.RESET_AFTER,
    Trouble.HANG: Fault.HANG,
}


def sealed(body: bytes) -> InboundRequest:
    """Sign a body as X does."""
    headers = {"x-twitter-webhooks-signature": sign(body)}
    return InboundRequest(body=body, headers=headers, received_at=NOW)


def frame(text: str, *, number: int = 1, sender: str = "7") -> dict[str, Any]:
    """Return the event of a post below `THREAD` that mentions us."""
    post_id = f"{6000 + number}{sender}"
    return mention(post_id, f"@lyra {text}", author=sender, thread=THREAD)


def message(text: str, *, number: int = 1, sender: str = "7") -> InboundRequest:
    """Return a webhook's request with such an event."""
    return sealed(json.dumps(frame(text, number=number, sender=sender)).encode())


def post_about(**more: Any) -> dict[str, Any]:
    """Return the event of a post of frame number 1, changed in some fields."""
    made = frame("hi")
    made["data"]["payload"].update(more)
    return made


FIRST = frame("hi")["data"]["payload"]["id"]
PHOTO = {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/A.jpg"}


def photo() -> dict[str, Any]:
    """Return a post that has nothing but a photo beside our name."""
    made = post_about(text="@lyra https://t.co/abc", attachments={"media_keys": ["3_1"]})
    made["data"]["payload"]["entities"]["urls"] = [
        {"url": "https://t.co/abc", "expanded_url": "https://x.com/p/status/1/photo/1", "media_key": "3_1"}
    ]
    made["data"]["includes"]["media"] = [PHOTO]
    return made


@asynccontextmanager
async def stage(limit: timedelta) -> AsyncIterator[Stage]:
    """Run an X where person 7 has mentioned the account."""
    async with run_fake_x() as fake:
        fake.mention("@lyra hello", post_id=THREAD)
        connector = CONNECTOR(
            AccountConfig(channel="x", name=ACCOUNT, options={**OPTIONS, "api_url": fake.url}),
            http_timeout=limit,
        )
        await connector.start(None)

        async def trouble(kind: Trouble) -> None:
            if kind is Trouble.AWAY:
                await fake.leave()
            elif kind is Trouble.REFUSED:
                fake.posts.clear()
            else:
                fake.faults.append(FAULTS[kind])

        def texts() -> list[str]:
            # Buttons are lines of the text: what stands on them is not what was said.
            return [sent["text"].partition("\n• ")[0] for sent in fake.sent]

        yield Stage(connector=connector, key=f"post:{THREAD}:7", texts=texts, trouble=trouble)
        await connector.close()


X = Channel(
    connector=CONNECTOR,
    options=OPTIONS,
    wrong_options=(
        ({}, "consumer_secret"),
        ({name: value for name, value in OPTIONS.items() if name != "access_token"}, "access_token"),
        ({**OPTIONS, "access_token": "no-number"}, "user_id"),
        ({"consumer_secret": SECRET, "client_id": "c", "refresh_token": "r", "user_id": ME}, "token_file"),
        ({**OPTIONS, "app_id": "my-app"}, "app_id"),
        ({**OPTIONS, "api_url": "x-com"}, "api_url"),
        ({**OPTIONS, "consumer_sekret": "x"}, "consumer_sekret"),
    ),
    secrets=(KEY, SECRET, TOKEN, TOKEN_SECRET),
    sender="7",
    other_sender="8",
    key=f"post:{THREAD}:7",
    message=message,
    sealed=sealed,
    frame=frame,
    unknown=(
        activity("like.create", {"id": "1"}),
        activity("invented.in_2031", {"x": 1}),
        activity("post.mention.create", {"id": "five"}),
        activity("post.mention.create", {}),
        activity("dm.received", {"direct_message_events": [5]}),
        activity("dm.received", {"direct_message_events": [{"type": "message_create", "id": "9"}]}),
        legacy(favorite_events=[{"id": "1"}]),
        legacy(tweet_create_events=["no post"]),
        legacy(),
        encrypted(),
        {"user_event": {"revoke": {"source": {"user_id": ME}, "target": {"app_id": APP}}}},
    ),
    machines=(
        activity("post.create", post("61", "We are open again", author=ME)),
        legacy(tweet_create_events=[legacy_post("61", "We are open again", author=ME)]),
        mention("62", "RT @lyra: We are open", referenced_tweets=[{"type": "retweeted", "id": "61"}]),
        direct_event("63", "It is on its way", event_type="dm.sent", sender=ME, recipient="7", app=APP),
        encrypted("64", sender=ME, event_type="chat.sent"),
    ),
    echoes=(
        activity("post.create", post("67", "@person7 Mara here", author=ME, in_reply_to_user_id="7")),
        direct_event("63", "Mara here", event_type="dm.sent", sender=ME, recipient="7"),
        direct_event("65", "Mara here", event_type="dm.sent", sender=ME, recipient="7", app="268278"),
        legacy(direct_message_events=[direct("66", "Mara here", sender=ME, recipient="7", app="268278")]),
    ),
    samples={
        Kind.EDIT: (post_about(id="60018", text="@lyra changed", edit_history_tweet_ids=[FIRST, "60018"]),),
        Kind.DELETE: (activity("post.delete", {"id": FIRST, "author_id": "7", "conversation_id": THREAD}),),
        Kind.MEDIA: (photo(),),
    },
    receipts={
        ReceiptState.READ: legacy(
            direct_message_mark_read_events=[
                {
                    "created_timestamp": "1769860800000",
                    "sender_id": "7",
                    "target": {"recipient_id": ME},
                    "last_read_event_id": "70",
                }
            ]
        )
    },
    batch=legacy(tweet_create_events=[legacy_post("71", "@lyra first"), 5, legacy_post("72", "@lyra third")]),
    stage=stage,
    does_not_apply={
        **no_templates("X approves no messages"),
        "test_old_signature_is_refused": "the signature has no time in it",
        "test_wrong_type_is_refused_with_the_fields_name": (
            "X marks a webhook that refuses as broken: what makes no sense is kept as unsupported"
        ),
        "test_send_with_the_same_key_arrives_once": "X takes no idempotency key",
        "test_render_hides_notes": "nobody but X reads what we render",
    },
)
