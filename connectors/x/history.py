"""What the account has said lately: whether a send in doubt arrived after all."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

import regex

from bot.connector import ErrorClass, SendError, SendResult, SendState
from bot.connector.answers import Outcome
from bot.connector.visible_text import ATOM
from bot.domain.json import JsonObject
from connectors.x.api import XApi
from connectors.x.posts import drop_names
from connectors.x.reading import as_object, objects, take_id, take_text, take_time, take_words
from connectors.x.render import Part, Target

POSTS_SEEN, MESSAGES_SEEN = "50", "50"
TOLD_MAX = 1_000
SKEW = timedelta(minutes=1)  # between X's clock and ours


class History:
    """Looks for the parts of a reply among the account's recent posts, or in a conversation."""

    def __init__(self, api: XApi, *, user_id: str) -> None:
        self._api, self._user_id = api, user_id
        self._told: deque[str] = deque(maxlen=TOLD_MAX)

    def note(self, native_ids: list[str]) -> None:
        """Keep in mind a reply that arrived whole: another one may say the same."""
        self._told.extend(native_ids)

    async def find(
        self, parts: tuple[Part, ...], target: Target, arrived: list[str], *, since: datetime | None
    ) -> SendResult | None:
        """Tell which parts arrived after those that did before; None where X does not say."""
        outcome = await self._ask(target)
        if outcome.error is not None:
            return None
        found = list(arrived)
        said = objects(as_object(outcome.result).get("data"))
        for part in parts[len(arrived) :]:
            above = found[-1] if found else target.post
            known = (
                match_post(said, part, above)
                if target.post
                else self._match_message(said, part, found, since)
            )
            if not known:
                break
            found.append(known)
        if len(found) == len(parts):
            return SendResult(state=SendState.SENT, native_ids=tuple(found))
        error = SendError(error_class=ErrorClass.TRANSIENT, detail="X has not got it: it never arrived")
        state = SendState.PARTIAL if found else SendState.REJECTED
        return SendResult(state=state, native_ids=tuple(found), error=error)

    async def find_post(self, part: Part, above: str) -> str:
        """Return the id of a post of ours below `above` that says the same; empty where there is none."""
        outcome = await self._ask(Target(person="", post=above))
        return match_post(objects(as_object(outcome.result).get("data")), part, above)

    async def _ask(self, target: Target) -> Outcome:
        if target.post:
            fields = {"tweet.fields": "referenced_tweets,note_tweet", "max_results": POSTS_SEEN}
            return await self._api.get(f"/2/users/{self._user_id}/tweets", fields)
        fields = {"dm_event.fields": "sender_id,text,created_at,attachments", "max_results": MESSAGES_SEEN}
        return await self._api.get(
            f"/2/dm_conversations/with/{target.person}/dm_events", {**fields, "event_types": "MessageCreate"}
        )

    def _match_message(
        self, said: list[JsonObject], part: Part, known: list[str], since: datetime | None
    ) -> str:
        """Return the id of a message of ours with the same words, since the person last wrote."""
        for message in said:
            message_id, at = take_id(message.get("id")), take_time(message.get("created_at"))
            recent = since is None or (at is not None and at >= since - SKEW)
            ours = take_id(message.get("sender_id")) == self._user_id
            other = message_id in known or message_id in self._told
            if ours and recent and not other and is_same(take_words(message.get("text")), part.text):
                return message_id
        return ""


def match_post(said: list[JsonObject], part: Part, above: str) -> str:
    """Return the id of a post with the same words below another, empty where there is none."""
    for post in said:
        referenced = objects(post.get("referenced_tweets"))
        answers = [take_id(r.get("id")) for r in referenced if take_text(r.get("type")) == "replied_to"]
        text = take_words(as_object(post.get("note_tweet")).get("text")) or take_words(post.get("text"))
        if above in answers and is_same(text, part.text):
            return take_id(post.get("id"))
    return ""


def is_same(one: str, other: str) -> bool:
    """Tell whether two texts say the same, but for links (X shortens them) and names put in front."""
    return squeeze(one) == squeeze(other)


def squeeze(text: str) -> str:
    """Return a text without links, leading names and white space."""
    kept = regex.sub(ATOM, lambda atom: "" if atom.lastgroup else atom[0], drop_names(text))
    return "".join(kept.split())
