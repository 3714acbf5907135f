"""How a rendered part leaves: as a record in our repository, or as a direct message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.connector import ErrorClass, OutboundFile, OutboundReply
from bot.connector.answers import Outcome, doubtful, failed, read_file
from bot.domain.json import Json, JsonObject
from connectors.bluesky.api import Ask, BlueskyApi, Session
from connectors.bluesky.entities import read_time
from connectors.bluesky.records import POST, make_record_key, split_uri
from connectors.bluesky.render import Part, find_facets, make_images, make_record

PUT, GET = "com.atproto.repo.putRecord", "com.atproto.repo.getRecord"
EXISTS = "InvalidSwap"
RECENT = timedelta(minutes=15)

Ref = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The post that a reply answers and the first post of its thread, each with address and version."""

    parent: Ref
    root: Ref
    handle: str = ""
    did: str = ""

    def below(self, parent: Ref) -> Place:
        """Return the place right below a post of the same thread."""
        return replace(self, parent=parent)


async def find_place(api: BlueskyApi, reply: OutboundReply) -> Place | Outcome:
    """Return where a reply goes, as things are now; else why nothing can be answered there.

    Servers take an answer that the author does not allow, and nobody sees it: so we look first.
    """
    author, _, root_uri = reply.conversation_key.partition(" ")
    known = read_ref(reply.reply_context.get("parent"))
    parent_uri = known["uri"] if known else root_uri
    if not author or not root_uri:
        return failed(ErrorClass.INVALID, "this is no conversation of Bluesky's")
    outcome = await api.get("app.bsky.feed.getPosts", ("uris", parent_uri), ("uris", root_uri))
    if outcome.error is not None:
        return outcome if outcome.error.error_class is not ErrorClass.INVALID else gone()
    posts = {str(post.get("uri")): post for post in outcome.objects("posts")}
    parent, root = posts.get(parent_uri), posts.get(root_uri)
    refused = find_refusal(parent)
    if parent is None or refused is not None:
        return refused or gone()
    root_ref = read_ref(root) or read_ref(reply.reply_context.get("root")) or read_ref(parent)
    parent_ref = read_ref(parent)
    if parent_ref is None or root_ref is None:
        return failed(ErrorClass.TRANSIENT, "the server's posts have no version")
    handle = reply.reply_context.get("handle")
    return Place(
        parent=parent_ref, root=root_ref, handle=handle if isinstance(handle, str) else "", did=author
    )


def gone() -> Outcome:
    """Return that the post is no more."""
    return failed(ErrorClass.RECIPIENT_GONE, "the post is gone, or its author")


def find_refusal(post: JsonObject | None) -> Outcome | None:
    """Return why the author of a post cannot be answered, None where they can."""
    viewer = (post or {}).get("viewer")
    author = (post or {}).get("author")
    if isinstance(viewer, Mapping) and viewer.get("replyDisabled") is True:
        return failed(ErrorClass.POLICY, "the author does not let us answer in this thread")
    relation = author.get("viewer") if isinstance(author, Mapping) else None
    if isinstance(relation, Mapping) and (relation.get("blockedBy") is True or relation.get("blocking")):
        return failed(ErrorClass.RECIPIENT_GONE, "one of the two accounts blocks the other")
    return None


def read_ref(value: object) -> dict[str, str] | None:
    """Return address and version of a post, None where they are not known."""
    match value:
        case {"uri": str(uri), "cid": str(cid)}:
            return {"uri": uri, "cid": cid}
        case _:
            return None


async def find_record(api: BlueskyApi, uri: str) -> dict[str, str] | Outcome:
    """Return address and version of a record of ours."""
    try:
        repo, collection, key = split_uri(uri)
    except ValueError:
        return failed(ErrorClass.INVALID, "the part that arrived before is no post")
    outcome = await api.get(GET, ("repo", repo), ("collection", collection), ("rkey", key))
    found = read_ref(outcome.result)
    if outcome.error is not None or found is None:
        return replace(outcome, certain=True)
    return found


