"""X's webhook bodies in, of both generations. Pure; replies out are in `render`.

The X Activity API sends one event a body (`data.event_type`), the older Account Activity API lists
(`for_user_id`, `tweet_create_events`, …). Accounts of one app share an address: what is for another
account is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable

from bot.connector import AccountConfig, InboundEvent
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Kind
from bot.errors import BadPayload
from connectors.x import messages, posts
from connectors.x.reading import Me, as_list, as_object, objects, take_id, take_text

CHANNEL = "x"
REVOKED = "oauth.revoke"
QUIET = frozenset({"dm.indicate_typing", "direct_message_indicate_typing_events"})  # nothing to keep of them
FRAME = frozenset({"for_user_id", "user_has_blocked", "is_blocked_by", "users", "apps"})
MEANT = {"post.mention.create": "mention", "post.quote.create": "mention", "post.reply.create": "reply"}


def parse_body(body: bytes, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Say a webhook's body in our words. Raises `BadPayload` for what no generation of X sends."""
    raw = read_object(body)
    if "for_user_id" in raw:
        return read_legacy(raw, account, me)
    data = as_object(raw.get("data"))
    if "event_type" in data or "event_uuid" in data:
        return read_activity(data, account, me)
    if "user_event" in raw:
        return read_revoked(as_object(as_object(raw["user_event"]).get("revoke")), account, me)
    raise BadPayload("the body is not one of X's: it has neither `data.event_type` nor `for_user_id`")


def read_object(body: bytes) -> JsonObject:
    """Read a JSON object; what PostgreSQL cannot keep of it is cleaned where it is taken."""
    try:
        raw: Json = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error
    if not isinstance(raw, dict):
        raise BadPayload("the body must be a JSON object")
    return raw


def read_activity(data: JsonObject, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read the one event of an Activity API body."""
    name = take_text(data.get("event_type")) or "unnamed"
    meant_for = take_id(as_object(data.get("filter")).get("user_id"))
    if name in QUIET or (meant_for and meant_for != me.user_id):
        return []
    payload, includes = as_object(data.get("payload")), as_object(data.get("includes"))
    blank = make_blank(account, name, take_text(data.get("event_uuid")) or digest(payload))
    if name in ("dm.received", "dm.sent", "dm.read"):
        return read_lists(payload, account, me) or [read_direct(payload, includes, blank, me)]
    if name == REVOKED:
        return read_revoked(payload, account, me)
    return [read_one(name, payload, includes, blank, me)]


def read_one(
    name: str, payload: JsonObject, includes: JsonObject, blank: InboundEvent, me: Me
) -> InboundEvent:
    """Read an event that is about one post, or one encrypted message."""
    if name.startswith("chat."):
        return messages.read_encrypted(payload, blank, me)
    if name == "post.delete":
        return read_deleted(payload, blank, me)
    if name.startswith("post."):
        return posts.read_event(posts.read_post(payload, includes), blank, me, meant=MEANT.get(name))
    return blank


def read_direct(payload: JsonObject, includes: JsonObject, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read a direct message that comes in the shape in which it is asked for, and not in a list."""
    users = {take_id(user.get("id")): user for user in objects(includes.get("users"))}
    return messages.read_event(messages.read_message(payload, includes, me), users, blank, me)


def read_legacy(raw: JsonObject, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read the lists of an Account Activity body."""
    meant_for = take_id(raw.get("for_user_id"))
    if meant_for and meant_for != me.user_id:
        return []
    lists = {name: value for name, value in raw.items() if name not in FRAME}
    if QUIET.issuperset(lists) and lists:
        return []
    return read_lists(raw, account, me) or [make_blank(account, name_of(lists), digest(raw))]


def read_lists(raw: JsonObject, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read each element of the lists we know. One that makes no sense is `unsupported`, alone."""
    users = {key: read_user(user) for key, user in as_object(raw.get("users")).items()}

    def read_post(item: JsonObject, blank: InboundEvent) -> InboundEvent:
        return posts.read_event(posts.read_legacy_post(item), blank, me)

    def read_direct(item: JsonObject, blank: InboundEvent) -> InboundEvent:
        return messages.read_event(messages.read_legacy_message(item), users, blank, me)

    def read_receipt(item: JsonObject, blank: InboundEvent) -> InboundEvent:
        return messages.read_receipt(item, blank, me)

    def read_deletion(item: JsonObject, blank: InboundEvent) -> InboundEvent:
        return read_deleted(as_object(item.get("status")), blank, me)

    readers: dict[str, Callable[[JsonObject, InboundEvent], InboundEvent]] = {
        "tweet_create_events": read_post,
        "direct_message_events": read_direct,
        "direct_message_mark_read_events": read_receipt,
        "tweet_delete_events": read_deletion,
    }
    return [
        read(as_object(item), make_blank(account, name, digest(item)))
        for name, read in readers.items()
        for item in as_list(raw.get(name))
    ]


def read_user(user: Json) -> JsonObject:
    """Return somebody in a map of users: the Activity API puts them into `data` there."""
    found = as_object(user)
    return as_object(found.get("data")) or found


def read_deleted(raw: JsonObject, blank: InboundEvent, me: Me) -> InboundEvent:
    """Read that a post was deleted. X tells this of the posts of accounts that we subscribe to."""
    post, author = take_id(raw.get("id")), take_id(raw.get("author_id"), raw.get("user_id"))
    if not post or not author or author == me.user_id:
        return blank
    return posts.make_deletion(post, author, take_id(raw.get("conversation_id")) or post, blank)


def read_revoked(raw: JsonObject, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read that the account took our app's permission away: from now on nothing comes or leaves."""
    source = as_object(raw.get("source"))
    user = take_id(source.get("user_id"), raw.get("user_id"), me.user_id)
    if user != me.user_id:
        return []
    return [make_blank(account, REVOKED, digest(raw))]


def make_blank(account: AccountConfig, name: str, identity: str) -> InboundEvent:
    """Return an event of no conversation that says no more than what X calls it."""
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"{name}:{identity}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"event": name},
    )


def name_of(names: Iterable[str]) -> str:
    """Return the name of a body in X's words."""
    return take_text(next(iter(names), "empty")) or "empty"


def digest(value: Json) -> str:
    """Return what tells two events apart that have no id of their own."""
    try:
        text = json.dumps(value, sort_keys=True)
    except RecursionError:
        return "too-deep"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_polled_posts(answer: Json, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read a page of mentions, oldest first."""
    page = as_object(answer)
    includes = as_object(page.get("includes"))
    found = sorted(objects(page.get("data")), key=number_of)
    return [
        posts.read_event(
            posts.read_post(item, includes), make_blank(account, "post", digest(item)), me, meant="mention"
        )
        for item in found
    ]


def read_polled_messages(answer: Json, account: AccountConfig, me: Me) -> list[InboundEvent]:
    """Read a page of direct messages, oldest first."""
    page = as_object(answer)
    includes = as_object(page.get("includes"))
    users = {take_id(user.get("id")): user for user in objects(includes.get("users"))}
    found = sorted(objects(page.get("data")), key=number_of)
    return [
        messages.read_event(
            messages.read_message(item, includes, me), users, make_blank(account, "message", digest(item)), me
        )
        for item in found
    ]


def number_of(item: JsonObject) -> int:
    """Return an id as a number: newer ones are larger."""
    return int(take_id(item.get("id")) or 0)
