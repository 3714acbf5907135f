"""An Instagram account's way to the Graph API, what we want to be told of, and the words of mentions.

An account that is linked with a page is asked and sends through Facebook, with the page's token; any
other through Instagram itself, with its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.connector import ErrorClass
from bot.connector.answers import Outcome
from bot.connector.meta.account import Node
from bot.connector.meta.fields import get_id, get_object
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.send import check_id
from bot.connector.meta.setup import PAGE_FIELDS
from bot.domain.json import JsonObject

API_URL, PAGE_API_URL = "https://graph.instagram.com", "https://graph.facebook.com"
# https://developers.facebook.com/docs/instagram-platform/webhooks
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "message_reactions",
    "message_edits",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
COMMENT_FIELDS, FEWER_FIELDS = "text,timestamp,username", "text,timestamp"
MEDIA_FIELDS = "caption,timestamp,username,permalink"


class InstagramApi(GraphApi):
    """An account's way to the Graph API; its own token can be renewed."""

    async def refresh(self) -> Outcome:
        """Ask for a token that lasts longer. It stands in the address: only so it is documented."""
        root = self.base_url.rpartition("/")[0]
        query = {"grant_type": "ig_refresh_token", "access_token": self.token}
        return await self._request("GET", f"{root}/refresh_access_token", self._read, params=query)


def make_api(options: Mapping[str, str], *, timeout: timedelta) -> InstagramApi:
    """Return the way to the Graph API with the account's token; not open yet."""
    usual = PAGE_API_URL if options.get("page_id") else API_URL
    base_url = options.get("api_url") or usual
    return InstagramApi(base_url=base_url, token=options.get("token", ""), timeout=timeout)


def make_node(options: Mapping[str, str]) -> Node:
    """Return where the account is."""
    page_id = options.get("page_id", "")
    return Node(
        id=page_id or options.get("instagram_id", ""),
        name="username",
        platform="instagram",
        object_name="instagram",
        fields=PAGE_FIELDS if page_id else FIELDS,
        app_fields=FIELDS if page_id else (),  # an app asks at Facebook, where only a page leads
    )


async def read_mention(api: GraphApi, own_id: str, ids: JsonObject) -> Outcome:
    """Ask for the words of a mention; the result is the comment, or the post."""
    comment_id, media_id = get_id(ids, "comment_id"), get_id(ids, "media_id")
    if comment_id:
        edge, about, fields = "mentioned_comment", f"comment_id({check_id(comment_id)})", COMMENT_FIELDS
    else:
        edge, about, fields = "mentioned_media", f"media_id({check_id(media_id)})", MEDIA_FIELDS
    outcome = await api.get(own_id, {"fields": f"{edge}.{about}{{{fields}}}"})
    if comment_id and outcome.error is not None and outcome.error.error_class is ErrorClass.INVALID:
        # The author's name is not among the documented fields of a comment; some accounts have it.
        outcome = await api.get(own_id, {"fields": f"{edge}.{about}{{{FEWER_FIELDS}}}"})
    if not isinstance(outcome.result, dict):
        return outcome
    return Outcome(result=get_object(outcome.result, edge))
