"""Public posts in: who wrote to whom, in which thread. Pure.

Two generations of shapes come: v2 (`post.*` events, and polling) and v1.1 (`tweet_create_events`).
Everybody has a conversation of their own in each thread. v1.1 does not name the thread: there the
post that is answered stands for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.connector import InboundEvent
from bot.connector.fields import MAX_TEXT
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content, Kind
from connectors.x.media import read_files
from connectors.x.reading import (
    Me,
    as_list,
    as_object,
    expand_links,
    objects,
    read_person,
    take_id,
    take_text,
    take_time,
    take_words,
)

KEY = "post"
LEADING_NAMES = re.compile(r"(?:@[A-Za-z0-9_]{1,15}(?![A-Za-z0-9_])[\s,:;]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post of either generation. `names` are the users that its visible words mention.

    `thread_told`: X named the thread, it is not guessed from what the post answers.
    """

    id: str
    author: Handle
    text: str
    thread: str
    thread_told: bool = False
    answered_user: str = ""
    quoted_user: str = ""
    names: frozenset[str] = frozenset()
    hidden_names: frozenset[str] = frozenset()
    files: tuple[Attachment, ...] = ()
    versions: tuple[str, ...] = ()  # ids, oldest first: every edit makes a new one
    is_repost: bool = False
    lang: str = ""
    at: datetime | None = None


def read_event(post: Post, blank: InboundEvent, me: Me, *, meant: str | None = None) -> InboundEvent:
    """Say a post in our words. `meant` is why X gave it to us, where the post does not tell.

    Reposts, what people say among themselves, and what the account says to nobody stay `blank`.
    """
    if not post.id or not post.author.native_id:
        return blank
    numbered = replace(blank, event_id=post.id, platform_at=post.at, surface=Surface.PUBLIC)
    if post.author.native_id == me.user_id:
        return read_echo(post, numbered, me)
    addressed = find_address(post, me) or (meant if me.user_id not in post.hidden_names else None)
    if post.is_repost or addressed is None:
        return numbered
    words = drop_names(post.text)
    content = Content(text=words or ("" if post.files else post.text), attachments=post.files)
    if content == Content():
        return numbered
    first, *later = post.versions or (post.id,)
    name = post.author.username
    kind = Kind.TEXT if content.text else Kind.MEDIA
    return replace(
        numbered,
        kind=Kind.EDIT if later else kind,
        target_id=first if later else None,
        revision=len(later),
        conversation_key=make_key(post.thread, post.author.native_id),
        sender=post.author,
        content=content,
        reply_context={"reply_to": post.id, **({"name": name} if name else {})},
        metadata={"addressed": addressed, **({"lang": post.lang} if post.lang else {})},
    )


def read_echo(post: Post, blank: InboundEvent, me: Me) -> InboundEvent:
    """Return the account's answer to somebody as an echo: the service knows which ones left by itself.

    Where the thread is guessed, it may be another one than the service's: such an answer stays `blank`.
    """
    person, words = post.answered_user, drop_names(post.text)
    is_answer = post.thread_told and person not in ("", me.user_id) and not post.is_repost
    if not is_answer or not (words or post.files):
        return blank
    return replace(
        blank,
        kind=Kind.ECHO,
        conversation_key=make_key(post.thread, person),
        sender=Handle(native_id=person),
        content=Content(text=words, attachments=post.files),
        metadata={},
    )


def find_address(post: Post, me: Me) -> str | None:
    """Tell what makes a post the brand's business, None where nothing visible does.

    X also calls somebody answered whose name a post only begins with.
    """
    if post.answered_user == me.user_id and post.thread != post.id:
        return "reply"
    meant = me.user_id in (post.answered_user, post.quoted_user) or me.user_id in post.names
    return "mention" if meant else None


def make_key(thread: str, author: str) -> str:
    """Return the key of an author's conversation in a thread."""
    return f"{KEY}:{thread}:{author}"


def drop_names(text: str) -> str:
    """Return a text without the names it begins with: X puts those of a thread in front of each reply."""
    names = LEADING_NAMES.match(text)
    return text[names.end() :].strip() if names else text.strip()


