"""The endpoints of the fake X, version 2 of its API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.connector.text import TextUnit, measure
from tests.fakes.serving import reset
from tests.fakes.x_checks import CLIENT, CLIENT_SECRET, KEY, Refusal, check_fields, is_app, is_signed
from tests.fakes.x_events import ME, NAME, SECRET, Body, answer_to, person, post
from tests.fakes.x_hooks import (
    create_subscription,
    create_webhook,
    get_subscriptions,
    get_webhooks,
    validate_webhook,
)

if TYPE_CHECKING:
    from tests.fakes.x import FakeX

NOT_MENTIONED = "You can only reply to or quote posts where you are mentioned or are the author."
GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
TWICE = "You are not allowed to create a Tweet with duplicate content."
CLOSED = "You do not have permission to DM one or more participants."

Answer = tuple[int, Any]
Handler = Callable[["FakeX", web.Request], Awaitable[Answer]]


class Fault(StrEnum):
    """What goes wrong with the next post, message or registration of a webhook."""

    NONE = "none"  # lets one through
    TOO_MANY = "too_many"
    OVERLOADED = "overloaded"  # 503 in X's own JSON
    FAILED = "failed"  # 500: it was done
    NO_CREDIT = "no_credit"
    RESET = "reset"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    HANG = "hang"  # it was done, and no answer comes


REFUSED = {
    Fault.TOO_MANY: Refusal(429, "Too Many Requests", "Too Many Requests"),
    Fault.OVERLOADED: Refusal(503, "Service Unavailable", "Service Unavailable"),
    Fault.NO_CREDIT: Refusal(402, "CreditsDepleted", "Your account has no credits."),
}


def routes(fake: FakeX) -> list[web.RouteDef]:
    """Return the endpoints of an account."""

    def take(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await answer_call(fake, request, handler)

        return answer

    return [web.route(method, path, take(handler)) for method, path, handler in ENDPOINTS]


async def answer_call(fake: FakeX, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer one call, unless something goes wrong with it."""
    fault = fake.faults.popleft() if handler in FAULTY and fake.faults else None
    if fault is Fault.RESET:
        return await reset(request)
    refusal = REFUSED.get(fault) if fault else None
    status, body = (refusal.status, refusal.body) if refusal else await attempt(fake, request, handler)
    if fault is Fault.FAILED:
        status, body = 500, {"title": "Internal Server Error", "status": 500}
    fake.transcript.append((request.method, request.path, status))
    if fault is Fault.RESET_AFTER:
        return await reset(request)
    if fault is Fault.HANG:
        await asyncio.sleep(60)
    headers = {}
    if handler is create_post:
        fake.posts_left -= status == 201
        headers = fake.limits(0 if fault is Fault.TOO_MANY else fake.posts_left)
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)