async def write_post(
    api: BlueskyApi, reply: OutboundReply, number: int, part: Part, place: Place
) -> tuple[dict[str, str], Outcome] | Outcome:
    """Write one part, once: on another try its key is taken, and what stands there is what we wrote."""
    session = await api.sign_in()
    if isinstance(session, Outcome):
        return session
    facets = find_facets(part.text, place.handle, place.did)
    answers: JsonObject = {"root": place.root, "parent": place.parent}
    record = make_record(part, answers, facets, at=datetime.now(UTC))
    if part.images:
        blobs = await upload_all(api, part.images)
        if isinstance(blobs, Outcome):
            return blobs
        record["embed"] = make_images(blobs, part.images)
    key = make_record_key(reply, number, part.text)
    fields = {"repo": session.did, "collection": POST, "rkey": key, "record": record, "swapRecord": None}
    outcome = await api.post(PUT, fields)
    if outcome.error is not None and outcome.error.code == EXISTS:
        found = await find_record(api, f"at://{session.did}/{POST}/{key}")
        return found if isinstance(found, Outcome) else (found, Outcome())
    ref = read_ref(outcome.result)
    if outcome.error is not None or ref is None:
        return outcome if outcome.error else doubtful("the server did not name the post")
    return ref, outcome


async def upload_all(api: BlueskyApi, files: tuple[OutboundFile, ...]) -> list[JsonObject] | Outcome:
    """Upload files; until a record names them nobody sees them, so what goes wrong here is certain."""
    blobs: list[JsonObject] = []
    for file in files:
        content = await read_file(file)
        if isinstance(content, Outcome):
            return content
        ask = Ask(data=content, headers={"Content-Type": file.mime})
        outcome = await api.call("com.atproto.repo.uploadBlob", ask)
        blob = outcome.object.get("blob")
        if not isinstance(blob, Mapping):
            missing = failed(ErrorClass.TRANSIENT, "the server did not name the file")
            return replace(outcome, certain=True) if outcome.error else missing
        blobs.append(blob)
    return blobs


async def find_convo(api: BlueskyApi, did: str) -> str | Outcome:
    """Return the private conversation with somebody; it is made where they allow it."""
    outcome = await api.get("chat.bsky.convo.getConvoForMembers", ("members", did), chat=True)
    convo = outcome.object.get("convo")
    convo_id = convo.get("id") if isinstance(convo, Mapping) else None
    if isinstance(convo_id, str):
        return convo_id
    missing = failed(ErrorClass.TRANSIENT, "the server did not name the conversation")
    return replace(outcome, certain=True) if outcome.error else missing


async def write_direct(api: BlueskyApi, convo_id: str, text: str) -> tuple[str, Outcome] | Outcome:
    """Send one direct message. Nothing keeps a second one from arriving."""
    facets = find_facets(text)
    message: dict[str, Json] = {"text": text}
    if facets:
        message["facets"] = facets
    fields: JsonObject = {"convoId": convo_id, "message": message}
    outcome = await api.post("chat.bsky.convo.sendMessage", fields, chat=True)
    message_id = outcome.object.get("id")
    if isinstance(message_id, str):
        return message_id, outcome
    return outcome if outcome.error else doubtful("the server did not name the message")


async def list_recent(api: BlueskyApi, session: Session, convo_id: str) -> list[tuple[str, str]] | None:
    """Return id and text of what we said in a conversation lately; None without an answer."""
    params = (("convoId", convo_id), ("limit", "50"))
    outcome = await api.get("chat.bsky.convo.getMessages", *params, chat=True)
    if outcome.error is not None:
        return None
    since = datetime.now(UTC) - RECENT
    return [
        (str(each.get("id")), str(each.get("text")))
        for each in outcome.objects("messages")
        if each.get("sender") == {"did": session.did} and (read_time(each.get("sentAt")) or since) > since
    ]