def read_post(raw: JsonObject, includes: JsonObject) -> Post:
    """Read a post of the second generation."""
    users = {take_id(user.get("id")): user for user in objects(includes.get("users"))}
    referenced = {
        take_text(item.get("type")): take_id(item.get("id")) for item in objects(raw.get("referenced_tweets"))
    }
    authors = {
        take_id(item.get("id")): take_id(item.get("author_id")) for item in objects(includes.get("tweets"))
    }
    whole = as_object(raw.get("note_tweet"))  # posts of more than 280 are only whole there
    entities = as_object(whole.get("entities")) or as_object(raw.get("entities"))
    keys = {take_text(key) for key in as_list(as_object(raw.get("attachments")).get("media_keys"))}
    media = [item for item in objects(includes.get("media")) if take_text(item.get("media_key")) in keys]
    links = objects(entities.get("urls"))
    own_links = {take_text(url.get("url")) for url in links if url.get("media_key")}
    mentions: list[tuple[str, Json]] = [
        (take_id(item.get("id")), item.get("start")) for item in objects(entities.get("mentions"))
    ]
    post_id, author = take_id(raw.get("id")), take_id(raw.get("author_id"))
    answered = take_id(raw.get("in_reply_to_user_id")) or authors.get(referenced.get("replied_to", ""), "")
    shown = find_shown(
        raw, take_text(raw.get("text"), limit=MAX_TEXT), answers_another=answered not in ("", author)
    )
    names, hidden = part_names(mentions, shown)
    return Post(
        id=post_id,
        author=read_person(users.get(author, {}), author),
        text=expand_links(take_words(whole.get("text")) or take_words(raw.get("text")), links, own_links),
        thread_told=bool(take_id(raw.get("conversation_id"))),
        thread=take_id(raw.get("conversation_id"), referenced.get("replied_to"), post_id),
        answered_user=answered,
        quoted_user=authors.get(referenced.get("quoted", ""), ""),
        names=names,
        hidden_names=hidden,
        files=read_files(media),
        versions=read_versions(raw.get("edit_history_tweet_ids"), post_id),
        is_repost="retweeted" in referenced,
        lang=take_text(raw.get("lang")),
        at=take_time(raw.get("created_at")),
    )


def read_legacy_post(raw: JsonObject) -> Post:
    """Read a post of the first generation."""
    whole = as_object(raw.get("extended_tweet"))  # posts of more than 140 may only be whole there
    source = whole or raw
    entities = as_object(source.get("entities"))
    media = objects(as_object(source.get("extended_entities") or source.get("entities")).get("media"))
    user, quoted = as_object(raw.get("user")), as_object(as_object(raw.get("quoted_status")).get("user"))
    mentions: list[tuple[str, Json]] = [
        (take_id(item.get("id_str"), item.get("id")), next(iter(as_list(item.get("indices"))), None))
        for item in objects(entities.get("user_mentions"))
    ]
    post_id, author = take_id(raw.get("id_str"), raw.get("id")), take_id(user.get("id_str"), user.get("id"))
    answered = take_id(raw.get("in_reply_to_user_id_str"), raw.get("in_reply_to_user_id"))
    told = take_text(source.get("full_text"), limit=MAX_TEXT) or take_text(source.get("text"), limit=MAX_TEXT)
    shown = find_shown(source, told, answers_another=answered not in ("", author))
    names, hidden = part_names(mentions, shown)
    history = as_object(raw.get("edit_history")).get("edit_tweet_ids")
    words = (
        take_words(source.get("full_text")) or take_words(source.get("text")) or take_words(raw.get("text"))
    )
    return Post(
        id=post_id,
        author=read_person(user, author),
        text=expand_links(
            words, objects(entities.get("urls")), {take_text(item.get("url")) for item in media} - {""}
        ),
        thread_told=bool(take_id(raw.get("conversation_id_str"))),
        thread=take_id(raw.get("conversation_id_str"), raw.get("in_reply_to_status_id_str"), post_id),
        answered_user=answered,
        quoted_user=take_id(quoted.get("id_str"), quoted.get("id")),
        names=names,
        hidden_names=hidden,
        files=read_files(media),
        versions=read_versions(history, post_id),
        is_repost=isinstance(raw.get("retweeted_status"), dict),
        lang=take_text(raw.get("lang")),
        at=take_time(raw.get("created_at")),
    )


def part_names(mentions: list[tuple[str, Json]], shown_from: int) -> tuple[frozenset[str], frozenset[str]]:
    """Part mentioned users into those in the visible words, and those that X put in front of a reply."""
    visible = frozenset(
        user for user, at in mentions if user and not (isinstance(at, int) and at < shown_from)
    )
    return visible, frozenset(user for user, _ in mentions if user) - visible


def find_shown(raw: JsonObject, text: str, *, answers_another: bool) -> int:
    """Return where the visible words begin.

    X says it in some places only; elsewhere all names at the head of an answer to somebody else are
    taken for those that it puts there.
    """
    match as_list(raw.get("display_text_range")):
        case [int(begin), *_]:
            return begin
        case _:
            names = LEADING_NAMES.match(text) if answers_another else None
            return names.end() if names else 0


def read_versions(value: Json, post_id: str) -> tuple[str, ...]:
    """Return the ids of a post's versions up to this one, oldest first."""
    ids = [take_id(item) for item in value] if isinstance(value, list) else []
    return tuple(ids[: ids.index(post_id) + 1]) if post_id in ids and all(ids) else (post_id,)


def make_deletion(post: str, author: str, thread: str, blank: InboundEvent) -> InboundEvent:
    """Return that an author took a post back."""
    return replace(
        blank,
        event_id=f"delete:{post}",
        kind=Kind.DELETE,
        conversation_key=make_key(thread, author),
        sender=Handle(native_id=author),
        surface=Surface.PUBLIC,
        target_id=post,
        metadata={},
    )