async def attempt(fake: FakeX, request: web.Request, handler: Handler) -> Answer:
    """Do what a call asks for, if the caller may."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if handler in FOR_APPS:
        allowed = bearer == "app-token"
    else:
        allowed = handler in FOR_ALL or is_signed(request) or bool(fake.access and bearer == fake.access)
    if not allowed:
        return 401, {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}
    try:
        return await handler(fake, request)
    except Refusal as error:
        return error.status, error.body


async def get_app_token(_: FakeX, request: web.Request) -> Answer:
    if not is_app(request, KEY, SECRET):
        raise Refusal(403, "Forbidden", "Unable to verify your credentials")
    return 200, {"token_type": "bearer", "access_token": "app-token"}


async def exchange(fake: FakeX, request: web.Request) -> Answer:
    form = await request.post()
    if not is_app(request, CLIENT, CLIENT_SECRET) or form.get("refresh_token") != fake.refresh:
        return 400, {
            "error": "invalid_request",
            "error_description": "Value passed for the token was invalid.",
        }
    number = int(fake.refresh.rpartition("-")[2]) + 1
    fake.access, fake.refresh = f"access-{number}", f"refresh-{number}"
    tokens = {"access_token": fake.access, "refresh_token": fake.refresh}
    return 200, {"token_type": "bearer", "expires_in": 7200, **tokens}


async def get_me(_: FakeX, __: web.Request) -> Answer:
    return 200, {"data": {"id": ME, "username": NAME, "name": "Lyra"}}


async def get_mentions(fake: FakeX, request: web.Request) -> Answer:
    since = int(request.query.get("since_id", 0))
    return 200, page(
        [p for p in fake.posts.values() if int(p["id"]) > since and p["author_id"] != ME], request
    )


async def get_own_posts(fake: FakeX, request: web.Request) -> Answer:
    return 200, page([each for each in fake.posts.values() if each["author_id"] == ME], request)


async def get_messages(fake: FakeX, request: web.Request) -> Answer:
    user = request.match_info.get("user")
    known = [m for m in fake.messages if user is None or user in m["dm_conversation_id"].split("-")]
    return 200, page(known, request)


def page(found: list[Body], request: web.Request) -> Body:
    """Return a page, newest first."""
    newest = sorted(found, key=lambda each: -int(each["id"]))
    start, size = int(request.query.get("pagination_token", 0)), int(request.query["max_results"])
    shown = newest[start : start + size]
    more = {"next_token": str(start + size)} if len(newest) > start + size else {}
    users = [person(user) for user in sorted({each.get("author_id") or each["sender_id"] for each in shown})]
    return {"data": shown, "includes": {"users": users}, "meta": {"result_count": len(shown), **more}}


async def create_post(fake: FakeX, request: web.Request) -> Answer:
    body = await request.json()
    check_fields(body, {"text", "media", "reply"})
    text, above = body.get("text", ""), body["reply"]["in_reply_to_tweet_id"]
    if measure(text, TextUnit.WEIGHTED) > 280:
        raise Refusal(403, "Forbidden", "Your Tweet text is too long.")
    if above not in fake.posts:
        raise Refusal(403, "Forbidden", GONE)
    if fake.posts[above]["author_id"] != ME and f"@{NAME}" not in fake.posts[above]["text"]:
        kind = "https://api.x.com/2/problems/not-authorized-for-resource"
        raise Refusal(403, "Forbidden", NOT_MENTIONED, kind)
    if text and any(each["text"] == text and each["author_id"] == ME for each in fake.posts.values()):
        raise Refusal(403, "Forbidden", TWICE)
    check_media(fake, (body.get("media") or {}).get("media_ids", []), 4)
    made = post(fake.next_id(), text, author=ME, referenced_tweets=answer_to(above))
    fake.posts[made["id"]] = made
    fake.sent.append({"text": text, "above": above, **body})
    return 201, {"data": {"id": made["id"], "text": text}}


async def create_message(fake: FakeX, request: web.Request) -> Answer:
    body, user = await request.json(), request.match_info["user"]
    check_fields(body, {"text", "attachments"})
    if user in fake.closed:
        raise Refusal(403, "Forbidden", CLOSED)
    if len(body.get("text", "")) > 10_000:
        raise Refusal(400, "Invalid Request", "text is too long")
    check_media(fake, [each["media_id"] for each in body.get("attachments", [])], 1)
    made = fake.add_message(body.get("text", ""), sender=ME, other=user)
    fake.sent.append({"to": user, **body})
    return 201, {"data": {"dm_conversation_id": made["dm_conversation_id"], "dm_event_id": made["id"]}}


def check_media(fake: FakeX, ids: list[str], most: int) -> None:
    """Refuse files that were not uploaded, or too many."""
    if len(ids) > most or any(each not in fake.uploads for each in ids):
        raise Refusal(400, "Invalid Request", "Your media IDs are invalid.")


async def begin_upload(fake: FakeX, request: web.Request) -> Answer:
    check_fields(await request.json(), {"media_type", "total_bytes", "media_category"})
    media = fake.next_id()
    fake.uploads[media] = b""
    return 200, {"data": {"id": media, "media_key": f"3_{media}"}}


async def append_upload(fake: FakeX, request: web.Request) -> Answer:
    part = (await request.post())["media"]
    assert isinstance(part, web.FileField)
    fake.uploads[request.match_info["media"]] += await asyncio.to_thread(part.file.read)
    return 204, None


async def end_upload(fake: FakeX, request: web.Request) -> Answer:
    return 200, look_at_upload(fake, request.match_info["media"])


async def get_upload(fake: FakeX, request: web.Request) -> Answer:
    return 200, look_at_upload(fake, request.query["media_id"])


def look_at_upload(fake: FakeX, media: str) -> Body:
    """Say how far X is with a file."""
    fake.slow_files -= 1
    working = {"processing_info": {"state": "in_progress", "check_after_secs": 0}}
    return {"data": {"id": media, **(working if fake.slow_files >= 0 else {})}}


FOR_APPS = (get_webhooks, create_webhook, validate_webhook, get_subscriptions)
FOR_ALL = (get_app_token, exchange, create_subscription)
FAULTY = (create_post, create_message, create_webhook)
ENDPOINTS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/oauth2/token", get_app_token),
    ("POST", "/2/oauth2/token", exchange),
    ("GET", "/2/webhooks", get_webhooks),
    ("POST", "/2/webhooks", create_webhook),
    ("PUT", "/2/webhooks/{hook}", validate_webhook),
    ("GET", "/2/activity/subscriptions", get_subscriptions),
    ("POST", "/2/activity/subscriptions", create_subscription),
    ("GET", "/2/users/me", get_me),
    ("GET", f"/2/users/{ME}/mentions", get_mentions),
    ("GET", f"/2/users/{ME}/tweets", get_own_posts),
    ("GET", "/2/dm_events", get_messages),
    ("GET", "/2/dm_conversations/with/{user}/dm_events", get_messages),
    ("POST", "/2/tweets", create_post),
    ("POST", "/2/dm_conversations/with/{user}/messages", create_message),
    ("POST", "/2/media/upload/initialize", begin_upload),
    ("POST", "/2/media/upload/{media}/append", append_upload),
    ("POST", "/2/media/upload/{media}/finalize", end_upload),
    ("GET", "/2/media/upload", get_upload),
)
