"""What Mastodon's REST API does on the server, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.mastodon_posts import (
    ME,
    Post,
    measure,
    within,
)

if TYPE_CHECKING:
    from tests.fakes.mastodon import FakeMastodon

APP = "Visavis"

Answer = tuple[int, Any]


async def get_me(fake: FakeMastodon, _: web.Request, __: dict[str, Any]) -> Answer:
    return 200, {**ME, "bot": fake.marked_as_bot}


async def get_app(_: FakeMastodon, __: web.Request, ___: dict[str, Any]) -> Answer:
    return 200, {"name": APP, "website": None, "scopes": ["read", "write"]}


async def get_instance(fake: FakeMastodon, _: web.Request, __: dict[str, Any]) -> Answer:
    limits = {
        "max_characters": fake.characters,
        "max_media_attachments": 4,
        "characters_reserved_per_url": 23,
    }
    urls = {"streaming": fake.url.replace("http", "ws", 1)}
    return 200, {"domain": "social.example", "configuration": {"statuses": limits, "urls": urls}}


async def get_notifications(fake: FakeMastodon, request: web.Request, _: dict[str, Any]) -> Answer:
    types = request.query.getall("types[]", [])
    wanted = [each for each in fake.notifications if not types or each["type"] in types]
    return 200, within(wanted, request)


async def get_account(fake: FakeMastodon, _: web.Request, __: dict[str, Any], person: str) -> Answer:
    found = fake.people.get(person)
    return (200, found) if found else (404, {"error": "Record not found"})


async def get_posts(fake: FakeMastodon, request: web.Request, _: dict[str, Any], person: str) -> Answer:
    return 200, within([each for each in fake.posts.values() if each["account"]["id"] == person], request)


async def get_context(fake: FakeMastodon, _: web.Request, __: dict[str, Any], post_id: str) -> Answer:
    post, ancestors = fake.posts.get(post_id), list[Post]()
    if post is None:
        return 404, {"error": "Record not found"}
    if post_id in fake.untold:
        return 503, {"error": "Service Unavailable"}
    while post and post["in_reply_to_id"]:
        post = fake.posts.get(post["in_reply_to_id"])
        ancestors[:0] = [post] if post else []
    return 200, {"ancestors": ancestors, "descendants": []}


async def add_file(fake: FakeMastodon, _: web.Request, fields: dict[str, Any]) -> Answer:
    upload = fields["file"]
    media_id = fake.next_id()
    fake.uploads[media_id] = {
        "mime": upload.content_type,
        "size": len(upload.file.read()),
        "left": fake.slow_media,
    }
    return (202 if fake.slow_media else 200), {"id": media_id, "type": "image", "url": None}


async def get_file(fake: FakeMastodon, _: web.Request, __: dict[str, Any], media_id: str) -> Answer:
    upload = fake.uploads[media_id]
    upload["left"] -= 1
    return (206 if upload["left"] > 0 else 200), {"id": media_id, "type": "image"}


async def add_post(fake: FakeMastodon, request: web.Request, fields: dict[str, Any]) -> Answer:
    key = request.headers.get("Idempotency-Key", "")
    if key and key in fake._keys:
        return 200, fake._keys[key]
    text, warning = fields.get("status", ""), fields.get("spoiler_text", "")
    media = fields.get("media_ids", [])
    if measure(text) + len(warning) > fake.characters:
        return 422, {"error": f"Validation failed: Text character limit of {fake.characters} exceeded"}
    if not text.strip() and not media:
        return 422, {"error": "Validation failed: Text can't be blank"}
    if any(each not in fake.uploads for each in media) or len(media) > 4:
        return 422, {"error": "Validation failed: Media can't be attached"}
    answered = fields.get("in_reply_to_id")
    if answered and answered not in fake.posts:
        return 404, {"error": "Record not found"}
    names = ("in_reply_to_id", "visibility", "spoiler_text")
    more = {name: fields[name] for name in names if name in fields}
    post = fake.post(ME["id"], text, application={"name": APP, "website": None}, **more)
    fake.sent.append({**post, "said": text, "media_ids": media})
    fake._keys[key] = post
    fake.tell("update", json.dumps(post))
    return 200, post


Route = Callable[..., Awaitable[Answer]]
ROUTES: tuple[tuple[str, Route], ...] = (
    ("GET /api/v1/accounts/verify_credentials", get_me),
    ("GET /api/v1/apps/verify_credentials", get_app),
    ("GET /api/v2/instance", get_instance),
    ("GET /api/v1/notifications", get_notifications),
    (r"GET /api/v1/accounts/(\d+)", get_account),
    (r"GET /api/v1/accounts/(\d+)/statuses", get_posts),
    (r"GET /api/v1/statuses/(\d+)/context", get_context),
    ("POST /api/v2/media", add_file),
    (r"GET /api/v1/media/(\d+)", get_file),
    ("POST /api/v1/statuses", add_post),
)
