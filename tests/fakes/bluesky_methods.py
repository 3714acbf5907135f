"""What the methods of the AT Protocol do on the server, and what they refuse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.bluesky_records import (
    ME,
    POST,
    check_message,
    check_record,
    make_profile,
)

if TYPE_CHECKING:
    from tests.fakes.bluesky import FakeBluesky

PASSWORD = "abcd-efgh-ijkl-mnop"

Answer = dict[str, Any]


class Refusal(Exception):
    """The server says no."""

    def __init__(self, status: int, name: str, message: str = "") -> None:
        super().__init__(name)
        self.status, self.name, self.message = status, name, message or name


async def create_session(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    if fields.get("password") != PASSWORD:
        raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
    return fake.make_session()


async def refresh_session(fake: FakeBluesky, _: dict[str, Any]) -> Answer:
    return fake.make_session()


async def list_notifications(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    reasons = fields.get("reasons", [])
    wanted = [each for each in fake.notifications if not reasons or each["reason"] in reasons]
    wanted.sort(key=lambda each: each["indexedAt"], reverse=True)
    start, limit = int(fields.get("cursor", ["0"])[0]), int(fields.get("limit", ["50"])[0])
    cursor = {"cursor": str(start + limit)} if len(wanted) > start + limit else {}
    return {"notifications": wanted[start : start + limit], **cursor}


async def get_posts(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    return {"posts": [fake.posts[uri] for uri in dict.fromkeys(fields["uris"]) if uri in fake.posts]}


async def get_profile(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    did = fields["actor"][0]
    return {**make_profile(ME), "labels": [{"val": "bot", "src": did}] if fake.labelled else []}


async def put_record(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    uri = f"at://{fields['repo']}/{fields['collection']}/{fields['rkey']}"
    problem = check_record(fields["record"], fake.blobs)
    if problem:
        raise Refusal(400, "InvalidRequest", problem)
    if uri in fake.posts and fields.get("swapRecord", "any") is None:
        raise Refusal(400, "InvalidSwap", f"Record was at {fake.posts[uri]['cid']}")
    digest = hashlib.sha256(json.dumps(fields["record"], sort_keys=True).encode()).hexdigest()
    post = {"uri": uri, "cid": f"bafy{digest[:40]}", "record": fields["record"], "author": make_profile(ME)}
    fake.posts[uri] = post
    fake.sent.append(post)
    return {"uri": uri, "cid": post["cid"], "validationStatus": "valid"}


async def get_record(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    uri = f"at://{fields['repo'][0]}/{fields['collection'][0]}/{fields['rkey'][0]}"
    if uri not in fake.posts:
        raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
    return {"uri": uri, "cid": fake.posts[uri]["cid"], "value": fake.posts[uri]["record"]}


async def list_records(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    mine = [post for uri, post in fake.posts.items() if uri.startswith(f"at://{fields['repo'][0]}/{POST}/")]
    mine.sort(key=lambda post: post["uri"], reverse=True)
    records = [{"uri": post["uri"], "cid": post["cid"], "value": post["record"]} for post in mine]
    return {"records": records[: int(fields.get("limit", ["50"])[0])]}


async def upload_blob(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    cid = f"bafk{hashlib.sha256(fields['data']).hexdigest()[:40]}"
    fake.blobs[cid] = len(fields["data"])
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": fields["mime"], "size": len(fields["data"])}
    return {"blob": blob}


async def list_convos(fake: FakeBluesky, _: dict[str, Any]) -> Answer:
    return {"convos": [{"id": each["convoId"], "rev": each["rev"]} for each in reversed(fake.logs[-1:])]}


async def get_log(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    after = fields["cursor"][0]
    logs = [each for each in fake.logs if each["rev"] > after]
    return {"logs": logs, "cursor": max([after, *(each["rev"] for each in logs)])}


async def accept_convo(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    fake.accepted.add(fields["convoId"])
    return {}


async def show_convo(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    (convo,) = fields["convoId"]
    kind = "group" if convo in fake.groups else "direct"
    return {"convo": {"id": convo, "members": [], "kind": {"$type": f"chat.bsky.convo.defs#{kind}Convo"}}}


async def get_convo(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    (did,) = fields["members"]
    if did in fake.closed:
        words = "recipient requires incoming messages to come from someone they follow"
        raise Refusal(400, "InvalidRequest", words)
    return {"convo": {"id": f"convo-{did.rpartition(':')[2]}", "members": []}}


async def send_message(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    problem = check_message(fields["message"])
    if problem:
        raise Refusal(400, "InvalidRequest", problem)
    person = fields["convoId"].removeprefix("convo-")
    if f"did:plc:{person}" in fake.closed:
        raise Refusal(400, "InvalidConvo", "Convo not found")
    entry = fake.log("CreateMessage", person, fields["message"]["text"], sender=fake.me)
    fake.said.append({**entry["message"], "convoId": fields["convoId"]})
    return dict(entry["message"])


async def get_messages(fake: FakeBluesky, fields: dict[str, Any]) -> Answer:
    convo = fields["convoId"][0]
    found = [each["message"] for each in fake.logs if each["convoId"] == convo]
    return {"messages": found[::-1]}


Method = Callable[["FakeBluesky", dict[str, Any]], Awaitable[Answer]]
METHODS: dict[str, Method] = {
    "com.atproto.server.createSession": create_session,
    "com.atproto.server.refreshSession": refresh_session,
    "com.atproto.repo.putRecord": put_record,
    "com.atproto.repo.getRecord": get_record,
    "com.atproto.repo.listRecords": list_records,
    "com.atproto.repo.uploadBlob": upload_blob,
    "app.bsky.notification.listNotifications": list_notifications,
    "app.bsky.feed.getPosts": get_posts,
    "app.bsky.actor.getProfile": get_profile,
    "chat.bsky.convo.listConvos": list_convos,
    "chat.bsky.convo.getLog": get_log,
    "chat.bsky.convo.acceptConvo": accept_convo,
    "chat.bsky.convo.getConvo": show_convo,
    "chat.bsky.convo.getConvoForMembers": get_convo,
    "chat.bsky.convo.sendMessage": send_message,
    "chat.bsky.convo.getMessages": get_messages,
}
